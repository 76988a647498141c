"""Open Threat Model: valid for the official schema, nothing of the pipeline lost, every finding told."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from atlasmodel.assessment import Assessment
from atlasmodel.export.otm import otm


@pytest.fixture(scope="module")
def schema(shared: Path) -> Draft7Validator:
    return Draft7Validator(json.loads((shared / "otm" / "otm_schema.json").read_text()))


def model(assessment: Assessment) -> dict[str, Any]:
    return dict(json.loads(otm(assessment)))


def test_models_are_valid(schema: Draft7Validator, assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        schema.validate(model(document))
    assert not schema.is_valid(model(assessment) | {"threats": [{"id": "x"}]})


def test_the_pipeline_is_all_there(assessment: Assessment) -> None:
    found, view = model(assessment), assessment.pipeline
    assert [item["id"] for item in found["components"]] == [row["id"] for row in view.components]
    assert [item["attributes"] for item in found["components"]] == [row["attributes"] for row in view.components]
    assert [(item["source"], item["destination"]) for item in found["dataflows"]] == [
        (row["source"], row["target"]) for row in view.flows
    ]
    zones = {zone["id"]: zone for zone in found["trustZones"]}
    assert {item["parent"]["trustZone"] for item in found["components"]} <= set(zones)
    assert {name: zone["attributes"]["trust"] for name, zone in zones.items()} == {
        zone["id"]: zone["trust"] for zone in view.zones
    }
    assert all(0 <= zone["risk"]["trustRating"] <= 100 for zone in zones.values())
    nested = next(zone for zone in view.zones if zone["parent"])
    assert zones[nested["id"]]["parent"] == {"trustZone": nested["parent"]}
    assert [asset["id"] for asset in found["assets"]] == [row["id"] for row in view.assets]


def test_every_finding_is_a_threat_at_its_place(assessment: Assessment) -> None:
    found = model(assessment)
    told = {
        (threat["threat"], item["id"])
        for part in ("components", "dataflows") for item in found[part] for threat in item["threats"]
    }  # fmt: skip
    for finding in assessment.findings:
        assert {(finding.rule, finding.component), (finding.rule, finding.id.partition("@")[2])} & told
    threats = {threat["id"] for threat in found["threats"]}
    measures = {measure["id"] for measure in found["mitigations"]}
    assert {rule for rule, _ in told} == threats == {finding.rule for finding in assessment.findings}
    used = {
        (one["mitigation"], one["state"])
        for item in found["components"] for threat in item["threats"] for one in threat["mitigations"]
    }  # fmt: skip
    assert {name for name, _ in used} <= measures
    assert {state for _, state in used} >= {"implemented", "recommended"}


def test_components_name_their_line(assessment: Assessment) -> None:
    for item, row in zip(model(assessment)["components"], assessment.pipeline.components, strict=True):
        (place,) = item["representations"]
        assert row["span"].startswith(f"{place['file']}:{place['line']}:")
