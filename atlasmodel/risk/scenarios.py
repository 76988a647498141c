"""Many what-if questions at once: what holds in all of them is worked out first, then each part goes on from there.

What follows from what a group of scenarios allows follows in each of them, so a part of the group only adds to it, down
to the single scenario: nothing has to be taken away but once, and what two scenarios have in common is worked out once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from atlasmodel.risk.field import Indices
from atlasmodel.risk.groups import Group, Scenario
from atlasmodel.risk.kernels.count import count_ones
from atlasmodel.risk.kernels.net import Net, Sweep, Today, Words
from atlasmodel.risk.kernels.rise import Undo, allow, rise, settle, take_back

_TRIED = 1 / 14  # share of the answers whose effort is spent before it can be told whether going on from others pays


@dataclass
class _Asked:
    """Be what is asked and answered; effort is how often steps were worked out, `whole` what one answer takes alone."""

    facts: Indices
    answers: Indices
    counts: Indices  # of every fact, in how many worlds of the group at work it is reached
    whole: int
    wanted: int
    fires: int = 0
    answered: int = 0
    left: list[int] = field(default_factory=list)  # what is better answered alone

    @property
    def is_in_vain(self) -> bool:
        return self.fires > (self.answered + self.wanted * _TRIED) * self.whole


class Scenarios:
    """Answer scenarios for a net; what is `possible` is written over, and after each answer as it was."""

    def __init__(self, net: Net, sweep: Sweep, start: Words, possible: Words, *, today: Today, reached: Words) -> None:
        self.net, self.sweep, self._start, self._possible = net, sweep, start, possible
        self._today, self._reached_today = today, reached
        self._held, self._reached = np.flatnonzero(start.any(axis=1)), np.empty_like(start)
        self._flags = np.zeros(len(sweep.nodes), dtype=np.bool_)
        self._undos: list[Undo] = []

    def answer(self, scenarios: Sequence[Scenario], facts: Indices) -> Indices:
        """Return, for each scenario, in how many worlds some facts are reached."""
        answers = np.empty((len(scenarios), len(facts)), dtype=np.int32)
        answers[:] = count_ones(self._reached_today, facts)
        changed = [number for number, scenario in enumerate(scenarios) if len(scenario.steps)]
        if changed:
            group = Group(scenarios, changed, self._today)
            whole = self._settle(group.joint)
            every = np.arange(len(self._start), dtype=np.int32)
            asked = _Asked(facts, answers, count_ones(self._reached, every), whole, len(changed))
            self._answer(group, 0, asked)
            self._leave(group.joint)
            for number in asked.left:
                self._settle(scenarios[number])
                answers[number] = count_ones(self._reached, facts)
                self._leave(scenarios[number])
        return answers

    def _settle(self, scenario: Scenario) -> int:
        """Work out a scenario from the start, and return how often a step was worked out."""
        self._possible[scenario.steps] = scenario.words
        self._reached.fill(0)
        self._reached[self._held] = self._start[self._held]
        return settle(self.net, self.sweep, self._possible, self._reached)

    def _leave(self, scenario: Scenario) -> None:
        """Let be possible what is today."""
        self._possible[scenario.steps] = self._today.words[self._today.rows[scenario.steps]]

    def _answer(self, group: Group, depth: int, asked: _Asked) -> None:
        """Answer the scenarios of a group from what all of them allow, part by part.

        Where going on from others has not paid so far, scenarios are left to be answered alone.
        """
        if len(group.numbers) == 1:
            asked.answered += 1
            asked.answers[group.numbers[0]] = asked.counts[asked.facts]
        for part in group.parts:
            if asked.is_in_vain:
                asked.left += part.numbers
                continue
            above, inside, undo = group.joint, part.joint, self._undo(depth)
            turned = allow(self._possible, self._today, above.steps, inside.steps, inside.words)
            steps = above.steps[turned]
            touched, fires = rise(self.net, self.sweep, self._possible, self._reached, undo, self._flags, steps)
            asked.fires += fires
            now = undo.facts[:touched].copy()
            before, asked.counts[now] = asked.counts[now], count_ones(self._reached, now)
            self._answer(part, depth + 1, asked)
            asked.counts[now] = before
            take_back(self._reached, undo, touched)
            self._possible[steps] = above.words[turned]

    def _undo(self, depth: int) -> Undo:
        """Return where the change at a depth keeps what it takes to undo it; memory is taken as rows are kept."""
        if depth == len(self._undos):
            touched = np.zeros(len(self._reached), dtype=np.bool_)
            self._undos.append(Undo(touched, np.empty(len(touched), dtype=np.int32), np.empty_like(self._reached)))
        return self._undos[depth]
