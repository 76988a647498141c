"""simulate() attacks a pipeline on paper thousands of times, with and without changes, on the same chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from atlasmodel.analysis import Analysis, Attack, analyse
from atlasmodel.errors import InputError, NothingToAssess, Problem
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.risk.tempo import Tempo
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.twin.loss import AtStake, Money, Purse, at_stake, losses_of_years
from atlasmodel.twin.luck import Flags, Times
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
Progress = Callable[[int, int], None]
Adjust = Callable[[Analysis], Analysis]


@dataclass
class _Player:
    """Play one adversary in one scenario, and count."""

    survey: Survey
    play: Play
    tally: Tally
    stakes: tuple[AtStake, ...]
    tries: float
    grounds: dict[int, Ground] = field(default_factory=dict)

    def turn(self, first: int, count: int, limit: float) -> tuple[Times, dict[str, Money]]:
        """Play some campaigns; return when each goal was reached, and what their years cost."""
        block = first // WORLDS
        if block not in self.grounds:
            self.grounds = {block: self.survey.ground(block)}
        luck = self.survey.luck(first, count, self.grounds)
        log = self.play(luck, limit)
        self.tally.add(luck, log)
        losses = losses_of_years(
            self.stakes,
            dict(zip(self.survey.terrain.goals, log.reached, strict=True)),
            self.tries,
            seed=self.survey.attack.point.worlds.seed,
            first=first,
            adversary=self.survey.attack.adversary.id,
        )
        return log.reached, losses


@dataclass
class _Stage:
    """Hold one scenario: its players, what its years cost, and how it differs from the first scenario."""

    name: str
    changes: tuple[PlacedControl, ...]
    players: tuple[_Player, ...]
    purses: dict[str, Purse]
    paired: dict[tuple[str, str], Paired] = field(default_factory=dict)
    paired_losses: dict[str, Paired] = field(default_factory=dict)


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
    stages = [
        _stage(name, pipeline.with_changes(changes), tuple(changes), (space, worlds, pace, chosen, limit), adjust)
        for name, changes in (scenarios or {TODAY: ()}).items()
    ]
    for first, count in chunks(campaigns, max(len(player.survey.numbers) for player in _players(stages))):
        _play(stages, first, count, limit)
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
                stage.changes,
                [adversary_run(player.survey, player.tally, player.tries) for player in stage.players],
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


def _players(stages: Sequence[_Stage]) -> Iterator[_Player]:
    return (player for stage in stages for player in stage.players)


def _stage(
    name: str,
    pipeline: Pipeline,
    changes: tuple[PlacedControl, ...],
    setting: tuple[Workspace, WorldSet, Tempo, Strategy, float],
    adjust: Adjust | None,
) -> _Stage:
    space, worlds, pace, strategy, limit = setting
    analysis = analyse(pipeline, space, worlds)
    if analysis.placement.problems:
        raise InputError(analysis.placement.problems)
    analysis = adjust(analysis) if adjust else analysis
    players = []
    for attack in analysis.attacks:
        ground = survey(analysis, attack, pace)
        stakes = at_stake(pipeline, analysis.ends)
        tries = tries_per_year(attack, space)
        players.append(_Player(ground, strategy(ground.terrain), Tally(ground.terrain, limit), stakes, tries))
    currencies = sorted({stake.loss.currency for player in players for stake in player.stakes})
    return _Stage(name, changes, tuple(players), {currency: Purse(currency) for currency in currencies})


def tries_per_year(attack: Attack, workspace: Workspace) -> float:
    """Return how many campaigns a year an adversary starts: as the file says, or its profile."""
    own = attack.adversary.tries_per_year
    return workspace.vocabulary.profiles[attack.adversary.profile].tries_per_year if own is None else own


def _play(stages: Sequence[_Stage], first: int, count: int, limit: float) -> None:
    """Play some campaigns in every scenario; each is compared with the same campaign of the first scenario."""
    before: dict[tuple[str, str], Flags] = {}
    losses_before: dict[str, Money] = {}
    for stage in stages:
        years = {currency: np.zeros(count) for currency in stage.purses}
        for player in stage.players:
            reached, losses = player.turn(first, count, limit)
            for currency, money in losses.items():
                years[currency] += money
            adversary = player.survey.attack.adversary.id
            hits = {
                (adversary, goal): np.isfinite(row)
                for goal, row in zip(player.survey.terrain.goals, reached, strict=True)
            }
            hits[adversary, "*"] = np.isfinite(reached).any(axis=0)
            for key, hit in hits.items():
                if stage is stages[0]:
                    before[key] = hit
                else:
                    stage.paired.setdefault(key, Paired()).add(hit.astype(float) - before[key])
        for currency, money in years.items():
            stage.purses[currency].add(money)
            if stage is stages[0]:
                losses_before[currency] = money
            else:
                stage.paired_losses.setdefault(currency, Paired()).add(money - losses_before[currency])


def _check(campaigns: int, horizon_days: float) -> None:
    problems = []
    if not 4 <= campaigns <= MOST_CAMPAIGNS or campaigns % 4:
        hint = f"a multiple of 4 from 4 to {MOST_CAMPAIGNS:,}"
        problems.append(Problem("AM143", f"{campaigns} campaigns cannot be played", hint=hint))
    if not (math.isfinite(horizon_days) and 0 < horizon_days <= 1e6):
        problems.append(
            Problem("AM143", f"{horizon_days:g} days are no horizon", hint="more than 0, at most 1,000,000")
        )
    if problems:
        raise InputError(problems)
