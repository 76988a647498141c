"""The cheapest proof of a goal where steps are shared: NP-hard, so a bound first, then exact within a stated effort.

A set of moves proves the goal if and only if it meets every cut of the goal. So: find the lightest set that meets the
cuts known so far; if it proves the goal it is the cheapest proof, otherwise what it cannot pass is a further cut.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from math import inf

from atlasmodel.attack.hitting import Engine, lightest_hit
from atlasmodel.attack.hypergraph import EPSILON, Hypergraph


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


def first_proof(graph: Hypergraph, goal: int, banned: Collection[int] = ()) -> Proof | None:
    """Return a proof found by counting shared steps each time they serve, with a bound; None where there is none."""
    relaxed = graph.relax(banned, additive=True, goal=goal)
    if goal not in relaxed.settled[-1:]:
        return None
    found = trimmed(graph, goal, graph.derivation(goal, relaxed))
    weight = weigh(graph, found)
    if graph.is_plain:
        return Proof(found, weight, weight)
    bound = graph.relax(banned, additive=False, goal=goal).cost[goal]
    return Proof(found, weight, min(bound, weight))


def cheapest_proof(
    graph: Hypergraph, goal: int, banned: Collection[int], known: Proof, *, rounds: int, engine: Engine = "search"
) -> Proof:
    """Return the cheapest proof without some moves, or the best one after so many rounds with its bound."""
    moves = lighter_than(graph, goal, banned, known.weight)
    starts = [graph.facts[fact] for fact in graph.start]
    part = Hypergraph((graph.moves[move] for move in moves), starts, graph.facts[goal])
    # Both are in order of id, so that their moves correspond.
    wanted = {move.id for move in part.moves}
    moves = [move for move in moves if graph.moves[move].id in wanted]
    end = part.number[graph.facts[goal]]
    best, bound, done, used = known.moves, known.bound, 0, engine
    total = known.weight
    cuts: list[frozenset[int]] = []
    weight = list(part.weight)
    while total > bound + EPSILON and done < rounds:
        done += 1
        further, least = part.landmarks(end, (), weight)
        if least == inf:  # nothing lighter is there at all
            bound = total
            break
        found = _by(part, end, weight)
        if weigh(part, found) < total:
            best, total = tuple(moves[move] for move in found), weigh(part, found)
        if not further:
            # What was chosen, with all that costs nothing, proves the goal: nothing that meets all cuts is lighter.
            break
        cuts += further
        hit = lightest_hit(cuts, part.weight, engine)
        used = hit.engine
        bound = max(bound, min(hit.bound, total))
        weight = [0.0 if move in hit.chosen else value for move, value in enumerate(part.weight)]
    return Proof(best, total, bound, done, used)


def lighter_than(graph: Hypergraph, goal: int, banned: Collection[int], weight: float) -> list[int]:
    """Return the moves that can have a part in a minimal proof of less than some weight, in order.

    Such a proof holds a proof of what the move needs, the move, and moves that lead on from it to the goal; each of
    the three has a least weight, and they have nothing in common.
    """
    before = graph.relax(banned, additive=False, most=weight)
    gone = set(banned)
    after: dict[int, float] = {}  # fact -> least weight of the moves that lead on from it
    queue = [(0.0, goal)]
    least: dict[int, float] = {}
    while queue:
        cost, fact = heapq.heappop(queue)
        if fact in after:
            continue
        after[fact] = cost
        for move in graph.gained[fact]:
            if move in gone or move in least:
                continue
            clauses = (graph.clauses[clause] for clause in graph.clauses_of(move))
            needs = max((min((before.cost[f] for f in facts), default=inf) for facts in clauses), default=0.0)
            least[move] = needs + graph.weight[move] + cost
            for clause in graph.clauses_of(move):
                for needed in graph.clauses[clause]:
                    if needed not in after:
                        heapq.heappush(queue, (cost + graph.weight[move], needed))
    return sorted(move for move, cost in least.items() if cost < weight - EPSILON)


def weigh(graph: Hypergraph, moves: Collection[int]) -> float:
    """Return the weight of a set of moves, added in one order whatever the order given."""
    return sum(graph.weight[move] for move in sorted(moves))


def trimmed(graph: Hypergraph, goal: int, moves: Collection[int]) -> tuple[int, ...]:
    """Return moves that can be done one after the other with none that can be left out; the last are tried first."""
    kept = dict.fromkeys(in_order(graph, moves))
    gaining: dict[int, int] = {}  # fact -> how many of the moves gain it
    for move in kept:
        for fact in graph.gains[move]:
            gaining[fact] = gaining.get(fact, 0) + 1
    held = set(graph.start)
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
    chosen = set(moves)
    left = {move: len(graph.clauses_of(move)) for move in chosen}
    ready = sorted(move for move, needs in left.items() if not needs)
    order: list[int] = []
    met: set[int] = set()
    held = set(graph.start)
    stack = list(graph.start)
    while True:
        for fact in stack:
            for clause in graph.waiting[fact]:
                move = graph.owner[clause]
                if move in chosen and clause not in met:
                    met.add(clause)
                    left[move] -= 1
                    if left[move] == 0:
                        heapq.heappush(ready, move)
        if not ready:
            return tuple(order)
        move = heapq.heappop(ready)
        order.append(move)
        stack = [fact for fact in graph.gains[move] if fact not in held]
        held.update(stack)


def _by(graph: Hypergraph, goal: int, weight: list[float]) -> tuple[int, ...]:
    """Return the proof that is cheapest under some other weights, as far as the plain search can tell."""
    relaxed = graph.relax(additive=True, goal=goal, weight=weight)
    return trimmed(graph, goal, graph.derivation(goal, relaxed))
