"""What changes where some steps become possible in other worlds: only what depends on them is worked out again.

In the order of a sweep, what lies on no cycle is worked out anew where something before it changed. A cycle starts
again from what comes to it from outside, so that nothing on it holds itself up; where steps only became possible in
more worlds it goes on from what is reached.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words, add, fire


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
    count = len(state.fired)
    out, met = np.empty_like(state.start[0]), np.empty_like(state.start[0])
    touched, place = 0, len(sweep.nodes)
    for step in steps:
        state.flags[sweep.places[step]] = True
        place = min(place, sweep.places[step])
    while place < len(sweep.nodes):
        if not state.flags[place]:
            place += 1
            continue
        first, last = sweep.first[place], sweep.last[place]
        if last - first > 1:
            touched = _cycle(net, sweep, state, undo, first, last, rising, touched)
        else:
            node = sweep.nodes[place]
            state.flags[place] = False
            if node < count:
                fire(net, node, state.possible[node], state.reached, out, met)
                touched = _put(net, sweep, state, undo, node, out, touched)
            else:
                gather(net, sweep, node - count, place, state.start, state.fired, out)
                touched = _put(net, sweep, state, undo, node, out, touched)
        place = last
    return touched


@compiled
def take_back(state: State, undo: Undo, touched: int) -> None:
    """Undo a change that touched some nodes."""
    count = len(state.fired)
    for number in range(touched):
        node = undo.nodes[number]
        undo.touched[node] = False
        if node < count:
            state.fired[node] = undo.rows[number]
        else:
            state.reached[node - count] = undo.rows[number]


@compiled
def gather(net: Net, sweep: Sweep, fact: int, place: int, start: Words, fired: Words, out: Words) -> None:
    """Write to `out` the worlds in which a fact is held from the start or gained by a step before a place."""
    for word in range(len(out)):
        out[word] = start[fact, word]
    for entry in range(net.gaining_starts[fact], net.gaining_starts[fact + 1]):
        gain = net.gaining[entry]
        step = net.gain_steps[gain]
        if sweep.places[step] < place:
            mask = net.gain_masks[gain]
            for word in range(len(out)):
                out[word] |= fired[step, word] & net.masks[mask, word]


@compiled
def differ(one: Words, other: Words) -> bool:
    """Tell whether two rows differ."""
    news = np.uint64(0)
    for word in range(len(one)):
        news |= one[word] ^ other[word]
    return bool(news != 0)


@compiled
def _save(state: State, undo: Undo, node: int, touched: int) -> int:
    """Keep the row of a node as it was; return how many are kept."""
    if not undo.touched[node]:
        undo.touched[node] = True
        undo.nodes[touched] = node
        count = len(state.fired)
        undo.rows[touched] = state.fired[node] if node < count else state.reached[node - count]
        touched += 1
    return touched


@compiled
def _put(net: Net, sweep: Sweep, state: State, undo: Undo, node: int, row: Words, touched: int) -> int:
    """Set the row of a node, and flag what depends on it if that is news."""
    count = len(state.fired)
    if not differ(row, state.fired[node] if node < count else state.reached[node - count]):
        return touched
    touched = _save(state, undo, node, touched)
    if node < count:
        state.fired[node] = row
        for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
            state.flags[sweep.places[count + net.gain_facts[gain]]] = True
    else:
        fact = node - count
        state.reached[fact] = row
        for option in range(net.waiting_starts[fact], net.waiting_starts[fact + 1]):
            state.flags[sweep.places[net.waiting_steps[option]]] = True
    return touched


@compiled
def _cycle(net: Net, sweep: Sweep, state: State, undo: Undo, first: int, last: int, rising: bool, touched: int) -> int:
    """Work out the nodes of a cycle, and flag what depends on those that changed."""
    count, before = len(state.fired), touched
    out, met = np.empty_like(state.start[0]), np.empty_like(state.start[0])
    if not rising:
        for place in range(first, last):
            node = sweep.nodes[place]
            touched = _save(state, undo, node, touched)
            state.flags[place] = True
            if node < count:
                state.fired[node] = np.uint64(0)
            else:
                gather(net, sweep, node - count, first, state.start, state.fired, state.reached[node - count])
    again = True
    while again:
        again = False
        for place in range(first, last):
            if not state.flags[place]:
                continue
            state.flags[place] = False
            node = sweep.nodes[place]
            if node >= count:  # it may come from outside in more worlds
                gather(net, sweep, node - count, first, state.start, state.fired, out)
                touched, found = _gain(net, sweep, state, undo, node - count, out, 0, first, last, touched)
                again = again or 0 <= found <= place
                continue
            fire(net, node, state.possible[node], state.reached, out, met)
            if not differ(out, state.fired[node]):
                continue
            touched = _save(state, undo, node, touched)
            state.fired[node] = out
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                fact, mask = net.gain_facts[gain], net.gain_masks[gain]
                if sweep.places[count + fact] < last:
                    touched, found = _gain(net, sweep, state, undo, fact, out, mask, first, last, touched)
                    again = again or 0 <= found <= place
    for number in range(before, touched):
        node = undo.nodes[number]
        if node >= count:
            fact = node - count
            if differ(state.reached[fact], undo.rows[number]):
                for option in range(net.waiting_starts[fact], net.waiting_starts[fact + 1]):
                    place = sweep.places[net.waiting_steps[option]]
                    state.flags[place] = state.flags[place] or place >= last
        elif differ(state.fired[node], undo.rows[number]):
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                place = sweep.places[count + net.gain_facts[gain]]
                state.flags[place] = state.flags[place] or place >= last
    return touched


@compiled
def _gain(
    net: Net, sweep: Sweep, state: State, undo: Undo, fact: int, bits: Words, mask: int, first: int, last: int,
    touched: int,
) -> tuple[int, int]:  # fmt: skip
    """Add worlds to a fact of a cycle and flag the steps there that wait for it; return the first place flagged."""
    news = np.uint64(0)
    for word in range(len(bits)):
        news |= bits[word] & net.masks[mask, word] & ~state.reached[fact, word]
    if news == 0:
        return touched, -1
    touched = _save(state, undo, len(state.fired) + fact, touched)
    add(state.reached[fact], bits, net.masks[mask])
    found = -1
    for option in range(net.waiting_starts[fact], net.waiting_starts[fact + 1]):
        place = sweep.places[net.waiting_steps[option]]
        if first <= place < last:
            state.flags[place] = True
            if found < 0 or place < found:
                found = place
    return touched, found
