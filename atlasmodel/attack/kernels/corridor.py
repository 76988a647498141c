"""Least costs of the facts between start and goal alone, where no move needs two things: searches that meet."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

from atlasmodel._compiled import compiled_when_called
from atlasmodel.attack.kernels.net import Net


@compiled_when_called
def meet(
    net: Net, weight: list[float], needs: list[int], goal: int, wide: float, cost: list[float], left: list[float]
) -> float:
    """Complete `cost`, which holds what there is at the start, for facts on proofs that weigh up to a limit.

    Return the least weight of a proof; the limit is that times `wide`. What lies on a proof within it is near one end
    or the other: both are searched by turns, `left` keeps what is left to the goal, until no proof within the limit has
    a fact that neither side knows. From then on the search from the start goes on alone, among the facts that the other
    knows. Other facts get no cost, or too high a one.
    """
    first, option_starts, options = net.first, net.option_starts, net.options
    waiting_starts, waiting, owner = net.waiting_starts, net.waiting, net.owner
    gain_starts, gains, gained_starts, gained = net.gain_starts, net.gains, net.gained_starts, net.gained
    ahead = [(cost[fact], fact) for fact in range(len(cost)) if cost[fact] < inf]
    heapify(ahead)
    left[goal] = 0.0
    behind = [(0.0, goal)]
    least = cost[goal]
    limit = inf if wide == inf or least == inf else least * wide
    while len(ahead) > 0:
        farthest = behind[0][0] if len(behind) > 0 else inf  # what the search from the goal does not know is no nearer
        may_meet = ahead[0][0] + farthest <= limit
        if may_meet and farthest <= ahead[0][0]:
            rest = ahead[0][0]
            here, fact = heappop(behind)
            if here > left[fact]:
                continue
            for move in gained[gained_starts[fact] : gained_starts[fact + 1]]:
                further = here + weight[move]
                if needs[move] != 1 or further > limit:
                    continue
                clause = first[move]
                for other in options[option_starts[clause] : option_starts[clause + 1]]:
                    if further < left[other] and further + min(cost[other], rest) <= limit:
                        left[other] = further
                        heappush(behind, (further, other))
                        if further + cost[other] < least:
                            least = further + cost[other]
                            limit = inf if wide == inf else least * wide
        else:
            rest = max(ahead[0][0], farthest) if may_meet else farthest
            here, fact = heappop(ahead)
            if here > cost[fact]:
                continue
            for clause in waiting[waiting_starts[fact] : waiting_starts[fact + 1]]:
                move = owner[clause]
                further = here + weight[move]
                if needs[move] != 1 or further > limit:
                    continue
                for other in gains[gain_starts[move] : gain_starts[move + 1]]:
                    if further < cost[other] and further + min(left[other], rest) <= limit:
                        cost[other] = further
                        heappush(ahead, (further, other))
                        if further + left[other] < least:
                            least = further + left[other]
                            limit = inf if wide == inf else least * wide
    return least
