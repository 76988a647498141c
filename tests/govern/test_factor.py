"""The governance factor: off unless asked for, bounded, and on it changes the figures that say so and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.cli.app import run
from atlasmodel.govern.assumption import builtin_assumptions
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.govern.survey import factor_beside
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_organisation import parse_organisation, read_organisation
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples" / "organisation"
HEAD = "atlasmodel_organisation: 1\nname: x\n"
QUICK = {"removes": 0, "measures": 0, "questions": 0, "paths": 1, "path_goals": 2, "worlds": 256, "persona": "auditor"}
NAME = "governance factor"


@pytest.fixture(scope="session")
def triage() -> Pipeline:
    pipeline = read_pipeline(EXAMPLES / "pipelines" / "claims-triage.yaml", Workspace.builtin().vocabulary)
    return pipeline.changed(around=read_organisation(EXAMPLES / "agency.yaml"))


@pytest.fixture(scope="session")
def both(triage: Pipeline) -> tuple[Assessment, Assessment]:
    off = assess(triage, options=Options(**QUICK))  # type: ignore[arg-type]
    on = assess(triage, options=Options(**QUICK, governance_factor=True))  # type: ignore[arg-type]
    return off, on


def test_exactly_the_steps_that_say_so_change(both: tuple[Assessment, Assessment]) -> None:
    off, on = both
    factor = factor_beside(off.inputs.pipeline, Workspace.builtin(), None)
    assert factor is not None
    changed = 0
    for before, after in zip(off.steps, on.steps, strict=True):
        says = [term for term in after.terms if term.startswith(NAME)]
        if not says:
            assert before == after
            continue
        changed += 1
        same = {"probability", "terms"}
        assert before.model_dump(exclude=same) == after.model_dump(exclude=same)
        assert [term for term in after.terms if term not in says] == list(before.terms)
        for name, chance in before.probability.items():
            raised = after.probability[name]
            assert chance == raised == 0 or chance < raised <= min(1.0, chance * factor.factor * 1.001)
    assert 0 < changed < len(off.steps)  # what follows by itself stays certain


def test_nothing_but_chances_and_risk_changes(both: tuple[Assessment, Assessment]) -> None:
    off, on = both
    figures = {"probability", "risk", "severity", "removes"}
    shown = [{one.id: one.model_dump(exclude=figures) for one in document.findings} for document in both]
    assert shown[0] == shown[1]
    assert off.totals.risk < on.totals.risk
    assert {(goal.fact, goal.adversary) for goal in off.goals} == {(goal.fact, goal.adversary) for goal in on.goals}
    recorded = {check.id for check in builtin_checks() if "findings" not in check.reads and not check.over}
    verdicts = [
        {row["check"]: row["result"] for row in document.governance if row["check"] in recorded} for document in both
    ]
    assert len(verdicts[0]) > 50
    assert verdicts[0] == verdicts[1]
    assert on.notes[1:] == off.notes
    assert on.notes[0].startswith("Governance factor: base chances of steps are raised 1.067 times")


def test_it_is_off_by_default(triage: Pipeline, both: tuple[Assessment, Assessment]) -> None:
    off, _ = both
    assert not Options().governance_factor
    assert not any(term.startswith(NAME) for step in off.steps for term in step.terms)
    plain = assess(triage.changed(around=None), options=Options(**QUICK))  # type: ignore[arg-type]
    assert plain.steps == off.steps


def test_without_an_organisation_nothing_is_raised(triage: Pipeline) -> None:
    alone = triage.changed(around=None)
    off = assess(alone, options=Options(**QUICK))  # type: ignore[arg-type]
    on = assess(alone, options=Options(**QUICK, governance_factor=True))  # type: ignore[arg-type]
    assert (on.goals, on.steps) == (off.goals, off.steps)
    assert on.notes[0] == "No organisation is known, so no governance factor is applied."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "decisions: [{what: a, kind: design, basis: ad_hoc}]\nroles: {}\nreviews: []\nbudget: []\nteams: {}",
        "decisions: [{what: a, kind: design, basis: policy}]",
    ],
)
def test_it_is_bounded(text: str, triage: Pipeline) -> None:
    around = parse_organisation(HEAD + text)
    found = factor_beside(triage.changed(around=around), Workspace.builtin(), None)
    assert found is not None
    width = builtin_assumptions()["governance_factor_width"]
    assert 1 <= found.factor <= 1 + width.likely
    if not text:  # what is not said is not held against anybody; the pipeline's own acceptance is said
        assert found.factor < 1 + width.likely


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    file = EXAMPLES / "pipelines" / "churn.yaml"
    assert run(["assess", str(file), "--governance-factor", "--worlds", "64", "--format", "json"]) == 0
    assert "overnance factor" in capsys.readouterr().out
