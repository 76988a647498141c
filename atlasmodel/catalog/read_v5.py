"""Read the flat YAML of ATLAS 4.x and 5.x: lists under `matrices`, and `case-studies` beside them."""

from __future__ import annotations

from collections.abc import Iterator

from atlasmodel._yaml import Document
from atlasmodel.catalog.assemble import Found
from atlasmodel.catalog.entry import Entry
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Step, Tactic, Technique
from atlasmodel.catalog.repair import repaired
from atlasmodel.errors import Problem


def read_v5(document: Document, digest: str) -> Found:
    """Return what the document holds; raise CatalogError AM206 with every value of a wrong type."""
    root = Entry.root(document)
    matrices = list(root.each("matrices"))
    issues: list[Problem] = []
    found = Found(
        release=root.text("version"),
        format="ATLAS YAML 5",
        digest=digest,
        tactics=[_tactic(one, place) for matrix in matrices for place, one in enumerate(matrix.each("tactics"), 1)],
        techniques=[_technique(one) for matrix in matrices for one in matrix.each("techniques")],
        mitigations=[_mitigation(one, issues) for matrix in matrices for one in matrix.each("mitigations")],
        case_studies=[_study(one) for one in root.each("case-studies")],
        issues=issues,
    )
    root.check()
    return found


def _tactic(entry: Entry, position: int) -> Tactic:
    return Tactic(
        id=entry.needed("id"),
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        position=position,
        attack=entry.entry("ATT&CK-reference").text("id"),
        created=entry.date("created_date"),
        modified=entry.date("modified_date"),
    )


def _technique(entry: Entry) -> Technique:
    return Technique(
        id=entry.needed("id"),
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        parent=entry.text("subtechnique-of", "specializes"),
        tactics=entry.texts("tactics"),
        maturity=entry.text("maturity"),
        attack=entry.entry("ATT&CK-reference").text("id"),
        created=entry.date("created_date"),
        modified=entry.date("modified_date"),
        references=entry.references(),
    )


def _mitigation(entry: Entry, issues: list[Problem]) -> Mitigation:
    identifier = entry.needed("id")
    phases, misplaced = _lifecycle(entry)
    for link in misplaced:
        issues.append(repaired(f"{identifier} lists {link.technique} as a phase of the life cycle", "read as a link"))
    return Mitigation(
        id=identifier,
        name=entry.needed("name"),
        summary=entry.text("description") or "",
        category=entry.texts("category"),
        lifecycle=phases,
        links=(*_links(entry, "techniques"), *misplaced),
        attack=entry.entry("ATT&CK-reference").text("id"),
        created=entry.date("created_date"),
        modified=entry.date("modified_date"),
    )


def _lifecycle(entry: Entry) -> tuple[tuple[str, ...], tuple[Link, ...]]:
    """Return the phases, and the links to techniques that 5.0 to 5.6 list among them by mistake."""
    name, values = entry.value("ml-lifecycle", "ML-lifecycle")
    if not isinstance(values, list):
        return entry.texts(name), ()
    phases = {**entry.data, name: [value for value in values if not isinstance(value, dict)]}
    strays = {**entry.data, name: [value for value in values if isinstance(value, dict)]}
    inner = Entry(entry.document, entry.path, phases, entry.problems)
    return inner.texts(name), tuple(_links(Entry(entry.document, entry.path, strays, entry.problems), name))


def _links(entry: Entry, name: str) -> Iterator[Link]:
    for one in entry.each(name):
        yield Link(one.needed("id"), one.text("use") or "")


def _study(entry: Entry) -> CaseStudy:
    return CaseStudy(
        id=entry.needed("id"),
        name=entry.needed("name"),
        summary=entry.text("summary") or "",
        type=entry.text("case-study-type"),
        date=entry.date("incident-date"),
        date_granularity=entry.text("incident-date-granularity"),
        actor=entry.text("actor"),
        target=entry.text("target"),
        reporter=entry.text("reporter", "reported-by"),
        steps=tuple(
            Step(step.needed("tactic"), step.needed("technique"), step.text("description") or "")
            for step in entry.each("procedure")
        ),
        references=entry.references(),
    )
