"""The figures of many steps, by columns: most steps share them with others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlasmodel.match.pool import Numbers
from atlasmodel.risk.score import StepScore


@dataclass(frozen=True, eq=False)
class Scores(Mapping[int, StepScore]):
    """Be the figures of steps, sorted by number: step `steps[n]` has `distinct[which[n]]`."""

    steps: Numbers
    which: Numbers
    distinct: Sequence[StepScore]

    @classmethod
    def of(cls, scores: Mapping[int, StepScore]) -> Scores:
        """Return the same of any mapping; one object counts once."""
        if isinstance(scores, cls):
            return scores
        steps = sorted(scores)
        distinct: dict[int, StepScore] = {}
        for step in steps:
            distinct.setdefault(id(scores[step]), scores[step])
        place = {identity: number for number, identity in enumerate(distinct)}
        which = np.array([place[id(scores[step])] for step in steps], dtype=np.int64)
        return cls(np.array(steps, dtype=np.int64), which, tuple(distinct.values()))

    def at(self, steps: Numbers) -> Scores:
        """Return the figures of some of the steps, sorted."""
        return Scores(steps, self.which[np.searchsorted(self.steps, steps)], self.distinct)

    def columns(self, steps: Numbers) -> Numbers:
        """Return which of the distinct figures each of some steps has, -1 for none."""
        places = np.searchsorted(self.steps, steps)
        known = places < len(self.steps)
        known[known] = self.steps[places[known]] == steps[known]
        which = np.full(len(steps), -1, dtype=np.int64)
        which[known] = self.which[places[known]]
        return which

    @cached_property
    def _number(self) -> dict[int, int]:
        return dict(zip(self.steps.tolist(), self.which.tolist(), strict=True))

    def __getitem__(self, step: int) -> StepScore:
        return self.distinct[self._number[step]]

    def __contains__(self, step: object) -> bool:
        return step in self._number

    def __iter__(self) -> Iterator[int]:
        return iter(self.steps.tolist())

    def __len__(self) -> int:
        return len(self.steps)


def joined(several: Sequence[Scores]) -> tuple[Numbers, Numbers, list[StepScore]]:
    """Return the steps of several, one after the other, with the number of their figures among all figures."""
    distinct = [score for scores in several for score in scores.distinct]
    starts = np.cumsum([0, *(len(scores.distinct) for scores in several)])
    empty = np.zeros(0, dtype=np.int64)
    steps = np.concatenate([empty, *(scores.steps for scores in several)])
    which = np.concatenate([empty, *(scores.which + start for scores, start in zip(several, starts, strict=False))])
    return steps, which, distinct
