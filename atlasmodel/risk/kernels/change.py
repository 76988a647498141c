"""What changes where some steps become possible in other worlds: only what depends on them is worked out again.

In the order of a sweep, what lies on no cycle is worked out anew where something before it changed. A cycle starts
again from what comes to it from outside, so that nothing on it holds itself up; where steps only became possible in
more worlds it goes on from what is reached.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words, add, fire, news


class State(NamedTuple):
    """Be the rows that a change starts from and leaves behind; `flags` says by place which nodes wait."""

    start: Words
    possible: Words
    reached: Words
    fired: Words
    flags: Flags


class Undo(NamedTuple):
    """Be what it takes to undo a change: which nodes it touched, and what their rows were before."""

    touched: Flags
    nodes: Indices
    rows: Words


@compiled
def change(net: Net, sweep: Sweep, state: State, undo: Undo, steps: Indices, rising: bool) -> int:
    """Work out what follows now that `steps` are possible in other worlds, or, `rising`, in more of them.

    Return how many nodes were touched.
    """
    clause_starts, option_starts, option_facts, option_masks = net[:4]
    flags, places, last = state.flags, sweep.places, sweep.last
    count = len(state.fired)
    out, met = np.empty_like(state.start[0]), np.empty_like(state.start[0])
    touched, place = 0, len(places)
    for step in steps:
        flags[places[step]] = True
        place = min(place, places[step])
    while place < len(places):
        if not flags[place]:
            place += 1
            continue
        if last[place] - sweep.first[place] > 1:
            touched = _cycle(net, sweep, state, undo, sweep.first[place], last[place], rising, touched)
        else:
            flags[place] = False
            node = sweep.nodes[place]
            if node < count:
                fire(
                    clause_starts, option_starts, option_facts, option_masks, net.masks,
                    node, state.possible, state.reached, out, met,
                )  # fmt: skip
            else:
                gather(net, sweep, node - count, place, state.start, state.fired, out)
            touched = _put(net, sweep, state, undo, node, out, touched)
        place = last[place]
    return touched


@compiled
def take_back(state: State, undo: Undo, touched: int) -> None:
    """Undo a change that touched some nodes."""
    reached, fired = state.reached, state.fired
    saved, nodes, rows = undo
    for number in range(touched):
        node = nodes[number]
        saved[node] = False
        if node < len(fired):
            _copy(rows, number, fired, node)
        else:
            _copy(rows, number, reached, node - len(fired))


@compiled
def gather(net: Net, sweep: Sweep, fact: int, place: int, start: Words, fired: Words, out: Words) -> None:
    """Write to `out` the worlds in which a fact is held from the start or gained by a step before a place."""
    gaining, gain_steps, gain_masks, masks, places = (
        net.gaining, net.gain_steps, net.gain_masks, net.masks, sweep.places
    )  # fmt: skip
    for word in range(len(out)):
        out[word] = start[fact, word]
    for entry in range(net.gaining_starts[fact], net.gaining_starts[fact + 1]):
        gain = gaining[entry]
        step, mask = gain_steps[gain], gain_masks[gain]
        if places[step] < place:
            for word in range(len(out)):
                out[word] |= fired[step, word] & masks[mask, word]


@compiled
def _differ(row: Words, rows: Words, number: int) -> bool:
    """Tell whether a row differs from one of some rows."""
    found = np.uint64(0)
    for word in range(len(row)):
        found |= row[word] ^ rows[number, word]
    return bool(found != 0)


@compiled
def _copy(rows: Words, number: int, others: Words, other: int) -> None:
    """Write a row over another."""
    for word in range(rows.shape[1]):
        others[other, word] = rows[number, word]


@compiled
def _put(net: Net, sweep: Sweep, state: State, undo: Undo, node: int, row: Words, touched: int) -> int:
    """Set the row of a node, and flag what depends on it if that is news."""
    count = len(state.fired)
    rows, number = (state.fired, node) if node < count else (state.reached, node - count)
    if not _differ(row, rows, number):
        return touched
    undo.touched[node], undo.nodes[touched] = True, node
    _copy(rows, number, undo.rows, touched)
    for word in range(len(row)):
        rows[number, word] = row[word]
    _flag(net, sweep, state.flags, count, node, 0)
    return touched + 1


@compiled
def _flag(net: Net, sweep: Sweep, flags: Flags, count: int, node: int, first: int) -> None:
    """Flag what depends on a node and stands at a place or after it."""
    if node < count:
        for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
            place = sweep.places[count + net.gain_facts[gain]]
            flags[place] = flags[place] or place >= first
    else:
        for option in range(net.waiting_starts[node - count], net.waiting_starts[node - count + 1]):
            place = sweep.places[net.waiting_steps[option]]
            flags[place] = flags[place] or place >= first


@compiled
def _cycle(net: Net, sweep: Sweep, state: State, undo: Undo, first: int, last: int, rising: bool, touched: int) -> int:
    """Work out the nodes of a cycle, and flag what depends on those that changed."""
    clause_starts, option_starts, option_facts, option_masks = net[:4]
    gain_starts, gain_facts, gain_masks = net.gain_starts, net.gain_facts, net.gain_masks
    waiting_starts, waiting_steps, masks = net.waiting_starts, net.waiting_steps, net.masks
    start, possible, reached, fired, flags = state
    saved, saved_nodes, saved_rows = undo
    nodes, places = sweep.nodes, sweep.places
    count, words, before = len(fired), fired.shape[1], touched
    out, met = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
    if not rising:
        for place in range(first, last):
            node = nodes[place]
            saved[node], saved_nodes[touched] = True, node
            if node < count:
                _copy(fired, node, saved_rows, touched)
                for word in range(words):
                    fired[node, word] = np.uint64(0)
            else:
                _copy(reached, node - count, saved_rows, touched)
                gather(net, sweep, node - count, first, start, fired, out)
                for word in range(words):
                    reached[node - count, word] = out[word]
            touched += 1
            flags[place] = node < count
    again = True
    while again:
        again = False
        for place in range(first, last):
            if not flags[place]:
                continue
            flags[place] = False
            node = nodes[place]
            if node < count:
                fire(clause_starts, option_starts, option_facts, option_masks, masks, node, possible, reached, out, met)
                if not _differ(out, fired, node):
                    continue
                if not saved[node]:
                    saved[node], saved_nodes[touched] = True, node
                    _copy(fired, node, saved_rows, touched)
                    touched += 1
                for word in range(words):
                    fired[node, word] = out[word]
                begin, end = gain_starts[node], gain_starts[node + 1]
            else:  # it may come from outside in more worlds
                gather(net, sweep, node - count, first, start, fired, out)
                begin, end = 0, 1
            for gain in range(begin, end):
                fact, mask = (gain_facts[gain], gain_masks[gain]) if node < count else (node - count, 0)
                if places[count + fact] >= last or not news(out, mask, masks, reached, fact):
                    continue
                if not saved[count + fact]:
                    saved[count + fact], saved_nodes[touched] = True, count + fact
                    _copy(reached, fact, saved_rows, touched)
                    touched += 1
                add(out, mask, masks, reached, fact)
                for option in range(waiting_starts[fact], waiting_starts[fact + 1]):
                    other = places[waiting_steps[option]]
                    if other < last:
                        flags[other] = True
                        again = again or other <= place
    for number in range(before, touched):
        node = saved_nodes[number]
        rows, row = (fired, node) if node < count else (reached, node - count)
        if _differ(saved_rows[number], rows, row):
            _flag(net, sweep, flags, count, node, last)
    return touched
