"""The ways to one goal, told: attack paths by several measures, what they take at least, which none outdoes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from atlasmodel.attack.cheapest import cheapest_proof, first_proof
from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.hypergraph import Hypergraph
from atlasmodel.attack.indexing import index_steps
from atlasmodel.attack.measure import earliest, finite, least_worst, not_outdone
from atlasmodel.attack.paths import Move, Path, Search
from atlasmodel.catalog import Catalog
from atlasmodel.document import AttackPath, Frozen, GoalResult, PathStep, StepRow, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.match.rule import ADVERSARY, SKILLS


By = Literal["probability", "effort", "time", "steps"]
MEASURES: tuple[By, ...] = get_args(By)
UNKNOWN_SKILL = len(SKILLS)
WEIGHTS: Mapping[str, Callable[[StepRow], float]] = {  # but for the probability, which depends on the adversary
    "effort": lambda row: row.effort_days,
    "time": lambda row: row.effort_days,
    "steps": lambda row: 1.0,
    "skill": lambda row: SKILLS.index(row.skill) if row.skill in SKILLS else UNKNOWN_SKILL,
    "detection": lambda row: row.detection,
}
SEARCHES = 40  # for each path asked for
ROUNDS = 200  # of the exact search for the cheapest attack


class Studies(NamedTuple):
    """Know which case studies used a technique."""

    by_technique: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_catalog(cls, catalog: Catalog) -> Studies:
        """Return what a catalogue tells."""
        found: dict[str, dict[str, None]] = {}
        for study in catalog.case_studies:
            for technique in study.techniques:
                found.setdefault(technique, {})[study.id] = None
        return cls({technique: tuple(studies) for technique, studies in found.items()})

    def of(self, technique: str | None) -> tuple[str, ...]:
        """Return the case studies that used a technique, in the order of the catalogue."""
        return self.by_technique.get(technique, ()) if technique else ()


NO_STUDIES = Studies({})


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

    points: tuple[FrontPoint, ...]
    complete: bool
    best: tuple[str, ...]


class Table:
    """Hold the steps of the attack graph as one adversary sees them; `index` is theirs, where others share it."""

    def __init__(
        self,
        rows: Mapping[str, StepRow],
        adversary: str,
        starts: Collection[str],
        studies: Studies = NO_STUDIES,
        index: Hypergraph | None = None,
    ) -> None:
        self.rows, self.adversary, self.starts, self.studies = rows, adversary, starts, studies
        if index is not None:
            self._index = index
        self._graphs: dict[str, Hypergraph] = {}  # by measure; their parts lead to goals

    def moves(self, by: str = "probability") -> list[Move]:
        """Return the steps for the path search."""
        return moves_of(self.rows.values(), self.adversary, by)

    def path(self, path: Path) -> AttackPath:
        """Return a path with its steps spelled out."""
        return show_path(path, self.rows, self.adversary, self.starts, self.studies)

    def graph(self, goal: str, by: str = "probability") -> Hypergraph:
        """Return the graph to a goal; what goals have in common is found once."""
        if by not in self._graphs:
            steps = sorted(self.rows.values(), key=lambda row: row.id)  # as the moves of the index are
            self._graphs[by] = self._index.weighed(_weights(steps, self.adversary, by), self.starts)
        return self._graphs[by].towards(goal)

    @cached_property
    def _index(self) -> Hypergraph:
        return index_of(self.rows.values(), self.starts)


def index_of(rows: Iterable[StepRow], starts: Collection[str]) -> Hypergraph:
    """Return the graph of all steps, whoever can do them and whatever they weigh; `starts` are anybody's."""
    return Hypergraph(map(_move, rows), starts)


def index_in(
    graph: AttackGraph, rows: Mapping[str, StepRow], numbers: Mapping[str, int], starts: Collection[str]
) -> Hypergraph:
    """Return the same graph for steps of an attack graph, of which `numbers` gives the numbers by id."""
    names = sorted(rows)
    return index_steps(graph, [numbers[name] for name in names], _Moves([rows[name] for name in names]), starts)


class _Moves:
    """Be steps as moves, each made when it is asked for."""

    def __init__(self, rows: Sequence[StepRow]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Move:
        return _move(self._rows[number])

    def name(self, number: int) -> str:
        """Return what a step counts as."""
        return _key(self._rows[number])

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names: that of a step is its id, or it has none."""
        rows, place = self._rows, self._place
        return [place[name] for name in names if name in place and _key(rows[place[name]])]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {row.id: place for place, row in enumerate(self._rows)}


def moves_of(rows: Iterable[StepRow], adversary: str, by: str = "probability") -> list[Move]:
    """Return the steps that an adversary can do, for the path search, weighted by some measure."""
    rows = list(rows)
    weights = zip(rows, _weights(rows, adversary, by), strict=True)
    return [_move(row, weight) for row, weight in weights if weight is not None]


def _weights(rows: Iterable[StepRow], adversary: str, by: str) -> list[float | None]:
    """Return the weights of steps by some measure, None for those that an adversary cannot do."""
    rows = list(rows)
    chances = [row.probability.get(adversary, 0.0) for row in rows]
    if by == "probability":
        unlikeliness = {chance: max(0.0, -math.log(chance)) for chance in set(chances) if chance > 0}  # few differ
        return [unlikeliness.get(chance) for chance in chances]
    weigh = WEIGHTS[by]
    return [weigh(row) if chance > 0 else None for row, chance in zip(rows, chances, strict=True)]


def _move(row: StepRow, weight: float = 1.0) -> Move:
    return Move(row.id, row.needs, row.gains, weight, _key(row))


def _key(row: StepRow) -> str:
    """Return what a step counts as: those on the adversary's own ground serve alike, and make no paths of their own."""
    return "" if row.at == ADVERSARY else row.id


def show_path(
    path: Path,
    rows: Mapping[str, StepRow],
    adversary: str,
    starts: Collection[str] = (),
    studies: Studies = NO_STUDIES,
) -> AttackPath:
    """Return a path with its steps spelled out: what each needed of what was held by then, and what it gained."""
    steps = [rows[identifier] for identifier in path.steps]
    held = dict.fromkeys(starts)
    told = []
    for step in steps:
        needed = (next((fact for fact in clause if fact in held), "") for clause in step.needs)
        told.append(
            PathStep(
                id=step.id,
                rule=step.rule,
                technique=step.technique,
                technique_name=step.technique_name,
                title=step.title,
                at=step.at,
                needs=tuple(fact for fact in dict.fromkeys(needed) if fact),
                gains=step.gains,
                probability=step.probability[adversary],
                case_studies=studies.of(step.technique),
            )
        )
        held |= dict.fromkeys(step.gains)
    skills = [SKILLS.index(step.skill) for step in steps if step.skill in SKILLS]
    return AttackPath(
        probability=rounded(math.prod(step.probability[adversary] for step in steps)),
        effort_days=rounded(sum(step.effort_days for step in steps)),
        detection=rounded(1 - math.prod(1 - step.detection for step in steps)),
        skill=SKILLS[max(skills)] if skills else None,
        proven=path.proven,
        variants=path.variants,
        steps=tuple(told),
    )


def find_routes(table: Table, goal: str, by: By, limit: int) -> Routes:
    """Return the best paths to a goal by one measure; raise InputError for a measure that there is not."""
    if by not in MEASURES:
        hint = nearest(by, MEASURES) or f"one of {', '.join(MEASURES)}"
        raise InputError(Problem("AM158", f"paths are not ordered by `{by}`", hint=hint))
    found = Search(table.graph(goal, by)).best(limit, SEARCHES * limit)
    return Routes(
        goal=goal,
        adversary=table.adversary,
        by=by,
        paths=tuple(map(table.path, found.paths)),
        truncated=found.truncated,
        least=least(table, goal),
    )


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
    """Return the first result of a goal, given as fact or token and place, and of an adversary; of any where not given.

    `known` are the adversaries there are. Raise InputError for one that is not, and for a goal that is not reached.
    """
    if adversary is not None and adversary not in known:
        hint = nearest(adversary, known) or f"one of {', '.join(known)}"
        raise InputError(Problem("AM159", f"there is no adversary `{adversary}`", hint=hint))
    mine = [result for result in goals if adversary in (None, result.adversary)]
    for result in mine:
        named = result.fact.partition("@")[0] == goal and at in (None, result.at)
        if goal is None or result.fact == goal or named:
            return result
    wanted = f"{goal}@{at}" if at else str(goal)
    facts = dict.fromkeys(result.fact for result in mine)
    hint = nearest(wanted, facts) or f"goals here: {', '.join(facts) or 'none can be reached'}"
    who = f"`{adversary}` does not reach" if adversary else "no adversary reaches"
    raise InputError(Problem("AM150", f"{who} `{wanted}`", hint=hint))


def skill_word(level: float) -> str | None:
    """Return the word for a level of skill; None where it is unknown or the goal out of reach."""
    return SKILLS[int(level)] if level < UNKNOWN_SKILL else None
