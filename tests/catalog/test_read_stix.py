"""STIX bundles: equal to the YAML of the same release in what both hold; by ATLAS ids, whatever the STIX ids are."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.catalog import Catalog, read_catalog
from atlasmodel.catalog.records import Mitigation, Record, Tactic, Technique, stix_id
from atlasmodel.errors import InputError


@pytest.fixture(scope="module")
def bundle(shared: Path) -> Catalog:
    return read_catalog(shared / "stix-atlas-5.6.json")


def overlap(record: Record) -> Record:
    """Leave out what STIX does not hold: maturity, platforms, ATT&CK references, category, life cycle, references."""
    if isinstance(record, Technique):
        return replace(record, maturity=None, platforms=(), attack=None, references=())
    if isinstance(record, Mitigation):
        return replace(record, category=(), lifecycle=(), attack=None)
    return replace(record, attack=None) if isinstance(record, Tactic) else record


def test_equal_to_the_yaml_of_the_release(bundle: Catalog, shared: Path) -> None:
    flat = read_catalog(shared / "ATLAS-5.6.1.yaml")
    # The two links that the YAML lists among the phases of the life cycle did not reach STIX.
    lost = {("AML.M0018", "AML.T0052.001"), ("AML.M0034", "AML.T0052.001")}
    mitigations = [
        replace(one, links=tuple(link for link in one.links if (one.id, link.technique) not in lost))
        for one in flat.mitigations
    ]
    assert list(map(overlap, bundle)) == list(map(overlap, (*flat.tactics, *flat.techniques, *mitigations)))
    assert bundle.release == "5.6.0"


def test_repairs(bundle: Catalog) -> None:
    told = [issue.message for issue in bundle.issues]
    assert "80 relationships share the id of another one" in told
    assert len(told) == 4


def test_ids_follow_from_the_atlas_ids(shared: Path) -> None:
    objects = json.loads((shared / "stix-atlas-5.6.json").read_text(encoding="utf-8"))["objects"]
    kinds = ("x-mitre-tactic", "attack-pattern", "course-of-action")
    published = {one["external_references"][0]["external_id"]: one["id"] for one in objects if one["type"] in kinds}
    assert len(published) == 170 + 35 + 16
    assert {identifier: stix_id(identifier) for identifier in published} == published


def pattern(name: str, identifier: str, **more: Any) -> dict[str, Any]:
    reference = {"source_name": "mitre-atlas", "external_id": identifier}
    return {
        "type": "attack-pattern", "id": f"attack-pattern--{name}", "name": name, "external_references": [reference],
        "kill_chain_phases": [{"kill_chain_name": "mitre-atlas", "phase_name": "look"}], **more,
    }  # fmt: skip


def relation(kind: str, source: str, target: str) -> dict[str, Any]:
    ends = {"source_ref": f"attack-pattern--{source}", "target_ref": f"attack-pattern--{target}"}
    return {"type": "relationship", "id": "relationship--same", "relationship_type": kind, **ends}


def read(tmp_path: Path, *objects: dict[str, Any]) -> Catalog:
    reference = {"source_name": "mitre-atlas", "external_id": "AML.TA9000"}
    tactic = {
        "type": "x-mitre-tactic", "id": "x-mitre-tactic--1", "name": "Look", "x_mitre_shortname": "look",
        "external_references": [reference],
    }  # fmt: skip
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"type": "bundle", "objects": [*objects, tactic]}), encoding="utf-8")
    return read_catalog(path)


def test_random_ids_and_objects_of_attack(tmp_path: Path) -> None:
    foreign = pattern("other", "T1566")
    foreign["external_references"][0]["source_name"] = "mitre-attack"
    catalog = read(
        tmp_path, foreign, pattern("b (ATLAS)", "AML.T9001"), pattern("a", "AML.T9000"), {"type": "identity", "id": "i"}
    )
    assert [(one.id, one.name, one.tactics) for one in catalog.techniques] == [
        ("AML.T9000", "a", ("AML.TA9000",)),
        ("AML.T9001", "b", ("AML.TA9000",)),
    ]
    assert catalog.release == "unknown"


def test_revoked_objects_are_retired_ids(tmp_path: Path) -> None:
    catalog = read(
        tmp_path,
        pattern("old", "AML.T9000", revoked=True),
        pattern("gone", "AML.T9002", x_mitre_deprecated=True),
        pattern("new", "AML.T9001"),
        relation("revoked-by", "old", "new"),
    )
    assert [one.id for one in catalog.techniques] == ["AML.T9001"]
    assert catalog.resolve("AML.T9000")[0] == "AML.T9001"
    assert {one.id: one.successor for one in catalog.retired} == {"AML.T9000": "AML.T9001", "AML.T9002": None}


def test_case_studies_are_left_out_and_told(tmp_path: Path) -> None:
    campaign = pattern("case", "AML.CS9000") | {"type": "campaign", "id": "campaign--1"}
    catalog = read(tmp_path, pattern("a", "AML.T9000"), campaign)
    assert catalog.case_studies == ()
    assert any("1 case studies come without the order of their steps" in issue.message for issue in catalog.issues)


def test_duplicate_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_text('{"type": "bundle", "objects": [], "objects": []}', encoding="utf-8")
    with pytest.raises(InputError, match="AM118"):
        read_catalog(path)
