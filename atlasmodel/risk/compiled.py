"""Campaigns in compiled kernels: what is reached, what would be, what lies on proofs, just as sweeps over bits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from atlasmodel.risk.draws import StepRows
from atlasmodel.risk.field import Field, Indices
from atlasmodel.risk.kernels.net import Net, Words, sweep_of
from atlasmodel.risk.kernels.proof import Edges, Ways, count_proofs, useless_gains
from atlasmodel.risk.kernels.rise import fire_all, settle
from atlasmodel.risk.scenarios import Scenario, Scenarios
from atlasmodel.risk.worlds import Bits, WorldSet


class Compiled:
    """Hold a field as rows of words: what is possible, and what follows from the start."""

    def __init__(self, field: Field, start: Sequence[Bits], possible: StepRows, worlds: WorldSet) -> None:
        self.field, self.worlds = field, worlds
        self.net = _net(field)
        self.sweep = sweep_of(self.net)
        held = [fact for fact, bits in enumerate(start) if bits]
        self.start = np.zeros((len(start), worlds.count // 64), dtype=np.uint64)
        self.start[held] = worlds.rows_of(start[fact] for fact in held)
        self.possible = possible.words
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
        after = StepRows.of(scenario, self.worlds)
        rows = np.searchsorted(self.field.steps, after.steps)
        turned = (after.words != self.possible[rows]).any(axis=1)
        return Scenario(rows[turned].astype(np.int32), after.words[turned])

    def shares_of_steps(self, goals: Sequence[str]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it."""
        found: list[dict[int, float]] = [{} for _ in goals]
        known = [place for place, goal in enumerate(goals) if goal in self.field.number]
        for some in (known[first : first + 64] for first in range(0, len(known), 64)):
            facts = [len(self.possible) + self.field.number[goals[place]] for place in some]
            counts = np.zeros((len(some), len(self.possible)), dtype=np.int32)
            count_proofs(self._ways, self.sweep.places[facts].astype(np.uint32), counts)
            for place, worlds in zip(some, counts, strict=True):
                (kept,) = np.nonzero(worlds)
                shares = (worlds[kept] / self.worlds.count).tolist()
                found[place] = dict(zip(self.field.steps[kept].tolist(), shares, strict=True))
        return found

    @cached_property
    def _ways(self) -> Ways:
        net, places, steps = self.net, self.sweep.places, len(self.possible)
        useful = ~self._useless
        takers = np.repeat(np.arange(steps), np.diff(net.option_starts[net.clause_starts]))
        nodes = places[np.concatenate([takers, steps + net.gain_facts[useful]])]
        others = places[np.concatenate([steps + net.option_facts, net.gain_steps[useful]])]
        masks = np.concatenate([net.option_masks, net.gain_masks[useful]])
        rows = np.concatenate([self.fired, self.reached])[self.sweep.nodes]
        which = np.where(self.sweep.nodes < steps, self.sweep.nodes, -1)
        back, forth = _edges(len(rows), nodes, others, masks), _edges(len(rows), others, nodes, masks)
        return Ways(back, forth, which, net.masks, rows)

    @cached_property
    def _useless(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return useless_gains(self.net, self.sweep, np.asarray(self.start.any(axis=1)))

    @cached_property
    def _scenarios(self) -> Scenarios:
        return Scenarios(self.net, self.sweep, self.start, self.possible)


def _net(field: Field) -> Net:
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
        field.masks,
    )  # fmt: skip


def _grouped(keys: Indices, count: int) -> tuple[Indices, Indices]:
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(keys, minlength=count), out=starts[1:])
    return starts, np.argsort(keys, kind="stable").astype(np.int32)


def _edges(count: int, nodes: Indices, others: Indices, masks: Indices) -> Edges:
    starts, order = _grouped(nodes, count)
    return Edges(starts.astype(np.uint32), np.stack([others[order], masks[order]], axis=1).astype(np.uint32))
