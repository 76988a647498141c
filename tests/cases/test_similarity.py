"""Published attacks that a pipeline would permit: the own study ranks high, bare parts find none, order matters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.assessment import Assessment, assess
from atlasmodel.cases.assumption import assumptions
from atlasmodel.cases.case import STATUSES, SimilarCase
from atlasmodel.cases.similarity import similar_cases
from atlasmodel.errors import InputError, NothingToAssess
from atlasmodel.model.pipeline import Pipeline, PlacedControl
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.options import Options
from atlasmodel.workspace import Workspace

FOLDER = Path(__file__).parents[2] / "examples" / "case_studies"
MODELS = sorted(path for path in FOLDER.glob("*.yaml") if not path.name.endswith(".steps.yaml"))
MAIL = FOLDER / "AML.CS0026.yaml"
SPACE = Workspace.builtin()
QUICK = Options(removes=0, measures=0, questions=0)


def cases_of(path: Path, limit: int = 5) -> tuple[SimilarCase, ...]:
    return similar_cases(read_pipeline(path), SPACE, limit)


def test_most_models_find_their_own_study_among_the_first() -> None:
    chosen = MODELS[::3]
    own = [path.stem in {case.id for case in cases_of(path)} for path in chosen]
    assert sum(own) >= 0.6 * len(chosen)


def test_a_case_tells_the_steps_of_its_study_in_order() -> None:
    case = cases_of(MAIL, 1)[0]
    study = SPACE.catalog.case_study("AML.CS0026")
    assert (case.id, case.name, case.goal) == ("AML.CS0026", study.name, "yes")
    assert [step.technique for step in case.steps] == [step.technique for step in study.steps]
    places = {step.technique: step.at for step in case.steps}
    assert (places["AML.T0070"], places["AML.T0048.000"]) == ("work-index", "transfer")
    assert {step.status for step in case.steps if step.technique in ("AML.T0065", "AML.T0066")} == {"off_system"}
    assert sum(case.count(status) for status in STATUSES) == len(case.steps)


@pytest.mark.parametrize("path", MODELS[::8], ids=lambda path: path.stem)
def test_what_is_told_is_sound(path: Path) -> None:
    pipeline, threshold = read_pipeline(path), assumptions().named_from.share
    cases = similar_cases(pipeline, SPACE, 100)
    assert [case.id for case in cases] == [
        case.id for case in sorted(cases, key=lambda case: -case.score)
    ]  # a stable sort: the order among equals is kept
    for case in cases:
        assert threshold <= case.score < 1
        for step in case.steps:
            assert step.at is None or step.at in pipeline.by_id
            assert (step.rule is not None) == (step.at is not None) == (step.status == "holds")
            assert (step.certainty is None) == (step.status in ("absent", "off_system"))
            if step.rule:
                rule = SPACE.rule_by_id[step.rule]
                assert rule.technique is not None
                assert rule.technique[:9] == step.technique[:9]
                assert step.same_setting == (case.id in rule.references)


@pytest.mark.parametrize(
    "kind", ["agent", "llm", "dataset", "inference_api", "model_registry", "host", "third_party_ai_service", "end_user"]
)
def test_a_bare_component_finds_none(kind: str) -> None:
    bare = parse_pipeline(f"{{atlasmodel: 1, name: bare, components: {{it: {{kind: {kind}}}}}}}")
    assert similar_cases(bare, SPACE, 100) == ()


def test_an_adversary_that_cannot_start_permits_less() -> None:
    data = yaml.safe_load(MAIL.read_text(encoding="utf-8"))
    data["adversaries"] = {"attacker": {"profile": "malware", "at": "bank", "only": True}}
    shut = similar_cases(parse_pipeline(yaml.safe_dump(data)), SPACE, 100)
    before = next(case for case in cases_of(MAIL, 100) if case.id == "AML.CS0026")
    after = {case.id: case for case in shut}.get("AML.CS0026")
    assert after is None or (after.score < before.score and after.count("holds") < before.count("holds"))


@given(
    control=st.sampled_from(sorted(SPACE.library.controls)),
    place=st.sampled_from(["*", "mailbox", "work-index", "assistant", "transfer"]),
    state=st.sampled_from(["planned", "partial", "in_place", "verified"]),
)
@settings(max_examples=8, deadline=None)
def test_one_more_control_raises_nothing(control: str, place: str, state: Any) -> None:
    pipeline = read_pipeline(MAIL)
    after = pipeline.with_changes([PlacedControl(control=control, at=(place,), state=state)])
    before = {case.id: case for case in similar_cases(pipeline, SPACE, 100)}
    for case in similar_cases(after, SPACE, 100):
        was = before[case.id]
        assert case.score <= was.score
        assert case.probability <= was.probability
        for new, old in zip(case.steps, was.steps, strict=True):
            assert (new.probability or 0.0) <= (old.probability or 0.0)


def renamed(path: Path, names: dict[str, str]) -> Pipeline:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["components"] = {names[key]: value for key, value in data["components"].items()}
    for flow in data["flows"]:
        flow["from"], flow["to"] = names[flow["from"]], names[flow["to"]]
    for adversary in data["adversaries"].values():
        if "at" in adversary:
            adversary["at"] = names[adversary["at"]]
    return parse_pipeline(yaml.safe_dump(data, sort_keys=False))


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=6, deadline=None)
def test_other_names_change_names_only(order: Any) -> None:
    ids = [component.id for component in read_pipeline(MAIL).components]
    letters = [f"part-{number}" for number in range(len(ids))]
    order.shuffle(letters)
    names = dict(zip(ids, letters, strict=True))
    told = [case.to_dict() for case in cases_of(MAIL, 100)]
    for case in told:
        for step in case["steps"]:
            step["at"] = names.get(step["at"])
    assert [case.to_dict() for case in similar_cases(renamed(MAIL, names), SPACE, 100)] == told


def test_an_assessment_answers_too() -> None:
    assessment = assess(read_pipeline(FOLDER / "AML.CS0008.yaml"), SPACE, QUICK)
    cases = assessment.similar_cases(limit=3)
    frame = assessment.similar_cases_frame(limit=3)
    assert len(cases) <= 3
    assert list(frame["id"]) == [case.id for case in cases]
    assert list(frame["holds"]) == [case.count("holds") for case in cases]
    assert cases[0].id in str(cases[0])
    with pytest.raises(InputError, match="AM155"):
        Assessment.from_json(assessment.to_json()).similar_cases()


def test_a_limit_below_one_is_an_error() -> None:
    with pytest.raises(InputError, match="AM144"):
        cases_of(MAIL, 0)


def test_a_pipeline_without_components_is_told() -> None:
    with pytest.raises(NothingToAssess, match="AM401"):
        similar_cases(Pipeline(name="empty"), SPACE)


def test_shares_of_systems_are_shares() -> None:
    found = assumptions()
    known = {technique.id for technique in SPACE.catalog.techniques}
    assert set(found.common) <= known
    assert all(0 < share < 1 for share in found.common.values())
    assert found.weight("AML.T9999") == 1.0
