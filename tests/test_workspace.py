"""What a user's folders and files add to the packaged catalogues."""

from pathlib import Path

import pytest

from atlasmodel.errors import CatalogError, InputError
from atlasmodel.model.reader import read_pipeline
from atlasmodel.workspace import Workspace

RULE = """
- id: AM-MINE-01
  technique: {technique}
  title: A rule of the user
  scope: target
  at: [tool]
  rationale: It shows what happens to its technique.
"""
CONTROL = """
- id: my_control
  name: A control of the user
  origin: own
  class: policy
  summary: It shows what happens to its techniques.
  at: ['*']
  weakens:
    - techniques: [AML.T0019, AML.T0115.000]
      how: prevent
      strength: {low: 0.1, likely: 0.2, high: 0.3}
      reason: For the test.
      source: judgement
"""


def folder(tmp_path: Path, part: str, text: str) -> Path:
    (tmp_path / part).mkdir()
    (tmp_path / part / "mine.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_retired_technique_in_a_rule_leads_to_its_successor(tmp_path: Path) -> None:
    space = Workspace.load([folder(tmp_path, "rules", RULE.format(technique="AML.T0104"))])
    assert space.rule_by_id["AM-MINE-01"].technique == "AML.T0115.002"
    (warning,) = space.problems
    assert "2026.07" in warning.message and "AML.T0115.002" in warning.message
    assert str(warning.span) == "rules/mine.yaml:2:3"


def test_a_retired_technique_in_a_control_leads_to_its_successor(tmp_path: Path) -> None:
    space = Workspace.load([folder(tmp_path, "mitigations", CONTROL)])
    control = space.library.controls["my_control"]
    assert set(control.effects) == {"AML.T0115.000"}
    assert [warning.code for warning in space.problems] == ["AM208"]


def test_a_technique_of_no_release_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        Workspace.load([folder(tmp_path, "rules", RULE.format(technique="AML.T9999"))])
    assert "AML.T9999" in str(caught.value)


def test_every_technique_has_a_rule_or_a_reason() -> None:
    from atlasmodel import _yaml
    from atlasmodel._files import data_root

    space = Workspace.builtin()
    ruled = {rule.technique for rule in space.rules}
    reasons = _yaml.read(data_root() / "catalogs" / "unruled.yaml").data
    bare = {technique.id for technique in space.catalog.techniques} - ruled
    assert bare == set(reasons)
    assert all(reasons.values())


def test_every_reference_and_every_own_test_of_the_rules_holds() -> None:
    from atlasmodel.match.selftest import run_tests

    space = Workspace.builtin()
    assert [problem for rule in space.rules for problem in run_tests(rule, space.vocabulary)] == []
    known = {study.id for study in space.catalog.case_studies}
    assert {name for rule in space.rules for name in rule.references if name.startswith("AML.CS")} <= known


def test_the_official_mitigations_carry_exactly_the_links_of_atlas() -> None:
    space = Workspace.builtin()
    for mitigation in space.catalog.mitigations:
        assert set(space.library.controls[mitigation.id].effects) == set(mitigation.techniques)


def test_a_workspace_reads_a_file_and_tells_unknown_controls_with_the_other_mistakes(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yaml"
    file.write_text(
        "atlasmodel: 1\nname: x\ncomponents: {a: {kind: data_store, encryptd: true}}\n"
        "controls:\n  - {control: rate_limt, at: a}\n  - {control: rate_limit, at: b}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as told:
        Workspace.builtin().read(file)
    assert [(problem.code, problem.span.line) for problem in told.value.problems if problem.span] == [
        ("AM118", 3),
        ("AM140", 5),
        ("AM127", 6),
    ]
    assert "did you mean rate_limit?" in str(told.value)
    with pytest.raises(InputError) as told:
        read_pipeline(file)  # in no workspace it is not known which controls there are
    assert [problem.code for problem in told.value.problems] == ["AM118", "AM127"]
