"""Read the YAML format 6.0.0: objects by id, and `relationships` from source id to kind to list."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from atlasmodel._ids import atlas_uuid
from atlasmodel._yaml import Document
from atlasmodel.catalog.assemble import Found
from atlasmodel.catalog.entry import Entry
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Step, Tactic, Technique
from atlasmodel.catalog.repair import repaired
from atlasmodel.errors import Problem


def read_v6(document: Document, digest: str) -> Found:
    """Return what the document holds; raise CatalogError AM206 with every value of a wrong type."""
    root = Entry.root(document)
    relations = root.entry("relationships")
    issues: list[Problem] = []
    positions = {
        one.needed("target"): one.number("position") or place
        for place, one in enumerate(relations.entry("ATLAS-matrix").each("sequences"), 1)
    }
    found = Found(
        release=root.entry("collection").text("version"),
        format="ATLAS YAML 6",
        digest=digest,
        tactics=[_tactic(one, positions) for one in root.each("tactics")],
        techniques=[_technique(one, relations) for one in root.each("techniques")],
        mitigations=[_mitigation(one, relations) for one in root.each("mitigations")],
        case_studies=[_study(one, relations, issues) for one in root.each("case-studies")],
        issues=issues,
    )
    for kind in ("tactics", "techniques", "mitigations", "case-studies"):
        for one in root.each(kind):
            _check_uuid(one, issues)
    root.check()
    return found


def _tactic(entry: Entry, positions: dict[str, int]) -> Tactic:
    identifier = _id(entry)
    return Tactic(
        id=identifier,
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        position=positions.get(identifier, len(positions) + 1),
        attack=entry.entry("attack-reference").text("id"),
        created=entry.date("created-date"),
        modified=entry.date("modified-date"),
    )


def _technique(entry: Entry, relations: Entry) -> Technique:
    mine = relations.entry(_id(entry))
    return Technique(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        parent=next((one.needed("target") for one in mine.each("specializes")), None),
        tactics=tuple(one.needed("target") for one in mine.each("achieves")),
        maturity=entry.text("maturity"),
        platforms=entry.texts("platforms"),
        attack=entry.entry("attack-reference").text("id"),
        created=entry.date("created-date"),
        modified=entry.date("modified-date"),
        references=entry.references(),
    )


def _mitigation(entry: Entry, relations: Entry) -> Mitigation:
    mine = relations.entry(_id(entry))
    return Mitigation(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        category=entry.texts("categories"),
        lifecycle=entry.texts("lifecycle-phases"),
        links=tuple(Link(one.needed("target"), one.text("description") or "") for one in mine.each("mitigates")),
        attack=entry.entry("attack-reference").text("id"),
        created=entry.date("created-date"),
        modified=entry.date("modified-date"),
    )


def _study(entry: Entry, relations: Entry, issues: list[Problem]) -> CaseStudy:
    return CaseStudy(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        type=entry.text("type"),
        date=entry.date("date"),
        date_granularity=entry.text("date-granularity"),
        actor=entry.text("actor"),
        target=entry.text("target"),
        reporter=entry.text("reporter"),
        steps=_steps(_id(entry), relations, issues),
        references=entry.references(),
    )


def _steps(study: str, relations: Entry, issues: list[Problem]) -> tuple[Step, ...]:
    """Return the steps so that each comes before those it leads to, and otherwise by step id.

    The list in the file is sorted by technique; `leads-to` is a graph, so a fork is written one branch at a time.
    """
    steps: dict[str, Step] = {}
    after: dict[str, tuple[str, ...]] = {}
    for one in relations.entry(study).each("employs"):
        name = one.needed("step-id")
        if name in steps:
            issues.append(repaired(f"{study} has two steps {name}", "the first one is kept"))
            continue
        steps[name] = Step(one.needed("tactic"), one.needed("target"), one.text("description") or "")
        after[name] = one.texts("leads-to")
    waits = dict.fromkeys(steps, 0)
    for name, following in after.items():
        for strange in sorted(set(following) - set(steps)):
            issues.append(repaired(f"step {name} of {study} leads to {strange}, which is not there", "left out"))
        after[name] = tuple(sorted(set(following) & set(steps)))
        for later in after[name]:
            waits[later] += 1
    ready = [name for name, count in waits.items() if count == 0]
    heapify(ready)
    order: list[str] = []
    while ready:
        order.append(heappop(ready))
        for later in after[order[-1]]:
            waits[later] -= 1
            if waits[later] == 0:
                heappush(ready, later)
    if len(order) < len(steps):
        issues.append(repaired(f"the steps of {study} lead back to themselves", "ordered by step id"))
        order = sorted(steps)
    return tuple(steps[name] for name in order)


def _id(entry: Entry) -> str:
    """Return the id, which is also the key under which the object stands."""
    return entry.text("id") or str(entry.path[-1])


def _check_uuid(entry: Entry, issues: list[Problem]) -> None:
    identifier, written = _id(entry), entry.text("uuid")
    if written and written != str(atlas_uuid(identifier)):
        issues.append(repaired(f"the uuid of {identifier} does not follow from its id", "computed anew"))
