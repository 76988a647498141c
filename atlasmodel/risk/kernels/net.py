"""Kernels over worlds: 64 of them a word, a row of words for every fact, step and mask.

Steps are nodes 0 to S - 1, facts the nodes from S on. A sweep goes through the nodes in an order in which, cycles
apart, each comes after those that feed it; the nodes of a cycle stand together. What a sweep finds is a least fixed
point, so the order decides how long it takes and nothing else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import compiled

Indices = NDArray[np.int32]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]


class Net(NamedTuple):
    """Be steps and facts as arrays; what belongs to n is at `starts[n]` to `starts[n + 1]`. Mask 0 is everywhere."""

    clause_starts: Indices  # step -> clauses
    option_starts: Indices  # clause -> options
    option_facts: Indices
    option_masks: Indices
    gain_starts: Indices  # step -> gains
    gain_facts: Indices
    gain_masks: Indices
    waiting_starts: Indices  # fact -> options that name it
    waiting: Indices
    waiting_steps: Indices  # entry of `waiting` -> the step whose option it is
    gaining_starts: Indices  # fact -> gains of it
    gaining: Indices
    gain_steps: Indices  # gain -> its step
    masks: Words


class Today(NamedTuple):
    """Be where steps are possible today: a row of words each, and which row is that of each step."""

    words: Words
    rows: Indices


class Sweep(NamedTuple):
    """Be the nodes in the order of a sweep, the place of each, and where the cycle at each place begins and ends."""

    nodes: Indices
    places: Indices
    first: Indices
    last: Indices


@compiled
def sweep_of(net: Net) -> Sweep:
    """Return the order of a sweep: strongly connected components in topological order (Tarjan, without recursion).

    On a cycle the nodes stand in the reverse of the order in which the search left them: what feeds comes early.
    """
    steps = len(net.clause_starts) - 1
    count = steps + len(net.waiting_starts) - 1
    nodes, places = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    first, last = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    index = np.zeros(count, dtype=np.int32)  # 0: not seen
    low = np.zeros(count, dtype=np.int32)
    entry = np.zeros(count, dtype=np.int32)  # of each node, the next successor to look at
    done = np.zeros(count, dtype=np.bool_)
    left = np.zeros(count, dtype=np.int32)  # when the search left each node
    path, open_nodes = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    seen, depth, opened, place, leaving = 0, 0, 0, count, 0
    for root in range(count):
        if index[root]:
            continue
        path[0], depth = root, 1
        while depth:
            node = path[depth - 1]
            if not index[node]:
                seen += 1
                index[node] = low[node] = seen
                open_nodes[opened] = node
                opened += 1
                entry[node] = net.gain_starts[node] if node < steps else net.waiting_starts[node - steps]
            end = net.gain_starts[node + 1] if node < steps else net.waiting_starts[node - steps + 1]
            deeper = False
            while entry[node] < end:
                at = entry[node]
                other = steps + net.gain_facts[at] if node < steps else net.waiting_steps[at]
                entry[node] += 1
                if not index[other]:
                    path[depth] = other
                    depth += 1
                    deeper = True
                    break
                if not done[other]:
                    low[node] = min(low[node], index[other])
            if deeper:
                continue
            depth -= 1
            left[node] = -leaving
            leaving += 1
            if depth:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == index[node]:
                end = place
                while True:
                    opened -= 1
                    member = open_nodes[opened]
                    done[member] = True
                    place -= 1
                    nodes[place] = member
                    if member == node:
                        break
                if end - place > 1:
                    members = nodes[place:end].copy()
                    nodes[place:end] = members[np.argsort(left[members])]
                for at in range(place, end):
                    places[nodes[at]] = at
                first[place:end] = place
                last[place:end] = end
    return Sweep(nodes, places, first, last)
