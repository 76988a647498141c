"""The risk of a pipeline as a sample-average problem: worlds, steps, and the levers that take steps away in worlds.

A lever is a measure at a place. In a world a step is gone when what the chosen controls leave of its chance no longer
lies above its draw. In logarithms that is linear: the sum of what the controls take has to reach what the step needs.
A control counts once for a step, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Bits = int
Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Wire = tuple[int, Bits]  # a fact, and the worlds in which the connection exists; -1: in all
EVERYWHERE = -1
CEILING = 40.0  # what a step needs at most, as a logarithm; a control of full strength takes more than that
FULL = 50.0


@dataclass(frozen=True)
class Act:
    """Be what one control takes from a step (a logarithm, one a world), and the levers that put it there."""

    control: str
    takes: Array
    levers: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """Be one step: what it needs, what it gains, where it is possible today, and what acts on it.

    `needs_to_go` is the logarithm that has to be taken for the step to go, world by world. `left` gives the worlds in
    which it stays possible under some controls.
    """

    clauses: tuple[tuple[Wire, ...], ...]
    gains: tuple[Wire, ...]
    possible: Bits
    acts: tuple[Act, ...] = ()
    needs_to_go: Array | None = None
    left: Callable[[frozenset[str]], Bits] | None = None


@dataclass(frozen=True)
class Ground:
    """Be the part of the graph that matters to one adversary; the steps stand nearer to the start first."""

    name: str
    facts: int
    start: tuple[Bits, ...]
    nodes: tuple[Node, ...]
    goals: Mapping[int, int]  # end -> fact
    engine: Callable[[Sequence[Mapping[int, Bits]]], list[list[float]]] | None = None  # shares of the ends, scenarios
    _left: dict[tuple[int, frozenset[str]], Bits] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def gained_by(self) -> tuple[tuple[int, ...], ...]:
        """Return the steps that gain each fact."""
        found: list[list[int]] = [[] for _ in range(self.facts)]
        for number, node in enumerate(self.nodes):
            for fact, _ in node.gains:
                found[fact].append(number)
        return tuple(map(tuple, found))

    def left(self, number: int, chosen: Collection[int]) -> Bits:
        """Return the worlds in which a step stays possible under the chosen levers."""
        node = self.nodes[number]
        controls = frozenset(act.control for act in node.acts if any(lever in chosen for lever in act.levers))
        if not controls or node.left is None:
            return node.possible
        key = (number, controls)
        if key not in self._left:
            self._left[key] = node.left(controls)
        return self._left[key]

    @cached_property
    def nodes_of(self) -> Mapping[int, tuple[int, ...]]:
        """Return the steps that each lever acts on."""
        found: dict[int, list[int]] = {}
        for number, node in enumerate(self.nodes):
            for lever in dict.fromkeys(lever for act in node.acts for lever in act.levers):
                found.setdefault(lever, []).append(number)
        return {lever: tuple(numbers) for lever, numbers in found.items()}

    def scenario(self, chosen: Collection[int]) -> dict[int, Bits]:
        """Return the worlds in which the steps stay possible that the chosen levers act on."""
        numbers = sorted({number for lever in chosen for number in self.nodes_of.get(lever, ())})
        return {number: self.left(number, chosen) for number in numbers}

    def shares(self, sets: Sequence[Collection[int]], worlds: int) -> list[dict[int, float]]:
        """Return for each set of levers the share of worlds that reach each end."""
        scenarios = [self.scenario(chosen) for chosen in sets]
        if self.engine is not None:
            return [dict(zip(self.goals, row, strict=True)) for row in self.engine(scenarios)]
        rows = [self._reached(scenario) for scenario in scenarios]
        return [{end: row[fact].bit_count() / worlds for end, fact in self.goals.items()} for row in rows]

    def _reached(self, scenario: Mapping[int, Bits]) -> list[Bits]:
        """Return the worlds in which each fact is reached: rounds over all steps until nothing changes."""
        reached = list(self.start)
        changed = True
        while changed:
            changed = False
            for number, node in enumerate(self.nodes):
                bits = scenario.get(number, node.possible)
                for clause in node.clauses:
                    met = 0
                    for fact, mask in clause:
                        met |= reached[fact] & mask
                    bits &= met
                for fact, mask in node.gains:
                    if bits & mask & ~reached[fact]:
                        reached[fact] |= bits & mask
                        changed = True
        return reached


@dataclass(frozen=True)
class Sample:
    """Hold the whole problem: `worth` is the risk of each end if it were reached in every world."""

    worlds: int
    levers: int
    worth: tuple[float, ...]
    grounds: tuple[Ground, ...]
    _known: dict[frozenset[int], tuple[float, ...]] = field(default_factory=dict, compare=False, repr=False)

    def shares(self, sets: Sequence[Iterable[int]]) -> list[tuple[float, ...]]:
        """Return for each set of levers, by end, the share of worlds that reach it: that of the likeliest adversary."""
        keys = [frozenset(chosen) for chosen in sets]
        fresh = [key for key in dict.fromkeys(keys) if key not in self._known]
        if fresh:
            rows = [ground.shares(fresh, self.worlds) for ground in self.grounds]
            for number, key in enumerate(fresh):
                self._known[key] = tuple(
                    max((row[number].get(end, 0.0) for row in rows), default=0.0) for end in range(len(self.worth))
                )
        return [self._known[key] for key in keys]

    def risks(self, sets: Sequence[Iterable[int]]) -> list[float]:
        """Return for each set of levers the total risk that remains."""
        return [
            float(sum(worth * share for worth, share in zip(self.worth, row, strict=True))) for row in self.shares(sets)
        ]

    def risk(self, chosen: Iterable[int]) -> float:
        """Return the total risk that remains with some levers."""
        return self.risks([chosen])[0]

    @cached_property
    def bound(self) -> float:
        """Return the risk that remains with every lever: nothing can leave less."""
        return self.risk(range(self.levers))


def unpack(bits: Bits, worlds: int) -> Flags:
    """Return bits as flags, one a world."""
    whole = bits & ((1 << worlds) - 1)
    raw = np.frombuffer(whole.to_bytes(-(-worlds // 8), "little"), dtype=np.uint8)
    return np.unpackbits(raw, count=worlds, bitorder="little").astype(np.bool_)


def pack(flags: Flags) -> Bits:
    """Return flags, one a world, as bits."""
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def need(now: Array | float, draw: Array) -> Array:
    """Return the logarithm to be taken from a chance `now` until it is no longer above the draw."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(np.asarray(now, dtype=np.float64) / draw.astype(np.float64))
    # Slack on the cautious side: a step near the edge may be counted as easier to break than it is, never as harder.
    return np.clip(np.nan_to_num(found, nan=CEILING, posinf=CEILING) - 1e-5, 1e-6, CEILING).astype(np.float32)


def takes(share: Array | float, worlds: int) -> Array:
    """Return the logarithm that a control takes which leaves 1 - share, the same in every world or world by world."""
    left = 1.0 - np.asarray(share, dtype=np.float64)
    with np.errstate(divide="ignore"):
        found = np.where(left <= 0, FULL, -np.log(np.maximum(left, 1e-300)))
    return np.broadcast_to(np.minimum(found, FULL).astype(np.float32), (worlds,)).copy()


def first_to_last(levels: Mapping[int, int]) -> Sequence[int]:
    """Return steps by the number of steps before them."""
    return sorted(levels, key=lambda number: (levels[number], number))
