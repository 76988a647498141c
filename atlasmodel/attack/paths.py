"""Attack paths: minimal proofs of a goal, cheapest first.

A path is a set of steps closed under their requirements from which none can be left out. The weight of a path is that
of the set: a step that serves twice counts once. Every further path lacks a step of each path before it, so forbidding
these steps one after the other leads to all of them (Lawler); what is still to be searched has a weight that nothing in
it can undercut, and a path is proven to be the k-th best where no such weight lies below its own.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from atlasmodel.attack.search.cheapest import Proof, cheapest_proof, first_proof, lighter_than
from atlasmodel.attack.search.hypergraph import EPSILON, Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.search.plain import PlainProofs
from atlasmodel.attack.search.variants import count_variants

WORK = 3_000_000  # facts and moves looked at, about: what bounds a search in a large graph
ROUNDS = 40  # of the exact search, a path
WALKS = 500  # expansions of the search for walks, for each of the general search


@dataclass(frozen=True)
class Path:
    """Be one minimal proof, in an order in which it could be done, and the best of its variants.

    `proven` says that no other path but those before it is better. Variants differ only in steps that have no name:
    here they are counted, up to 99.
    """

    steps: tuple[str, ...]
    weight: float
    proven: bool
    variants: int = 1


@dataclass(frozen=True)
class PathList:
    """Hold the best paths; `truncated` says that the search stopped at its bound.

    No further path weighs less than `bound`, which is infinite where there is none.
    """

    paths: tuple[Path, ...]
    truncated: bool
    bound: float = 0.0


def best_paths(
    moves: Iterable[Move], starts: Collection[str], goal: str, limit: int = 3, expansions: int = 60
) -> PathList:
    """Return up to `limit` paths of least weight, best first, each with whether it is proven to be where it stands.

    `expansions` bounds the searches made. Paths are told apart by their named steps: a way that does all that another
    does and more is not listed.

    >>> hop = [Move("a", ((),), ("x",), 1.0), Move("b", (("s",),), ("x",), 2.0), Move("c", (("x",),), ("g",), 1.0)]
    >>> [path.steps for path in best_paths(hop, {"s"}, "g").paths]
    [('b', 'c')]
    """
    return Search(Hypergraph(moves, starts, goal)).best(limit, expansions)


class Search:
    """Find the paths to the goal of a graph.

    Proofs up to some weight are made of what lies near: the graph is searched in growing parts.
    """

    def __init__(self, graph: Hypergraph) -> None:
        self.graph = graph
        self._near, self._radius = graph, inf

    def best(self, limit: int = 3, expansions: int = 60) -> PathList:
        """Return up to `limit` paths, best first."""
        if self.graph.is_plain:
            found = self._walks(limit, WALKS * expansions)
            if not found.truncated:
                return found
        return self._proofs(limit, expansions)

    def _walks(self, limit: int, expansions: int) -> PathList:
        """Return the best paths where no move needs two things: they come in order, so all are proven."""
        proofs = PlainProofs(self.graph, expansions, limit)
        found: dict[frozenset[str], Path] = {}
        bound = inf
        for weight, moves in proofs:
            names = frozenset(self._names(moves))
            if not any(other <= names for other in found):
                found[names] = self._path(moves, proven=True)
            if len(found) == limit:
                bound = weight
                break
        return PathList(tuple(found.values()), proofs.truncated, bound)

    def _proofs(self, limit: int, expansions: int) -> PathList:
        """Return the best paths where needs come together."""
        size = len(self.graph.inside) + self.graph.width + 1
        searches = min(expansions, max(limit, WORK // size))
        rounds = min(expansions, WORK // (20 * size))
        found: dict[frozenset[str], Path] = {}
        waiting: list[tuple[float, tuple[str, ...], _Part]] = []
        tried: set[frozenset[str]] = {frozenset()}
        bound = inf  # of the parts that were not searched

        def wait(part: _Part) -> None:
            key = part.bound if part.proof is None or not part.given_up else part.proof.weight
            heapq.heappush(waiting, (key, tuple(sorted(part.banned)), part))

        wait(_Part(frozenset(), 0.0))
        while waiting and len(found) < limit:
            part = heapq.heappop(waiting)[-1]
            if part.proof is None:
                if searches <= 0:
                    bound = min(bound, part.bound)
                    continue
                searches -= 1
                proof = self._first(part.banned)
                if proof is not None:
                    wait(_Part(part.banned, max(part.bound, proof.bound), proof))
                continue
            if not part.settled and rounds > 0:
                proof = self._cheapest(part.banned, part.proof, min(rounds, ROUNDS))
                rounds -= proof.rounds
                wait(_Part(part.banned, max(part.bound, proof.bound), proof, given_up=True))
                continue
            names = self._names(part.proof.moves)
            if frozenset(names) not in found:
                found[frozenset(names)] = self._path(part.proof.moves, proven=False)
            if len(found) == limit:
                bound = min(bound, part.bound)
            for name in names if len(found) < limit else ():
                if (banned := part.banned | {name}) not in tried:
                    tried.add(banned)
                    wait(_Part(banned, part.bound))
        bound = min([bound, *(part.bound for _, _, part in waiting)])
        paths = sorted(found.values(), key=lambda path: path.weight)
        told = tuple(replace(path, proven=path.weight <= bound + EPSILON) for path in paths)
        return PathList(told, len(found) < limit and bound < inf, bound)

    def _first(self, banned: Collection[str]) -> Proof | None:
        """Return the first proof without some moves, and look further away only where there is none nearby."""
        if not banned:
            proof = first_proof(self.graph)
            if proof is not None:
                goal = self.graph.goal
                self._look(1.2 * self.graph.least(additive=True, goal=goal).cost[goal] + 0.5)
            return proof
        while True:
            near = self._near
            proof = first_proof(near, near.moves.called(banned), self._radius)
            if proof is not None:
                return replace(proof, moves=near.original(proof.moves))
            if self._radius == inf:
                return None
            self._look(2 * self._radius)

    def _cheapest(self, banned: Collection[str], known: Proof, rounds: int) -> Proof:
        """Return the cheapest proof without some moves; one that is known bounds it, and lies nearby itself."""
        near = self._near
        known = replace(known, moves=tuple(bisect_left(near.origin, move) for move in known.moves))
        proof = cheapest_proof(near, near.moves.called(banned), known, rounds=rounds)
        return replace(proof, moves=near.original(proof.moves))

    def _look(self, radius: float) -> None:
        """Take the moves that proofs up to some weight are made of; all of them where that is most of the graph."""
        moves = lighter_than(self.graph, (), radius)
        whole = 2 * len(moves) > len(self.graph.inside)
        self._near, self._radius = (self.graph, inf) if whole else (self.graph.only(moves), radius)

    def _names(self, moves: Iterable[int]) -> list[str]:
        """Return the names of some moves, each once."""
        return [name for name in dict.fromkeys(map(self.graph.moves.name, moves)) if name]

    def _path(self, moves: Sequence[int], *, proven: bool) -> Path:
        graph = self.graph
        steps = tuple(graph.moves.id(move) for move in moves)
        variants = count_variants(graph, moves)
        return Path(steps, sum(graph.weight[move] for move in moves), proven, variants)


@dataclass(frozen=True, order=False)
class _Part:
    """Be the proofs without some named moves: what none of them undercuts, and the best found so far."""

    banned: frozenset[str]
    bound: float
    proof: Proof | None = None
    given_up: bool = False

    @property
    def settled(self) -> bool:
        """Tell whether no more is to be learnt about the best proof here."""
        return self.given_up or self.proof is None or self.proof.weight <= self.bound + EPSILON
