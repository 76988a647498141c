"""The least fixed point in every world, from the start or from where less was possible: facts alone are kept.

A step is worked out when it is due and added to what it gains. As nothing is ever taken away, no step need remember
where it fired, and what a group of scenarios has in common is a start for each of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Today, Words

_LESS = 3  # as fast as others is a step worked out that comes once


class Undo(NamedTuple):
    """Be what it takes to undo a rise: which facts it touched, and what their rows were before."""

    touched: Flags
    facts: Indices
    rows: Words


@compiled
def fire(net: Net, step: int, possible: Words, reached: Words, out: Words, met: Words) -> None:
    """Write to `out` the worlds in which a step is possible and each of its clauses is met; `met` is scratch."""
    option_starts, option_facts, option_masks = net.option_starts, net.option_facts, net.option_masks
    masks, words = net.masks, len(out)
    for word in range(words):
        out[word] = possible[word]
    for clause in range(net.clause_starts[step], net.clause_starts[step + 1]):
        first, end = option_starts[clause], option_starts[clause + 1]
        if end - first == 1 and option_masks[first] == 0:
            fact = option_facts[first]
            for word in range(words):
                out[word] &= reached[fact, word]
            continue
        for word in range(words):
            met[word] = np.uint64(0)
        for option in range(first, end):
            fact, mask = option_facts[option], option_masks[option]
            if mask == 0:
                for word in range(words):
                    met[word] |= reached[fact, word]
            else:
                for word in range(words):
                    met[word] |= reached[fact, word] & masks[mask, word]
        for word in range(words):
            out[word] &= met[word]


@compiled
def add(reached: Words, fact: int, out: Words, mask: int, masks: Words) -> None:
    """Reach a fact in further worlds, where the connection to it exists."""
    if mask == 0:
        for word in range(len(out)):
            reached[fact, word] |= out[word]
    else:
        for word in range(len(out)):
            reached[fact, word] |= out[word] & masks[mask, word]


@compiled
def settle(net: Net, sweep: Sweep, possible: Words, reached: Words) -> int:
    """Let all follow from what is held; `reached` holds that from the start, and then all that follows.

    What lies on no cycle comes once, after all that it needs, so nobody has to look whether it adds anything. Return
    how often a step was worked out; what comes once counts for less.
    """
    clause_starts, option_starts = net.clause_starts, net.option_starts
    option_facts, option_masks, masks = net.option_facts, net.option_masks, net.masks
    gain_starts, gain_facts, gain_masks = net.gain_starts, net.gain_facts, net.gain_masks
    steps, words = len(possible), reached.shape[1]
    flags = np.ones(len(sweep.nodes), dtype=np.bool_)
    nothing = Undo(np.ones(len(reached), dtype=np.bool_), np.empty(0, dtype=np.int32), reached[:0])
    out, met = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
    place, fires, once = 0, 0, 0
    while place < len(sweep.nodes):
        last = sweep.last[place]
        step = sweep.nodes[place]
        if last - place > 1:
            fires += rise_flagged(net, sweep, possible, reached, nothing, flags, place, last)[1]
            place = last
            continue
        place = last
        if step >= steps:
            continue
        once += 1
        clause, gain = clause_starts[step], gain_starts[step]
        is_plain = clause_starts[step + 1] - clause == 1 == gain_starts[step + 1] - gain and gain_masks[gain] == 0
        begin = option_starts[clause]
        if is_plain and option_starts[clause + 1] - begin == 1 and option_masks[begin] == 0:
            # the commonest by far: one fact for another
            fact, gained = option_facts[begin], gain_facts[gain]
            for word in range(words):
                reached[gained, word] |= reached[fact, word] & possible[step, word]
            continue
        fire(net, step, possible[step], reached, out, met)
        for gain in range(gain_starts[step], gain_starts[step + 1]):
            fact, mask = gain_facts[gain], gain_masks[gain]
            add(reached, fact, out, mask, masks)
    return fires + once // _LESS


@compiled
def allow(possible: Words, today: Today, steps: Indices, inside: Indices, words: Words) -> Indices:
    """Let some steps be possible as `words` says of those `inside` and as today else; return which were turned so.

    Both are sorted, and `inside` are among the steps; what is returned are positions among those.
    """
    turned = np.empty(len(steps), dtype=np.int32)
    count, number = 0, 0
    for at in range(len(steps)):
        step = steps[at]
        is_inside = number < len(inside) and inside[number] == step
        rows, row = (words, number) if is_inside else (today.words, np.int64(today.rows[step]))
        number += is_inside
        news = np.uint64(0)
        for word in range(possible.shape[1]):
            news |= rows[row, word] ^ possible[step, word]
        if news == 0:
            continue
        for word in range(possible.shape[1]):
            possible[step, word] = rows[row, word]
        turned[count] = at
        count += 1
    return turned[:count]


@compiled
def rise(
    net: Net, sweep: Sweep, possible: Words, reached: Words, undo: Undo, flags: Flags, steps: Indices
) -> tuple[int, int]:
    """Let follow what some steps add that became possible in more worlds.

    Return how many facts were touched, and how often a step was worked out.
    """
    place = len(sweep.nodes)
    for step in steps:
        flags[sweep.places[step]] = True
        place = min(place, sweep.first[sweep.places[step]])  # a cycle is gone through from its beginning
    return rise_flagged(net, sweep, possible, reached, undo, flags, place, len(sweep.nodes))


@compiled
def rise_flagged(
    net: Net, sweep: Sweep, possible: Words, reached: Words, undo: Undo, flags: Flags, place: int, until: int
) -> tuple[int, int]:
    """Work out the steps flagged at some places, and those that wait for what they add, until nothing changes."""
    steps = len(possible)
    gain_starts, gain_facts, gain_masks, masks = net.gain_starts, net.gain_facts, net.gain_masks, net.masks
    waiting_starts, waiting_steps = net.waiting_starts, net.waiting_steps
    nodes, places, lasts = sweep.nodes, sweep.places, sweep.last
    touched, facts, rows = undo.touched, undo.facts, undo.rows
    words = reached.shape[1]
    out, met = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
    kept, fires = 0, 0
    while place < until:
        last, again = lasts[place], True
        while again:  # once where there is no cycle
            again = False
            for at in range(place, last):
                if not flags[at]:
                    continue
                flags[at] = False
                step = nodes[at]
                if step >= steps:
                    continue
                fires += 1
                fire(net, step, possible[step], reached, out, met)
                for gain in range(gain_starts[step], gain_starts[step + 1]):
                    fact, mask = gain_facts[gain], gain_masks[gain]
                    news = np.uint64(0)
                    if mask == 0:
                        for word in range(words):
                            news |= out[word] & ~reached[fact, word]
                    else:
                        for word in range(words):
                            news |= out[word] & masks[mask, word] & ~reached[fact, word]
                    if news == 0:
                        continue
                    if not touched[fact]:
                        touched[fact] = True
                        facts[kept] = fact
                        for word in range(words):
                            rows[kept, word] = reached[fact, word]
                        kept += 1
                    add(reached, fact, out, mask, masks)
                    for waiting in range(waiting_starts[fact], waiting_starts[fact + 1]):
                        other = places[waiting_steps[waiting]]
                        flags[other] = True
                        again = again or other <= at
        place = last
    return kept, fires


@compiled
def take_back(reached: Words, undo: Undo, touched: int) -> None:
    """Undo a rise that touched some facts."""
    for number in range(touched):
        fact = undo.facts[number]
        undo.touched[fact] = False
        reached[fact] = undo.rows[number]


@compiled
def fire_all(net: Net, possible: Words, reached: Words, fired: Words) -> None:
    """Write to `fired` the worlds in which each step is possible and each of its clauses is met."""
    met = np.empty(reached.shape[1], dtype=np.uint64)
    for step in range(len(possible)):
        fire(net, step, possible[step], reached, fired[step], met)
