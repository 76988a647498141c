"""The k best walks in a directed graph: exact remaining distances, then best-first.

Every expansion then lies on one of the next best walks. On cycles a walk must not meet itself, which can cost many
expansions in the worst case: they are bounded.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Sequence
from itertools import count
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.table import begins

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
        back = begins(targets, size)
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
