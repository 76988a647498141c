"""From an analysis to the ground of a campaign: steps with days, notices and places, and what each world allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from atlasmodel.analysis import Analysis
from atlasmodel.attack.graph import Step
from atlasmodel.match.formula import NO, YES, Formula
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.draws import Draws
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.tempo import Tempo
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.twin.luck import Flags, Luck, draw_luck
from atlasmodel.twin.terrain import ALWAYS, Attempt, Terrain

WORLDS = 4096  # of one seed; further campaigns come in worlds of further seeds
CELLS = 6_000_000  # steps x campaigns held at once
_AIMS = 5
_LAST_SEED = 2**63


@dataclass(frozen=True)
class Survey:
    """Hold one adversary's terrain in one scenario and the formulas of its uncertain links."""

    analysis: Analysis
    attack: Attack
    tempo: Tempo
    terrain: Terrain
    numbers: tuple[int, ...]  # of the steps in the attack graph
    links: tuple[Formula, ...]

    def luck(self, first: int, count: int, worlds: Mapping[int, Ground]) -> Luck:
        """Return what chance decides for the campaigns from `first` on, which lie in worlds of one seed."""
        ground = worlds[first // WORLDS]
        columns = slice(first % WORLDS, first % WORLDS + count)
        return draw_luck(
            self.terrain,
            ground.possible[:, columns],
            ground.links[:, columns],
            self.tempo,
            seed=self.analysis.attacks[0].point.worlds.seed,
            first=first,
        )

    def ground(self, block: int) -> Ground:
        """Return what is possible in the worlds of a block; block 0 are those of the assessment."""
        today = self.attack.point.worlds
        worlds = today if block == 0 and today.count == WORLDS else further_worlds(today, block)
        campaigns = self.attack.point if worlds is today else campaigns_in(worlds, self.attack, self.attack.scores)
        rows = [worlds.unpack(campaigns.possible[number]) for number in self.numbers]
        links = [worlds.unpack(worlds.where(formula)) for formula in self.links]
        return Ground(_stacked(rows, worlds.count), _stacked(links, worlds.count))


@dataclass(frozen=True)
class Ground:
    """Say which steps are possible and which links are there: one row a step or link, one column a world."""

    possible: Flags
    links: Flags


def survey(analysis: Analysis, attack: Attack, tempo: Tempo) -> Survey:
    """Return the terrain of one adversary: the steps on the way to an end, in the order of the graph."""
    numbers = tuple(attack.scores)
    links: dict[Formula, int] = {}

    def wired(pairs: Iterator[tuple[str, Formula]]) -> tuple[tuple[str, int], ...]:
        there = ((fact, formula) for fact, formula in pairs if formula != NO)
        return tuple(
            (fact, ALWAYS if formula == YES else links.setdefault(formula, len(links))) for fact, formula in there
        )

    attempts = []
    for number in numbers:
        step, score = analysis.graph.steps[number], attack.scores[number]
        attempts.append(
            Attempt(
                id=step.id,
                needs=tuple(wired((o.fact, o.formula) for o in clause) for clause in step.clauses),
                gains=wired((o.fact, o.formula) for o in step.gains if o.fact in attack.point.number),
                days=_days(step, score),
                probability=attack.point.worlds.share(attack.point.possible[number]),
                noticed=score.detection,
                place=None if step.grounding.component == ADVERSARY else step.grounding.component,
                level=attack.possible.steps[number],
            )
        )
    starts = {
        fact: ALWAYS if formula == YES else links.setdefault(formula, len(links))
        for fact, formula in attack.start.facts.items()
        if formula != NO
    }
    goals = tuple(end.fact for end in analysis.ends if end.fact in attack.point.number)
    terrain = Terrain(tuple(attempts), starts, goals, _aims(analysis, attack, goals), tempo.known_paths.value)
    return Survey(analysis, attack, tempo, terrain, numbers, tuple(links))


def _days(step: Step, score: StepScore) -> tuple[float, float, float]:
    """Return the days of a step: those of its rule, stretched by what impedes it; none for an end state."""
    low, likely, high = step.grounding.rule.effort_days
    if score.effort_days <= 0 and likely > 0:
        return (0.0, 0.0, 0.0)
    stretch = score.effort_days / likely if likely > 0 else 1.0
    return (low * stretch, likely * stretch, high * stretch)


def _aims(analysis: Analysis, attack: Attack, goals: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the adversary is after: what the file says, or the goals of highest risk."""
    named = tuple(goal for goal in goals for aim in attack.adversary.aims if aim in (goal, goal.partition("@")[0]))
    risk = {goal: analysis.worst[goal] * attack.point.share(goal) for goal in goals}
    return tuple(dict.fromkeys(named)) or tuple(sorted(goals, key=lambda goal: (-risk[goal], goal))[:_AIMS])


def campaigns_in(worlds: WorldSet, attack: Attack, scores: Mapping[int, StepScore]) -> Campaigns:
    """Return the campaigns of an adversary in some worlds, with some figures of its steps."""
    return Campaigns(attack.point.part, attack.start.facts, scores, Draws(attack.point.graph, worlds, "point"))


def further_worlds(today: WorldSet, block: int) -> WorldSet:
    """Return the worlds of a block: the same beliefs, another seed for each block after the first."""
    return WorldSet(WORLDS, (today.seed + block) % _LAST_SEED, today.attributes)


def _stacked(rows: list[Flags], count: int) -> Flags:
    return np.stack(rows) if rows else np.zeros((0, count), dtype=np.bool_)
