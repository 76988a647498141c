"""Settle many worlds at once: all nodes of a rank by a few operations on rows of words, 64 worlds a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from atlasmodel.match.pool import Numbers
from atlasmodel.risk.network.chance import Words, chances_on
from atlasmodel.risk.network.circuit import CERTAIN, Circuit
from atlasmodel.risk.network.network import Draw

_FEW = 8  # rows for which an operation of their own costs more than it saves


@dataclass(frozen=True)
class Gates:
    """Be the nodes of one rank with the same operation, those with most wires first.

    Wires are in columns: the first of every node, then the second of those that have two, and so on; `tails` says where
    among the last the rest of each node begins that has more than there are columns.
    """

    nodes: slice
    wires: slice
    sources: Numbers
    columns: tuple[int, ...]
    tails: Numbers
    joins: bool
    drawn: bool  # whether any wire needs its draw to come true

    def raised(self, reached: Words, possible: Words, spare: Words) -> bool:
        """Let nodes be true where they are now, and return whether that changed any."""
        found = spare[: len(self.sources)]
        np.take(reached, self.sources, axis=0, out=found, mode="clip")
        if self.drawn:
            found &= possible[self.wires]
        combine = np.bitwise_and if self.joins else np.bitwise_or
        here, end = reached[self.nodes], self.columns[0]
        for size in self.columns[1:]:
            combine(found[:size], found[end : end + size], out=found[:size])
            end += size
        if tails := len(self.tails):
            combine(found[:tails], combine.reduceat(found[end:], self.tails, axis=0), out=found[:tails])
        found = found[: len(here)]
        found |= here
        if np.array_equal(found, here):
            return False
        here[:] = found
        return True


class Settling:
    """Be the gates of a circuit and what their wires wait for."""

    def __init__(self, circuit: Circuit, draws: Sequence[Draw], seed: int) -> None:
        self.gates: list[Gates] = []
        orders: list[Numbers] = []
        change = np.diff(circuit.ranks * 2 + circuit.joins, prepend=-1, append=-1)
        bounds = np.flatnonzero(change).tolist()
        gate_of = np.full(len(circuit.ranks), -1)
        for first, last in pairwise(bounds):
            wires = slice(int(circuit.starts[first]), int(circuit.starts[last]))
            if wires.start == wires.stop:
                continue
            gate_of[first:last] = len(self.gates)
            gates, order = _gates(circuit, slice(first, last), wires)
            self.gates.append(gates)
            orders.append(order)
        order = np.concatenate([np.zeros(0, dtype=np.int64), *orders])
        self._chances = chances_on(circuit.draw[order], draws, seed)
        self._possible = np.zeros((0, 0), dtype=np.uint64)
        self._feeds = _feeds(gate_of[circuit.source], gate_of[circuit.target], len(self.gates))
        self._widest = max((len(gates.sources) for gates in self.gates), default=0)

    def settle(self, reached: Words, block: int) -> None:
        """Let everything be true that follows: rank by rank, again where something changed that a rank rests on."""
        if self._possible.shape[1] != reached.shape[1]:
            self._possible = self._chances.settled(reached.shape[1])
        self._chances.draw(block, self._possible)
        spare = np.empty((self._widest, reached.shape[1]), dtype=np.uint64)
        waiting = [True] * len(self.gates)
        while any(waiting):
            for number, gates in enumerate(self.gates):
                if waiting[number]:
                    waiting[number] = False
                    if gates.raised(reached, self._possible, spare):
                        for other in self._feeds[number]:
                            waiting[other] = True


def _gates(circuit: Circuit, nodes: slice, wires: slice) -> tuple[Gates, Numbers]:
    """Return the gates of some nodes, and the wires in their order."""
    counts = np.diff(circuit.starts[nodes.start : nodes.stop + 1])
    sizes = [int(np.count_nonzero(counts > column)) for column in range(int(counts[0]))]
    columns = sizes[: max(1, sum(size >= _FEW for size in sizes))]
    place = np.arange(wires.start, wires.stop) - circuit.starts[circuit.target[wires]]
    order = wires.start + np.argsort(np.minimum(place, len(columns)), kind="stable")
    tails = counts[counts > len(columns)] - len(columns)
    drawn = bool((circuit.draw[wires] != CERTAIN).any())
    joins = bool(circuit.joins[nodes.start])
    gates = Gates(
        nodes, wires, circuit.source[order], tuple(columns), np.cumsum(tails) - tails, joins=joins, drawn=drawn
    )
    return gates, order


def _feeds(source: Numbers, target: Numbers, count: int) -> Sequence[Sequence[int]]:
    """Return for each gate those that rest on it."""
    feeds: list[list[int]] = [[] for _ in range(count)]
    for pair in np.unique(source[source >= 0] * count + target[source >= 0]).tolist():
        feeds[pair // count].append(pair % count)
    return feeds
