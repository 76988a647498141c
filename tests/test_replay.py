"""Replaying a study: steps hold in their order, not in another; what is listed is told apart from what is not."""

from pathlib import Path

import pytest

from atlasmodel.cases.procedure import family
from atlasmodel.errors import InputError
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.replay import PlacedStep, Script, read_script, replay
from atlasmodel.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "examples" / "case_studies"
SCRIPTS = sorted(FOLDER.glob("*.steps.yaml"))
PIPELINE = parse_pipeline("""
atlasmodel: 1
name: A detector
zones: {inside: {trust: 2}}
components:
  api: {kind: inference_api, zone: inside, exposure: public}
  detector: {kind: predictive_model, zone: inside, task: [classification]}
  notes: {kind: dataset, zone: inside}
flows: [{from: api, to: detector, kind: serves}]
adversaries: {attacker: {profile: external}}
""")


def script(*steps: tuple[str, str | None], goal: str = "out.evasion@detector") -> Script:
    placed = tuple(PlacedStep(technique=technique, at=at) for technique, at in steps)
    return Script(case_study="AML.CS0000", adversary="attacker", goal=goal, steps=placed)


def test_steps_hold_in_their_order_and_not_in_another() -> None:
    result = replay(PIPELINE, script(("AML.T0040", "api"), ("AML.T0015", "detector")), Workspace.builtin())
    assert result.goal_reached
    assert result.steps[0].holds
    assert result.reversed_holds < len(result.steps)


def test_what_is_not_listed_near_its_place_is_told() -> None:
    result = replay(PIPELINE, script(("AML.T0040", "api"), ("AML.T0070", "notes")), Workspace.builtin())
    assert [step.listed for step in result.steps] == ["certain", "no"]
    assert result.recall(certain=True) == 0.5


def test_a_family_is_a_technique_with_its_children_and_parent() -> None:
    catalog = Workspace.builtin().catalog
    assert family("AML.T0051.001", catalog) == {"AML.T0051.001", "AML.T0051"}
    assert {"AML.T0051", "AML.T0051.000", "AML.T0051.001"} <= family("AML.T0051", catalog)


def test_a_place_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        replay(PIPELINE, script(("AML.T0015", "detektor")), Workspace.builtin())
    assert "did you mean detector" in str(caught.value)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_side_file_tells_the_steps_of_its_study(path: Path) -> None:
    space = Workspace.builtin()
    told = read_script(path)
    study = space.catalog.case_study(told.case_study)
    assert [step.technique for step in told.steps] == [step.technique for step in study.steps]
    pipeline = read_pipeline(FOLDER / path.name.replace(".steps.yaml", ".yaml"))
    assert {step.at for step in told.steps if step.at} <= set(pipeline.by_id)
    assert told.goal.partition("@")[2] in pipeline.by_id


def test_every_study_is_modelled() -> None:
    studies = Workspace.builtin().catalog.case_studies
    assert [path.name.removesuffix(".steps.yaml") for path in SCRIPTS] == sorted(study.id for study in studies)
