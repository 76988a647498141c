"""Crosswalks name what exists; compliance tells grounds for and against, and never that anything is met."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

import atlasmodel as am
from atlasmodel.crosswalk import builtin_crosswalks, load_crosswalks
from atlasmodel.crosswalk.compliance import compliance
from atlasmodel.errors import CatalogError
from atlasmodel.workspace import Workspace

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("ATLASMODEL_SHARED", ROOT.parent / "shared"))
SPACE = Workspace.builtin()
WALKS = builtin_crosswalks(SPACE)
HEAD = {
    "id": "x", "name": "X", "edition": "1", "kind": "risks", "url": "https://example.org", "licence": "none",
    "provenance": "a test", "review": {"state": "draft", "on": "2026-01-01"},
}  # fmt: skip


def written(folder: Path, entries: list[dict[str, Any]], **head: Any) -> Path:
    (folder / "x.yaml").write_text(yaml.safe_dump({"framework": HEAD | head, "entries": entries}))
    return folder


def test_the_frameworks_of_the_issue_are_there() -> None:
    assert {
        "nist-ai-rmf", "nist-ai-100-2e2025", "iso-42001", "eu-ai-act", "sp-800-53", "owasp-llm-2025", "owasp-llm-2026",
        "owasp-asi-2026", "cosai-risk-map", "au-ai6",
    } == set(WALKS)  # fmt: skip
    assert not [warning for walk in WALKS.values() for warning in walk.warnings]


@pytest.mark.parametrize("name", WALKS)
def test_every_link_has_provenance_and_state(name: str) -> None:
    walk = WALKS[name]
    assert (
        walk.framework.provenance and walk.framework.review.state in ("draft", "reviewed") and walk.release == "2026.09"
    )
    assert all(entry.techniques or entry.mitigations or entry.checks or entry.note for entry in walk.entries)


def test_ids_and_titles_of_the_risk_map_are_its_own() -> None:
    file = SHARED / "cosai" / "risks.yaml"
    if not file.exists():
        pytest.skip("the CoSAI risk map is not at hand")
    theirs = {risk["id"]: risk["title"] for risk in yaml.safe_load(file.read_text())["risks"]}
    assert {entry.id: entry.title for entry in WALKS["cosai-risk-map"].entries} == theirs


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"techniques": ["AML.T9999"]}, "AM245"),
        ({"mitigations": ["no_such"]}, "AM246"),
        ({"checks": ["NO-SUCH"]}, "AM246"),
        ({"relation": "equal"}, "AM243"),
        ({"colour": "red"}, "AM243"),
    ],
)
def test_what_does_not_exist_is_told_with_its_place(entry: dict[str, Any], code: str, tmp_path: Path) -> None:
    folder = written(tmp_path, [{"id": "A", "title": "a", "relation": "same"} | entry])
    with pytest.raises(CatalogError, match=rf"x\.yaml:\d+:\d+: {code}"):
        load_crosswalks([folder], SPACE)


def test_the_same_entry_twice_is_an_error(tmp_path: Path) -> None:
    entry = {"id": "A", "title": "a", "relation": "same"}
    with pytest.raises(CatalogError, match="AM244"):
        load_crosswalks([written(tmp_path, [entry, dict(entry)])], SPACE)


def test_a_retired_technique_is_followed_with_a_trace(tmp_path: Path) -> None:
    old = next(item for item in SPACE.catalog.retired if item.successor in SPACE.catalog)
    folder = written(tmp_path, [{"id": "A", "title": "a", "relation": "same", "techniques": [old.id]}])
    walk = load_crosswalks([folder], SPACE)["x"]
    assert walk.entries[0].techniques == (old.successor,)
    assert any(old.id in warning for warning in walk.warnings)


def test_a_family_is_spelled_out(tmp_path: Path) -> None:
    folder = written(tmp_path, [{"id": "A", "title": "a", "relation": "same", "techniques": ["AML.T0024.*"]}])
    walk = load_crosswalks([folder], SPACE)["x"]
    assert walk.entries[0].techniques == ("AML.T0024", "AML.T0024.000", "AML.T0024.001", "AML.T0024.002")
    assert walk.by_technique["AML.T0024.001"][0].id == "A"


def test_findings_speak_against_and_measures_for(assessed_fraud: am.Assessment) -> None:
    report = assessed_fraud.compliance("eu-ai-act")
    robust = report["Art. 15"]
    assert {ground.kind for ground in robust.against} == {"finding"}
    assert {"model_validation"} <= {ground.id for ground in robust.speaks_for}
    assert "statement of compliance" in report.caution
    named = {finding.id for finding in assessed_fraud.findings}
    assert all(ground.id in named for row in report.entries for ground in row.against if ground.kind == "finding")


def test_checks_count_by_their_result(assessed_fraud: am.Assessment) -> None:
    results = [
        {"check": "REVIEWER-ON-PATH", "result": "fail", "says": "no reviewer"},
        {"check": "OVERRIDE-POWER", "result": "pass", "says": "can overrule"},
        {"check": "REVIEW-CAPACITY", "result": "unknown", "says": "hours unknown"},
        {"check": "DECISION-DRIFT", "result": "not_applicable", "says": "none"},
    ]
    row = compliance(WALKS["eu-ai-act"], [], results)["Art. 14"]
    assert [ground.id for ground in row.speaks_for] == ["OVERRIDE-POWER"]
    assert [ground.id for ground in row.against] == ["REVIEWER-ON-PATH"]
    assert [ground.id for ground in row.unknown] == ["REVIEW-CAPACITY"]


def test_what_nothing_speaks_of_is_silent(assessed_fraud: am.Assessment) -> None:
    report = compliance(WALKS["owasp-asi-2026"], assessed_fraud.findings, [])
    assert set(report.silent) | {row.id for row in report.entries} == {
        entry.id for entry in WALKS["owasp-asi-2026"].entries
    }
    assert "ASI06" in report.silent  # no agent, no memory


def test_an_unknown_framework_is_told_with_the_nearest(assessed_fraud: am.Assessment) -> None:
    with pytest.raises(am.InputError, match="eu-ai-act"):
        assessed_fraud.compliance("eu-ai-acts")
    again = am.Assessment.from_json(assessed_fraud.to_json())
    assert again.compliance("eu-ai-act") == assessed_fraud.compliance("eu-ai-act")
