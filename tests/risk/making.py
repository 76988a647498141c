"""Campaigns for tests: graphs as written in attack.making, step probabilities, and two unknown attributes with beliefs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attack.making import Written, graph_of

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.formula import YES, Formula
from atlasmodel.model.kinds import Attribute
from atlasmodel.risk.draws import Draws
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.worlds import Side, WorldSet

BELIEF = {"verified": 0.3, "logged": 0.8}
ATTRIBUTES = {
    name: Attribute(id=name, type="bool", meaning="…", prior={"true": chance, "false": 1 - chance})
    for name, chance in BELIEF.items()
}
WORLDS = WorldSet(4096, 20260915, ATTRIBUTES)


def score(probability: float, *weakenings: Weakening) -> StepScore:
    return StepScore(probability, weakenings, (), 1.0, 0.0)


def prevents(control: str, share: float, formula: Formula = YES) -> Weakening:
    return Weakening(control, "x", "prevent", share, 1.0, "in_place", share, formula)


def campaigns(
    steps: Sequence[Written],
    starts: Collection[str],
    scores: Mapping[str, StepScore],
    worlds: WorldSet = WORLDS,
    side: Side = "point",
) -> Campaigns:
    """Campaigns for all that can be reached; scores by the name of the step."""
    graph = graph_of(steps)
    by_number = {
        graph.number_of[f"{name}@x"]: score for name, score in scores.items() if f"{name}@x" in graph.number_of
    }
    part = graph.reach(starts, certain=False)
    return Campaigns(part, dict.fromkeys(starts, YES), by_number, Draws(graph, worlds, side))


def changed(steps: Sequence[Written], scenarios: Sequence[Mapping[int, float]]) -> list[dict[str, StepScore]]:
    """Scores by the name of the step, for scenarios that give probabilities by its place."""
    return [
        {steps[place][0]: score(p) for place, p in scenario.items() if place < len(steps)} for scenario in scenarios
    ]


def asked(today: Campaigns, changes: Sequence[Mapping[str, StepScore]]) -> list[dict[int, int]]:
    """The worlds in which changed steps would be possible, as what-if questions put it."""
    return [
        {number(today, name): today.possible_with(number(today, name), new) for name, new in change.items()
         if number(today, name) in today.possible}
        for change in changes
    ]  # fmt: skip


def number(found: Campaigns, name: str) -> int:
    return found.graph.number_of[f"{name}@x"]


def chain(*names: str, start: str = "f0@x") -> list[Written]:
    """Steps in a row: each needs what the one before gains; the last gains `goal@x`."""
    steps: list[Written] = []
    before = start
    for place, name in enumerate(names, 1):
        after = "goal@x" if place == len(names) else f"{name}-done@x"
        steps.append((name, YES, [[(before, YES)]], [(after, YES)]))
        before = after
    return steps


def facts_of(graph: AttackGraph) -> list[str]:
    return list(dict.fromkeys([*graph.waiting, *graph.gained_by]))
