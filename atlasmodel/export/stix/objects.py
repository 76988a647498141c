"""The objects of our bundles as plain data: ids from content, dates from outside, checked and written by `serialise`.

ATLAS objects have MITRE's ids, so that they merge with MITRE's own. They say `modified` when they were created: a
platform that also has MITRE's copy, changed since, keeps that one, which says more. Everything else has ids of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from atlasmodel._ids import atlas_uuid, canonical_json, digest, own_uuid
from atlasmodel.catalog.records import kind_of, stix_id
from atlasmodel.export.machine import json_text, shown_plainly, timestamp

Object = dict[str, Any]

BORN = "2021-01-01"  # before the first object of ATLAS: for those whose date is not known
MAKER = f"identity--{own_uuid('identity', 'atlasmodel')}"
EXTENSION = f"extension-definition--{own_uuid('extension-definition', 'atlasmodel/1')}"
EXTENDED = {EXTENSION: {"extension_type": "toplevel-property-extension"}}
PREFIX = "x_atlasmodel_"
_PAGES = {"tactic": "tactics", "technique": "techniques", "mitigation": "mitigations", "case-study": "studies"}


def made(type: str, key: str, date: str, **values: Any) -> Object:
    """Return an object of our own; values that are None or empty are left out."""
    head = {"type": type, "spec_version": "2.1", "id": f"{type}--{own_uuid(type, key)}", "created_by_ref": MAKER}
    return head | {"created": timestamp(date), "modified": timestamp(date)} | _told(values)


def relation(source: str, kind: str, target: str, date: str, key: str = "", **values: Any) -> Object:
    """Return a relationship; its id depends on source, kind, target and `key`."""
    ends = {"relationship_type": kind, "source_ref": source, "target_ref": target}
    return made("relationship", "|".join((source, kind, target, key)), date, **ends, **values)


def extended(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as properties of our extension: named `x_atlasmodel_…`, and declared."""
    known = _told({f"{PREFIX}{name}": value for name, value in values.items()})
    return {"extensions": EXTENDED, **known} if known else {}


def of_atlas(identifier: str, name: str, created: str | None, **values: Any) -> Object:
    """Return an ATLAS object under MITRE's id, found by its ATLAS id in the first external reference."""
    identity = str(stix_id(identifier))
    born = timestamp(created or BORN)
    url = f"https://atlas.mitre.org/{_PAGES[str(kind_of(identifier))]}/{identifier}"
    reference = {"source_name": "mitre-atlas", "external_id": identifier, "url": url}
    head = {"type": identity.partition("--")[0], "spec_version": "2.1", "id": identity}
    return (
        head | {"created": born, "modified": born} | _told({"name": name, "external_references": [reference], **values})
    )


def matrix(name: str, tactics: Sequence[str]) -> Object:
    """Return the ATLAS matrix with its tactics in order."""
    born = timestamp(BORN)
    head = {"type": "x-mitre-matrix", "spec_version": "2.1", "id": f"x-mitre-matrix--{atlas_uuid('ATLAS-matrix')}"}
    reference = {"source_name": "mitre-atlas", "external_id": "mitre-atlas", "url": "https://atlas.mitre.org"}
    values = {"name": name, "external_references": [reference], "tactic_refs": list(tactics)}
    return head | {"created": born, "modified": born} | values


def phases(slugs: Iterable[str]) -> list[dict[str, str]]:
    """Return tactics as phases of the kill chain of ATLAS."""
    return [{"kill_chain_name": "mitre-atlas", "phase_name": slug} for slug in slugs]


def preamble(date: str, properties: Iterable[str]) -> list[Object]:
    """Return who made the bundle and the declaration of our properties."""
    maker = made("identity", "atlasmodel", date, name="atlasmodel", identity_class="system")
    extension = made(
        "extension-definition",
        "atlasmodel/1",
        date,
        name="atlasmodel",
        description="Figures and reasons of a threat model of an AI pipeline.",
        schema="Properties whose names begin with x_atlasmodel_; docs/formats.md of atlasmodel says what each holds.",
        version="1.0.0",
        extension_types=["toplevel-property-extension"],
        extension_properties=sorted(f"{PREFIX}{name}" for name in properties),
    )
    return [maker, extension]


def serialise(objects: Iterable[Object]) -> str:
    """Return a bundle as JSON, each object once, in order of type and id; the bundle's id follows from its content.

    Raises ValueError (of stix2) where an object is not valid STIX.
    """
    from stix2 import parse

    unique = {item["id"]: shown_plainly(item) for item in objects}
    listed = sorted(unique.values(), key=lambda item: (item["type"], item["id"]))
    for item in listed:
        parse(item, allow_custom=True, version="2.1")
    identity = f"bundle--{own_uuid('bundle', digest(canonical_json(listed).encode()))}"
    return json_text({"type": "bundle", "id": identity, "objects": listed})


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return values without those that say nothing."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
