"""In which worlds steps lie on a proof of a goal."""

from __future__ import annotations

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.count import ones
from atlasmodel.risk.kernels.net import Indices, Words
from atlasmodel.risk.kernels.search import Places, Search, Ways, follow, forget, search_in

_NONE = np.uint64(0)
_TRIED = 8  # facts that are tried as the hub, and goals that may say which


@compiled
def count_proofs(ways: Ways, goals: Places, counts: Indices) -> None:
    """Add to `counts[goal, step]` in how many worlds a step is on a proof of a goal.

    Proofs have most of their steps in common. Where a goal needs the hub, it needs all that the hub needs: that is
    found once, the search from the goal leaves it out, and its steps count where two rows have worlds in common.
    """
    hub = _hub(ways, goals) if len(goals) > 2 else -1
    words, steps = ways.made.shape
    core = np.zeros((steps, words), dtype=np.uint64)  # where a step is on a proof of the hub
    needing = np.zeros((len(goals), words), dtype=np.uint64)  # where a goal needs the hub
    on, taken = np.zeros(steps, np.uint64), np.empty(steps, np.uint32)
    inside = np.zeros(steps, np.uint64)
    for word in range(words):
        search, reached = search_in(ways, word), ways.reached[word]
        found, met = search.found, search.met
        if hub >= 0:
            count = follow(ways.forth, search.forth, search, hub, reached[hub], _NONE)
            for number in range(len(goals)):
                needing[number, word] = found[goals[number]]
            forget(search, count)
            count = follow(ways.back, search.back, search, hub, reached[hub], _NONE)
            inside[:] = _NONE
            for at in range(_take(ways, search, count, on, taken)):
                step = taken[at]
                core[step, word] = inside[step] = on[step]
                on[step] = _NONE
            for at in range(count):
                search.core[met[at]] = found[met[at]]
            forget(search, count)
        for number in range(len(goals)):
            goal, within = goals[number], needing[number, word]
            count = follow(ways.back, search.back, search, goal, reached[goal], within)
            for at in range(_take(ways, search, count, on, taken)):
                step = taken[at]
                counts[number, step] += ones(on[step] & ~(inside[step] & within))
                on[step] = _NONE
            forget(search, count)
    if hub >= 0:
        _count_common(core, needing, counts)


@compiled
def _take(ways: Ways, search: Search, count: int, on: Words, taken: Places) -> int:
    """Write to `on` where steps gain what a search has found, list them in `taken` and return how many they are."""
    starts, steps = ways.gains
    through, found, met = search.through, search.found, search.met
    number = 0
    for at in range(count):
        fact = met[at]
        for gain in range(starts[fact], starts[fact + 1]):
            bits = found[fact] & through[gain]
            if bits == 0:
                continue
            step = steps[gain]
            if on[step] == 0:
                taken[number] = step
                number += 1
            on[step] |= bits
    return number


@compiled
def _hub(ways: Ways, goals: Places) -> int:
    """Return a fact on a large cycle that goals need, judged by the first 64 worlds; -1 for none.

    Some facts are tried that a goal with much behind it needs. Facts that lead to such a fact and back are on a cycle
    with it; on the largest, the fact is chosen that the goal needs in the most worlds.
    """
    search, reached = search_in(ways, 0), ways.reached[0]
    found, met = search.found, search.met
    most, goal = -1, goals[0]
    for root in goals[:: max(1, len(goals) // _TRIED)]:
        count = follow(ways.back, search.back, search, root, reached[root], _NONE)
        forget(search, count)
        if count > most:
            most, goal = count, root
    count = follow(ways.back, search.back, search, goal, reached[goal], _NONE)
    behind, facts = found.copy(), met[:count].copy()
    forget(search, count)
    best, hub = 0, -1
    for fact in facts[:: max(1, len(facts) // _TRIED)]:
        count = follow(ways.forth, search.forth, search, fact, reached[fact], _NONE)
        after = found.copy()
        forget(search, count)
        count = follow(ways.back, search.back, search, fact, reached[fact], _NONE)
        size, widest, stand_in = 0, 0, -1
        for at in range(count):
            other = met[at]
            worlds = ones(found[other] & after[other])
            size += worlds
            wide = ones(behind[other]) * 65 + worlds
            if worlds and wide > widest:
                widest, stand_in = wide, other
        forget(search, count)
        if size > best:
            best, hub = size, stand_in
    return hub


@compiled
def _count_common(core: Words, needing: Words, counts: Indices) -> None:
    """Add for each goal and step in how many worlds the goal needs the hub and the step is on a proof of it."""
    for step in range(len(core)):
        for number in range(len(needing)):
            total = 0
            for word in range(core.shape[1]):
                total += ones(core[step, word] & needing[number, word])
            counts[number, step] += total
