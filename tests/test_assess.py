"""The whole way on the examples: what must be found, the same bytes, and what changes must and must not do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.errors import InputError, NothingToAssess
from atlasmodel.model.pipeline import Component, Pipeline, PlacedControl
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.model.writer import write_pipeline
from atlasmodel.options import Options

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("fraud-scoring", "support-assistant", "vision-inspection", "mlops-platform")
QUICK = Options(worlds=1024, paths=1, path_goals=3, removes=5, measures=5, questions=5)


@pytest.fixture(scope="session")
def fraud() -> Pipeline:
    return read_pipeline(EXAMPLES / "fraud-scoring.yaml")


@pytest.fixture(scope="session")
def assessed(assessed_fraud: Assessment) -> Assessment:
    return assessed_fraud


def test_poisoning_of_the_training_set_is_certain_and_in_reach_of_the_supplier(assessed: Assessment) -> None:
    finding = next(item for item in assessed.findings if item.id == "AM-POISON-01@training-set")
    assert finding.technique == "AML.T0020"
    assert finding.certainty == "yes"
    assert "supplier" in {by.adversary for by in finding.reachable_by if by.certainty == "yes"}
    assert finding.because
    assert all(item.span and item.span.startswith(str(EXAMPLES)) for item in finding.because)


@pytest.mark.parametrize("adversary", ["fraud-ring", "supplier"])
def test_a_way_leads_from_data_to_a_wrong_automated_decline(assessed: Assessment, adversary: str) -> None:
    ends = [goal for goal in assessed.goals if goal.at == "decline" and goal.adversary == adversary and goal.paths]
    assert ends
    assert max(goal.probability.low for goal in ends) > 0, (
        "the way holds even with every unknown in the defender's favour"
    )
    path = ends[0].paths[0]
    assert len(path.steps) >= 3
    assert path.steps[-1].at == "decline"
    assert 0 < path.probability <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_default_list_is_one_that_is_read_to_its_end(name: str) -> None:
    pipeline = read_pipeline(EXAMPLES / f"{name}.yaml")
    document = assess(pipeline, options=QUICK)
    assert 0 < len(document.findings) <= 4 * len(pipeline.components)
    assert document.goals
    assert document.mitigations
    assert document.questions
    assert [item.risk for item in document.findings] == sorted((item.risk for item in document.findings), reverse=True)
    for goal in document.goals:
        assert 0 <= goal.probability.low <= goal.probability.point <= goal.probability.high <= 1


def test_the_document_reads_back_equal(assessed: Assessment) -> None:
    assert Assessment.from_json(assessed.to_json()) == assessed


def test_every_path_is_a_proof(assessed: Assessment) -> None:
    rows = {(row.rule, row.at, row.gains): row for row in assessed.steps}
    for goal in assessed.goals:
        for path in goal.paths:
            held = set(assessed.starts(goal.adversary))
            for step in path.steps:
                row = rows[step.rule, step.at, step.gains]
                assert all(held & set(clause) for clause in row.needs)
                held |= set(row.gains)
            assert goal.fact in held


@pytest.mark.parametrize(
    "setting",
    [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "42", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"},
    ],
    ids=["one", "other"],
)
def test_the_same_bytes_whatever_the_surroundings(assessed: Assessment, setting: dict[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "atlasmodel",
        "assess",
        str(EXAMPLES / "fraud-scoring.yaml"),
        "--format",
        "json",
        "--quiet",
    ]
    done = subprocess.run(command, env={**os.environ, **setting}, capture_output=True, check=True)
    assert done.stdout.decode().rstrip("\n") == assessed.to_json()


def test_the_order_of_the_file_makes_no_difference(fraud: Pipeline) -> None:
    turned = fraud.changed(components=fraud.components[::-1], flows=fraud.flows[::-1], controls=fraud.controls[::-1])
    one, other = assess(fraud, options=QUICK), assess(turned, options=QUICK)
    assert {item.id: item.risk for item in one.findings} == {item.id: item.risk for item in other.findings}
    assert one.totals == other.totals


def test_an_isolated_component_adds_no_finding_elsewhere(fraud: Pipeline) -> None:
    lonely = Component(id="lonely", kind="dataset", zone="platform")
    more = fraud.changed(components=(*fraud.components, lonely))
    before, after = assess(fraud, options=QUICK), assess(more, options=QUICK)
    assert {item.id for item in after.findings if item.component != "lonely"} == {item.id for item in before.findings}
    elsewhere = {goal.fact: goal.probability for goal in after.goals if goal.at != "lonely"}
    assert elsewhere == {goal.fact: goal.probability for goal in before.goals}


def test_a_control_never_raises_anything(fraud: Pipeline) -> None:
    before = assess(fraud, options=QUICK)
    for measure in before.mitigations:
        change = PlacedControl(control=measure.control, at=(measure.at,), state="in_place")
        after = assess(fraud.with_changes([change]), options=QUICK)
        points = {(goal.fact, goal.adversary): goal.probability.point for goal in before.goals}
        assert all(goal.probability.point <= points[goal.fact, goal.adversary] for goal in after.goals)
        assert before.totals.risk - after.totals.risk == pytest.approx(measure.removes, abs=0.6)


def test_an_answer_never_leads_outside_the_interval(fraud: Pipeline) -> None:
    before = {(goal.fact, goal.adversary): goal.probability for goal in assess(fraud, options=QUICK).goals}
    for answer in ("true", "false"):
        text = (
            write_pipeline(fraud)
            .replace("proprietary: null", "")
            .replace("    kind: data_store", f"    kind: data_store\n    url_referenced: {answer}")
        )
        for goal in assess(parse_pipeline(text), options=QUICK).goals:
            old = before[goal.fact, goal.adversary]
            assert old.low <= goal.probability.point <= old.high


def test_a_finding_that_was_accepted_says_so_until_its_day(fraud: Pipeline) -> None:
    text = write_pipeline(fraud.changed(as_of=None)) + (
        'accept:\n  - {finding: "AM-POISON-01@training-set", reason: "sampling by hand", by: ciso, until: "2027-03-31"}\n'
    )
    pipeline = parse_pipeline(text)
    for today, status, in_force in (
        (None, "accepted", True),
        ("2027-01-01", "accepted", True),
        ("2027-04-01", "open", False),
    ):
        document = assess(
            pipeline,
            options=Options(
                worlds=64, as_of=today, persona="auditor", paths=1, path_goals=1, removes=1, measures=1, questions=1
            ),
        )
        finding = next(item for item in document.findings if item.id == "AM-POISON-01@training-set")
        assert finding.status == status
        assert document.accepted[0].in_force is in_force
        assert bool(document.notes) is (today != "2027-01-01")


def test_a_contradiction_between_attribute_and_control_is_an_error(fraud: Pipeline) -> None:
    said = fraud.changed(controls=(PlacedControl(control="verify_artifacts", at=("training-set",), state="verified"),))
    with pytest.raises(InputError) as caught:
        assess(said)
    assert caught.value.problems[0].code == "AM141"


def test_a_pipeline_without_components_has_nothing_to_assess() -> None:
    with pytest.raises(NothingToAssess):
        assess(Pipeline(name="empty"))


def test_nothing_exposed_gives_no_goal_and_a_note() -> None:
    document = assess(
        parse_pipeline("atlasmodel: 1\nname: quiet\ncomponents: {job: {kind: training_job, exposure: none}}")
    )
    assert document.goals == ()
    assert document.totals.risk == 0
    assert "Nothing that matters can be reached" in document.notes[0]
