"""Navigator layers: the official ones of all case studies, and what the layers of an assessment say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.catalog import Catalog, read_catalog
from atlasmodel.cli.app import run
from atlasmodel.errors import CatalogError, InputError
from atlasmodel.export.navigator import case_study_layer, navigator

CASES = [f"AML.CS{number:04}" for number in range(57)]


def layer(assessment: Assessment, **options: Any) -> dict[str, Any]:
    return dict(json.loads(navigator(assessment, **options)))


def entries(assessment: Assessment, **options: Any) -> dict[str, dict[str, Any]]:
    return {entry["techniqueID"]: entry for entry in layer(assessment, **options)["techniques"]}


@pytest.fixture(scope="module")
def official(shared: Path) -> Catalog:
    return read_catalog(shared / "atlas" / "ATLAS-5.6.1.yaml")


@pytest.mark.parametrize("case", CASES)
def test_the_layer_of_a_case_study_is_the_official_one(official: Catalog, shared: Path, case: str) -> None:
    theirs = json.loads((shared / "atlas" / "navigator-layers" / f"{case}.json").read_text())
    ours = json.loads(case_study_layer(official, case))
    for part in ("domain", "versions", "name", "legendItems"):
        assert ours[part] == theirs[part]
    assert {entry["techniqueID"] for entry in ours["techniques"]} == {
        entry["techniqueID"] for entry in theirs["techniques"]
    }
    # ATLAS leaves the tactic of a sub-technique to its parent; what is coloured is the same.
    coloured = [
        {entry["techniqueID"] for entry in item["techniques"] if "color" in entry} for item in (ours, theirs)
    ]  # fmt: skip
    assert coloured[0] == coloured[1]
    placed = {(entry["techniqueID"], entry["tactic"]) for entry in ours["techniques"]}
    assert placed >= {(entry["techniqueID"], entry["tactic"]) for entry in theirs["techniques"] if "tactic" in entry}


def test_there_are_57_official_layers(shared: Path) -> None:
    assert sorted(path.stem for path in (shared / "atlas" / "navigator-layers").glob("AML.CS*.json")) == CASES


def test_an_unknown_case_study_is_told(official: Catalog) -> None:
    with pytest.raises(CatalogError, match="AM219"):
        case_study_layer(official, "AML.CS9999")


def test_risk_scores_each_technique_by_its_worst_finding(assessment: Assessment) -> None:
    found = entries(assessment)
    scored = {name: entry["score"] for name, entry in found.items() if "score" in entry}
    assert set(scored) == {finding.technique for finding in assessment.findings}
    for name, score in scored.items():
        assert score == max(finding.risk for finding in assessment.findings if finding.technique == name)
    assert all(re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", name) for name in found)
    assert all(
        name.split(".", 2)[0:2] and found[".".join(name.split(".")[:2])]["showSubtechniques"]
        for name in found
        if name.count(".") == 2
    )


def test_coverage_follows_the_state_of_the_findings(assessment: Assessment) -> None:
    def scores(status: str, lowered: tuple[str, ...] = ()) -> set[int]:
        changed = [item.model_copy(update={"status": status, "lowered_by": lowered}) for item in assessment.findings]
        found = entries(assessment.model_copy(update={"findings": tuple(changed)}), layer="coverage")
        return {entry["score"] for entry in found.values() if "score" in entry}

    assert (scores("open"), scores("open", ("x",))) == ({0}, {50})
    assert (scores("mitigated"), scores("accepted")) == ({100}, {75})


def test_a_diff_names_what_came_went_rose_and_fell(assessment: Assessment, tmp_path: Path) -> None:
    first, second, third, *rest = assessment.findings
    names = [first.technique, second.technique, third.technique]
    rest = [finding for finding in rest if finding.technique not in names]
    before = assessment.model_copy(update={"findings": (second.model_copy(update={"risk": 1.0}), third, *rest)})
    after = assessment.model_copy(update={"findings": (first, second, *rest)})
    found = entries(after, layer="diff", before=before)
    words = [found[name]["comment"].partition(":")[0] for name in names]
    assert words == ["added", "higher", "removed"]
    assert found[names[2]]["score"] < 0 < found[names[0]]["score"]
    file = tmp_path / "before.json"
    file.write_text(before.to_json(), encoding="utf-8")
    assert entries(after, layer="diff", before=str(file)) == found


def test_wrong_options_are_told(assessment: Assessment, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="AM147"):
        navigator(assessment, layer="riks")
    with pytest.raises(InputError, match="AM148"):
        navigator(assessment, layer="diff")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(InputError, match="AM148"):
        navigator(assessment, layer="diff", before=str(tmp_path / "x.json"))
    with pytest.raises(InputError, match="AM110"):
        navigator(assessment, layer="diff", before=str(tmp_path / "nothing.json"))


def test_versions_and_domain_can_be_chosen(assessment: Assessment) -> None:
    chosen = layer(assessment, version="4.5", navigator="5.1.0", domain="atlas")
    assert chosen["versions"] == {"layer": "4.5", "navigator": "5.1.0"}
    assert chosen["domain"] == "atlas"
    assert layer(assessment)["domain"] == "atlas-atlas"


def test_the_command_line_writes_atlas_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["catalog", "layer", "AML.CS0009"]) == 0
    assert json.loads(capsys.readouterr().out)["domain"] == "atlas-atlas"
    assert run(["catalog", "stix", "--no-case-studies", "--output", str(tmp_path / "atlas.json")]) == 0
    assert json.loads((tmp_path / "atlas.json").read_text())["type"] == "bundle"
    assert run(["catalog", "layer", "AML.CS9999"]) == 3
    assert "AM219" in capsys.readouterr().err
