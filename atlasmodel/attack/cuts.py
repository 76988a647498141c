"""What every attack rests on: choke points, smallest sets that leave no path, and the cheapest of them.

A cut is made of elements, each of which takes some moves away: a step takes itself, a control all that it prevents.
A set is a cut if and only if it meets every proof, so cuts are found by meeting the proofs known so far and looking
for one that gets through (Reiter's tree for all small cuts, implicit hitting sets for the cheapest). Each answer is
checked on the fixed point: without its moves the goal is out of reach. Where nothing is shared, the cheapest cut is a
minimum cut of a network and is found as such (`flow.py`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from atlasmodel.attack.search.cheapest import trimmed
from atlasmodel.attack.search.flow import minimum_cut
from atlasmodel.attack.search.hitting import Engine as Solver
from atlasmodel.attack.search.hitting import lightest_hit
from atlasmodel.attack.search.hypergraph import EPSILON, Hypergraph

BLOCK = 4096  # candidates looked at together, as bits
MOST_CUTS = 200
MOST_NODES = 50_000
Elements = Mapping[str, Collection[int]]  # name -> the moves that it takes away
Engine = Solver | Literal["flow"]


@dataclass(frozen=True)
class ChokePoints:
    """Be what is on every proof of a goal: moves and facts, by id, in an order in which they come."""

    moves: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class CutList:
    """Hold minimal cuts, the smallest first; `uncut` is a proof that no element meets, where there is one.

    `truncated` says that the search stopped at its bound: there may be further cuts within the size asked for.
    """

    cuts: tuple[tuple[str, ...], ...]
    truncated: bool
    uncut: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheapestCut:
    """Be a cut, its cost, a cost that no cut can undercut, and which engine found it."""

    elements: tuple[str, ...]
    cost: float
    bound: float
    engine: Engine
    uncut: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Tell whether no cut is cheaper."""
        return self.cost <= self.bound + EPSILON


def choke_points(graph: Hypergraph) -> ChokePoints:
    """Return the moves and facts without which the goal is out of reach; none where it is so anyway.

    >>> from atlasmodel.attack.search.moves import Move
    >>> moves = [Move("a", (("s",),), ("x",), 1), Move("b", (("x",),), ("g",), 1), Move("c", (("x",),), ("g",), 1)]
    >>> choke_points(Hypergraph(moves, {"s"}, "g"))
    ChokePoints(moves=('a',), facts=('s', 'x', 'g'))
    """
    relaxed = graph.least(additive=True)
    if relaxed.cost[graph.goal] == inf:
        return ChokePoints((), ())
    proof = trimmed(graph, graph.derivation(relaxed))
    facts = dict.fromkeys([*graph.start, *(fact for move in proof for fact in graph.gains[move]), graph.goal])
    # Moves and facts are told apart by their sign; what is on every proof is on this one.
    candidates = [~move for move in proof] + list(facts)
    found: set[int] = set()
    for begin in range(0, len(candidates), BLOCK):
        found |= _on_every_proof(graph, candidates[begin : begin + BLOCK])
    return ChokePoints(
        tuple(graph.moves.id(move) for move in proof if ~move in found),
        tuple(graph.facts[fact] for fact in facts if fact in found),
    )


def _on_every_proof(graph: Hypergraph, candidates: Sequence[int]) -> set[int]:
    """Return those candidates that are on every proof: the greatest fixed point of dominators, candidates as bits.

    A fact has what is on all the moves that gain it, a move what is on all the facts of any one of its clauses.
    """
    bit = {candidate: 1 << place for place, candidate in enumerate(candidates)}
    everything = (1 << len(candidates)) - 1
    on = [everything] * len(graph.facts)  # unreached facts keep everything: they are on no proof
    left = list(graph.needed)
    met = bytearray(len(graph.clauses))
    line: deque[int] = deque()
    queued = bytearray(len(graph.moves))

    def lower(fact: int, to: int) -> None:
        new = on[fact] & (to | bit.get(fact, 0))
        if new == on[fact] and reached[fact]:
            return
        reached[fact] = 1
        on[fact] = new
        for clause in graph.waiting[fact]:
            move = graph.owner[clause]
            if not met[clause]:
                met[clause] = 1
                left[move] -= 1
            if left[move] == 0 and not queued[move]:
                queued[move] = 1
                line.append(move)

    reached = bytearray(len(graph.facts))
    for fact in graph.start:
        lower(fact, 0)
    for move in graph.inside:
        if left[move] == 0 and not queued[move]:
            queued[move] = 1
            line.append(move)
    while line:
        move = line.popleft()
        queued[move] = 0
        needed = bit.get(~move, 0)
        for clause in graph.clauses_of(move):
            shared = everything
            for fact in graph.clauses[clause]:
                shared &= on[fact]
            needed |= shared
        for fact in graph.gains[move]:
            lower(fact, needed)
    return {candidate for candidate in candidates if on[graph.goal] & bit[candidate]}


class _Proofs:
    """Know proofs of a goal by the elements that meet them, and find one that gets through a set of elements."""

    def __init__(self, graph: Hypergraph, elements: Elements) -> None:
        self.graph, self.elements = graph, elements
        self.names = sorted(elements)
        self._meeting: dict[int, list[int]] = {}  # move -> the elements that take it away
        for place, name in enumerate(self.names):
            for move in elements[name]:
                self._meeting.setdefault(move, []).append(place)
        self.known: list[int] = []  # of each proof, the elements that meet it, as bits
        self.uncut: tuple[str, ...] = ()

    def through(self, chosen: int) -> int | None:
        """Return the elements that meet some proof that the chosen ones leave; None where they leave none."""
        for bits in self.known:
            if not bits & chosen:
                return bits
        banned = {move for place in places(chosen) for move in self.elements[self.names[place]]}
        relaxed = self.graph.relax(banned, additive=True, goal=self.graph.goal)
        if relaxed.cost[self.graph.goal] == inf:
            return None
        proof = trimmed(self.graph, self.graph.derivation(relaxed))
        bits = 0
        for move in proof:
            for place in self._meeting.get(move, ()):
                bits |= 1 << place
        self.known.append(bits)
        if not bits:
            self.uncut = tuple(self.graph.moves.id(move) for move in proof)
        return bits

    def apart(self, chosen: int, most: int) -> bool:
        """Tell whether more than `most` of the known proofs that are left have no element in common."""
        taken = count = 0
        for bits in self.known:
            if not bits & chosen and not bits & taken:
                taken |= bits
                count += 1
                if count > most:
                    return True
        return False

    def named(self, chosen: int) -> tuple[str, ...]:
        """Return the names of some elements."""
        return tuple(self.names[place] for place in places(chosen))


def minimal_cuts(graph: Hypergraph, elements: Elements, size: int = 4, limit: int = MOST_CUTS) -> CutList:
    """Return the minimal sets of at most `size` elements that leave no proof of the goal, the smallest first.

    >>> from atlasmodel.attack.search.moves import Move
    >>> moves = [Move("a", (("s",),), ("x",), 1), Move("b", (("x",),), ("g",), 1), Move("c", (("x",),), ("g",), 1)]
    >>> minimal_cuts(Hypergraph(moves, {"s"}, "g"), {"a": [0], "b": [1], "c": [2]}).cuts
    (('a',), ('b', 'c'))
    """
    proofs = _Proofs(graph, elements)
    cuts: list[int] = []
    level, looked = [0], 0
    for used in range(size + 1):
        following: dict[int, None] = {}
        for chosen in level:
            if any(cut & chosen == cut for cut in cuts):
                continue
            looked += 1
            if looked > MOST_NODES or len(cuts) >= limit:
                return CutList(_told(proofs, cuts), truncated=True)
            bits = proofs.through(chosen)
            if proofs.uncut:
                return CutList((), truncated=False, uncut=proofs.uncut)
            if bits is None:
                cuts.append(chosen)
            elif used < size and not proofs.apart(chosen, size - used):
                following.update(dict.fromkeys(chosen | 1 << place for place in places(bits)))
        level = list(following)
    return CutList(_told(proofs, cuts), truncated=False)


def cheapest_cut(
    graph: Hypergraph, elements: Elements, cost: Mapping[str, float], *, rounds: int = 500, engine: Engine = "flow"
) -> CheapestCut:
    """Return the cheapest set of elements that leaves no proof of the goal.

    `flow` falls back to `milp` where it does not apply, and that to the package's own search without SciPy. Not
    `exact` after so many rounds of these two, or where the search for a lightest hit was stopped.
    """
    if graph.goal in graph.held:
        return CheapestCut((), inf, inf, engine)
    cut = minimum_cut(graph, elements, cost) if engine == "flow" else None
    if cut is not None:
        total = sum(max(0.0, cost[name]) for name in cut)
        return CheapestCut(cut, total, total, "flow")
    proofs = _Proofs(graph, elements)
    weight = [max(0.0, cost[name]) for name in proofs.names]
    solver: Solver = "search" if engine == "search" else "milp"
    chosen, bound, used = 0, 0.0, solver
    for _ in range(rounds):
        # Proofs apart from each other say more than proofs alike: what meets one is forbidden for the next.
        taken = chosen
        while (bits := proofs.through(taken)) is not None and bits:
            taken |= bits
        if proofs.uncut:
            return CheapestCut((), inf, inf, used, proofs.uncut)
        if taken == chosen:
            total = sum(weight[place] for place in places(chosen))
            return CheapestCut(proofs.named(chosen), total, min(bound, total), used)
        hit = lightest_hit([frozenset(places(bits)) for bits in proofs.known], weight, solver)
        chosen, bound, used = sum(1 << place for place in hit.chosen), hit.bound, hit.engine
    whole = (1 << len(proofs.names)) - 1
    return CheapestCut(proofs.named(whole), sum(weight), bound, used)


def places(bits: int) -> list[int]:
    """Return the places of the bits that are set, in order.

    >>> places(0b1010)
    [1, 3]
    """
    found = []
    while bits:
        found.append((bits & -bits).bit_length() - 1)
        bits &= bits - 1
    return found


def _told(proofs: _Proofs, cuts: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((proofs.named(cut) for cut in cuts), key=lambda cut: (len(cut), cut)))
