"""What is known across ATLAS releases: retired ids, old names, wrong references, digests of published files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlasmodel.catalog.entry import Entry
from atlasmodel.catalog.store import Renamed, Retired


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


def history_of(root: Entry) -> History:
    """Return what a history file says; what is wrong in it is noted in the entry."""
    return History(
        retired=tuple(
            Retired(str(one.path[-1]), one.needed("name"), one.text("successor"), one.text("release"))
            for one in root.each("retired")
        ),
        renamed=tuple(
            Renamed(str(one.path[-1]), one.needed("from"), one.needed("to"), one.text("release"))
            for one in root.each("renamed")
        ),
        corrections=tuple(
            Correction(str(one.path[-1]), one.needed("published"), one.needed("attack"), one.needed("reason"))
            for one in root.each("corrections")
        ),
        published={sha: root.entry("published").needed(sha) for sha in root.entry("published").data},
    )
