"""Many what-if questions at once: what holds in all of them is worked out first, then each half goes on from there.

A group of scenarios allows what each of them allows. What follows from that follows in every one, so a half of the
group only adds to it, down to the single scenario: nothing has to be taken away but once, and what two scenarios have
in common is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlasmodel.risk.field import Indices
from atlasmodel.risk.kernels.net import Net, Sweep, Words
from atlasmodel.risk.kernels.rise import Undo, rise, settle, take_back

_TRIED = 1 / 12  # share of the answers whose effort is spent before it can be told whether going on from others pays


@dataclass(frozen=True)
class Scenario:
    """Be steps that are possible in other worlds than today: their rows, sorted, and a row of words for each."""

    steps: Indices
    words: Words


@dataclass
class _Effort:
    """Count how often steps were worked out for some answers, beside what an answer from the start takes."""

    whole: int
    wanted: int
    fires: int = 0
    answered: int = 0

    @property
    def is_in_vain(self) -> bool:
        return self.fires > (self.answered + self.wanted * _TRIED) * self.whole


class Scenarios:
    """Answer scenarios for a net; today's rows of what is possible stay as they are."""

    def __init__(self, net: Net, sweep: Sweep, start: Words, possible: Words) -> None:
        self.net, self.sweep, self._start, self._today = net, sweep, start, possible
        self._possible, self._reached = possible.copy(), np.empty_like(start)
        self._flags = np.zeros(len(sweep.nodes), dtype=np.bool_)
        self._undos: list[Undo] = []

    def answer(self, scenarios: Sequence[Scenario], read: Callable[[Words], list[float]]) -> list[list[float]]:
        """Return, for each scenario, what is read off the rows of the facts it reaches."""
        if not scenarios:
            return []
        group = self._joint(scenarios)
        nothing = Scenario(group.steps[:0], group.words[:0])
        turned, before = self._turn(nothing, group)
        self._reached[:] = self._start
        whole = settle(self.net, self.sweep, self._possible, self._reached)
        answers = self._parts(scenarios, group, 0, _Effort(whole, len(scenarios)), read)
        self._possible[turned] = before
        return answers

    def _parts(
        self,
        scenarios: Sequence[Scenario],
        group: Scenario,
        depth: int,
        effort: _Effort,
        read: Callable[[Words], list[float]],
    ) -> list[list[float]]:
        """Answer the scenarios of a group from what all of them allow, half by half.

        As groups are halved each time, the depth is the logarithm of their number. Where going on from others has not
        paid so far, scenarios are answered alone.
        """
        middle = len(scenarios) // 2
        if not middle:
            effort.answered += 1
            return [read(self._reached)]
        answers: list[list[float]] = []
        for half in (scenarios[:middle], scenarios[middle:]):
            if effort.is_in_vain:
                answers += [self._alone(scenario, read) for scenario in half]
                continue
            inside, undo = self._joint(half), self._undo(depth)
            turned, before = self._turn(group, inside)
            touched, fires = rise(self.net, self.sweep, self._possible, self._reached, undo, self._flags, turned)
            effort.fires += fires
            answers += self._parts(half, inside, depth + 1, effort, read)
            take_back(self._reached, undo, touched)
            self._possible[turned] = before
        return answers

    def _alone(self, scenario: Scenario, read: Callable[[Words], list[float]]) -> list[float]:
        """Answer a scenario from the start, beside the group of scenarios that is at work."""
        possible, reached = self._apart
        reached[:] = self._start
        possible[scenario.steps] = scenario.words
        settle(self.net, self.sweep, possible, reached)
        possible[scenario.steps] = self._today[scenario.steps]
        return read(reached)

    @cached_property
    def _apart(self) -> tuple[Words, Words]:
        return self._today.copy(), np.empty_like(self._start)

    def _turn(self, above: Scenario, inside: Scenario) -> tuple[Indices, Words]:
        """Let be possible what one scenario allows after another; return the steps that differ, and how they were."""
        steps = np.union1d(above.steps, inside.steps)
        before, after = self._words(above, steps), self._words(inside, steps)
        turned = (before != after).any(axis=1)
        self._possible[steps[turned]] = after[turned]
        return steps[turned], before[turned]

    def _words(self, scenario: Scenario, steps: Indices) -> Words:
        """Return the rows of some steps in a scenario, among which are its own; of the others, today's."""
        words = self._today[steps]
        words[np.searchsorted(steps, scenario.steps)] = scenario.words
        return words

    def _joint(self, scenarios: Sequence[Scenario]) -> Scenario:
        """Return what all of some scenarios allow."""
        if len(scenarios) == 1:
            return scenarios[0]
        every = np.concatenate([scenario.steps for scenario in scenarios])
        order = np.argsort(every, kind="stable")
        steps, starts, counts = np.unique(every[order], return_index=True, return_counts=True)
        rows = np.concatenate([scenario.words for scenario in scenarios])[order]
        words = np.bitwise_and.reduceat(rows, starts, axis=0) if len(starts) else rows
        words[counts < len(scenarios)] &= self._today[steps[counts < len(scenarios)]]
        return Scenario(steps, words)

    def _undo(self, depth: int) -> Undo:
        """Return where the change at a depth keeps what it takes to undo it; memory is taken as rows are kept."""
        if depth == len(self._undos):
            touched = np.zeros(len(self._reached), dtype=np.bool_)
            self._undos.append(Undo(touched, np.empty(len(touched), dtype=np.int32), np.empty_like(self._reached)))
        return self._undos[depth]
