"""A control is offered where it makes sense, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from strategies import FAST, pipelines

import atlasmodel as am
from atlasmodel.errors import CatalogError
from atlasmodel.match.conditions import Scope
from atlasmodel.match.formula import is_listed
from atlasmodel.mitigate.controls import EVERYWHERE
from atlasmodel.mitigate.reach import Coverage
from atlasmodel.mitigate.read_controls import load_library
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace

WORKSPACE = Workspace.builtin()
EXAMPLES = Path(__file__).parents[2] / "examples"
OFFERED = """
- id: x
  name: A measure
  origin: own
  class: technical_cyber
  summary: Do something.
  at: {at}
  when: {when}
"""


def places(name: str, pipeline: Pipeline) -> list[str]:
    return Coverage(pipeline, WORKSPACE.vocabulary).places(WORKSPACE.library.controls[name])


def single(kind: str, **attributes: object) -> Pipeline:
    b = am.PipelineBuilder("one")
    b.add("c", kind=kind, **attributes)
    return b.build()


@pytest.mark.parametrize("control", ["liveness_check", "multi_modal_sensors", "deepfake_detection", "guardrail"])
def test_a_model_of_tables_is_not_offered_what_looks_at_faces_scenes_or_prompts(control: str) -> None:
    assert places(control, am.read(EXAMPLES / "fraud-scoring.yaml")) == []


@pytest.mark.parametrize(
    ("control", "kind", "there", "missing"),
    [
        ("mfa", "identity_provider", {"authn": "mfa"}, {"authn": "password"}),
        ("authn", "inference_api", {"authn": "key"}, {"authn": "none"}),
        ("authz", "model_registry", {"authz": "rbac"}, {"authz": "coarse"}),
        ("vault", "service", {"secrets": "vault"}, {"secrets": "env"}),
        ("egress_allowlist", "training_job", {"egress": "none"}, {"egress": "open"}),
        ("ensemble", "predictive_model", {"ensemble": "vote"}, {"ensemble": "single"}),
        ("privacy_training", "llm", {"base_model": "hosted"}, {"base_model": "open_weights"}),
        ("patching", "package_registry", {"origin": "public"}, {"origin": "in_house"}),
    ],
)
def test_what_an_attribute_says_already_is_not_offered(
    control: str, kind: str, there: dict[str, str], missing: dict[str, str]
) -> None:
    assert places(control, single(kind, **there)) == []
    assert places(control, single(kind, **missing)) == ["c"]
    assert places(control, single(kind)) == ["c"]  # nobody has said that it is there


def test_what_needs_a_special_input_waits_for_a_statement() -> None:
    assert places("liveness_check", single("predictive_model")) == []
    assert places("liveness_check", single("predictive_model", task=["biometric"])) == ["c"]
    assert places("multi_modal_sensors", single("predictive_model", physical_input=True)) == ["c"]
    assert places("multi_modal_sensors", single("predictive_model", physical_input=None)) == ["c"]


def test_a_live_stream_has_no_digest_and_a_data_set_has() -> None:
    assert places("content_hash_pinning", single("sensor")) == []
    assert places("content_hash_pinning", single("dataset")) == ["c"]


def test_a_control_for_the_whole_pipeline_needs_one_component_that_fits() -> None:
    assert places("agent_inventory", single("predictive_model")) == []
    assert places("agent_inventory", single("agent")) == [EVERYWHERE]


@FAST
@given(pipelines(2))
def test_places_found_together_are_those_found_one_by_one(pipeline: Pipeline) -> None:
    coverage = Coverage(pipeline, WORKSPACE.vocabulary)
    for control in WORKSPACE.library.controls.values():
        everywhere = EVERYWHERE in control.at
        fitting = [item for item in pipeline.components if WORKSPACE.vocabulary.is_a(item.kind, control.at)]
        scopes = [Scope(pipeline, WORKSPACE.vocabulary, item) for item in fitting]
        found = [scope.component.id for scope in scopes if is_listed(control.applies.evaluate(scope).formula)]
        assert coverage.places(control) == (
            [EVERYWHERE] * (found != [] or control.when is None) if everywhere else found
        )


def test_candidates_and_ranked_measures_stand_only_where_they_are_offered() -> None:
    assessment = am.assess(am.read(EXAMPLES / "fraud-scoring.yaml"))
    coverage = assessment.analysis.coverage
    told = [(row.control, row.at) for row in assessment.mitigations]
    assert told
    assert all(at in coverage.places(WORKSPACE.library.controls[control]) for control, at in told)


def written(folder: Path, when: str, at: str = "[model]") -> Path:
    (folder / "own.yaml").write_text(OFFERED.format(at=at, when=when), encoding="utf-8")
    return folder


def test_a_condition_with_a_mistake_is_told_with_its_place_and_the_nearest_word(tmp_path: Path) -> None:
    folder = written(tmp_path, "{attribute: {name: tasks, has: biometric}}")
    with pytest.raises(CatalogError) as caught:
        load_library([folder], WORKSPACE.vocabulary, [])
    (told,) = [problem for problem in caught.value.problems if problem.code == "AM210"]
    assert told.hint is not None
    assert "task" in told.hint
    assert told.span is not None
    assert told.span.line == 8


def test_nobody_writes_the_condition_as_read(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OFFERED.format(at="[model]", when="{kind: llm}") + "  applies: 1\n")
    with pytest.raises(CatalogError, match="applies"):
        load_library([tmp_path], WORKSPACE.vocabulary, [])
