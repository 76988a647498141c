"""The cheapest proof of a goal where steps are shared: NP-hard, so a bound first, then exact within a stated effort.

A set of moves proves the goal if and only if it meets every cut of the goal. So: find the lightest set that meets the
cuts known so far; if it proves the goal it is the cheapest proof, otherwise what it cannot pass is a further cut.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from math import inf

from atlasmodel.attack.kernels.lighter import find_lighter
from atlasmodel.attack.search.hitting import Engine, lightest_hit
from atlasmodel.attack.search.hypergraph import EPSILON, Hypergraph
from atlasmodel.attack.search.landmarks import landmarks


@dataclass(frozen=True)
class Proof:
    """Be a proof, its weight, a weight that no proof can undercut, and the rounds and engine it took."""

    moves: tuple[int, ...]
    weight: float
    bound: float
    rounds: int = 0
    engine: Engine = "search"

    @property
    def exact(self) -> bool:
        """Tell whether no proof is cheaper."""
        return self.weight <= self.bound + EPSILON


def first_proof(graph: Hypergraph, banned: Collection[int] = (), most: float = inf) -> Proof | None:
    """Return a proof found by counting shared steps each time they serve, with a bound.

    None where there is none that weighs no more than `most`, so counted.
    """
    goal = graph.goal
    if banned:
        relaxed = graph.relax(banned, additive=True, goal=goal, most=most)
    else:
        relaxed = graph.least(additive=True, goal=goal, most=most)
    if relaxed.cost[goal] > most or relaxed.cost[goal] == inf:
        return None
    found = trimmed(graph, graph.derivation(relaxed))
    weight = weigh(graph, found)
    if graph.is_plain:
        return Proof(found, weight, weight)
    relaxed = graph.relax(banned, additive=False, goal=goal) if banned else graph.least(additive=False, goal=goal)
    return Proof(found, weight, min(relaxed.cost[goal], weight))


def cheapest_proof(
    graph: Hypergraph, banned: Collection[int], known: Proof, *, rounds: int, engine: Engine = "search"
) -> Proof:
    """Return the cheapest proof without some moves, or the best one after so many rounds with its bound."""
    part = graph.only(lighter_than(graph, banned, known.weight))
    best, bound, done, used = known.moves, known.bound, 0, engine
    total = known.weight
    cuts: list[frozenset[int]] = []
    weight = part.weight
    while total > bound + EPSILON and done < rounds:
        done += 1
        further, least = landmarks(part, (), weight)
        if least == inf:  # nothing lighter is there at all
            bound = total
            break
        # The proof that is cheapest under these weights, as far as the plain search can tell.
        found = trimmed(part, part.derivation(part.relax(additive=True, goal=part.goal, weight=weight)))
        if weigh(part, found) < total:
            best, total = part.original(found), weigh(part, found)
        if not further:
            # What was chosen, with all that costs nothing, proves the goal: nothing that meets all cuts is lighter.
            break
        cuts += further
        hit = lightest_hit(cuts, part.weight, engine)
        used = hit.engine
        bound = max(bound, min(hit.bound, total))
        weight = list(part.weight)
        for move in hit.chosen:
            weight[move] = 0.0
    return Proof(best, total, bound, done, used)


def lighter_than(graph: Hypergraph, banned: Collection[int], weight: float) -> list[int]:
    """Return the moves that can have a part in a minimal proof of less than some weight, in order.

    Such a proof holds a proof of what the move needs, the move, and moves that lead on from it to the goal; each of
    the three has a least weight, and they have nothing in common.
    """
    relaxed = graph.relax(banned, additive=False, most=weight) if banned else graph.least(additive=False, most=weight)
    engine = graph.engine
    nearest, seen = engine.all(inf, len(graph.facts)), engine.all(0, len(graph.moves))
    for move in banned:
        seen[move] = 1
    engine.run(find_lighter)(
        graph.net, graph.prices, relaxed.columns.ready, graph.goal, weight - EPSILON, nearest, seen
    )
    return engine.marked(seen, 2)


def weigh(graph: Hypergraph, moves: Collection[int]) -> float:
    """Return the weight of a set of moves, added in one order whatever the order given."""
    return sum(graph.weight[move] for move in sorted(moves))


def trimmed(graph: Hypergraph, moves: Collection[int]) -> tuple[int, ...]:
    """Return moves that can be done one after the other with none that can be left out; the last are tried first."""
    kept = dict.fromkeys(in_order(graph, moves))
    gaining: dict[int, int] = {}  # fact -> how many of the moves gain it
    for move in kept:
        for fact in graph.gains[move]:
            gaining[fact] = gaining.get(fact, 0) + 1
    goal, held = graph.goal, graph.held
    resting: dict[int, set[int]] = {goal: {-1}}  # fact -> the clauses that it alone meets, and the goal
    for move in kept:
        for clause in graph.clauses_of(move):
            usable = [fact for fact in graph.clauses[clause] if fact in held or fact in gaining]
            if len(usable) == 1:
                resting.setdefault(usable[0], set()).add(clause)
    for move in reversed(list(kept)):
        alone = (fact for fact in graph.gains[move] if gaining[fact] == 1 and fact not in held)
        if any(resting.get(fact) for fact in alone):
            continue  # something rests on this move alone
        rest = [other for other in kept if other != move]
        order = in_order(graph, rest)
        if len(order) == len(rest) and (goal in held or any(goal in graph.gains[other] for other in rest)):
            del kept[move]
            for fact in graph.gains[move]:
                gaining[fact] -= 1
            for clause in graph.clauses_of(move):
                for fact in graph.clauses[clause]:
                    resting.get(fact, set()).discard(clause)
    return in_order(graph, kept)


def in_order(graph: Hypergraph, moves: Collection[int]) -> tuple[int, ...]:
    """Return the moves that can be done, in an order in which they can: of those that are ready, the first by id."""
    left: dict[int, int] = {}
    waiting: dict[int, list[tuple[int, int]]] = {}  # fact -> the clauses that wait for it, each with its move
    for move in sorted(set(moves)):
        unmet = [clause for clause in graph.clauses_of(move) if graph.held.isdisjoint(graph.clauses[clause])]
        left[move] = len(unmet)
        for clause in unmet:
            for fact in graph.clauses[clause]:
                waiting.setdefault(fact, []).append((clause, move))
    ready = [move for move, needs in left.items() if not needs]
    order: list[int] = []
    met: set[int] = set()
    while ready:
        move = heapq.heappop(ready)
        order.append(move)
        for fact in graph.gains[move]:
            for clause, owner in waiting.pop(fact, ()):
                if clause not in met:
                    met.add(clause)
                    left[owner] -= 1
                    if left[owner] == 0:
                        heapq.heappush(ready, owner)
    return tuple(order)
