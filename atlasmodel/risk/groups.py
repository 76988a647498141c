"""Scenarios in groups, down to the single one; a group allows what each of its scenarios allows, and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from atlasmodel.risk.field import Indices
from atlasmodel.risk.kernels.net import Words

_LARGE = 4  # times the mean number of steps: a scenario that large has little in common with a group


@dataclass(frozen=True)
class Scenario:
    """Be steps that are possible in other worlds than today: their rows, sorted, and a row of words for each."""

    steps: Indices
    words: Words


@dataclass(frozen=True)
class Group:
    """Be scenarios, given by their numbers, with what all of them allow, and the parts they fall into."""

    numbers: Sequence[int]
    joint: Scenario
    parts: Sequence[Group] = ()


def grouped(scenarios: Sequence[Scenario], numbers: Sequence[int], today: Words) -> Group:
    """Return some scenarios as a group: of halves, but what changes much more than others do is a part of its own."""
    if len(numbers) == 1:
        return Group(numbers, scenarios[numbers[0]])
    most = _LARGE * sum(len(scenarios[number].steps) for number in numbers) / len(numbers)
    large = [number for number in numbers if len(scenarios[number].steps) > most]
    rest = [number for number in numbers if len(scenarios[number].steps) <= most]
    members = [rest] if large else [rest[: len(rest) // 2], rest[len(rest) // 2 :]]
    parts = [grouped(scenarios, some, today) for some in (*members, *([number] for number in large))]
    return Group(numbers, _joint([part.joint for part in parts], today), parts)


def _joint(scenarios: Sequence[Scenario], today: Words) -> Scenario:
    """Return what all of some scenarios allow, and today."""
    steps = reduce(np.union1d, [scenario.steps for scenario in scenarios])
    words = today[steps]
    for scenario in scenarios:
        words[np.searchsorted(steps, scenario.steps)] &= scenario.words
    return Scenario(steps, words)
