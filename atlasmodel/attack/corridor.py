"""The k best walks between two nodes of a large graph: distances are looked for in a corridor around the shortest."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log
from typing import Any, cast

import numpy as np

from atlasmodel._compiled import is_available
from atlasmodel.attack.kernels.corridor import meet, turn
from atlasmodel.attack.walks import Arcs, Arrays, Walks, best_walks, distances_to

LARGE = 10_000  # arcs from which compiled kernels are worth loading
ROUNDING = 1e-12  # of a sum of weights
TRIES = 6  # corridors, each wider than the one before, until all nodes are looked at


def find_walks(graph: Arrays, arcs: Arcs, source: int, target: int, limit: int) -> Walks:
    """Return up to `limit` walks of least weight that meet no node twice, best first; `arcs` are the same as lists.

    >>> graph = Arrays(np.array([0, 2, 3, 3]), np.array([1, 2, 2]), np.array([1.0, 5.0, 1.0]))
    >>> find_walks(graph, Arcs.of(*graph), 0, 2, 5).walks
    [(2.0, (0, 1, 2)), (5.0, (0, 2))]
    """
    if len(graph.targets) >= LARGE and is_available():
        found = _near(graph, arcs, source, target, limit)
        if found is not None:
            return found
    return best_walks(arcs, distances_to(*graph, target), source, target, limit)


def _near(graph: Arrays, arcs: Arcs, source: int, target: int, limit: int) -> Walks | None:
    """Return the walks from within a corridor, None where none is known to hold them all.

    Where a corridor holds as many walks as are asked for, none of those is heavier than the heaviest found.
    """
    rows, targets = (np.ascontiguousarray(part, dtype=np.int64) for part in graph[:2])
    weights = np.ascontiguousarray(graph.weights, dtype=np.float64)
    turned = turn(rows, targets)

    def distances(margin: float, most: float) -> tuple[float, Sequence[float]]:
        so_far, left = np.full(len(rows) - 1, inf), np.full(len(rows) - 1, inf)
        shortest = meet(rows, targets, weights, *turned, source, target, margin, most, so_far, left)
        return shortest, cast(Any, memoryview(cast(Any, left)))

    shortest, _ = distances(0.0, inf)
    if shortest == inf:
        return Walks([], False)
    margin, most = 0.2 * shortest, inf
    for _ in range(TRIES if shortest > 0 else 0):
        _, left = distances(margin, most)
        found = best_walks(arcs, left, source, target, limit)
        inside = sum(weight <= min(shortest + margin, most) * (1 - ROUNDING) for weight, _ in found.walks)
        if inside == limit:
            return found
        if len(found.walks) == limit:
            most = found.walks[-1][0] * (1 + 4 * ROUNDING)
        margin *= min(2.0, max(1.1, log(1.3 * limit) / log(2 + inside)))  # their number grows about as a power
    return None
