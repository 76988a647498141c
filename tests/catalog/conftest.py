"""Where the published ATLAS files are, and a writer of the format 6.0.0 for round trips."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atlasmodel._yaml import read
from atlasmodel.catalog import Catalog, builtin_catalog

Writer = Callable[[Catalog], Path]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published ATLAS files; they are not part of the project."""
    root = Path(os.environ.get("ATLASMODEL_SHARED", Path(__file__).parents[2].parent / "shared"))
    if not (root / "atlas").is_dir():
        pytest.skip(f"published ATLAS files are not under {root}; set ATLASMODEL_SHARED to the folder above atlas/")
    return root / "atlas"


@pytest.fixture(scope="session")
def facts(shared: Path) -> dict[str, Any]:
    """What is known of release 2026.09, taken independently of the packaged files."""
    return read(shared / "atlas-facts-2026.09.yaml").data


@pytest.fixture(scope="session")
def builtin() -> Catalog:
    return builtin_catalog("2026.09")


@pytest.fixture
def write_v6(tmp_path: Path) -> Writer:
    """Write a catalogue in the format 6.0.0 (as JSON, which is YAML too) and return the file."""

    def write(catalog: Catalog) -> Path:
        path = tmp_path / "ATLAS-test.yaml"
        path.write_text(json.dumps(as_v6(catalog)), encoding="utf-8")
        return path

    return write


def as_v6(catalog: Catalog) -> dict[str, Any]:
    """Return a catalogue as a document of the format 6.0.0, relations sorted by target as in the published files."""
    relations: dict[str, dict[str, list[dict[str, Any]]]] = {"ATLAS-matrix": {"sequences": []}}

    def relate(source: str, kind: str, target: str, **more: Any) -> None:
        entry = {"source": source, "target": target, "relationship-type": kind, **more}
        relations.setdefault(source, {}).setdefault(kind, []).append(entry)

    for tactic in catalog.tactics:
        relate("ATLAS-matrix", "sequences", tactic.id, position=tactic.position)
    for technique in catalog.techniques:
        for target in technique.tactics:
            relate(technique.id, "achieves", target)
        if technique.parent:
            relate(technique.id, "specializes", technique.parent)
    for mitigation in catalog.mitigations:
        for link in mitigation.links:
            relate(mitigation.id, "mitigates", link.technique, description=link.use)
    for study in catalog.case_studies:
        last = len(study.steps) - 1
        for number, step in sorted(enumerate(study.steps), key=lambda item: item[1].technique):
            following = [f"S{number + 1:02}"] if number < last else []
            more = {"tactic": step.tactic, "step-id": f"S{number:02}", "leads-to": following}
            relate(study.id, "employs", step.technique, description=step.summary, **more)
    return {
        "format-version": "6.0.0",
        "collection": {"id": "ATLAS-collection", "version": catalog.release},
        "matrix": {"id": "ATLAS-matrix"},
        "tactics": {one.id: _object(one) for one in catalog.tactics},
        "techniques": {
            one.id: _object(one) | {"maturity": (one.maturity or "").title(), "platforms": list(one.platforms)}
            for one in catalog.techniques
        },
        "mitigations": {
            one.id: _object(one) | {"categories": list(one.category), "lifecycle-phases": list(one.lifecycle)}
            for one in catalog.mitigations
        },
        "case-studies": {one.id: _object(one) | _study(one) for one in catalog.case_studies},
        "relationships": relations,
    }


def _object(record: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"id": record.id, "name": record.name, "description": record.summary}
    if getattr(record, "attack", None):
        data["attack-reference"] = {"id": record.attack, "url": "https://attack.mitre.org/"}
    for name in ("created", "modified"):
        if getattr(record, name, None):
            data[f"{name}-date"] = getattr(record, name).isoformat()
    references = getattr(record, "references", ())
    return data | {"references": [{"id": "note", "title": one.title, "url": one.url} for one in references]}


def _study(record: Any) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in ("actor", "target", "reporter") if getattr(record, name)}
    granularity = record.date_granularity.title()
    return told | {"type": record.type.title(), "date": record.date.isoformat(), "date-granularity": granularity}
