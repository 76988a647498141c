"""By article, control or risk of another framework: what speaks for it here, what against it, what is unknown.

Nothing here says that anybody complies: whether an entry applies, and whether what speaks for it is enough, people
judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atlasmodel.coverage import ACTS
from atlasmodel.crosswalk.read import Crosswalk, Entry
from atlasmodel.document import Finding, Frozen

CAUTION = "Links are our own judgement, in a state of review that is shown. This is no statement of compliance."


class Ground(Frozen):
    """Be one thing that speaks for or against an entry, or is not known: a finding, a measure or a check."""

    kind: str
    id: str
    says: str
    at: tuple[str, ...] = ()


class EntryReport(Frozen):
    """Hold one entry of a framework with the grounds of each side, the weightiest first."""

    id: str
    title: str
    relation: str
    speaks_for: tuple[Ground, ...]
    against: tuple[Ground, ...]
    unknown: tuple[Ground, ...]
    note: str | None


class Compliance(Frozen):
    """Hold the report on one framework; entries that nothing here speaks of are named in `silent`."""

    framework: dict[str, Any]
    release: str
    entries: tuple[EntryReport, ...]
    silent: tuple[str, ...]
    caution: str = CAUTION

    def __getitem__(self, entry: str) -> EntryReport:
        """Return the report on an entry."""
        return next(row for row in self.entries if row.id == entry)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return self.model_dump(mode="json")


def compliance(
    crosswalk: Crosswalk, findings: Sequence[Finding], governance: Iterable[Mapping[str, Any]]
) -> Compliance:
    """Return what some findings and results of checks have to say to each entry of a framework.

    Findings that may apply are unknown; measures speak for an entry where they act (partial, in place, verified).
    """
    results = {str(result["check"]): result for result in governance}
    by_technique: dict[str, list[Finding]] = {}
    for finding in findings:
        by_technique.setdefault(finding.technique.id, []).append(finding)
    rows = [_report(entry, by_technique, _measures(findings), results) for entry in crosswalk.entries]
    return Compliance(
        framework=crosswalk.framework.model_dump(mode="json"),
        release=crosswalk.release,
        entries=tuple(row for row in rows if row.speaks_for or row.against or row.unknown),
        silent=tuple(row.id for row in rows if not (row.speaks_for or row.against or row.unknown)),
    )


def _measures(findings: Iterable[Finding]) -> dict[str, dict[str, set[str]]]:
    """Return where each measure is in each state, by measure."""
    found: dict[str, dict[str, set[str]]] = {}
    for finding in findings:
        for measure in finding.mitigations:
            state = measure.state or "absent"
            found.setdefault(measure.id, {}).setdefault(state, set()).add(measure.at or finding.component.id)
    return found


def _report(
    entry: Entry,
    by_technique: Mapping[str, Sequence[Finding]],
    measures: Mapping[str, Mapping[str, set[str]]],
    results: Mapping[str, Mapping[str, Any]],
) -> EntryReport:
    sides: dict[str, list[Ground]] = {"for": [], "against": [], "unknown": []}
    found = [finding for technique in entry.techniques for finding in by_technique.get(technique, ())]
    for finding in sorted(found, key=lambda item: (-item.risk, item.id)):
        open_ = finding.status == "open" and finding.severity != "none"
        side = "unknown" if finding.certainty == "unknown" else "against" if open_ else "for"
        word = finding.severity if open_ else finding.status
        says = f"{finding.technique_name}: {finding.title} ({word})"
        if side != "for" or finding.status == "mitigated":
            ground = Ground(kind="finding", id=finding.id, says=says, at=(finding.component.id,))
            sides[side].append(ground)
    for name in entry.mitigations:
        for state, places in sorted(measures.get(name, {}).items()):
            if state in ACTS or state == "unknown":
                side = "for" if state in ACTS else "unknown"
                text = f"{name} is {state.replace('_', ' ')}"
                sides[side].append(Ground(kind="measure", id=name, says=text, at=tuple(sorted(places))))
    for name in entry.checks:
        result = results.get(name)
        side = {"pass": "for", "fail": "against", "unknown": "unknown"}.get(str(result["result"]) if result else "", "")
        if result and side:
            sides[side].append(Ground(kind="check", id=name, says=str(result["says"])))
    return EntryReport(
        id=entry.id,
        title=entry.title,
        relation=entry.relation,
        speaks_for=tuple(sides["for"]),
        against=tuple(sides["against"]),
        unknown=tuple(sides["unknown"]),
        note=entry.note,
    )
