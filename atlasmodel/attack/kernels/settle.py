"""Least costs, as Knuth generalised Dijkstra: facts are settled at rising cost."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

from atlasmodel._compiled import compiled_when_called
from atlasmodel.attack.kernels.net import Costs, Net


@compiled_when_called
def offer_free(
    net: Net,
    weight: list[float],
    free: list[int],
    left: list[int],
    least: list[float],
    by: list[int],
    ready: list[float],
) -> None:
    """Offer what moves that need nothing gain; of those alike in weight the first counts."""
    for move in free:
        ready[move] = 0.0
        if left[move] == 0:
            here = weight[move]
            for fact in net.gains[net.gain_starts[move] : net.gain_starts[move + 1]]:
                if here < least[fact]:
                    least[fact], by[fact] = here, move


@compiled_when_called
def settle(
    net: Net, weight: list[float], costs: Costs, done: int, goal: int, most: float, additive: bool, worst: bool
) -> int:
    """Settle facts until the goal is, or until whatever is left costs more than `most`; return how many are by then.

    Of moves that offer a fact for as much the first counts.
    """
    waiting_starts, waiting, owner = net.waiting_starts, net.waiting, net.owner
    gain_starts, gains = net.gain_starts, net.gains
    left, below, least, offer, cost, by, met, dearest, ready, settled = costs
    queue = [(least[fact], fact) for fact in range(len(least)) if least[fact] < inf and cost[fact] == inf]
    heapify(queue)
    while len(queue) > 0 and queue[0][0] <= most:
        here, fact = heappop(queue)
        if cost[fact] != inf:
            continue
        cost[fact], by[fact], settled[done] = here, offer[fact], fact
        done += 1
        for clause in waiting[waiting_starts[fact] : waiting_starts[fact + 1]]:
            if met[clause] >= 0:
                continue
            met[clause] = fact
            move = owner[clause]
            left[move] -= 1
            below[move] = below[move] + here if additive else here  # facts come at rising cost: the last is dearest
            if left[move] == 0:
                total = below[move]
                dearest[move], ready[move] = clause, total
                total = max(total, weight[move]) if worst else total + weight[move]
                for gained in gains[gain_starts[move] : gain_starts[move + 1]]:
                    if total <= least[gained] and cost[gained] == inf:
                        if total < least[gained]:
                            least[gained], offer[gained] = total, move
                            heappush(queue, (total, gained))
                        elif move < offer[gained]:
                            offer[gained] = move
        if fact == goal:
            break
    return done
