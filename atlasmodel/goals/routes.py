"""The ways to one goal, told: attack paths by several measures, what they take at least, which none outdoes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, get_args

from atlasmodel.attack.paths import Search
from atlasmodel.attack.search.cheapest import cheapest_proof, first_proof
from atlasmodel.attack.search.measure import earliest, finite, least_worst, not_outdone
from atlasmodel.document import AttackPath, Frozen, GoalResult, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.goals.table import Table
from atlasmodel.goals.weighing import UNKNOWN_SKILL
from atlasmodel.match.rule import SKILLS

By = Literal["probability", "effort", "time", "steps"]
MEASURES: tuple[By, ...] = get_args(By)
LISTED = 10  # goals named in a hint
SEARCHES = 40  # for each path asked for
ROUNDS = 200  # of the exact search for the cheapest attack


class Least(Frozen):
    """Say what a goal takes at least; each figure with whether it is exact or a bound.

    Least skill and earliest time are exact. The least effort counts a step that serves twice once: its attack takes
    `effort_days`, and none takes less than `effort_bound`.
    """

    skill: str | None
    earliest_days: float | None
    effort_days: float | None
    effort_bound: float | None
    effort_exact: bool
    engine: str


class Routes(Frozen):
    """Hold the best paths to a goal by one measure, and what no path to it undercuts.

    `truncated` says that the search stopped before it had as many paths as were asked for.
    """

    goal: str
    adversary: str
    by: By
    paths: tuple[AttackPath, ...]
    truncated: bool
    least: Least


class FrontPoint(Frozen):
    """Be one path of a front: none listed is as good for the attacker in every way and better in one."""

    probability: float
    effort_days: float
    detection: float
    path: AttackPath


class Front(Frozen):
    """Hold the paths that none outdoes in probability, effort and detection together.

    `complete` says that all paths were seen, so that the front is exact; otherwise it is the front of the paths found,
    and `best` names the measures whose best value on it is proven.
    """

    goal: str
    adversary: str
    points: tuple[FrontPoint, ...]
    complete: bool
    best: tuple[str, ...]


def find_routes(table: Table, goal: str, by: By, limit: int) -> Routes:
    """Return the best paths to a goal by one measure; raise InputError for a measure that there is not."""
    if by not in MEASURES:
        hint = nearest(by, MEASURES) or f"one of {', '.join(MEASURES)}"
        raise InputError(Problem("AM158", f"paths are not ordered by `{by}`", hint=hint))
    _check_limit(limit)
    found = Search(table.graph(goal, by)).best(limit, SEARCHES * limit)
    return Routes(
        goal=goal,
        adversary=table.adversary,
        by=by,
        paths=tuple(map(table.path, found.paths)),
        truncated=found.truncated,
        least=least(table, goal),
    )


def _check_limit(limit: int) -> None:
    if limit < 1:
        raise InputError(Problem("AM158", f"at least 1 path can be asked for, not {limit}"))


def least(table: Table, goal: str) -> Least:
    """Return what a goal takes at least."""
    graph = table.graph(goal, "effort")
    level = least_worst(table.graph(goal, "skill"))
    proof = first_proof(graph)
    if proof is not None:
        proof = cheapest_proof(graph, (), proof, rounds=ROUNDS, engine="milp")
    days = finite(earliest(graph))
    return Least(
        skill=skill_word(level),
        earliest_days=None if days is None else rounded(days),
        effort_days=rounded(proof.weight) if proof else None,
        effort_bound=rounded(proof.bound) if proof else None,
        effort_exact=proof is None or proof.exact,
        engine=proof.engine if proof and proof.rounds else "search",
    )


def find_front(table: Table, goal: str, limit: int) -> Front:
    """Return the front of probability, effort and detection over the best paths by probability and by effort."""
    _check_limit(limit)
    lists = {by: Search(table.graph(goal, by)).best(limit, SEARCHES * limit) for by in MEASURES[:2]}
    paths = {frozenset(path.steps): table.path(path) for found in lists.values() for path in found.paths}
    shown = list(paths.values())
    kept = not_outdone([(-path.probability, path.effort_days, path.detection or 0.0) for path in shown])
    points = [
        FrontPoint(
            probability=path.probability, effort_days=path.effort_days, detection=path.detection or 0.0, path=path
        )
        for path in (shown[place] for place in kept)
    ]
    points.sort(key=lambda point: (-point.probability, point.effort_days, point.detection))
    return Front(
        goal=goal,
        adversary=table.adversary,
        points=tuple(points),
        complete=any(not found.truncated and len(found.paths) < limit for found in lists.values()),
        best=tuple(by for by, found in lists.items() if found.paths and found.paths[0].proven),
    )


def least_effort(table: Table, goal: str) -> tuple[float, bool] | None:
    """Return the least effort found for a goal, in person-days, and whether none is smaller; None if unreached."""
    found = Search(table.graph(goal, "effort")).best(1, ROUNDS).paths
    return (found[0].weight, found[0].proven) if found else None


def find_goal(
    goals: Iterable[GoalResult], goal: str | None, at: str | None, adversary: str | None, *, known: Collection[str]
) -> GoalResult:
    """Return the first result of a goal, given as fact, or as token or place or both; of any where not given.

    `adversary` keeps to the results of one; `known` are those there are. Raise InputError for another one, and for a
    goal that is not reached.
    """
    if adversary is not None and adversary not in known:
        hint = nearest(adversary, known) or f"one of {', '.join(known)}"
        raise InputError(Problem("AM159", f"there is no adversary `{adversary}`", hint=hint))
    mine = [result for result in goals if adversary in (None, result.adversary)]
    for result in mine:
        token, _, place = result.fact.partition("@")
        if goal in (None, result.fact, token) and at in (None, place):
            return result
    who = f"`{adversary}` does not reach" if adversary else "no adversary reaches"
    raise InputError(Problem("AM150", f"{who} {_wanted(goal, at)}", hint=_goals_like(goal, at, mine)))


def _wanted(goal: str | None, at: str | None) -> str:
    """Return what was asked for, in words."""
    if goal is None:
        return f"a goal at `{at}`" if at else "any goal"
    return f"`{goal}` at `{at}`" if at and "@" in goal else f"`{goal}@{at}`" if at else f"`{goal}`"


def _goals_like(goal: str | None, at: str | None, results: Sequence[GoalResult]) -> str:
    """Return a hint: the goals that are near to what was asked for, or the first of those there are."""
    facts = list(dict.fromkeys(result.fact for result in results))
    if not facts:
        return "nothing here leads from where they start to any goal"
    if goal is None:
        wanted, known = str(at), [fact.partition("@")[2] for fact in facts]
    elif at or "@" in goal:
        wanted, known = goal if "@" in goal else f"{goal}@{at}", facts
    else:
        wanted, known = goal, [fact.partition("@")[0] for fact in facts]
    more = f" and {len(facts) - LISTED} more" if len(facts) > LISTED else ""
    return nearest(wanted, dict.fromkeys(known)) or f"goals here: {', '.join(facts[:LISTED])}{more}"


def skill_word(level: float) -> str | None:
    """Return the word for a level of skill; None where it is unknown or the goal out of reach."""
    return SKILLS[int(level)] if level < UNKNOWN_SKILL else None
