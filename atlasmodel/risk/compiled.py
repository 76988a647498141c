"""Campaigns in compiled kernels: what is reached, what would be, what lies on proofs, just as sweeps over bits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from atlasmodel.match.pool import Numbers
from atlasmodel.risk.field import Field, Indices
from atlasmodel.risk.kernels.net import Net, Words, sweep_of
from atlasmodel.risk.kernels.proof import Back, count_proofs, useless_gains
from atlasmodel.risk.kernels.rise import fire_all, settle
from atlasmodel.risk.scenarios import Scenario, Scenarios
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
        settle(self.net, self.sweep, self.possible, self.reached)

    @cached_property
    def fired(self) -> Words:
        """Return the worlds in which each step is made."""
        fired = np.empty_like(self.possible)
        fire_all(self.net, self.possible, self.reached, fired)
        return fired

    def what_if(self, scenarios: Sequence[Mapping[int, Bits]], facts: Sequence[str]) -> list[list[float]]:
        """Return, for each scenario, the shares of worlds in which some facts are reached."""
        number = self.field.number
        known = [place for place, fact in enumerate(facts) if fact in number]
        rows = np.array([number[facts[place]] for place in known], dtype=np.int64)

        def read(reached: Words) -> list[float]:
            shares = np.zeros(len(facts))
            shares[known] = np.bitwise_count(reached[rows]).sum(axis=1, dtype=np.int64) / self.worlds.count
            return list(shares.tolist())

        turned = [self._turned(scenario) for scenario in scenarios]
        return self._scenarios.answer(turned, read)

    def _turned(self, scenario: Mapping[int, Bits]) -> Scenario:
        steps = sorted((self._row[step], bits) for step, bits in scenario.items() if bits != self._today[step])
        rows = np.array([row for row, _ in steps], dtype=np.int32)
        return Scenario(rows, self.worlds.rows_of(bits for _, bits in steps))

    def shares_of_steps(self, goals: Sequence[str]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it."""
        found: list[dict[int, float]] = [{} for _ in goals]
        known = [place for place, goal in enumerate(goals) if goal in self.field.number]
        step_places = self.sweep.places[: len(self.possible)]
        for some in (known[first : first + 64] for first in range(0, len(known), 64)):
            facts = [len(self.possible) + self.field.number[goals[place]] for place in some]
            counts = np.zeros((len(self.sweep.nodes), self.worlds.count.bit_length()), dtype=np.uint64)
            count_proofs(self._back, self.sweep.places[facts], counts)
            (rows,) = np.nonzero(counts[step_places].any(axis=1))
            steps, digits = self.field.steps[rows], counts[step_places[rows]]
            for lane, place in enumerate(some):
                worlds = counts_of(digits, lane)
                (kept,) = np.nonzero(worlds)
                shares = (worlds[kept] / self.worlds.count).tolist()
                found[place] = dict(zip(steps[kept].tolist(), shares, strict=True))
        return found

    @cached_property
    def _back(self) -> Back:
        net, places, steps = self.net, self.sweep.places, len(self.possible)
        useful = ~self._useless
        takers = np.repeat(np.arange(steps), np.diff(net.option_starts[net.clause_starts]))
        nodes = places[np.concatenate([takers, steps + net.gain_facts[useful]])]
        others = places[np.concatenate([steps + net.option_facts, net.gain_steps[useful]])]
        masks = np.concatenate([net.option_masks, net.gain_masks[useful]])
        starts, order = _grouped(nodes, len(places))
        rows = np.concatenate([self.fired, self.reached])[self.sweep.nodes]
        return Back(starts, others[order], masks[order], net.masks, rows)

    @cached_property
    def _useless(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return useless_gains(self.net, self.sweep, np.asarray(self.start.any(axis=1)))

    @cached_property
    def _scenarios(self) -> Scenarios:
        return Scenarios(self.net, self.sweep, self.start, self.possible)


def counts_of(counts: Words, lane: int) -> Numbers:
    """Return the counts of one lane from rows of binary digits."""
    digits = (counts >> np.uint64(lane) & np.uint64(1)).astype(np.int64)
    return digits @ (1 << np.arange(counts.shape[1]))


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
        waiting_starts, waiting, waiting_steps[waiting], gaining_starts, gaining, gain_steps,
        worlds.rows_of(worlds.all if mask == EVERYWHERE else mask for mask in field.masks),
    )  # fmt: skip


def _grouped(keys: Indices, count: int) -> tuple[Indices, Indices]:
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(keys, minlength=count), out=starts[1:])
    return starts, np.argsort(keys, kind="stable").astype(np.int32)
