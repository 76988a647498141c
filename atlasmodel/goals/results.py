"""The ends that adversaries may reach, by risk, and the best paths to the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from atlasmodel._unchecked import Unchecked
from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.attack.paths import Search
from atlasmodel.document import AttackPath, GoalResult, Interval, StepRow, rounded
from atlasmodel.goals.table import Studies, Table
from atlasmodel.goals.weighing import index_in
from atlasmodel.options import Options
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.estimate import Estimate
from atlasmodel.risk.impact import End
from atlasmodel.risk.scoring import Scoring


class _Goal(NamedTuple):
    """Be an end that an adversary may reach."""

    risk: float
    end: End
    attack: Attack
    estimate: Estimate


def goal_results(analysis: Analysis, rows: Mapping[str, StepRow], options: Options) -> tuple[GoalResult, ...]:
    """Return every end an adversary may reach, by risk; the first have their paths, and the exact probability."""
    goals = sorted(_goals(analysis), key=lambda goal: (-goal.risk, goal.end.fact, goal.attack.adversary.id))
    result = _Results(analysis.workspace.scoring)
    shown, others = goals[: options.path_goals], goals[options.path_goals :]
    results = []
    for goal, paths in zip(shown, _paths(analysis, rows, shown, options.paths), strict=True):
        results.append(result(goal, goal.attack.estimate(goal.end.fact, solve=True), paths))
    return (*results, *(result(goal, goal.estimate) for goal in others))


def _goals(analysis: Analysis) -> Iterable[_Goal]:
    for attack in analysis.attacks:
        for end in analysis.ends:
            if end.fact in attack.possible.facts:
                estimate = attack.estimate(end.fact)
                yield _Goal(RISK_SCALE * estimate.point * end.worst, end, attack, estimate)


def _paths(
    analysis: Analysis, rows: Mapping[str, StepRow], goals: Sequence[_Goal], limit: int
) -> Iterable[tuple[AttackPath, ...]]:
    """Yield the best paths to each of some goals; what these have in common is indexed once."""
    if not goals:
        return
    studies = Studies.of_catalog(analysis.workspace.catalog)
    starts = {attack.adversary.id: attack.held for attack in analysis.attacks}
    anybody: dict[str, float] = {}
    for held in starts.values():
        anybody |= {fact: min(chance, anybody.get(fact, 1.0)) for fact, chance in held.items()}
    index = index_in(analysis.graph, rows, _numbers(analysis), anybody)
    tables = {name: Table(rows, name, held, studies, index) for name, held in starts.items()}
    for goal in goals:
        table = tables[goal.attack.adversary.id]
        found = Search(table.graph(goal.end.fact)).best(limit, 4 * limit + 4)
        yield tuple(map(table.path, found.paths))


def _numbers(analysis: Analysis) -> dict[str, int]:
    """Return the numbers of the steps on the way to any end, by id."""
    ids = analysis.graph.step_ids
    return {ids[number]: number for number in analysis.steps.tolist()}


class _Results:
    """Make results of goals, by the thousand: what is made is of the types that the records ask for."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring, self._result, self._interval = scoring, Unchecked(GoalResult), Unchecked(Interval)

    def __call__(self, goal: _Goal, estimate: Estimate, paths: tuple[AttackPath, ...] = ()) -> GoalResult:
        """Return a goal as the document shows it."""
        return self._result(
            fact=goal.end.fact,
            meaning=goal.end.meaning,
            adversary=goal.attack.adversary.id,
            probability=self._interval(
                low=rounded(estimate.low),
                point=rounded(estimate.point),
                high=rounded(estimate.high),
                method=estimate.method,
                standard_error=rounded(estimate.standard_error),
                at_most=None if estimate.at_most is None else rounded(estimate.at_most),
                exact=None if estimate.exact is None else rounded(estimate.exact.point),
            ),
            impact=goal.end.impact,
            raised_by=goal.end.raised_by,
            risk=rounded(goal.risk),
            severity=self._scoring.severity_of(goal.risk),
            paths=paths,
        )
