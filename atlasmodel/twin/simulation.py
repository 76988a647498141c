"""simulate() attacks a pipeline on paper thousands of times, with and without changes, on the same chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from atlasmodel.analysis import Analysis, analyse
from atlasmodel.errors import InputError, NothingToAssess, Problem
from atlasmodel.goals.rivals import tries_of
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.risk.tempo import Tempo
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.twin.loss import AtStake, Money, Purse, at_stake, losses_of_years
from atlasmodel.twin.luck import Flags
from atlasmodel.twin.report import adversary_run, differences, notes_of, scenario_run
from atlasmodel.twin.result import Simulation
from atlasmodel.twin.strategy import Play, Strategy, strategy_named
from atlasmodel.twin.survey import CELLS, WORLDS, Ground, Survey, survey
from atlasmodel.twin.tally import Paired, Tally
from atlasmodel.workspace import Workspace

CAMPAIGNS = 10_000
HORIZON_DAYS = 365.0
MOST_CAMPAIGNS = 10_000_000
TODAY = "today"
ANY = "*"
Progress = Callable[[int, int], None]
Adjust = Callable[[Analysis], Analysis]


@dataclass(frozen=True)
class Role:
    """Be one adversary made ready to play: its terrain, its strategy on it, what it can cost, how often it tries."""

    survey: Survey
    play: Play
    stakes: tuple[AtStake, ...]
    tries: float

    @property
    def adversary(self) -> str:
        """Return the id of the adversary."""
        return self.survey.attack.adversary.id


def roles(
    pipeline: Pipeline,
    workspace: Workspace,
    worlds: WorldSet,
    *,
    tempo: Tempo,
    strategy: Strategy,
    adjust: Adjust | None = None,
) -> tuple[Role, ...]:
    """Return the adversaries of a pipeline, made ready; raise InputError for contradictions in its controls."""
    analysis = analyse(pipeline, workspace, worlds)
    if analysis.placement.problems:
        raise InputError(analysis.placement.problems)
    analysis = adjust(analysis) if adjust else analysis
    stakes = at_stake(pipeline, analysis.ends)
    found = []
    for attack in analysis.attacks:
        ground = survey(analysis, attack, tempo)
        found.append(Role(ground, strategy(ground.terrain), stakes, tries_of(attack.adversary, workspace)))
    return tuple(found)


class Stage:
    """Play one scenario: its adversaries, what its years cost, and how it differs from another."""

    def __init__(self, name: str, cast: Sequence[Role], limit: float) -> None:
        self.name, self.cast, self.limit = name, tuple(cast), limit
        self.tallies = [Tally(role.survey.terrain, limit) for role in self.cast]
        currencies = sorted({stake.loss.currency for role in self.cast for stake in role.stakes})
        self.purses = {currency: Purse(currency) for currency in currencies}
        self.paired: dict[tuple[str, str], Paired] = {}
        self.paired_losses: dict[str, Paired] = {}
        self._grounds: list[dict[int, Ground]] = [{} for _ in self.cast]

    def turn(self, first: int, count: int) -> Turn:
        """Play some campaigns and count them."""
        hits: dict[tuple[str, str], Flags] = {}
        years = {currency: np.zeros(count) for currency in self.purses}
        for role, tally, grounds in zip(self.cast, self.tallies, self._grounds, strict=True):
            block = first // WORLDS
            if block not in grounds:
                grounds.clear()
                grounds[block] = role.survey.ground(block)
            luck = role.survey.luck(first, count, grounds)
            log = role.play(luck, self.limit)
            tally.add(luck, log)
            goals = role.survey.terrain.goals
            seed = role.survey.attack.point.worlds.seed
            reached = dict(zip(goals, log.reached, strict=True))
            found = losses_of_years(
                role.stakes, reached, role.tries, seed=seed, first=first, adversary=role.adversary, count=count
            )
            for currency, money in found.items():
                years[currency] += money
            hits |= {(role.adversary, goal): np.isfinite(days) for goal, days in reached.items()}
            hits[role.adversary, ANY] = np.asarray(np.isfinite(log.reached).any(axis=0))
        for currency, money in years.items():
            self.purses[currency].add(money)
        return Turn(hits, years)

    def compare(self, mine: Turn, first: Turn) -> None:
        """Count how a turn differs from the same turn of the first scenario."""
        for key, hit in mine.hits.items():
            self.paired.setdefault(key, Paired()).add(hit.astype(float) - first.hits[key])
        for currency, money in mine.years.items():
            self.paired_losses.setdefault(currency, Paired()).add(money - first.years[currency])


class Turn(NamedTuple):
    """Be the outcome of some campaigns: who reached which goal, and what the years cost by currency."""

    hits: dict[tuple[str, str], Flags]
    years: dict[str, Money]


def simulate(
    pipeline: Pipeline,
    scenarios: Mapping[str, Sequence[PlacedControl]] | None = None,
    *,
    workspace: Workspace | None = None,
    campaigns: int = CAMPAIGNS,
    horizon_days: float = HORIZON_DAYS,
    strategy: str | Strategy = "best-path",
    seed: int | None = None,
    tempo: Tempo | None = None,
    adjust: Adjust | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Attack a pipeline on paper under each set of changes, on the same worlds and the same chance.

    `scenarios` gives changes by name; the first is what the others are compared with (default: today, none).
    `campaigns` are for each adversary and scenario, 4 to 10,000,000, in multiples of 4; `adjust` changes the figures of
    an analysis, such as `calibrated` does. Memory does not grow with the number of campaigns. Raises InputError for
    options out of bounds, NothingToAssess for a pipeline without components.

    >>> from atlasmodel.model.builder import PipelineBuilder
    >>> b = PipelineBuilder("demo")
    >>> bot = b.add("bot", kind="llm", exposure="public")
    >>> simulate(b.build(), campaigns=64).campaigns
    64
    """
    _check(campaigns, horizon_days)
    if not pipeline.components:
        raise NothingToAssess(Problem("AM401", f"`{pipeline.name}` has no components"))
    space = workspace or Workspace.builtin()
    pace = tempo or space.scoring.tempo
    chosen = strategy_named(strategy) if isinstance(strategy, str) else strategy
    worlds = WorldSet(WORLDS, space.scoring.worlds.seed if seed is None else seed, space.vocabulary.attributes)
    limit = min(horizon_days, pace.patience_days.value)
    named = {name: tuple(changes) for name, changes in (scenarios or {TODAY: ()}).items()}
    stages = [
        Stage(
            name,
            roles(pipeline.with_changes(changes), space, worlds, tempo=pace, strategy=chosen, adjust=adjust),
            limit,
        )
        for name, changes in named.items()
    ]
    for first, count in chunks(campaigns, most_steps(stages)):
        opening = stages[0].turn(first, count)
        for stage in stages[1:]:
            stage.compare(stage.turn(first, count), opening)
        if progress is not None:
            progress(first + count, campaigns)
    return Simulation(
        pipeline=pipeline.name,
        digest=pipeline.digest,
        seed=worlds.seed,
        campaigns=campaigns,
        horizon_days=horizon_days,
        strategy=strategy if isinstance(strategy, str) else getattr(strategy, "__name__", type(strategy).__name__),
        assumptions=pace.model_dump(mode="json"),
        scenarios=tuple(
            scenario_run(
                stage.name,
                named[stage.name],
                [
                    adversary_run(role.survey, tally, role.tries)
                    for role, tally in zip(stage.cast, stage.tallies, strict=True)
                ],
                stage.purses,
            )
            for stage in stages
        ),
        differences=tuple(
            difference
            for stage in stages[1:]
            for difference in differences(stage.name, stage.paired, stage.paired_losses)
        ),
        notes=tuple(notes_of(pipeline, limit, horizon_days)),
    )


def chunks(campaigns: int, steps: int) -> Iterator[tuple[int, int]]:
    """Yield (first, count) so that steps x count stays within bounds and no chunk spans worlds of two seeds.

    >>> list(chunks(5000, 100))
    [(0, 4096), (4096, 904)]
    """
    size = WORLDS
    while size > 64 and size * steps > CELLS:
        size //= 2
    for first in range(0, campaigns, size):
        yield first, min(size, campaigns - first)


def most_steps(stages: Iterable[Stage]) -> int:
    """Return the largest number of steps that one adversary has."""
    return max(len(role.survey.numbers) for stage in stages for role in stage.cast)


def _check(campaigns: int, horizon_days: float) -> None:
    problems = []
    if not 4 <= campaigns <= MOST_CAMPAIGNS or campaigns % 4:
        hint = f"a multiple of 4 from 4 to {MOST_CAMPAIGNS:,}"
        problems.append(Problem("AM190", f"{campaigns} campaigns cannot be played", hint=hint))
    if not (math.isfinite(horizon_days) and 0 < horizon_days <= 1e6):
        problems.append(
            Problem("AM190", f"{horizon_days:g} days are no horizon", hint="more than 0, at most 1,000,000")
        )
    if problems:
        raise InputError(problems)
