"""A catalogue as rows of plain data, for listings and JSON: each with id, name and summary."""

from __future__ import annotations

from typing import Any

from atlasmodel.catalog.records import CaseStudy, Mitigation, Record, Tactic, Technique
from atlasmodel.catalog.store import Catalog

Row = dict[str, Any]


def tactic_rows(catalog: Catalog) -> list[Row]:
    """Return the tactics in the order of the matrix."""
    return [row(catalog, tactic) for tactic in catalog.tactics]


def technique_rows(catalog: Catalog, tactic: str | None = None) -> list[Row]:
    """Return the techniques by id, or those of one tactic; raise CatalogError AM219 when the tactic is unknown."""
    wanted = catalog.tactic(tactic).id if tactic else None
    return [row(catalog, one) for one in catalog.techniques if wanted is None or wanted in one.tactics]


def mitigation_rows(catalog: Catalog) -> list[Row]:
    """Return the mitigations by id."""
    return [row(catalog, mitigation) for mitigation in catalog.mitigations]


def case_study_rows(catalog: Catalog) -> list[Row]:
    """Return the case studies by id."""
    return [row(catalog, study) for study in catalog.case_studies]


def row(catalog: Catalog, record: Record) -> Row:
    """Return one record as plain data, ready for JSON; names as shown: "Parent: Child"."""
    shared: Row = {"id": record.id, "name": catalog.display_name(record.id), "summary": record.summary}
    if isinstance(record, Tactic):
        return shared | {"position": record.position, "attack": record.attack}
    if isinstance(record, Technique):
        return shared | {
            "parent": record.parent,
            "tactics": list(record.tactics),
            "maturity": record.maturity,
            "platforms": list(record.platforms),
            "attack": record.attack,
            "added_in": record.added_in,
            "mitigations": [
                {"id": one.mitigation.id, "origin": one.origin} for one in catalog.mitigations_of(record.id)
            ],
            "case_studies": [study.id for study in catalog.case_studies_using(record.id)],
        }
    if isinstance(record, Mitigation):
        return shared | {
            "category": list(record.category),
            "lifecycle": list(record.lifecycle),
            "attack": record.attack,
            "added_in": record.added_in,
            "techniques": list(record.techniques),
        }
    return shared | _study(record)


def _study(record: CaseStudy) -> Row:
    return {
        "type": record.type,
        "date": record.date.isoformat() if record.date else None,
        "date_granularity": record.date_granularity,
        "actor": record.actor,
        "target": record.target,
        "reporter": record.reporter,
        "added_in": record.added_in,
        "steps": [{"tactic": step.tactic, "technique": step.technique} for step in record.steps],
    }
