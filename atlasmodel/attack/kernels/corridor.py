"""Distances to a target for the nodes between source and target alone: searches from both ends that meet."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import compiled_when_called

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled_when_called
def turn(rows: Ints, targets: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Return where the arcs that end at each node begin, and these, each as its source and its number."""
    size = len(rows) - 1
    starts = np.zeros(size + 2, dtype=np.int64)
    for target in targets:
        starts[target + 2] += 1
    for node in range(size):
        starts[node + 2] += starts[node + 1]
    arcs = np.empty((len(targets), 2), dtype=np.int32)
    for source in range(size):
        for arc in range(rows[source], rows[source + 1]):
            place = starts[targets[arc] + 1]
            starts[targets[arc] + 1] = place + 1
            arcs[place, 0], arcs[place, 1] = source, arc
    return starts[:-1], arcs


@compiled_when_called
def meet(
    rows: Ints,
    targets: Ints,
    weights: Floats,
    starts: Ints,
    arcs: NDArray[np.int32],
    source: int,
    target: int,
    margin: float,
    most: float,
    so_far: Floats,
    left: Floats,
) -> float:
    """Write to `left` the distances to the target on walks not longer than a limit, and return the shortest of all.

    The limit is by some margin above the shortest, and `most` at most. What lies on such a walk is near one end or the
    other: both are searched by turns until no walk within the limit has a node that neither knows; then the search from
    the target goes on among the nodes that the other knows. Other nodes get no distance, or too long a one.
    """
    so_far[source] = left[target] = 0.0
    ahead, behind = [(0.0, np.int64(source))], [(0.0, np.int64(target))]
    shortest = 0.0 if source == target else inf
    limit = most
    while len(ahead) > 0 and len(behind) > 0 and ahead[0][0] + behind[0][0] <= limit:
        rest = max(ahead[0][0], behind[0][0])  # what the side that waits does not know lies no nearer
        if ahead[0][0] <= behind[0][0]:
            here, node = heappop(ahead)
            if here == so_far[node]:
                for arc in range(rows[node], rows[node + 1]):
                    other, further = targets[arc], here + weights[arc]
                    if further < so_far[other] and further + min(left[other], rest) <= limit:
                        so_far[other] = further
                        heappush(ahead, (further, other))
                        if further + left[other] < shortest:
                            shortest = further + left[other]
                            limit = min(most, shortest + margin)
        else:
            here, node = heappop(behind)
            if here == left[node]:
                for place in range(starts[node], starts[node + 1]):
                    other, further = np.int64(arcs[place, 0]), here + weights[arcs[place, 1]]
                    if further < left[other] and further + min(so_far[other], rest) <= limit:
                        left[other] = further
                        heappush(behind, (further, other))
                        if further + so_far[other] < shortest:
                            shortest = further + so_far[other]
                            limit = min(most, shortest + margin)
    radius = ahead[0][0] if len(ahead) > 0 else inf  # what the search from the source does not know lies further off
    while len(behind) > 0:
        here, node = heappop(behind)
        if here == left[node]:
            for place in range(starts[node], starts[node + 1]):
                other, further = np.int64(arcs[place, 0]), here + weights[arcs[place, 1]]
                if further < left[other] and min(so_far[other], radius) + further <= limit:
                    left[other] = further
                    heappush(behind, (further, other))
    return shortest
