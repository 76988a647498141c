"""The k best walks where no step needs two things: exact remaining distances, then best-first.

Every expansion then lies on one of the next best walks. On cycles a walk must not meet itself, which can cost many
expansions in the worst case: they are bounded, and the caller falls back.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator, Sequence
from itertools import count
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.hypergraph import Hypergraph

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]


class Arcs(NamedTuple):
    """Be a directed graph as compressed rows: the arcs of node v are targets[rows[v]:rows[v + 1]], weights >= 0."""

    rows: list[int]
    targets: list[int]
    weights: list[float]

    @classmethod
    def of(cls, rows: Ints, targets: Ints, weights: Floats) -> Arcs:
        """Return arrays as lists, which are read faster one by one; do it once a graph."""
        return cls(rows.tolist(), targets.tolist(), weights.tolist())


class Walks(NamedTuple):
    """Hold the best walks as (weight, nodes), and whether the bound on expansions stopped the search."""

    walks: list[tuple[float, tuple[int, ...]]]
    truncated: bool


def distances_to(rows: Ints, targets: Ints, weights: Floats, target: int) -> Sequence[float]:
    """Return the least weight from every node to a target; SciPy does it where it is installed.

    >>> list(distances_to(np.array([0, 2, 3, 3]), np.array([1, 2, 2]), np.array([1.0, 5.0, 1.0]), 2))
    [2.0, 1.0, 0.0]
    """
    size = len(rows) - 1
    try:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra
    except ImportError:
        order = np.argsort(targets, kind="stable")
        sources = np.repeat(np.arange(size), np.diff(rows))[order]
        back = np.concatenate([[0], np.cumsum(np.bincount(targets, minlength=size))])
        return _dijkstra(Arcs.of(back, sources, weights[order]), target)
    graph = csr_array((weights, targets.astype(np.int32), rows.astype(np.int32)), shape=(size, size))
    return array("d", dijkstra(graph.T.tocsr(), indices=target).tobytes())  # of which few will be read: no list


def best_walks(
    arcs: Arcs, left: Sequence[float], source: int, target: int, limit: int, *, expansions: int = 1_000_000
) -> Walks:
    """Return up to `limit` walks of least weight that meet no node twice, best first.

    `left` is what `distances_to` gives for the target.

    >>> arcs = Arcs([0, 2, 3, 3], [1, 2, 2], [1.0, 5.0, 1.0])
    >>> best_walks(arcs, [2.0, 1.0, 0.0], 0, 2, 5).walks
    [(2.0, (0, 1, 2)), (5.0, (0, 2))]
    """
    found: list[tuple[float, tuple[int, ...]]] = []
    if left[source] == inf:
        return Walks(found, False)
    number = count()
    rows, targets, weights = arcs
    # A walk is a chain of links (node, the link before it), so that walks share their beginnings.
    queue: list[tuple[float, int, float, Any]] = [(left[source], next(number), 0.0, (source, None))]
    while queue and len(found) < limit and expansions > 0:
        total, _, so_far, link = heapq.heappop(queue)
        here = link[0]
        if here == target:
            found.append((total, _unrolled(link)))
            continue
        expansions -= 1
        for arc in range(rows[here], rows[here + 1]):
            there = targets[arc]
            if left[there] == inf:
                continue
            before = link
            while before is not None and before[0] != there:
                before = before[1]
            if before is None:
                cost = so_far + weights[arc]
                heapq.heappush(queue, (cost + left[there], next(number), cost, (there, link)))
    return Walks(found, bool(queue) and expansions <= 0 and len(found) < limit)


def _unrolled(link: Any) -> tuple[int, ...]:
    nodes = []
    while link is not None:
        nodes.append(link[0])
        link = link[1]
    return tuple(reversed(nodes))


def _dijkstra(arcs: Arcs, source: int) -> list[float]:
    rows, targets, weights = arcs
    cost = [inf] * (len(rows) - 1)
    cost[source] = 0.0
    queue = [(0.0, source)]
    while queue:
        total, here = heapq.heappop(queue)
        if total > cost[here]:
            continue
        for arc in range(rows[here], rows[here + 1]):
            further = total + weights[arc]
            if further < cost[targets[arc]]:
                cost[targets[arc]] = further
                heapq.heappush(queue, (further, targets[arc]))
    return cost


class _Tail(NamedTuple):
    """Be the end of a proof: its first move, and the moves after it."""

    move: int
    after: _Tail | None
    length: int


class PlainProofs:
    """Find the minimal proofs of a goal, the lightest first, where no move needs two things.

    Such a proof is a walk in which no move could follow an earlier one than it does. It is laid backwards from the
    goal; `truncated` tells whether the bound stopped it.
    """

    def __init__(self, graph: Hypergraph, expansions: int) -> None:
        self.graph, self.goal, self.expansions, self.truncated = graph, graph.goal, expansions, False
        self._needed: list[Sequence[int] | None] = [None] * len(graph.moves)  # None: nothing
        for clause, move in enumerate(graph.owner):
            self._needed[move] = graph.clauses[clause]
        self._shut = [0] * len(graph.facts)  # facts that only the last move laid may gain, with how often
        self._laid: _Tail | None = None

    def __iter__(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        graph = self.graph
        held = graph.held
        if self.goal in held:
            yield 0.0, ()
            return
        cost = graph.least(additive=True).cost
        before = [0.0 if facts is None else min((cost[fact] for fact in facts), default=inf) for facts in self._needed]
        number = count()
        queue: list[tuple[float, int, int, float, _Tail]] = []

        def lay(move: int, after: _Tail | None, weight: float) -> None:
            if before[move] < inf:
                weight += graph.weight[move]
                tail = _Tail(move, after, after.length + 1 if after else 1)
                heapq.heappush(queue, (weight + before[move], -tail.length, next(number), weight, tail))

        for move in graph.gained[self.goal]:
            lay(move, None, 0.0)
        while queue:
            if self.expansions <= 0:
                self.truncated = True
                return
            self.expansions -= 1
            total, _, _, weight, tail = heapq.heappop(queue)
            needed = self._needed[tail.move]
            if needed is None or any(fact in held for fact in needed):
                yield total, tuple(_moves(tail))
                continue
            self._turn_to(tail)
            earlier = dict.fromkeys(move for fact in needed for move in graph.gained[fact])
            for move in earlier:
                if not any(self._shut[fact] for fact in graph.gains[move]):
                    lay(move, tail, weight)

    def _turn_to(self, tail: _Tail) -> None:
        """Shut what the moves after the first of a tail need, and the goal: an earlier move must not gain it."""
        undo, redo = self._laid, []
        todo: _Tail | None = tail
        while undo is not todo:
            if todo is not None and (undo is None or todo.length >= undo.length):
                redo.append(todo)
                todo = todo.after
            elif undo is not None:
                self._count(undo, -1)
                undo = undo.after
        for part in reversed(redo):
            self._count(part, 1)
        self._laid = tail

    def _count(self, part: _Tail, by: int) -> None:
        facts = [self.goal] if part.after is None else self._needed[part.after.move]
        for fact in facts or ():
            self._shut[fact] += by


def _moves(tail: _Tail | None) -> Iterator[int]:
    while tail is not None:
        yield tail.move
        tail = tail.after
