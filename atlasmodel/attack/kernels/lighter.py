"""Which moves can have a part in a proof of less than some weight: backwards from the goal at rising weight."""

from __future__ import annotations

from heapq import heappop, heappush

from atlasmodel._compiled import compiled_when_called
from atlasmodel.attack.kernels.net import Net


@compiled_when_called
def find_lighter(
    net: Net, weight: list[float], ready: list[float], goal: int, limit: float, nearest: list[float], seen: list[int]
) -> None:
    """Mark with 2 the moves that can have a part in a proof of less than `limit`.

    `nearest` gets the least weight of the moves that lead on from each fact; a move that is marked before is left out.
    """
    nearest[goal] = 0.0
    queue = [(0.0, goal)]
    while len(queue) > 0:
        cost, fact = heappop(queue)
        if cost >= limit:
            break
        if cost > nearest[fact]:
            continue
        for move in net.gained[net.gained_starts[fact] : net.gained_starts[fact + 1]]:
            further = cost + weight[move]
            if further < limit and seen[move] == 0:
                seen[move] = 1
                if ready[move] + further < limit:
                    seen[move] = 2
                first, last = net.option_starts[net.first[move]], net.option_starts[net.first[move + 1]]
                for needed in net.options[first:last]:
                    if further < nearest[needed]:
                        nearest[needed] = further
                        heappush(queue, (further, needed))
