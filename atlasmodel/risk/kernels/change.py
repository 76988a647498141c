"""What changes where some steps become possible in other worlds: only what depends on them is worked out again.

In the order of a sweep, what lies on no cycle is simply worked out anew where something before it changed. A cycle is
done in two rounds, as deletion and rederivation do it for Datalog: first everything goes that rested on what is gone,
so that nothing on the cycle holds itself up; then what follows from the rest comes back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words, add, fire


class State(NamedTuple):
    """Be today's rows, and the rows of a scenario, which are today's between two questions.

    `flags` says by place which nodes wait, `touched` by node which rows may differ from today's.
    """

    start: Words
    possible: Words
    reached: Words
    fired: Words
    reached_then: Words
    fired_then: Words
    flags: Flags
    touched: Flags
    touched_nodes: Indices
    rows: Indices  # step -> its row among the changed ones, or -1


@compiled
def differ(one: Words, other: Words) -> bool:
    """Tell whether two rows differ."""
    news = np.uint64(0)
    for word in range(len(one)):
        news |= one[word] ^ other[word]
    return bool(news != 0)


@compiled
def flag_waiting(net: Net, sweep: Sweep, flags: Flags, fact: int, first: int, last: int, inside: bool) -> int:
    """Flag the steps that wait for a fact, inside or outside a stretch of places; return the first place, or -1."""
    found = -1
    for waiting in range(net.waiting_starts[fact], net.waiting_starts[fact + 1]):
        place = sweep.places[net.waiting_steps[waiting]]
        if (first <= place < last) == inside:
            flags[place] = True
            if found < 0 or place < found:
                found = place
    return found


@compiled
def from_outside(net: Net, sweep: Sweep, fact: int, first: int, start: Words, fired: Words, out: Words) -> None:
    """Write to `out` the worlds in which a fact is held from the start or gained by a step before a place."""
    for word in range(len(out)):
        out[word] = start[fact, word]
    for entry in range(net.gaining_starts[fact], net.gaining_starts[fact + 1]):
        gain = net.gaining[entry]
        step = net.gain_steps[gain]
        if sweep.places[step] < first:
            mask = net.gain_masks[gain]
            for word in range(len(out)):
                out[word] |= fired[step, word] & net.masks[mask, word]


@compiled
def apply(net: Net, sweep: Sweep, state: State, steps: Indices, rows: Words, buffers: Words) -> int:
    """Work out what follows where `steps` are possible in `rows`; return how many nodes are touched."""
    touched, place = 0, len(sweep.nodes)
    for row in range(len(steps)):
        state.rows[steps[row]] = row
        at = sweep.places[steps[row]]
        state.flags[at] = True
        place = min(place, at)
    while place < len(sweep.nodes):
        if not state.flags[place]:
            place += 1
            continue
        first, last = sweep.first[place], sweep.last[place]
        if last - first == 1:
            touched = _alone(net, sweep, state, rows, buffers, sweep.nodes[place], touched)
        else:
            touched = _cycle(net, sweep, state, rows, buffers, first, last, touched)
        place = last
    for row in range(len(steps)):
        state.rows[steps[row]] = -1
    return touched


@compiled
def restore(net: Net, state: State, touched: int) -> None:
    """Make the rows of the scenario today's again."""
    count = len(net.clause_starts) - 1
    for number in range(touched):
        node = state.touched_nodes[number]
        state.touched[node] = False
        if node < count:
            state.fired_then[node] = state.fired[node]
        else:
            state.reached_then[node - count] = state.reached[node - count]


@compiled
def _touch(state: State, node: int, touched: int) -> int:
    if not state.touched[node]:
        state.touched[node] = True
        state.touched_nodes[touched] = node
        touched += 1
    return touched


@compiled
def _fire_then(net: Net, state: State, rows: Words, step: int, out: Words, met: Words) -> None:
    row = state.rows[step]
    fire(net, step, state.possible[step] if row < 0 else rows[row], state.reached_then, out, met)


@compiled
def _alone(net: Net, sweep: Sweep, state: State, rows: Words, buffers: Words, node: int, touched: int) -> int:
    """Work out a node that lies on no cycle, and flag what depends on it if it changed."""
    count, out = len(net.clause_starts) - 1, buffers[0]
    place = sweep.places[node]
    state.flags[place] = False
    if node < count:
        _fire_then(net, state, rows, node, out, buffers[1])
        if differ(out, state.fired_then[node]):
            touched = _touch(state, node, touched)
            state.fired_then[node] = out
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                state.flags[sweep.places[count + net.gain_facts[gain]]] = True
    else:
        fact = node - count
        from_outside(net, sweep, fact, place, state.start, state.fired_then, out)
        if differ(out, state.reached_then[fact]):
            touched = _touch(state, node, touched)
            state.reached_then[fact] = out
            flag_waiting(net, sweep, state.flags, fact, place, place + 1, False)
    return touched


@compiled
def _cycle(
    net: Net, sweep: Sweep, state: State, rows: Words, buffers: Words, first: int, last: int, touched: int
) -> int:
    """Work out the nodes of a cycle, and flag what depends on those that changed."""
    count = len(net.clause_starts) - 1
    before = touched
    for place in range(first, last):
        if state.flags[place]:  # what comes from outside may be more, too: to be looked at in the second round
            touched = _touch(state, sweep.nodes[place], touched)
    touched = _delete(net, sweep, state, rows, buffers, first, last, touched)
    for number in range(before, touched):
        node = state.touched_nodes[number]
        state.flags[sweep.places[node]] = True
    touched = _rederive(net, sweep, state, rows, buffers, first, last, touched)
    for number in range(before, touched):
        node = state.touched_nodes[number]
        if node >= count:
            fact = node - count
            if differ(state.reached_then[fact], state.reached[fact]):
                flag_waiting(net, sweep, state.flags, fact, first, last, False)
        elif differ(state.fired_then[node], state.fired[node]):
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                place = sweep.places[count + net.gain_facts[gain]]
                if place >= last:
                    state.flags[place] = True
    return touched


@compiled
def _delete(
    net: Net, sweep: Sweep, state: State, rows: Words, buffers: Words, first: int, last: int, touched: int
) -> int:
    """Take from a cycle all that rested on what is gone, unless it also rests on what comes from outside."""
    count, words = len(net.clause_starts) - 1, buffers.shape[1]
    out, held, gone = buffers[0], buffers[1], buffers[2]
    again = True
    while again:
        again = False
        for place in range(first, last):
            if not state.flags[place]:
                continue
            state.flags[place] = False
            node = sweep.nodes[place]
            if node >= count:  # what came from outside and does so no longer
                fact = node - count
                from_outside(net, sweep, fact, first, state.start, state.fired, gone)
                from_outside(net, sweep, fact, first, state.start, state.fired_then, held)
                touched, found = _lose(net, sweep, state, fact, gone, held, first, last, touched)
                again = again or 0 <= found <= place
                continue
            _doubt(net, sweep, state, rows, node, first, out, held, gone)
            lost = np.uint64(0)
            for word in range(words):
                out[word] &= state.fired_then[node, word]
                lost |= out[word]
            if lost == 0:
                continue
            touched = _touch(state, node, touched)
            for word in range(words):
                state.fired_then[node, word] &= ~out[word]
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                fact, mask = net.gain_facts[gain], net.gain_masks[gain]
                if not first <= sweep.places[count + fact] < last:
                    continue
                for word in range(words):
                    gone[word] = out[word] & net.masks[mask, word]
                from_outside(net, sweep, fact, first, state.start, state.fired_then, held)
                touched, found = _lose(net, sweep, state, fact, gone, held, first, last, touched)
                again = again or 0 <= found <= place
    return touched


@compiled
def _doubt(
    net: Net, sweep: Sweep, state: State, rows: Words, step: int, first: int, out: Words, held: Words, gone: Words
) -> None:
    """Write to `out` where a step may rest on what is gone: an alternative on the cycle itself is no proof."""
    words, row = len(out), state.rows[step]
    for word in range(words):
        out[word] = ~(state.possible[step, word] if row < 0 else rows[row, word])
    for clause in range(net.clause_starts[step], net.clause_starts[step + 1]):
        for word in range(words):
            held[word] = gone[word] = np.uint64(0)
        for option in range(net.option_starts[clause], net.option_starts[clause + 1]):
            fact, mask = net.option_facts[option], net.option_masks[option]
            outside = sweep.places[len(net.clause_starts) - 1 + fact] < first
            for word in range(words):
                there = state.reached_then[fact, word] & net.masks[mask, word]
                gone[word] |= state.reached[fact, word] & net.masks[mask, word] & ~there
                if outside:
                    held[word] |= there
        for word in range(words):
            out[word] |= gone[word] & ~held[word]


@compiled
def _lose(
    net: Net, sweep: Sweep, state: State, fact: int, gone: Words, held: Words, first: int, last: int, touched: int
) -> tuple[int, int]:
    """Take a fact away where it is gone and not held otherwise; return also the first place flagged for it, or -1."""
    lost = np.uint64(0)
    for word in range(len(gone)):
        gone[word] &= state.reached_then[fact, word] & ~held[word]
        lost |= gone[word]
    if lost == 0:
        return touched, -1
    touched = _touch(state, len(net.clause_starts) - 1 + fact, touched)
    for word in range(len(gone)):
        state.reached_then[fact, word] &= ~gone[word]
    return touched, flag_waiting(net, sweep, state.flags, fact, first, last, True)


@compiled
def _rederive(
    net: Net, sweep: Sweep, state: State, rows: Words, buffers: Words, first: int, last: int, touched: int
) -> int:
    """Let come back on a cycle what follows from the rest, and come in what is new."""
    count, words = len(net.clause_starts) - 1, buffers.shape[1]
    out, met = buffers[0], buffers[1]
    again = True
    while again:
        again = False
        for place in range(first, last):
            if not state.flags[place]:
                continue
            state.flags[place] = False
            node = sweep.nodes[place]
            if node >= count:
                fact = node - count
                from_outside(net, sweep, fact, last, state.start, state.fired_then, out)  # all that gain it
                if add(state.reached_then[fact], out, net.masks[0]):
                    found = flag_waiting(net, sweep, state.flags, fact, first, last, True)
                    again = again or 0 <= found <= place
                continue
            _fire_then(net, state, rows, node, out, met)
            if not differ(out, state.fired_then[node]):
                continue
            touched = _touch(state, node, touched)
            for word in range(words):
                state.fired_then[node, word] = out[word]
            for gain in range(net.gain_starts[node], net.gain_starts[node + 1]):
                fact = net.gain_facts[gain]
                if not first <= sweep.places[count + fact] < last:
                    continue
                if add(state.reached_then[fact], out, net.masks[net.gain_masks[gain]]):
                    touched = _touch(state, count + fact, touched)
                    found = flag_waiting(net, sweep, state.flags, fact, first, last, True)
                    again = again or 0 <= found <= place
    return touched
