"""Plans of whole pipelines: the residual is what `assess` reports of the changed pipeline; shapes and errors."""

from __future__ import annotations

import csv
import json
from functools import cache
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import atlasmodel as am
from atlasmodel.planning.candidate import candidates_of
from atlasmodel.planning.search import Effort

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = am.Options(worlds=128, paths=1, path_goals=1, removes=1, measures=1, questions=1)
LITTLE = Effort(rounds=1, nodes=20)


@cache
def example() -> am.Assessment:
    return am.assess(am.read(EXAMPLES / "fraud-scoring.yaml"), options=QUICK)


@cache
def small() -> am.Assessment:
    builder = am.PipelineBuilder("small=1+1")
    zone = builder.zone("office", trust=2)
    api = builder.add("api", kind="inference_api", zone=zone, exposure="public", query_limit=False)
    model = builder.add("m", kind="llm", zone=zone)
    builder.flow(model, api, kind="serves")
    return am.assess(builder.build(), options=QUICK)


@cache
def planned() -> Any:
    return example().plan(40_000, effort=LITTLE)


def test_the_residual_is_what_assess_reports_of_the_changed_pipeline() -> None:
    plan = planned()
    after = am.assess(example().inputs.pipeline.with_changes(plan.changes), options=QUICK)
    assert after.analysis.total == pytest.approx(plan.residual, abs=1e-9)
    assert plan.cost.likely <= 40_000
    assert plan.bound <= plan.residual <= plan.risk
    assert plan.gap == pytest.approx((plan.residual - plan.bound) / plan.residual)
    assert plan.measures[-1].risk_after == pytest.approx(plan.residual)
    assert sum(item.risk_removed for item in plan.measures) == pytest.approx(plan.risk - plan.residual)


def test_two_measures_are_the_best_two_of_all() -> None:
    document = small()
    candidates = candidates_of(document.analysis)
    pairs = [list(pair) for size in (0, 1, 2) for pair in combinations([item.placed for item in candidates], size)]
    best = min(document.analysis.totals_with_sets(pairs))
    plan = document.plan(measures=2)
    assert plan.residual == pytest.approx(best, abs=1e-9)
    assert plan.status == "optimal"


def test_a_measure_replaces_what_an_attribute_denies() -> None:
    plan = small().plan(measures=1, fixed=["rate_limit@api"])
    assert [item.control for item in plan.measures] == ["rate_limit"]
    assert plan.measures[0].fixed
    after = am.assess(small().inputs.pipeline.with_changes(plan.changes), options=QUICK)
    assert after.analysis.total == pytest.approx(plan.residual, abs=1e-9)


def test_forbidden_roles_and_time_are_kept() -> None:
    first = small().plan(measures=2).measures[0]
    less = small().plan(measures=2, forbidden=[f"{first.control}@{first.at}"])
    assert (first.control, first.at) not in {(item.control, item.at) for item in less.measures}
    some = small().plan(roles={"platform": 1}, by=12, effort=LITTLE)
    assert some.measures
    assert {item.role for item in some.measures} == {"platform"}
    library = small().inputs.workspace.library.controls
    assert sum(library[item.control].effort_days.once.likely for item in some.measures) <= 12


def test_the_cheapest_plan_for_a_target_reaches_it() -> None:
    target = 0.8 * small().analysis.total
    plan = small().plan(target=target, effort=LITTLE)
    assert plan.residual <= target
    assert plan.measured_in == "money"
    assert plan.bound <= plan.cost.likely == plan.objective_value


def test_the_best_attack_is_no_stronger_than_before() -> None:
    before = small().plan(measures=0, objective="best-attack", effort=LITTLE)
    after = small().plan(measures=3, objective="best-attack", effort=LITTLE)
    assert after.objective_value < before.objective_value
    assert after.bound <= after.objective_value <= before.objective_value
    assert len(after.measures) <= 3


def test_a_goal_is_cut_off_below_a_chance() -> None:
    plan = example().plan(cut="out.evasion", below=0.1)
    assert plan.goal is not None
    after = am.assess(example().inputs.pipeline.with_changes(plan.changes), options=QUICK)
    left = [goal for goal in after.goals if goal.fact == plan.goal]
    assert all(path.probability <= 0.1 + 1e-6 for goal in left for path in goal.paths)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"budget": -1}, "AM162"),
        ({"days": float("nan")}, "AM162"),
        ({"measures": 1.5}, "AM162"),
        ({"fixed": ["rate_limt"]}, "AM161"),
        ({"fixed": ["rate_limit"]}, "AM161"),
        ({"fixed": ["rate_limit@scoring-api"], "forbidden": ["rate_limit"]}, "AM163"),
        ({"fixed": ["rate_limit@scoring-api"], "budget": 1}, "AM163"),
        ({"roles": ["plattform"]}, "AM164"),
        ({"target": 0.5}, "AM165"),
        ({"objective": "rsk"}, "AM166"),
        ({"cut": "out.nothing"}, "AM167"),
        ({"cut": "out.evasion", "below": 1e-9}, "AM165"),
        ({"by": "tomorrow"}, "AM162"),
        ({"target": 1, "cut": "out.evasion"}, "AM162"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(am.InputError) as caught:
        example().plan(**asked)
    assert code in {problem.code for problem in caught.value.problems}


def test_a_plan_by_a_date_needs_to_know_what_day_it_is() -> None:
    pipeline = example().inputs.pipeline.changed(as_of=None)
    with pytest.raises(am.InputError, match="AM168"):
        am.assess(pipeline, options=QUICK).plan(by="2027-01-01")


def test_the_front_falls_and_each_point_has_its_bound() -> None:
    front = small().plan(measures=2, front=4).front
    assert len(front) >= 3
    assert [point.cost for point in front] == sorted(point.cost for point in front)
    assert [point.residual for point in front] == sorted((point.residual for point in front), reverse=True)
    assert all(point.bound <= point.residual for point in front)


def test_the_return_sets_losses_against_costs() -> None:
    returns = planned().returns
    assert returns is not None
    assert 0 < returns.avoided.low < returns.avoided.likely < returns.avoided.high
    assert returns.loss_after.likely == pytest.approx(returns.loss_today.likely - returns.avoided.likely, abs=0.02)
    assert returns.per_money.likely == pytest.approx(returns.avoided.likely / returns.cost.likely, abs=0.01)


def test_same_request_same_bytes() -> None:
    assert small().plan(measures=2).to_json() == small().plan(measures=2).to_json()


def test_json_holds_what_is_promised() -> None:
    data = json.loads(planned().export("json"))
    assert {"measures", "candidates", "residual", "bound", "gap", "currency"} <= data.keys()
    assert {"control", "at", "cost", "days", "role", "risk_removed"} <= data["measures"][0].keys()
    assert {"control", "at"} <= data["candidates"][0].keys()


def test_csv_gives_no_orders_to_a_spreadsheet() -> None:
    plan = planned()
    odd = plan.model_copy(update={"measures": (plan.measures[0].model_copy(update={"name": "=cmd|x", "at": "@a"}),)})
    rows = list(csv.reader(StringIO(odd.export("csv"))))
    assert rows[0][:5] == ["order", "control", "name", "at", "role"]
    assert rows[1][2:4] == ["'=cmd|x", "'@a"]
    assert len(list(csv.reader(StringIO(plan.export("csv"))))) == 1 + len(plan.measures)


def test_the_picture_is_sound_and_needs_no_colour() -> None:
    plan = planned().model_copy(update={"pipeline": "<script>&\x07"})
    root = ElementTree.fromstring(plan.export("svg"))
    drawn = {item.get("fill") for item in root.iter() if item.get("fill", "").startswith("#")}
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in drawn if colour)
    assert "<script>" not in plan.export("svg")
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) >= len(plan.measures) + 2


def test_markdown_names_every_measure_and_calls_nobody() -> None:
    plan = planned()
    page = plan.export("markdown")
    assert all(item.name in page for item in plan.measures)
    odd = plan.model_copy(update={"pipeline": "@team <b>|"})
    assert "@team" not in odd.export("markdown")
    assert "<b>" not in odd.export("markdown")


def test_an_assumption_that_would_change_the_plan_is_named() -> None:
    plan = small().plan(measures=2, sensitivity=True)
    assert plan.sensitivity
    assert all(item.assumption.startswith(("strength of", "cost of", "days of")) for item in plan.sensitivity)
    assert "## What would change the plan" in plan.export("markdown")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(am.InputError, match="AM169"):
        planned().export("jsn")


def test_a_plan_shows_itself() -> None:
    bundle = planned()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml", "text/markdown"}
