"""What follows from what is held, and which moves lead into the region from which the goal follows for nothing."""

from __future__ import annotations

from math import inf

from atlasmodel._compiled import compiled_when_called
from atlasmodel.attack.kernels.net import Net

_REGION, _BEFORE = 1, 2


@compiled_when_called
def find_reached(
    net: Net, free: list[int], left: list[int], usable: list[int], held: list[int], met: list[int]
) -> None:
    """Mark with 1 the facts that follow from those marked so, with moves that are usable; others marked are not had."""
    stack = [fact for fact in range(len(held)) if held[fact] == 1]
    for move in free:
        if usable[move]:
            for fact in net.gains[net.gain_starts[move] : net.gain_starts[move + 1]]:
                if held[fact] == 0:
                    held[fact] = 1
                    stack.append(fact)
    while len(stack) > 0:
        fact = stack.pop()
        for clause in net.waiting[net.waiting_starts[fact] : net.waiting_starts[fact + 1]]:
            if met[clause]:
                continue
            met[clause] = 1
            move = net.owner[clause]
            left[move] -= 1
            if left[move] == 0 and usable[move]:
                for gained in net.gains[net.gain_starts[move] : net.gain_starts[move + 1]]:
                    if held[gained] == 0:
                        held[gained] = 1
                        stack.append(gained)


@compiled_when_called
def find_ways_in(
    net: Net,
    price: list[float],
    left: list[int],
    least: list[float],
    dearest: list[int],
    goal: int,
    side: list[int],
    cut: list[int],
) -> int:
    """Write to `cut` the moves that lead from what can be had before the goal's region into it; return their number.

    A move leads on from the clause that was dearest; `left` and `least` are as before anything was settled.
    """
    found = 0
    taken = [False for _ in range(len(price))]
    side[goal] = _REGION
    region = [goal]
    place = 0
    while place < len(region):
        fact = region[place]
        place += 1
        for move in net.gained[net.gained_starts[fact] : net.gained_starts[fact + 1]]:
            if left[move] == 0 and not taken[move]:
                taken[move] = True
                cut[found] = move
                found += 1
            clause = dearest[move]
            if clause >= 0 and price[move] == 0:
                for needed in net.options[net.option_starts[clause] : net.option_starts[clause + 1]]:
                    if side[needed] == 0:
                        side[needed] = _REGION
                        region.append(needed)
    stack = [fact for fact in range(len(least)) if least[fact] < inf and side[fact] == 0]
    for fact in stack:
        side[fact] = _BEFORE
    while len(stack) > 0:
        fact = stack.pop()
        for clause in net.waiting[net.waiting_starts[fact] : net.waiting_starts[fact + 1]]:
            move = net.owner[clause]
            if dearest[move] == clause:
                for gained in net.gains[net.gain_starts[move] : net.gain_starts[move + 1]]:
                    if side[gained] == _REGION:
                        if not taken[move]:
                            taken[move] = True
                            cut[found] = move
                            found += 1
                    elif side[gained] == 0:
                        side[gained] = _BEFORE
                        stack.append(gained)
    return found
