"""Campaigns in compiled kernels: what is reached, what would be, what lies on proofs, just as sweeps over bits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from atlasmodel.risk.draws import StepRows
from atlasmodel.risk.field import Field, Indices
from atlasmodel.risk.groups import Scenario
from atlasmodel.risk.kernels.net import Today, Words
from atlasmodel.risk.kernels.proof import count_proofs
from atlasmodel.risk.kernels.rise import fire_all, settle
from atlasmodel.risk.kernels.search import Ways
from atlasmodel.risk.kernels.useless import useless_gains
from atlasmodel.risk.nets import in_order
from atlasmodel.risk.scenarios import Scenarios
from atlasmodel.risk.ways import ways_of
from atlasmodel.risk.worlds import Bits, WorldSet


class Compiled:
    """Hold a field as rows of words: what is possible, and what follows from the start.

    Steps are numbered in the order of the sweep; `today` has the rows of the field, and says which is that of each.
    """

    def __init__(self, field: Field, start: Sequence[Bits], possible: StepRows, worlds: WorldSet) -> None:
        self.field, self.worlds = field, worlds
        rows, self.net, self.sweep = in_order(field)
        held = [fact for fact, bits in enumerate(start) if bits]
        self.start = np.zeros((len(start), worlds.count // 64), dtype=np.uint64)
        self.start[held] = worlds.rows_of(start[fact] for fact in held)
        self.today = Today(possible.words, rows)
        self.possible = possible.words[rows]
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
        rows = np.array([number[facts[place]] for place in known], dtype=np.int32)
        counts = self._scenarios.answer([self._turned(scenario) for scenario in scenarios], rows)
        shares = np.zeros((len(scenarios), len(facts)))
        shares[:, known] = counts / self.worlds.count
        found: list[list[float]] = shares.tolist()
        return found

    def _turned(self, scenario: Mapping[int, Bits]) -> Scenario:
        after = StepRows.of(scenario, self.worlds)
        rows = np.searchsorted(self.field.steps, after.steps)
        (turned,) = np.nonzero((after.words != self.today.words[rows]).any(axis=1))
        steps = self._numbers[rows[turned]]
        order = np.argsort(steps)
        return Scenario(steps[order], after.words[turned[order]])

    @cached_property
    def _numbers(self) -> Indices:
        """Return the number of each step of the field."""
        return np.argsort(self.today.rows).astype(np.int32)

    def shares_of_steps(self, goals: Sequence[str]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it."""
        found: list[dict[int, float]] = [{} for _ in goals]
        known = [place for place, goal in enumerate(goals) if goal in self.field.number]
        for some in (known[first : first + 64] for first in range(0, len(known), 64)):
            facts = [self.field.number[goals[place]] for place in some]
            counts = np.zeros((len(some), len(self.possible)), dtype=np.int32)
            count_proofs(self._ways, self._places[facts].astype(np.uint32), counts)
            for place, worlds in zip(some, counts, strict=True):
                (kept,) = np.nonzero(worlds)
                shares = (worlds[kept] / self.worlds.count).tolist()
                found[place] = dict(zip(self.field.steps[self.today.rows[kept]].tolist(), shares, strict=True))
        return found

    @cached_property
    def _ways(self) -> Ways:
        return ways_of(self.net, self._places, ~self._useless, self.fired, self.reached)

    @cached_property
    def _places(self) -> Indices:
        """Return the places of the facts among the facts of the sweep."""
        places = np.empty(len(self.reached), dtype=np.int32)
        places[np.argsort(self.sweep.places[len(self.possible) :])] = np.arange(len(places))
        return places

    @cached_property
    def _useless(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return useless_gains(self.net, self.sweep, np.asarray(self.start.any(axis=1)))

    @cached_property
    def _scenarios(self) -> Scenarios:
        return Scenarios(self.net, self.sweep, self.start, self.possible, today=self.today, reached=self.reached)
