"""Which reached facts are ends that matter here, and how bad each is, 1 to 5 a dimension."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlasmodel.match.census import Census, Places
from atlasmodel.match.conditions import Always
from atlasmodel.match.pool import ALL
from atlasmodel.risk.scoring import WORST, Goal, Raise, Scoring

# What an asset's words speak of, and the dimension of an end that they raise.
ASSET_DIMENSIONS = ("confidentiality", "integrity", "availability", "safety")


@dataclass(frozen=True)
class End:
    """Be one goal of the pipeline: a fact, what it touches and why it is as bad as it is."""

    fact: str
    meaning: str
    impact: dict[str, int]
    raised_by: tuple[str, ...]

    @property
    def worst(self) -> int:
        """Return the impact in the worst dimension, 1 to 5."""
        return max(self.impact.values())


def ends_of(facts: Iterable[str], census: Census, scoring: Scoring) -> tuple[End, ...]:
    """Return the ends among some facts of a census, in the order of their names."""
    ends = _Ends(census, scoring)
    return tuple(end for fact in sorted(facts) if (end := ends.of(fact)) is not None)


class _Ends:
    """Tell ends from means; what makes them worse is asked of all components at once."""

    def __init__(self, census: Census, scoring: Scoring) -> None:
        self._census, self._scoring = census, scoring
        self._goals: dict[tuple[str, str], list[Goal]] = {}  # by token and kind

    @cached_property
    def _raising(self) -> list[tuple[Raise, list[bool]]]:
        """Return what raises ends, and at which components it does."""
        everywhere = Places(np.arange(len(self._census.table.components)))
        conditions = ((item, item.condition or Always()) for item in self._scoring.raises)
        return [(item, (self._census.ask(node, everywhere).formulas == ALL).tolist()) for item, node in conditions]

    def of(self, fact: str) -> End | None:
        """Return a fact as an end, or None where it is only a means."""
        token, _, place = fact.partition("@")
        pipeline = self._census.table.pipeline
        component = pipeline.by_id.get(place)
        goals = [] if component is None else self._goals_of(token, component.kind)
        if not goals:
            return None
        number = self._census.place_of[place]
        impact: dict[str, int] = {}
        for goal in goals:
            for dimension, value in goal.impact.items():
                impact[dimension] = max(value, impact.get(dimension, 0))
        raised = []
        for item, at in self._raising:
            if token in item.token and at[number]:
                impact = {name: min(WORST, value + item.add) for name, value in impact.items()}
                impact |= {name: max(value, impact.get(name, 0)) for name, value in item.impact.items()}
                raised.append(item.id)
        for asset in pipeline.assets_at(place):
            for name in ASSET_DIMENSIONS:
                word = getattr(asset, name)
                if word is not None and name in impact and self._scoring.worth[word] > impact[name]:
                    impact[name] = self._scoring.worth[word]
                    raised.append(f"holds {asset.id} ({name} {word})")
        return End(fact, goals[0].meaning, impact, tuple(dict.fromkeys(raised)))

    def _goals_of(self, token: str, kind: str) -> list[Goal]:
        if (token, kind) not in self._goals:
            is_a = self._census.table.vocabulary.is_a
            fitting = [goal for goal in self._scoring.goals if goal.token == token and is_a(kind, goal.at)]
            self._goals[token, kind] = fitting
        return self._goals[token, kind]
