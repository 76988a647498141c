"""Scenarios in groups, down to the single one; a group allows what each of its scenarios allows, and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlasmodel.risk.field import Indices
from atlasmodel.risk.kernels.net import Today, Words

_LARGE = 4  # times the mean number of steps: a scenario that large has little in common with a group


@dataclass(frozen=True)
class Scenario:
    """Be steps that are possible in other worlds than today: their rows, sorted, and a row of words for each."""

    steps: Indices
    words: Words


@dataclass(frozen=True, eq=False)
class Group:
    """Be some of many scenarios, by their numbers."""

    scenarios: Sequence[Scenario]
    numbers: Sequence[int]
    today: Today

    @cached_property
    def joint(self) -> Scenario:
        """Return what all scenarios of the group allow, and today."""
        if len(self.numbers) == 1:
            return self.scenarios[self.numbers[0]]
        members = [self.scenarios[number] for number in self.numbers]
        steps = np.unique(np.concatenate([member.steps for member in members]))
        words = self.today.words[self.today.rows[steps]]
        for member in members:
            words[np.searchsorted(steps, member.steps)] &= member.words
        return Scenario(steps, words)

    @property
    def parts(self) -> Sequence[Group]:
        """Return the parts it falls into: halves, but what changes much more than others do is a part of its own."""
        if len(self.numbers) == 1:
            return ()
        sizes = [len(self.scenarios[number].steps) for number in self.numbers]
        most = _LARGE * sum(sizes) / len(sizes)
        large = [number for number, size in zip(self.numbers, sizes, strict=True) if size > most]
        rest = [number for number, size in zip(self.numbers, sizes, strict=True) if size <= most]
        members = [rest] if large else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
        return [Group(self.scenarios, some, self.today) for some in (*members, *([number] for number in large))]
