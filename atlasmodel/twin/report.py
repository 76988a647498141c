"""Turn what was counted into the records of a simulation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from atlasmodel.document import rounded
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.twin.loss import Purse
from atlasmodel.twin.result import (
    AdversaryRun,
    AnnualLoss,
    Chance,
    Difference,
    GoalRun,
    PlaceRun,
    ScenarioRun,
    Spread,
    StepRun,
)  # fmt: skip
from atlasmodel.twin.survey import Survey
from atlasmodel.twin.tally import Clock, Paired, Tally, share_of

POINTS = 61
CARRIERS = 20


def adversary_run(survey: Survey, tally: Tally, tries: float) -> AdversaryRun:
    """Return the record of one adversary's campaigns; goals and places by how often, then by name."""
    total = tally.campaigns
    ends = {end.fact: end for end in survey.analysis.ends}
    goals = [
        GoalRun(
            goal=goal,
            meaning=ends[goal].meaning,
            impact=ends[goal].worst,
            reached=_chance(clock.happened, total),
            days=_spread(clock),
            unseen=_chance(int(tally.unseen[row]), clock.happened),
        )
        for row, (goal, clock) in enumerate(zip(survey.terrain.goals, tally.goals, strict=True))
    ]
    places = [
        PlaceRun(
            at=place,
            been=_chance(int(tally.been_at[row]), total),
            noticed=_chance(int(tally.noticed_at[row]), int(tally.been_at[row])),
        )
        for row, place in enumerate(survey.terrain.places)
        if tally.been_at[row]
    ]
    return AdversaryRun(
        adversary=survey.attack.adversary.id,
        campaigns=total,
        tries_per_year=tries,
        any_goal=_chance(tally.any_goal.happened, total),
        any_goal_days=_spread(tally.any_goal),
        noticed=_chance(tally.notice.happened, total),
        noticed_days=_spread(tally.notice),
        survival=tuple((rounded(day), rounded(1 - share)) for day, share in tally.any_goal.curve(POINTS)),
        goals=tuple(sorted(goals, key=lambda goal: (-goal.impact * goal.reached.value, goal.goal))),
        places=tuple(sorted(places, key=lambda place: (-place.been.value, place.at))),
        steps=tuple(_carriers(survey, tally)),
    )


def _carriers(survey: Survey, tally: Tally) -> Iterator[StepRun]:
    """Yield the steps that take time and carry most of the campaigns that reach a goal."""
    rows = [row for row in np.flatnonzero(tally.carried) if not survey.terrain.free[row]]
    rows.sort(key=lambda row: (-int(tally.carried[row]), survey.terrain.attempts[row].id))
    for row in rows[:CARRIERS]:
        step = survey.analysis.graph.steps[survey.numbers[row]]
        yield StepRun(
            step=step.id,
            technique=step.grounding.rule.technique,
            at=step.grounding.component,
            begun=_chance(int(tally.began[row]), tally.campaigns),
            carried=_chance(int(tally.carried[row]), tally.any_goal.happened),
        )


def scenario_run(
    name: str, changes: Sequence[PlacedControl], runs: Sequence[AdversaryRun], purses: Mapping[str, Purse]
) -> ScenarioRun:
    """Return the record of one scenario."""
    return ScenarioRun(
        name=name,
        changes=tuple(change.model_dump(mode="json", exclude_none=True) for change in changes),
        adversaries=tuple(runs),
        losses=tuple(
            AnnualLoss(
                currency=purse.currency,
                mean=rounded(purse.mean),
                standard_error=rounded(purse.standard_error),
                p50=rounded(purse.quantile(0.5)),
                p90=rounded(purse.quantile(0.9)),
                p95=rounded(purse.quantile(0.95)),
                exceedance=tuple((rounded(amount), rounded(share)) for amount, share in purse.curve()),
            )
            for purse in purses.values()
        ),
    )


def differences(
    scenario: str, paired: Mapping[tuple[str, str], Paired], losses: Mapping[str, Paired]
) -> Iterator[Difference]:
    """Yield how a scenario differs from the first: losses, then any goal, then each goal."""
    for currency, found in losses.items():
        yield _difference(scenario, "loss", found, currency=currency)
    for (adversary, goal), found in sorted(paired.items(), key=lambda item: (item[0][1] != "*", item[0])):
        yield _difference(scenario, "reached", found, adversary=adversary, goal=goal)


def _difference(
    scenario: str,
    figure: str,
    found: Paired,
    *,
    adversary: str | None = None,
    goal: str | None = None,
    currency: str | None = None,
) -> Difference:
    return Difference(
        scenario=scenario,
        figure=figure,
        adversary=adversary,
        goal=goal,
        currency=currency,
        change=rounded(found.mean),
        standard_error=rounded(found.standard_error),
    )


def notes_of(pipeline: Pipeline, limit: float, horizon_days: float) -> Iterable[str]:
    """Yield what a reader should know about the figures."""
    if limit < horizon_days:
        yield f"Campaigns end after {limit:g} days, when the adversary's patience does, before the horizon."
    if all(asset.loss is None for asset in pipeline.assets):
        yield "No asset carries money, so no loss is given: add `loss:` to an asset."
    yield "What is unknown is drawn once a world from its prior; bounds on it are those of `assess`."


def _chance(count: int, total: int) -> Chance:
    share = share_of(count, total)
    return Chance(value=rounded(share.value), low=rounded(share.low), high=rounded(share.high))


def _spread(clock: Clock) -> Spread:
    p10, p50, p90 = (None if day is None else rounded(day) for day in map(clock.quantile, (0.1, 0.5, 0.9)))
    return Spread(p10=p10, p50=p50, p90=p90)
