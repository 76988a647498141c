"""Several adversaries at once: who reaches what, and how likely each goal is reached in a year by anybody."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from atlasmodel.analysis import Analysis
from atlasmodel.document import Frozen, GoalResult, Interval, rounded
from atlasmodel.model.pipeline import Adversary
from atlasmodel.risk.worlds import Bits
from atlasmodel.workspace import Workspace


class Cell(Frozen):
    """Say what one adversary can do to one goal.

    `probability` is that of a campaign; `yearly` that of at least one success in a year of campaigns, which share what
    is possible at all; `effort_days` is the least effort found, and `effort_exact` says that there is none smaller.
    """

    goal: str
    adversary: str
    probability: Interval
    yearly: float
    risk: float
    effort_days: float | None
    effort_exact: bool


class Yearly(Frozen):
    """Say how likely a goal is reached in a year by anybody.

    Low holds if the likeliest adversary succeeds whenever another does, high if they have nothing in common. The point
    counts the worlds that they share; it is missing where these are not at hand.
    """

    goal: str
    meaning: str
    low: float
    point: float | None
    high: float


class Rivals(Frozen):
    """Be the matrix adversary x goal, and the goals with all adversaries together; goals by their highest risk."""

    adversaries: tuple[str, ...]
    cells: tuple[Cell, ...]
    goals: tuple[Yearly, ...]

    def rows(self) -> tuple[MatrixRow, ...]:
        """Return the matrix as a table: one row a cell, with its probability and bounds as figures."""
        return tuple(
            MatrixRow(
                goal=cell.goal,
                adversary=cell.adversary,
                low=cell.probability.low,
                point=cell.probability.point,
                high=cell.probability.high,
                yearly=cell.yearly,
                risk=cell.risk,
                effort_days=cell.effort_days,
                effort_exact=cell.effort_exact,
            )
            for cell in self.cells
        )

    def cell(self, goal: str, adversary: str) -> Cell | None:
        """Return a cell of the matrix; None where the adversary does not reach the goal."""
        return next((cell for cell in self.cells if (cell.goal, cell.adversary) == (goal, adversary)), None)


class MatrixRow(Frozen):
    """Be one cell of the matrix as a row of a table."""

    goal: str
    adversary: str
    low: float
    point: float
    high: float
    yearly: float
    risk: float
    effort_days: float | None
    effort_exact: bool


def tries_of(adversary: Adversary, workspace: Workspace) -> float:
    """Return the campaigns of an adversary in a year: its own figure, or that of its profile."""
    own = adversary.tries_per_year
    return workspace.vocabulary.profiles[adversary.profile].tries_per_year if own is None else own


def at_least_one(tries: float) -> float:
    """Return the probability of a campaign in a year, campaigns coming at random at a mean rate.

    >>> round(at_least_one(2.0), 4)
    0.8647
    """
    return -math.expm1(-tries)


def match_up(
    goals: Sequence[GoalResult],
    tries: Mapping[str, float],
    effort: Callable[[str, str], tuple[float, bool] | None],
    shared: Callable[[str], float] | None = None,
) -> Rivals:
    """Return the matrix of some goals: `effort` gives the least effort found for (goal, adversary), if any.

    `shared` gives the probability that a goal is reached in a year by anybody, where worlds are at hand.
    """
    cells: dict[str, list[Cell]] = {}
    meaning: dict[str, str] = {}
    for result in goals:
        found = effort(result.fact, result.adversary)
        meaning[result.fact] = result.meaning
        cells.setdefault(result.fact, []).append(
            Cell(
                goal=result.fact,
                adversary=result.adversary,
                probability=result.probability,
                yearly=rounded(result.probability.point * at_least_one(tries[result.adversary])),
                risk=result.risk,
                effort_days=rounded(found[0]) if found else None,
                effort_exact=found is not None and found[1],
            )
        )
    together = []
    for fact, row in cells.items():
        chances = [cell.probability.point * at_least_one(tries[cell.adversary]) for cell in row]
        point = shared(fact) if shared else None
        # More possible steps never take a goal away, so successes go together: apart from each other is an upper bound.
        apart = 1 - math.prod(1 - chance for chance in chances)
        together.append(
            Yearly(
                goal=fact,
                meaning=meaning[fact],
                low=rounded(max(chances)),
                point=None if point is None else rounded(point),
                high=rounded(apart),
            )
        )
    return Rivals(
        adversaries=tuple(tries), cells=tuple(cell for row in cells.values() for cell in row), goals=tuple(together)
    )


def yearly_by_anybody(analysis: Analysis, goal: str) -> float:
    """Return the probability that a goal is reached in a year by anybody, on the worlds that the adversaries share."""
    worlds = analysis.attacks[0].point.worlds
    safe: dict[float, Bits] = {1.0: worlds.all}  # chance to come through the year -> the worlds in which it is that
    for attack in analysis.attacks:
        reached = attack.point.bits(goal)
        spared = 1 - at_least_one(tries_of(attack.adversary, analysis.workspace))
        split: dict[float, Bits] = {}
        for chance, bits in safe.items():
            for share, part in ((chance * spared, bits & reached), (chance, bits & ~reached)):
                if part:
                    split[share] = split.get(share, 0) | part
        safe = split
    return 1 - sum(chance * worlds.share(bits) for chance, bits in safe.items())
