"""Make one catalogue of what a reader found.

Readers say what the file says; here the formats come together: one spelling, no loose ends, and a note of every repair.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from atlasmodel.catalog.history import History
from atlasmodel.catalog.records import CaseStudy, Mitigation, Record, Tactic, Technique
from atlasmodel.catalog.repair import (
    plain_record,
    repair_mitigation,
    repair_study,
    repair_techniques,
    repaired,
    rewritten,
)
from atlasmodel.catalog.store import Catalog, Retired
from atlasmodel.errors import CatalogError, Problem

One = TypeVar("One", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Hold what a reader found in a file, as the file says it. `release` is None where the file names none."""

    release: str | None
    format: str
    digest: str
    tactics: Iterable[Tactic] = ()
    techniques: Iterable[Technique] = ()
    mitigations: Iterable[Mitigation] = ()
    case_studies: Iterable[CaseStudy] = ()
    retired: tuple[Retired, ...] = ()
    issues: Iterable[Problem] = ()


def assemble(found: Found, history: History) -> Catalog:
    """Return the catalogue; raise CatalogError AM205 when it holds no technique."""
    issues = list(found.issues)
    tactics = sorted(_unique(found.tactics, issues), key=lambda tactic: tactic.position)
    techniques = repair_techniques(_unique(found.techniques, issues), tactics, history, issues)
    if not techniques:
        raise CatalogError(Problem("AM205", "the catalogue holds no ATLAS technique"))
    known = {technique.id for technique in techniques}
    mitigations = [repair_mitigation(one, known, issues) for one in _unique(found.mitigations, issues)]
    known_tactics = {tactic.id for tactic in tactics}
    studies = [repair_study(one, known, known_tactics, issues) for one in _unique(found.case_studies, issues)]
    release = _release(found, history, issues)
    records: list[Record] = [*tactics, *techniques, *mitigations, *studies]
    issues += rewritten(records)
    names = {record.id: record.name for record in records}
    retired = [old for old in (*found.retired, *history.retired) if old.id not in names]
    return Catalog(
        release=release,
        format=found.format,
        digest=found.digest,
        tactics=tuple(map(plain_record, tactics)),
        techniques=tuple(map(plain_record, techniques)),
        mitigations=tuple(map(plain_record, mitigations)),
        case_studies=tuple(map(plain_record, studies)),
        retired=tuple(old for old in retired if old.successor is None or old.successor in names),
        renamed=tuple(new for new in history.renamed if names.get(new.id) == new.after),
        issues=tuple(issues),
    )


def _release(found: Found, history: History, issues: list[Problem]) -> str:
    """Return the release by the digest of the file, since two of three old files name the wrong one."""
    known = history.published.get(found.digest.removeprefix("sha256:"))
    if known and found.release and known != found.release:
        issues.append(repaired(f"the file calls itself {found.release}", f"by its digest it is release {known}"))
    if not known and not found.release:
        issues.append(repaired("the file names no release", "the release is called `unknown`"))
    return known or found.release or "unknown"


def _unique(records: Iterable[One], issues: list[Problem]) -> list[One]:
    """Return the records by id, the first of each."""
    unique: dict[str, One] = {}
    for record in records:
        if record.id in unique:
            issues.append(repaired(f"{record.id} stands twice", "the first one is kept"))
        unique.setdefault(record.id, record)
    return [unique[identifier] for identifier in sorted(unique)]
