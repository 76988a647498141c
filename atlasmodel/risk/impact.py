"""Which reached facts are ends that matter here, and how bad each is, 1 to 5 a dimension."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlasmodel.match.conditions import Scope
from atlasmodel.match.formula import YES
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.risk.scoring import WORST, Scoring

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


def ends_of(facts: Iterable[str], pipeline: Pipeline, vocabulary: Vocabulary, scoring: Scoring) -> tuple[End, ...]:
    """Return the ends among some facts, in the order of their names."""
    ends = (end_of(fact, pipeline, vocabulary, scoring) for fact in sorted(facts))
    return tuple(end for end in ends if end is not None)


def end_of(fact: str, pipeline: Pipeline, vocabulary: Vocabulary, scoring: Scoring) -> End | None:
    """Return a fact as an end, or None where it is only a means."""
    token, _, place = fact.partition("@")
    component = pipeline.by_id.get(place)
    if component is None:
        return None
    goals = [goal for goal in scoring.goals if goal.token == token and vocabulary.is_a(component.kind, goal.at)]
    if not goals:
        return None
    impact: dict[str, int] = {}
    for goal in goals:
        for dimension, value in goal.impact.items():
            impact[dimension] = max(value, impact.get(dimension, 0))
    raised = []
    for item in scoring.raises:
        if token in item.token and (
            item.condition is None or item.condition.evaluate(Scope(pipeline, vocabulary, component)).formula == YES
        ):
            impact = {name: min(WORST, value + item.add) for name, value in impact.items()}
            impact |= {name: max(value, impact.get(name, 0)) for name, value in item.impact.items()}
            raised.append(item.id)
    for asset in pipeline.assets_at(place):
        for name in ASSET_DIMENSIONS:
            word = getattr(asset, name)
            if word is not None and name in impact and scoring.worth[word] > impact[name]:
                impact[name] = scoring.worth[word]
                raised.append(f"holds {asset.id} ({name} {word})")
    return End(fact, goals[0].meaning, impact, tuple(dict.fromkeys(raised)))
