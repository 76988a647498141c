"""Ways to a goal on the examples: paths that replay, what they take at least, barriers that hold, several adversaries."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from pathlib import Path

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.document import AttackPath
from atlasmodel.errors import InputError
from atlasmodel.goals.barriers import control_elements
from atlasmodel.goals.rivals import at_least_one
from atlasmodel.goals.routes import MEASURES
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options
from atlasmodel.workspace import Workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml"
QUICK = Options(worlds=1024, paths=1, path_goals=3, removes=1, measures=20, questions=1)


@pytest.fixture(scope="session")
def assessed() -> Assessment:
    return assess(read_pipeline(EXAMPLE), options=QUICK)


@pytest.fixture(scope="session")
def read_back(assessed: Assessment) -> Assessment:
    return Assessment.from_json(assessed.to_json())


def check(path: AttackPath, document: Assessment, adversary: str) -> None:
    """Every need of a step is met by then, by a fact that the step names; the figures are those of the steps."""
    held = set(document.starts(adversary))
    for step in path.steps:
        row = document.step_by_id[step.id]
        assert set(step.needs) <= held
        assert all(set(clause) & set(step.needs) for clause in row.needs)
        held |= set(step.gains)
    assert path.probability == pytest.approx(prod(step.probability for step in path.steps), rel=1e-3)
    assert path.effort_days == pytest.approx(sum(document.step_by_id[s.id].effort_days for s in path.steps), rel=1e-3)


@pytest.mark.parametrize("by", MEASURES)
def test_paths_by_every_measure(assessed: Assessment, by: str) -> None:
    for goal in assessed.goals[:3]:
        found = assessed.routes(goal.fact, limit=4, by=by, adversary=goal.adversary)  # type: ignore[arg-type]
        assert 0 < len(found.paths) <= 4
        for path in found.paths:
            check(path, assessed, goal.adversary)
            assert goal.fact in {fact for step in path.steps for fact in step.gains}
        figure = {
            "probability": lambda path: -path.probability,
            "effort": lambda path: path.effort_days,
            "time": lambda path: path.effort_days,
            "steps": lambda path: len(path.steps),
        }[by]
        assert all(figure(a) <= figure(b) + 1e-3 for a, b in pairwise(found.paths))
        least = found.least
        assert least.effort_exact and least.earliest_days is not None and least.effort_days is not None
        assert least.earliest_days <= least.effort_days
        if by == "effort":
            assert found.paths[0].effort_days == pytest.approx(least.effort_days, rel=1e-3)


def test_a_measure_or_size_or_bound_that_is_not_there_is_told(assessed: Assessment) -> None:
    with pytest.raises(InputError, match=r"AM158.*did you mean effort"):
        assessed.paths(by="efort")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="AM158"):
        assessed.cuts(size=9)
    with pytest.raises(InputError, match="AM158"):
        assessed.tree(depth=0)
    with pytest.raises(InputError, match=r"AM159.*did you mean supplier"):
        assessed.routes(adversary="suplier")
    with pytest.raises(InputError, match=r"AM158.*steps, controls"):
        assessed.cuts(of="nodes")  # type: ignore[arg-type]
    for asked in (assessed.paths, assessed.front):
        with pytest.raises(InputError, match=r"AM158.*at least 1 path"):
            asked(limit=0)


def test_a_document_read_back_tells_the_same(assessed: Assessment, read_back: Assessment) -> None:
    assert read_back.routes(limit=3) == assessed.routes(limit=3)
    assert read_back.choke_points() == assessed.choke_points()
    assert read_back.cuts(size=3) == assessed.cuts(size=3)
    assert read_back.tree().to_dict() == assessed.tree().to_dict()
    matrix, again = assessed.adversaries_matrix(), read_back.adversaries_matrix()
    assert again.cells == matrix.cells
    assert all(goal.point is None for goal in again.goals)


def test_every_case_study_of_a_step_used_its_technique(assessed: Assessment) -> None:
    catalog = Workspace.builtin().catalog
    steps = [step for path in assessed.paths(limit=5) for step in path.steps]
    assert any(step.case_studies for step in steps)
    for step in steps:
        for name in step.case_studies:
            study = next(one for one in catalog.case_studies if one.id == name)
            assert step.technique in study.techniques


def test_cuts_leave_no_path_and_no_part_of_one_does(assessed: Assessment) -> None:
    goal = assessed.goal("out.harm.financial", "decline")
    table = assessed.table(goal.adversary)
    found = assessed.cuts(goal.fact, size=3, adversary=goal.adversary)
    graph = table.graph(goal.fact)
    number = {move.id: place for place, move in enumerate(graph.moves)}
    assert found.sets
    for names in found.sets:
        gone = [number[name] for name in names]
        assert graph.goal not in graph.reach(banned=gone)
        for kept in gone:
            assert graph.goal in graph.reach(banned=[move for move in gone if move != kept])
    for point in assessed.choke_points(goal.fact, adversary=goal.adversary):
        if point.kind == "step":
            assert graph.goal not in graph.reach(banned=[number[point.id]])
        else:
            assert graph.goal not in graph.reach(without=[graph.number[point.id]])
        assert point.carries >= goal.risk - 0.01


def test_the_cheapest_cut_is_no_dearer_than_the_cuts_found(assessed: Assessment) -> None:
    cheapest = assessed.cheapest_cut()
    assert cheapest.exact and cheapest.effort_days is not None
    frame = assessed.cuts_frame(of="controls", size=2)
    library = Workspace.builtin().library.controls
    for _, rows in frame.groupby("number"):
        costs = [library[name.partition("@")[0]].effort_days for name in rows["element"]]
        assert sum(cost.once.likely + cost.yearly.likely for cost in costs) >= cheapest.effort_days - 1e-6


def test_no_cut_asks_for_what_is_in_place_everywhere() -> None:
    everywhere = PlacedControl(control="abuse_monitoring", at=("*",), state="verified")
    guarded = assess(read_pipeline(EXAMPLE).with_changes([everywhere]), options=QUICK)
    names = {name.partition("@")[0] for name in control_elements(guarded.analysis)[0]}
    assert names and "abuse_monitoring" not in names


def test_the_matrix_has_every_goal_and_adversary(assessed: Assessment) -> None:
    matrix = assessed.adversaries_matrix()
    assert {(cell.goal, cell.adversary) for cell in matrix.cells} == {(g.fact, g.adversary) for g in assessed.goals}
    tries = {start.adversary: start.tries_per_year for start in assessed.pipeline.adversaries}
    for cell in matrix.cells:
        assert cell.yearly == pytest.approx(cell.probability.point * at_least_one(tries[cell.adversary]), rel=1e-3)
        assert cell.effort_days is not None
    for goal in matrix.goals:
        assert goal.point is not None
        # Worlds are counted, shares rounded to four digits.
        assert goal.low - 1e-3 <= goal.point <= goal.high + 1e-2
    assert len(assessed.adversaries_frame()) == len(matrix.cells)


def test_footholds_are_what_an_adversary_there_could_do(assessed: Assessment) -> None:
    (found,) = assessed.footholds("insider", ["lake"])
    pipeline = assessed.inputs.pipeline
    alone = pipeline.adversaries[0].model_copy(
        update={
            "id": "lake",
            "profile": "insider",
            "at": ("lake",),
            "only": True,
            "holds": (),
            "skill": None,
            "aims": (),
        }
    )
    again = assess(pipeline.changed(adversaries=(alone,)), options=QUICK)
    assert found.risk == pytest.approx(again.totals.risk, rel=1e-3)
    assert found.goals == sum(goal.probability.point > 0 for goal in again.goals)
    with pytest.raises(InputError, match=r"AM159.*did you mean lake"):
        assessed.footholds("insider", ["lakke"])
    with pytest.raises(InputError, match=r"AM159.*insider"):
        assessed.footholds("insidr")


def test_a_control_makes_no_path_likelier(assessed: Assessment) -> None:
    pipeline = assessed.inputs.pipeline
    measure = assessed.mitigations[0]
    added = PlacedControl(control=measure.control, at=(measure.at,), state="in_place")
    after = assess(pipeline.changed(controls=(*pipeline.controls, added)), options=QUICK)
    for goal in assessed.goals[:4]:
        was = assessed.routes(goal.fact, limit=3, adversary=goal.adversary).paths
        now = after.routes(goal.fact, limit=3, adversary=goal.adversary).paths
        assert all(b.probability <= a.probability + 1e-3 for a, b in zip(was, now, strict=False))


def test_chances_of_facts_are_shares_of_worlds(assessed: Assessment) -> None:
    tree = assessed.tree(chances=True, depth=4)
    attack = next(item for item in assessed.analysis.attacks if item.adversary.id == tree.adversary)
    told = {fact: figures.probability for fact, figures in tree.figures.items() if fact != tree.goal}
    assert told
    assert all(chance == pytest.approx(attack.point.share(fact), abs=1e-3) for fact, chance in told.items())
    quick = assessed.tree(depth=4).figures
    assert {fact for fact, figures in quick.items() if figures.probability is not None} == {tree.goal}
