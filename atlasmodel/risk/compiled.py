"""Campaigns in compiled kernels: what is reached, what would be, what lies on proofs, just as sweeps over bits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from atlasmodel.risk.field import Field, Indices
from atlasmodel.risk.kernels.change import State, apply, restore
from atlasmodel.risk.kernels.net import Net, Words, count_worlds, settle, sweep_of
from atlasmodel.risk.kernels.proof import empty, prove, useless_gains
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import Bits, WorldSet


class Compiled:
    """Hold a field as rows of words: what is possible, and what follows from the start."""

    def __init__(self, field: Field, start: Sequence[Bits], possible: Mapping[int, Bits], worlds: WorldSet) -> None:
        self.field, self.worlds, self._today = field, worlds, possible
        self._row = {step: row for row, step in enumerate(field.steps.tolist())}
        self.net = _net(field, worlds)
        self.sweep = sweep_of(self.net)
        self.start = worlds.rows_of(start)
        self.possible = worlds.rows_of(possible[step] for step in self._row)
        self.reached = self.start.copy()
        self.fired = np.zeros_like(self.possible)
        settle(self.net, self.sweep, self.possible, self.reached, self.fired)

    def what_if(self, scenarios: Sequence[Mapping[int, Bits]], facts: Sequence[str]) -> list[list[float]]:
        """Return, for each scenario, the shares of worlds in which some facts are reached."""
        state, buffers = self._state, np.empty((3, self.reached.shape[1]), dtype=np.uint64)
        steps = len(self.field.steps)
        places = {self.field.number[fact]: index for index, fact in enumerate(facts) if fact in self.field.number}
        today = self._shares(self.reached, facts)
        found = []
        for scenario in scenarios:
            turned = {step: bits for step, bits in scenario.items() if bits != self._today[step]}
            changed = np.array([self._row[step] for step in turned], dtype=np.int32)
            rows = self.worlds.rows_of(turned.values())
            touched = apply(self.net, self.sweep, state, changed, rows, buffers)
            shares = list(today)
            for node in state.touched_nodes[:touched].tolist():
                place = places.get(node - steps)
                if place is not None:
                    shares[place] = count_worlds(state.reached_then[node - steps]) / self.worlds.count
            restore(self.net, state, touched)
            found.append(shares)
        return found

    def shares_of_steps(self, goals: Sequence[str]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it."""
        needed, proving = np.zeros_like(self.reached), np.zeros_like(self.fired)
        nodes = len(needed) + len(proving)
        flags, touched = np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_)
        met = np.empty(nodes, dtype=np.int32)
        found: list[dict[int, float]] = []
        for goal in goals:
            shares: dict[int, float] = {}
            if goal in self.field.number:
                count = prove(
                    self.net, self.sweep, self._useless, self.reached, self.fired, self.field.number[goal],
                    needed, proving, flags, touched, met,
                )  # fmt: skip
                steps = met[:count][met[:count] < len(proving)]
                worlds = np.bitwise_count(proving[steps]).sum(axis=1, dtype=np.int64)
                numbers, parts = self.field.steps[steps].tolist(), (worlds / self.worlds.count).tolist()
                shares = {step: share for step, share in zip(numbers, parts, strict=True) if share}
                empty(self.net, needed, proving, touched, met[:count])
            found.append(shares)
        return found

    def _shares(self, rows: Words, facts: Sequence[str]) -> list[float]:
        number = self.field.number
        return [count_worlds(rows[number[fact]]) / self.worlds.count if fact in number else 0.0 for fact in facts]

    @cached_property
    def _useless(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return useless_gains(self.net, self.sweep, np.asarray(self.start.any(axis=1)))

    @cached_property
    def _state(self) -> State:
        nodes = len(self.reached) + len(self.fired)
        return State(
            self.start, self.possible, self.reached, self.fired, self.reached.copy(), self.fired.copy(),
            np.zeros(nodes, dtype=np.bool_), np.zeros(nodes, dtype=np.bool_), np.empty(nodes, dtype=np.int32),
            np.full(len(self.fired), -1, dtype=np.int32),
        )  # fmt: skip


def _net(field: Field, worlds: WorldSet) -> Net:
    facts, steps = len(field.number), len(field.steps)
    owners = np.repeat(np.arange(steps, dtype=np.int32), np.diff(field.clause_starts))
    waiting_steps = np.repeat(owners, np.diff(field.options.starts))
    gain_steps = np.repeat(np.arange(steps, dtype=np.int32), np.diff(field.gained.starts))
    waiting_starts, waiting = _grouped(field.options.facts, facts)
    gaining_starts, gaining = _grouped(field.gained.facts, facts)
    return Net(
        field.clause_starts, field.options.starts, field.options.facts, field.options.masks,
        field.gained.starts, field.gained.facts, field.gained.masks,
        waiting_starts, waiting_steps[waiting], gaining_starts, gaining, gain_steps,
        worlds.rows_of(worlds.all if mask == EVERYWHERE else mask for mask in field.masks),
    )  # fmt: skip


def _grouped(keys: Indices, count: int) -> tuple[Indices, Indices]:
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(keys, minlength=count), out=starts[1:])
    return starts, np.argsort(keys, kind="stable").astype(np.int32)
