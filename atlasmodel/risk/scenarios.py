"""Many what-if questions at once: what holds in all of them is worked out first, then each half goes on from there.

A group of scenarios allows what each of them allows. What follows from that follows in every one, so a half of the
group only adds to it, down to the single scenario: nothing has to be taken away but once, and what two scenarios have
in common is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from atlasmodel.risk.field import Indices
from atlasmodel.risk.kernels.change import State, Undo, change, take_back
from atlasmodel.risk.kernels.net import Net, Sweep, Words


@dataclass(frozen=True)
class Scenario:
    """Be steps that are possible in other worlds than today: their rows, sorted, and a row of words for each."""

    steps: Indices
    words: Words


class Scenarios:
    """Answer scenarios one after the other from today's rows, which stay as they are between two questions."""

    def __init__(self, net: Net, sweep: Sweep, today: State) -> None:
        self.net, self.sweep, self._today = net, sweep, today
        self._state = State(
            today.start, today.possible.copy(), today.reached.copy(), today.fired.copy(),
            np.zeros(len(sweep.nodes), dtype=np.bool_),
        )  # fmt: skip
        self._undos: list[Undo] = []

    def answer(self, scenarios: Sequence[Scenario], read: Callable[[Words], list[float]]) -> list[list[float]]:
        """Return, for each scenario, what is read off the rows of the facts it reaches."""
        nothing = Scenario(np.zeros(0, dtype=np.int32), self._today.possible[:0])
        return self._answers(scenarios, nothing, 0, read) if scenarios else []

    def _answers(
        self, scenarios: Sequence[Scenario], above: Scenario, depth: int, read: Callable[[Words], list[float]]
    ) -> list[list[float]]:
        """Go from a group to some of its scenarios, answer them half by half, and come back.

        As groups are halved each time, the depth is the logarithm of their number.
        """
        group = self._joint(scenarios)
        steps = np.union1d(above.steps, group.steps)
        before, after = self._words(above, steps), self._words(group, steps)
        turned = (before != after).any(axis=1)
        self._state.possible[steps[turned]] = after[turned]
        undo = self._undo(depth)
        touched = change(self.net, self.sweep, self._state, undo, steps[turned], depth > 0)
        middle = len(scenarios) // 2
        if middle:
            halves = (scenarios[:middle], scenarios[middle:])
            answers = [row for half in halves for row in self._answers(half, group, depth + 1, read)]
        else:
            answers = [read(self._state.reached)]
        take_back(self._state, undo, touched)
        self._state.possible[steps[turned]] = before[turned]
        return answers

    def _words(self, scenario: Scenario, steps: Indices) -> Words:
        """Return the rows of some steps in a scenario, among which are its own; of the others, today's."""
        words = self._today.possible[steps]
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
        words[counts < len(scenarios)] &= self._today.possible[steps[counts < len(scenarios)]]
        return Scenario(steps, words)

    def _undo(self, depth: int) -> Undo:
        """Return where the change at a depth keeps what it takes to undo it; memory is taken as rows are kept."""
        if depth == len(self._undos):
            nodes = len(self.sweep.nodes)
            rows = np.empty((nodes, self._state.reached.shape[1]), dtype=np.uint64)
            self._undos.append(Undo(np.zeros(nodes, dtype=np.bool_), np.empty(nodes, dtype=np.int32), rows))
        return self._undos[depth]
