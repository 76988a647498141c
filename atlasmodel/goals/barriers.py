"""What would stop an attack on a goal: steps and facts on every path, smallest sets to take away, the cheapest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import inf
from typing import Literal, get_args

from atlasmodel.analysis import Analysis, technique_of
from atlasmodel.attack.cuts import Elements, cheapest_cut, choke_points, minimal_cuts
from atlasmodel.attack.search.gates import is_gate
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.document import Frozen, StepRow, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.goals.table import Table
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.mitigate.reach import places_of

Of = Literal["steps", "controls"]
MOST = 4  # elements in a cut


class ChokePoint(Frozen):
    """Be a step or fact on every path; `carries` is the risk of all goals of the adversary for which it is one."""

    id: str
    kind: Literal["step", "fact", "start"]
    at: str
    title: str
    technique: str | None
    carries: float


class Cuts(Frozen):
    """Hold minimal sets of steps, or of controls taken as wholly effective, that leave no path; the smallest first.

    `uncut` is a path on which there is nothing to take away; then there is no cut.
    """

    goal: str
    adversary: str
    of: Of
    sets: tuple[tuple[str, ...], ...]
    truncated: bool
    uncut: tuple[str, ...]

    def rows(self) -> tuple[CutElement, ...]:
        """Return the sets as a table: one row for each element of each set."""
        return tuple(
            CutElement(number=number, size=len(names), element=name)
            for number, names in enumerate(self.sets, 1)
            for name in names
        )


class CutElement(Frozen):
    """Be one element of a cut: the number of the cut, how many elements it has, which step or `control@place`."""

    number: int
    size: int
    element: str


class CheapestCut(Frozen):
    """Be the cheapest set of controls that leaves no path; `exact` where no cheaper one can be there."""

    goal: str
    adversary: str
    controls: tuple[str, ...]
    effort_days: float | None
    bound: float | None
    exact: bool
    engine: str
    uncut: tuple[str, ...]


def find_choke_points(table: Table, goal: str, risks: Mapping[str, float]) -> tuple[ChokePoint, ...]:
    """Return what is on every path to a goal, in an order in which it comes, the goal itself left out.

    `risks` are the goals of the adversary with their risk: what a choke point carries is summed over those it is on.
    """
    carried: dict[str, float] = {}
    for other, risk in risks.items():
        found = choke_points(table.graph(other))
        for name in {*found.moves, *found.facts}:
            carried[name] = carried.get(name, 0.0) + risk
    here = choke_points(table.graph(goal))
    points = [_choking_step(table.rows[name], carried.get(name, 0.0)) for name in here.moves if not is_gate(name)]
    facts = [fact for fact in here.facts if fact != goal and not is_gate(fact)]
    points += [_choking_fact(fact, fact in table.starts, carried.get(fact, 0.0)) for fact in facts]
    return tuple(points)


def find_cuts(table: Table, goal: str, of: Of, elements: Mapping[str, Collection[str]], size: int) -> Cuts:
    """Return the minimal sets of elements that leave no path; an element is named with the steps that it takes away."""
    if of not in get_args(Of):
        hint = nearest(of, get_args(Of)) or f"one of {', '.join(get_args(Of))}"
        raise InputError(Problem("AM158", f"cuts are not made of `{of}`", hint=hint))
    if not 1 <= size <= MOST:
        raise InputError(Problem("AM158", f"cuts have 1 to {MOST} elements, not {size}"))
    graph = table.graph(goal)
    found = minimal_cuts(graph, _numbered(elements, graph), size)
    return Cuts(
        goal=goal,
        adversary=table.adversary,
        of=of,
        sets=found.cuts,
        truncated=found.truncated,
        uncut=_steps(found.uncut),
    )


def find_cheapest_cut(
    table: Table, goal: str, elements: Mapping[str, Collection[str]], cost: Mapping[str, float]
) -> CheapestCut:
    """Return the cheapest set of controls that leaves no path, each taken as wholly effective."""
    graph = table.graph(goal)
    found = cheapest_cut(graph, _numbered(elements, graph), cost)
    there = found.cost < inf
    return CheapestCut(
        goal=goal,
        adversary=table.adversary,
        controls=found.elements,
        effort_days=rounded(found.cost) if there else None,
        bound=rounded(found.bound) if there else None,
        exact=found.exact,
        engine=found.engine,
        uncut=_steps(found.uncut),
    )


def title_of(row: StepRow) -> str:
    """Return what a step is, in words."""
    return f"{row.technique} {row.technique_name}: {row.title}" if row.technique else row.title


def step_elements(rows: Iterable[StepRow]) -> dict[str, tuple[str, ...]]:
    """Return the steps that somebody could prevent: with a technique, on the system, no mere consequence of others."""
    return {
        row.id: (row.id,) for row in rows if row.technique is not None and row.at != ADVERSARY and not _follows(row)
    }


def _follows(row: StepRow) -> bool:
    """Tell whether a step happens by itself once it can: certain, and no effort."""
    return row.effort_days == 0 and min(row.probability.values(), default=0.0) == 1


def control_elements(analysis: Analysis) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    """Return the controls that could be added, as `control@place`, with the steps they prevent, and what they take.

    That is person-days, once and in the first year. What is fully in place already is left out, and an official
    mitigation that one of our own controls carries out in more detail.
    """
    library = analysis.workspace.library
    acted: dict[str, list[tuple[str, str, str | None]]] = {}  # place -> (step, technique, parent) acted on there
    for number in analysis.steps.tolist():
        grounding = analysis.graph.steps[number].grounding
        technique, parent = technique_of(grounding, analysis.workspace)
        for place in places_of(grounding) if technique else ():
            acted.setdefault(place, []).append((grounding.id, technique or "", parent))
    elements: dict[str, tuple[str, ...]] = {}
    days: dict[str, float] = {}
    for control in library.controls.values():
        for place in analysis.coverage.places(control) if control.id not in library.carried_out else ():
            steps = {
                step: None
                for covered in sorted(analysis.coverage.of(control, place))
                for step, technique, parent in acted.get(covered, ())
                if any(one.how == "prevent" and one.strength.likely > 0 for one in control.on(technique, parent))
            }
            if steps and not analysis.placement.is_full(control.id, place):
                name = f"{control.id}@{place}"
                elements[name] = tuple(steps)
                days[name] = control.effort_days.once.likely + control.effort_days.yearly.likely
    return elements, days


def _numbered(elements: Mapping[str, Collection[str]], graph: Hypergraph) -> Elements:
    """Return the elements that take something away here, with numbers for steps."""
    number = {graph.moves.id(move): move for move in graph.inside}
    told = {name: [number[step] for step in steps if step in number] for name, steps in elements.items()}
    return {name: steps for name, steps in told.items() if steps}


def _steps(moves: Iterable[str]) -> tuple[str, ...]:
    return tuple(move for move in moves if not is_gate(move))


def _choking_step(row: StepRow, carries: float) -> ChokePoint:
    return ChokePoint(
        id=row.id, kind="step", at=row.at, title=row.title, technique=row.technique, carries=rounded(carries)
    )


def _choking_fact(fact: str, held: bool, carries: float) -> ChokePoint:
    token, _, place = fact.partition("@")
    kind: Literal["start", "fact"] = "start" if held else "fact"
    return ChokePoint(id=fact, kind=kind, at=place, title=token, technique=None, carries=rounded(carries))
