"""Repair what is known to be wrong in published releases, so that a defect of the source never stops an assessment.

Every repair adds a note (AM207) to `issues`, which ends as `Catalog.issues`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from atlasmodel.catalog.history import History
from atlasmodel.catalog.prose import plain, reference
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Record, Reference, Tactic, Technique
from atlasmodel.errors import Problem

One = TypeVar("One", bound=Record)

_GRANULARITY = {"date": "day"}  # 5.x says DATE where 6.0.0 says Day


def repaired(message: str, repair: str) -> Problem:
    """Return the note of a defect and of what was done about it."""
    return Problem("AM207", message, hint=repair)


def repair_techniques(
    techniques: list[Technique], tactics: list[Tactic], history: History, issues: list[Problem]
) -> list[Technique]:
    """Return the techniques with tactics in the order of the matrix, those of the parent where they name none."""
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


def repair_mitigation(one: Mitigation, known: set[str], issues: list[Problem]) -> Mitigation:
    """Return the mitigation with one link a technique, by id, and its phases and category as named since 2026.05."""
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


def repair_study(one: CaseStudy, techniques: set[str], tactics: set[str], issues: list[Problem]) -> CaseStudy:
    """Return the case study without steps of techniques or tactics that are not there."""
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


def plain_record(record: One) -> One:
    """Return the record with every text plain, and its footnotes among its references."""
    prose = plain(record.summary)
    changed: dict[str, Any] = {"summary": prose.text}
    if isinstance(record, Technique | CaseStudy):
        changed["references"] = tuple(dict.fromkeys((*record.references, *prose.notes)))
    if isinstance(record, CaseStudy):
        changed["steps"] = tuple(replace(step, summary=plain(step.summary).text) for step in record.steps)
    if isinstance(record, Mitigation):
        changed["links"] = tuple(replace(link, use=plain(link.use).text) for link in record.links)
    return replace(record, **changed)


def rewritten(records: Iterable[Record]) -> Iterable[Problem]:
    """Yield one note on links of the ATLAS site, and one on every description with HTML."""
    links = 0
    for record in records:
        prose = plain(record.summary)
        links += prose.site_links
        if prose.tags:
            yield repaired(f"the description of {record.id} holds {prose.tags} HTML tag(s)", "left out")
    if links:
        yield repaired(f"descriptions hold {links} links within the ATLAS site", "written as plain names")
