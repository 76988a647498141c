"""Read a STIX 2.1 bundle of ATLAS: by the ids of ATLAS, never by those of STIX relationships.

Official bundles give one id to several relationships; what counts is (type, source, target). STIX holds no maturity, no
order of steps and no category: case studies and these fields stay empty. Objects of ATT&CK in a combined bundle are
passed over, and revoked objects become retired ids.
"""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel._yaml import Document
from atlasmodel.catalog.assemble import Found
from atlasmodel.catalog.entry import Entry
from atlasmodel.catalog.records import Link, Mitigation, Reference, Tactic, Technique, kind_of
from atlasmodel.catalog.repair import repaired
from atlasmodel.catalog.store import Retired
from atlasmodel.errors import Problem

_SOURCE = "mitre-atlas"


def read_stix(document: Document, digest: str) -> Found:
    """Return what the bundle holds; raise CatalogError AM206 with every value of a wrong type."""
    root = Entry.root(document)
    objects = list(root.each("objects"))
    atlas = {one.needed("id"): one for one in objects if kind_of(_atlas_id(one))}
    relations = [one for one in objects if one.text("type") == "relationship"]
    revoked = {name: one for name, one in atlas.items() if _is_withdrawn(one)}
    live = {name: one for name, one in atlas.items() if name not in revoked}
    of_type = {
        kind: [one for one in live.values() if one.text("type") == kind]
        for kind in ("x-mitre-tactic", "attack-pattern", "course-of-action", "campaign")
    }
    ids = {name: _atlas_id(one) for name, one in atlas.items()}
    phases = {one.text("x_mitre_shortname") or "": _atlas_id(one) for one in of_type["x-mitre-tactic"]}
    parents = {source: target for source, target, _ in _pairs(relations, "subtechnique-of", ids)}
    links: dict[str, list[Link]] = {}
    for source, target, use in _pairs(relations, "mitigates", ids):
        links.setdefault(source, []).append(Link(target, use))
    successors = {source: target for source, target, _ in _pairs(relations, "revoked-by", ids)}
    found = Found(
        release=None,
        format="STIX 2.1",
        digest=digest,
        tactics=[_tactic(one, place) for place, one in enumerate(_columns(objects, of_type["x-mitre-tactic"]), 1)],
        techniques=[_technique(one, parents, phases) for one in of_type["attack-pattern"]],
        mitigations=[_mitigation(one, links) for one in of_type["course-of-action"]],
        retired=tuple(
            Retired(ids[name], _name(one), successors.get(ids[name]), None) for name, one in sorted(revoked.items())
        ),
        issues=_issues(relations, len(of_type["campaign"])),
    )
    root.check()
    return found


def _atlas_id(entry: Entry) -> str:
    references = entry.each("external_references")
    return next((one.text("external_id") or "" for one in references if one.text("source_name") == _SOURCE), "")


def _is_withdrawn(entry: Entry) -> bool:
    return entry.data.get("revoked") is True or entry.data.get("x_mitre_deprecated") is True


def _name(entry: Entry) -> str:
    return entry.needed("name").removesuffix(" (ATLAS)")  # the combined bundle adds it to names ATT&CK has too


def _pairs(relations: Iterable[Entry], kind: str, ids: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return (source, target, text) of the relationships of one kind between ATLAS objects."""
    return [
        (ids[one.needed("source_ref")], ids[one.needed("target_ref")], one.text("description") or "")
        for one in relations
        if one.text("relationship_type") == kind
        and {one.text("source_ref"), one.text("target_ref")} <= set(ids)
        and not _is_withdrawn(one)
    ]


def _columns(objects: Iterable[Entry], tactics: list[Entry]) -> list[Entry]:
    """Return the tactics in the order of the matrix, then those that no matrix names."""
    matrices = [one for one in objects if one.text("type") == "x-mitre-matrix"]
    order = [name for matrix in matrices for name in matrix.texts("tactic_refs")]
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    return sorted(tactics, key=lambda tactic: places.get(tactic.needed("id"), len(places)))


def _tactic(entry: Entry, position: int) -> Tactic:
    return Tactic(
        id=_atlas_id(entry),
        name=_name(entry),
        summary=entry.text("description") or "",
        position=position,
        created=entry.date("created"),
        modified=entry.date("modified"),
    )


def _technique(entry: Entry, parents: dict[str, str], phases: dict[str, str]) -> Technique:
    identifier = _atlas_id(entry)
    chain = [one for one in entry.each("kill_chain_phases") if one.text("kill_chain_name") == _SOURCE]
    return Technique(
        id=identifier,
        name=_name(entry),
        summary=entry.text("description") or "",
        parent=parents.get(identifier),
        tactics=tuple(phases.get(one.needed("phase_name"), one.needed("phase_name")) for one in chain),
        platforms=entry.texts("x_mitre_platforms"),
        created=entry.date("created"),
        modified=entry.date("modified"),
        references=tuple(
            Reference(one.text("description") or one.text("source_name") or "", one.needed("url"))
            for one in entry.each("external_references")
            if one.text("source_name") != _SOURCE and one.text("url")
        ),
    )


def _mitigation(entry: Entry, links: dict[str, list[Link]]) -> Mitigation:
    return Mitigation(
        id=_atlas_id(entry),
        name=_name(entry),
        summary=entry.text("description") or "",
        links=tuple(links.get(_atlas_id(entry), ())),
        created=entry.date("created"),
        modified=entry.date("modified"),
    )


def _issues(relations: list[Entry], campaigns: int) -> Iterable[Problem]:
    shared = len(relations) - len({one.needed("id") for one in relations})
    if shared:
        yield repaired(f"{shared} relationships share the id of another one", "told apart by source and target")
    if campaigns:
        yield repaired(f"{campaigns} case studies come without the order of their steps", "left out")
