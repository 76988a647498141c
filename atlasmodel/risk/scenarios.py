"""Many what-if questions at once: what holds in all of them is worked out first, then each half goes on from there.

A group of scenarios allows what each of them allows. What follows from that follows in every one, so a half of the
group only adds to it, down to the single scenario: nothing has to be taken away but once, and what two scenarios have
in common is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from atlasmodel.risk.kernels.change import State, Undo, change, take_back
from atlasmodel.risk.kernels.net import Net, Sweep, Words
from atlasmodel.risk.worlds import Bits

Scenario = Mapping[int, Bits]  # row of a step -> the worlds in which it is possible instead of today's


class Scenarios:
    """Answer scenarios one after the other from today's rows, which stay as they are between two questions."""

    def __init__(
        self, net: Net, sweep: Sweep, today: State, possible: Sequence[Bits], rows_of: Callable[[list[Bits]], Words]
    ) -> None:
        self.net, self.sweep, self._today, self._rows_of = net, sweep, possible, rows_of
        self._state = State(
            today.start, today.possible.copy(), today.reached.copy(), today.fired.copy(),
            np.zeros(len(sweep.nodes), dtype=np.bool_),
        )  # fmt: skip
        self._undos: list[Undo] = []

    def answer(self, scenarios: Sequence[Scenario], read: Callable[[Words], list[float]]) -> list[list[float]]:
        """Return, for each scenario, what is read off the rows of the facts it reaches."""
        return self._answers(scenarios, {}, 0, read) if scenarios else []

    def _answers(
        self, scenarios: Sequence[Scenario], above: Scenario, depth: int, read: Callable[[Words], list[float]]
    ) -> list[list[float]]:
        """Go from a group to some of its scenarios, answer them half by half, and come back.

        As groups are halved each time, the depth is the logarithm of their number.
        """
        group = self._joint(scenarios)
        keys = sorted(group.keys() | above.keys())
        turned = [step for step in keys if self._of(group, step) != self._of(above, step)]
        steps = np.array(turned, dtype=np.int32)
        self._state.possible[steps] = self._rows_of([self._of(group, step) for step in turned])
        undo = self._undo(depth)
        touched = change(self.net, self.sweep, self._state, undo, steps, depth > 0)
        middle = len(scenarios) // 2
        if middle:
            halves = (scenarios[:middle], scenarios[middle:])
            answers = [row for half in halves for row in self._answers(half, group, depth + 1, read)]
        else:
            answers = [read(self._state.reached)]
        take_back(self._state, undo, touched)
        self._state.possible[steps] = self._rows_of([self._of(above, step) for step in turned])
        return answers

    def _of(self, scenario: Scenario, step: int) -> Bits:
        found = scenario.get(step)
        return self._today[step] if found is None else found

    def _joint(self, scenarios: Sequence[Scenario]) -> Scenario:
        """Return what all of some scenarios allow."""
        if len(scenarios) == 1:
            return scenarios[0]
        found = dict.fromkeys(step for scenario in scenarios for step in scenario)
        return {step: self._common(step, scenarios) for step in found}

    def _common(self, step: int, scenarios: Sequence[Scenario]) -> Bits:
        bits = -1
        for scenario in scenarios:
            bits &= self._of(scenario, step)
        return bits

    def _undo(self, depth: int) -> Undo:
        """Return where the change at a depth keeps what it takes to undo it; memory is taken as rows are kept."""
        if depth == len(self._undos):
            nodes = len(self.sweep.nodes)
            rows = np.empty((nodes, self._state.reached.shape[1]), dtype=np.uint64)
            self._undos.append(Undo(np.zeros(nodes, dtype=np.bool_), np.empty(nodes, dtype=np.int32), rows))
        return self._undos[depth]
