"""Make one catalogue of what a reader found: one spelling, no loose ends, and a note of every repair.

Readers say what the file says; here the formats come together. What is known to be wrong in published releases is
repaired and told in `Catalog.issues` (AM207), so that a defect of the source never stops an assessment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from atlasmodel.catalog.prose import plain, reference
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Record, Reference, Tactic, Technique
from atlasmodel.catalog.store import Catalog, Renamed, Retired
from atlasmodel.errors import CatalogError, Problem

One = TypeVar("One", Tactic, Technique, Mitigation, CaseStudy)

_GRANULARITY = {"date": "day"}  # 5.x says DATE where 6.0.0 says Day


@dataclass(frozen=True, slots=True)
class Correction:
    """Say which ATT&CK id a technique should refer to instead of the published one, and why."""

    id: str
    published: str
    attack: str
    reason: str


@dataclass(frozen=True, slots=True)
class History:
    """Hold what is known across releases: retired ids, old names, wrong references, the release of a file's digest."""

    retired: tuple[Retired, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    corrections: tuple[Correction, ...] = ()
    published: Mapping[str, str] = field(default_factory=dict)


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


def repaired(message: str, repair: str) -> Problem:
    """Return the note of a defect and of what was done about it."""
    return Problem("AM207", message, hint=repair)


def assemble(found: Found, history: History) -> Catalog:
    """Return the catalogue; raise CatalogError AM205 when it holds no technique."""
    issues = list(found.issues)
    tactics = sorted(_unique(found.tactics, issues), key=lambda tactic: tactic.position)
    techniques = _techniques(_unique(found.techniques, issues), tactics, history, issues)
    if not techniques:
        raise CatalogError(Problem("AM205", "the catalogue holds no ATLAS technique"))
    known = {technique.id for technique in techniques}
    mitigations = [_mitigation(one, known, issues) for one in _unique(found.mitigations, issues)]
    known_tactics = {tactic.id for tactic in tactics}
    studies = [_study(one, known, known_tactics, issues) for one in _unique(found.case_studies, issues)]
    release = _release(found, history, issues)
    records: list[Record] = [*tactics, *techniques, *mitigations, *studies]
    issues += _rewritten(records)
    names = {record.id: record.name for record in records}
    retired = (*found.retired, *history.retired)
    return Catalog(
        release=release,
        format=found.format,
        digest=found.digest,
        tactics=tuple(map(_plain, tactics)),
        techniques=tuple(map(_plain, techniques)),
        mitigations=tuple(map(_plain, mitigations)),
        case_studies=tuple(map(_plain, studies)),
        retired=tuple(old for old in retired if old.id not in names and (old.successor or old.id) in {*names, old.id}),
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


def _techniques(
    techniques: list[Technique], tactics: list[Tactic], history: History, issues: list[Problem]
) -> list[Technique]:
    order = {tactic.id: tactic.position for tactic in tactics}
    by_id = {technique.id: technique for technique in techniques}
    wrong = {correction.id: correction for correction in history.corrections}
    done = []
    for one in techniques:
        parent = by_id.get(one.parent or "")
        if one.parent and not parent:
            issues.append(repaired(f"{one.id} names the parent {one.parent}, which is not there", "it stands alone"))
        named = one.tactics or (parent.tactics if parent else ())
        for stray in sorted(set(named) - set(order)):
            issues.append(repaired(f"{one.id} names the tactic {stray}, which is not there", "left out"))
        attack, correction = one.attack, wrong.get(one.id)
        if correction and attack == correction.published:
            issues.append(
                repaired(f"{one.id} refers to ATT&CK {attack}", f"to {correction.attack}: {correction.reason}")
            )
            attack = correction.attack
        done.append(
            replace(
                one,
                parent=parent.id if parent else None,
                tactics=tuple(sorted({tactic for tactic in named if tactic in order}, key=order.__getitem__)),
                maturity=one.maturity.lower() if one.maturity else None,
                # STIX bundles of 5.x write the constant ATLAS: it says nothing.
                platforms=tuple(platform for platform in one.platforms if platform != "ATLAS"),
                attack=attack,
                references=_references(one.id, one.references, issues),
            )
        )
    return done


def _mitigation(one: Mitigation, known: set[str], issues: list[Problem]) -> Mitigation:
    links: dict[str, Link] = {}
    for link in one.links:
        if link.technique not in known:
            issues.append(repaired(f"{one.id} is linked to {link.technique}, which is not there", "left out"))
        elif link.technique in links:
            issues.append(repaired(f"{one.id} is linked twice to {link.technique}", "one link, both texts joined"))
            links[link.technique] = _joined(links[link.technique], link)
        else:
            links[link.technique] = link
    return replace(
        one,
        category=tuple(category.replace("Technical - ML", "Technical - AI") for category in one.category),
        lifecycle=tuple(f"AI {phase[3:]}" if phase.startswith("ML ") else phase for phase in one.lifecycle),
        links=tuple(links[technique] for technique in sorted(links)),
    )


def _joined(first: Link, second: Link) -> Link:
    return Link(first.technique, "\n".join(dict.fromkeys(use.strip() for use in (first.use, second.use) if use)))


def _study(one: CaseStudy, techniques: set[str], tactics: set[str], issues: list[Problem]) -> CaseStudy:
    steps = []
    for number, step in enumerate(one.steps, 1):
        if step.technique in techniques and step.tactic in tactics:
            steps.append(step)
        else:
            pair = f"{step.tactic} {step.technique}"
            issues.append(repaired(f"step {number} of {one.id} names {pair}, which is not there", "left out"))
    granularity = one.date_granularity.lower() if one.date_granularity else None
    return replace(
        one,
        type=one.type.lower() if one.type else None,
        date_granularity=_GRANULARITY.get(granularity, granularity) if granularity else None,
        steps=tuple(steps),
        references=_references(one.id, one.references, issues),
    )


def _references(identifier: str, written: tuple[Reference, ...], issues: list[Problem]) -> tuple[Reference, ...]:
    untitled = sum(not one.title.strip() for one in written)
    if untitled:
        issues.append(repaired(f"{identifier} has {untitled} reference(s) without a title", "named after the host"))
    return tuple(reference(one.title, one.url) for one in written)


def _plain(record: One) -> One:
    """Return the record with every text plain, and its footnotes among its references."""
    prose = plain(record.summary)
    if isinstance(record, Tactic):
        return replace(record, summary=prose.text)
    if isinstance(record, Mitigation):
        links = tuple(replace(link, use=plain(link.use).text) for link in record.links)
        return replace(record, summary=prose.text, links=links)
    references = tuple(dict.fromkeys((*record.references, *prose.notes)))
    if isinstance(record, Technique):
        return replace(record, summary=prose.text, references=references)
    steps = tuple(replace(step, summary=plain(step.summary).text) for step in record.steps)
    return replace(record, summary=prose.text, references=references, steps=steps)


def _rewritten(records: Iterable[Record]) -> Iterable[Problem]:
    """Yield one note on links of the ATLAS site, and one on every description with HTML."""
    links = 0
    for record in records:
        prose = plain(record.summary)
        links += prose.site_links
        if prose.tags:
            yield repaired(f"the description of {record.id} holds {prose.tags} HTML tag(s)", "left out")
    if links:
        yield repaired(f"descriptions hold {links} links within the ATLAS site", "written as plain names")
