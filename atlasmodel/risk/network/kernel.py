"""Draw and settle worlds in one go, compiled: the same random numbers as `chance`, the same worlds as `gate`.

A draw is made where it is first needed, and what is new at a node is carried on at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import compiled
from atlasmodel.match.pool import Numbers
from atlasmodel.risk.network.chance import DIGITS, FIRST, FULL, SECOND, STEP, Words, chances_on, offset
from atlasmodel.risk.network.circuit import Circuit
from atlasmodel.risk.network.network import Draw

Flags = NDArray[np.bool_]
Wires = tuple[Numbers, Numbers]
_NONE, _ONE = np.uint64(0), np.uint64(1)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


class Compiled:
    """Be a circuit for the kernel, with the same method as `Settling` and the same results."""

    def __init__(self, circuit: Circuit, draws: Sequence[Draw], seed: int) -> None:
        self._circuit = circuit
        wires = np.argsort(circuit.source, kind="stable")
        leaving = np.bincount(circuit.source, minlength=len(circuit.ranks))
        self._leaving: Numbers = np.concatenate([[0], np.cumsum(leaving)])
        self._target: Numbers = circuit.target[wires]
        self._chances = chances_on(circuit.draw[wires], draws, seed)

    def settle(self, reached: Words, block: int) -> None:
        """Let everything be true that follows."""
        circuit, chances = self._circuit, self._chances
        streams = chances.keys + offset(block, reached.shape[1])
        arriving, leaving = (circuit.starts, circuit.source), (self._leaving, self._target)
        _settle(reached, circuit.joins, arriving, leaving, (streams, chances.scaled))


@compiled
def _settle(reached: Words, joins: Flags, arriving: Wires, leaving: Wires, chances: tuple[Words, Words]) -> None:
    """Let everything be true that follows; rows of `reached` are nodes, columns words of 64 worlds.

    Wires are where those of each node begin, and the nodes at their other ends; chances are those of the leaving ones.
    """
    starts, targets = leaving
    nodes, words = reached.shape
    possible = np.empty((len(targets), words), dtype=np.uint64)
    drawn = np.zeros(len(targets), dtype=np.bool_)
    given, spare = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
    fresh = np.zeros(nodes, dtype=np.bool_)
    for node in range(nodes):
        fresh[node] = reached[node].any()
    first = 0
    while first < nodes:
        start, first = first, nodes
        for node in range(start, nodes):
            if not fresh[node]:
                continue
            fresh[node] = False
            for wire in range(starts[node], starts[node + 1]):
                target = targets[wire]
                if joins[target]:
                    _join(reached, arriving, target, given)
                else:
                    if not drawn[wire]:
                        drawn[wire] = True
                        _draw(chances[0][wire], chances[1][wire], possible[wire], spare)
                    for word in range(words):
                        given[word] = reached[node, word] & possible[wire, word]
                if _raised(reached, target, given):
                    fresh[target] = True
                    if target <= node and target < first:
                        first = target


@compiled
def _join(reached: Words, arriving: Wires, node: int, given: Words) -> None:
    """Say where everything is true that a node needs."""
    starts, sources = arriving
    given[:] = FULL
    for wire in range(starts[node], starts[node + 1]):
        source = sources[wire]
        for word in range(len(given)):
            given[word] &= reached[source, word]


@compiled
def _raised(reached: Words, node: int, given: Words) -> bool:
    """Let a node be true in more worlds, and tell whether there were any."""
    new = _NONE
    for word in range(len(given)):
        new |= given[word] & ~reached[node, word]
        reached[node, word] |= given[word]
    return bool(new != _NONE)


@compiled
def _draw(stream: np.uint64, scaled: np.uint64, found: Words, still: Words) -> None:
    """Say in which worlds the random numbers of a stream are below a chance."""
    if scaled >> np.uint64(DIGITS):
        found[:] = FULL
        return
    found[:] = _NONE
    still[:] = FULL
    words = len(found)
    for digit in range(DIGITS):
        one = FULL if scaled >> np.uint64(DIGITS - 1 - digit) & _ONE else _NONE
        open_ = _NONE
        for word in range(words):
            random = stream + np.uint64(word) * STEP
            random = (random ^ (random >> _SHIFTS[0])) * FIRST
            random = (random ^ (random >> _SHIFTS[1])) * SECOND
            random ^= random >> _SHIFTS[2] ^ one
            found[word] |= random & one & still[word]
            still[word] &= ~random
            open_ |= still[word]
        if open_ == _NONE:
            return
        stream += np.uint64(words) * STEP
