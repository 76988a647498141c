"""CycloneDX: valid for the official schemas; a bill that came in keeps all it said."""

import json
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError
from atlasmodel.export.cyclonedx import SPECS, cyclonedx

validation = pytest.importorskip(
    "cyclonedx.validation.json", reason="install the extra `dev` for the CycloneDX schemas"
)
schema = pytest.importorskip("cyclonedx.schema")
BILLS = [
    "valid-machine-learning-1.5",
    "valid-machine-learning-1.6",
    "valid-machine-learning-1.7",
    "valid-machine-learning-considerations-env-1.6",
]


def check(text: str) -> dict[str, Any]:
    bill = dict(json.loads(text))
    version = schema.SchemaVersion.from_version(bill["specVersion"])
    wrong = validation.JsonStrictValidator(version).validate_str(text)
    assert wrong is None, wrong
    return bill


def written(tmp_path: Path, **parts: Any) -> str:
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1} | parts
    (tmp_path / "bom.json").write_text(json.dumps(bill))
    return str(tmp_path / "bom.json")


def test_a_fresh_bill_is_valid(assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        bill = check(cyclonedx(document))
        assert len(bill["vulnerabilities"]) == len(document.findings)
    types = {item["bom-ref"]: item["type"] for item in check(cyclonedx(assessment))["components"]}
    assert (types["fraud-model"], types["lake"], types["scoring-api"]) == (
        "machine-learning-model",
        "data",
        "application",
    )
    assert "cardholder" not in types


def test_findings_stand_at_their_components(assessment: Assessment) -> None:
    bill = check(cyclonedx(assessment))
    known = {item["bom-ref"] for item in bill["components"]}
    for finding, item in zip(assessment.findings, bill["vulnerabilities"], strict=True):
        assert item["id"] == finding.technique
        assert item["affects"] == [{"ref": finding.component if finding.component in known else "atlasmodel:pipeline"}]


@pytest.mark.parametrize("name", BILLS)
def test_a_bill_that_came_in_keeps_all_it_said(assessment: Assessment, shared: Path, name: str) -> None:
    file = shared / "cyclonedx" / f"{name}.json"
    before = json.loads(file.read_text())
    after = check(cyclonedx(assessment, bom=str(file)))
    for part, value in before.items():
        if part in ("version", "metadata"):
            continue
        if part == "components":
            assert [
                {key: value for key, value in item.items() if key != "bom-ref" or "bom-ref" in old}
                for old, item in zip(value, after[part], strict=True)
            ] == value
        else:
            assert after[part] == value
    assert after["version"] == before.get("version", 1) + 1
    assert after["metadata"].items() >= before.get("metadata", {}).items()


@pytest.mark.parametrize("spec", SPECS)
def test_components_are_found_again_by_reference_or_name(assessment: Assessment, tmp_path: Path, spec: str) -> None:
    components = [
        {"type": "application", "name": "Scoring interface"},
        {"type": "application", "name": "Outer", "bom-ref": "outer", "components": [{"type": "application", "name": "m", "bom-ref": "fraud-model"}]},
    ]  # fmt: skip
    theirs = {"bom-ref": "theirs", "id": "CVE-2020-0001"}
    ours = {"bom-ref": "atlasmodel:old", "id": "AML.T0000"}
    file = written(tmp_path, specVersion=spec, components=components, vulnerabilities=[theirs, ours])
    bill = check(cyclonedx(assessment, bom=file))
    at = {item["properties"][0]["value"]: item["affects"][0]["ref"] for item in bill["vulnerabilities"][1:]}
    known = {"scoring-api": bill["components"][0]["bom-ref"], "fraud-model": "fraud-model"}
    elsewhere = bill["metadata"]["component"]["bom-ref"]
    assert at == {finding.id: known.get(finding.component, elsewhere) for finding in assessment.findings}
    assert set(at.values()) == {*known.values(), elsewhere}
    assert bill["vulnerabilities"][0] == theirs
    assert ours not in bill["vulnerabilities"]
    assert ("annotations" in bill) == (spec != "1.4")


@pytest.mark.parametrize(
    "parts",
    [
        {"bomFormat": "SPDX"}, {"specVersion": "1.3"}, {"specVersion": "2.0"}, {"specVersion": 1.6}, {"version": "x"}, {"metadata": []},
        {"metadata": {"component": "x"}}, {"components": "x"}, {"components": [1]}, {"components": [{"type": "data"}]},
        {"components": [{"name": 1}]}, {"components": [{"name": "a", "components": [{}]}]}, {"services": [None]},
        {"vulnerabilities": {}}, {"annotations": ["x"]},
    ],
)  # fmt: skip
def test_what_is_no_bill_is_told(assessment: Assessment, tmp_path: Path, parts: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"AM148.*CycloneDX"):
        cyclonedx(assessment, bom=written(tmp_path, **parts))


def test_a_bill_in_xml_is_told(assessment: Assessment, tmp_path: Path) -> None:
    file = tmp_path / "bom.xml"
    file.write_text('<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>')
    with pytest.raises(InputError):
        cyclonedx(assessment, bom=str(file))
    with pytest.raises(InputError, match="AM110"):
        cyclonedx(assessment, bom=str(tmp_path / "none.json"))
