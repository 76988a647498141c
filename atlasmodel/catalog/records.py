"""What ATLAS holds: tactics, techniques, mitigations and case studies, as frozen records.

Every published format leads to these same records, in one spelling: `realized` and not `Realized`,
`AI Model Engineering` and not `ML Model Engineering`, dates and not texts.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from atlasmodel._ids import atlas_uuid

Kind = Literal["tactic", "technique", "mitigation", "case-study"]

_ID = re.compile(r"AML\.(?:(TA)[0-9]{4}|(T)[0-9]{4}(?:\.[0-9]{3})?|(M)[0-9]{4}|(CS)[0-9]{4})")
_KINDS: dict[str, Kind] = {"TA": "tactic", "T": "technique", "M": "mitigation", "CS": "case-study"}
_STIX_TYPES: dict[Kind, str] = {
    "tactic": "x-mitre-tactic",
    "technique": "attack-pattern",
    "mitigation": "course-of-action",
    "case-study": "campaign",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Name a public source: a title and a URL."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tactic:
    """Say what an attacker wants at one point: a column of the matrix, at `position` from 1."""

    id: str
    name: str
    summary: str = ""
    position: int
    attack: str | None = None
    created: dt.date | None = None
    modified: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """Say how an attacker gets there.

    `tactics` are in the order of the matrix; a sub-technique has those of its parent unless its release says otherwise.
    `maturity` is feasible, demonstrated or realized, and None where the release has none (4.x, STIX).
    `attack` is the id of the same technique in MITRE ATT&CK.
    """

    id: str
    name: str
    summary: str = ""
    parent: str | None = None
    tactics: tuple[str, ...] = ()
    maturity: str | None = None
    platforms: tuple[str, ...] = ()
    attack: str | None = None
    created: dt.date | None = None
    modified: dt.date | None = None
    added_in: str | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Say that a mitigation works against a technique, and in `use` how (empty in the packaged catalogue)."""

    technique: str
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """Say what weakens techniques, in which phases of the life cycle it is done, and of which sort it is."""

    id: str
    name: str
    summary: str = ""
    category: tuple[str, ...] = ()
    lifecycle: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    attack: str | None = None
    created: dt.date | None = None
    modified: dt.date | None = None
    added_in: str | None = None

    @property
    def techniques(self) -> tuple[str, ...]:
        """Return the ids of the techniques it is linked to, without what their sub-techniques inherit."""
        return tuple(link.technique for link in self.links)


@dataclass(frozen=True, slots=True)
class Step:
    """Say which technique served which tactic at one point of a case study."""

    tactic: str
    technique: str
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStudy:
    """Tell an attack that happened (incident) or was tried by researchers (exercise), step by step.

    `date_granularity` (day, month, year) says how much of `date` counts.
    """

    id: str
    name: str
    summary: str = ""
    type: str | None = None
    date: dt.date | None = None
    date_granularity: str | None = None
    actor: str | None = None
    target: str | None = None
    reporter: str | None = None
    steps: tuple[Step, ...] = ()
    added_in: str | None = None
    references: tuple[Reference, ...] = ()

    @property
    def techniques(self) -> tuple[str, ...]:
        """Return the ids of the techniques used, each once, in the order of first use."""
        return tuple(dict.fromkeys(step.technique for step in self.steps))


Record = Tactic | Technique | Mitigation | CaseStudy


def kind_of(identifier: str) -> Kind | None:
    """Return what an id names by its shape, or None when it has not the shape of an ATLAS id.

    >>> kind_of("AML.T0051.001"), kind_of("T1566")
    ('technique', None)
    """
    shape = _ID.fullmatch(identifier)
    return _KINDS[shape[shape.lastindex or 0]] if shape else None


def stix_id(identifier: str) -> str | None:
    """Return the id under which MITRE's STIX bundles hold an ATLAS object, or None when it is no ATLAS id.

    >>> stix_id("AML.T0051")
    'attack-pattern--6ff098e9-2864-579e-bebb-a0f1c92ec772'
    """
    kind = kind_of(identifier)
    return f"{_STIX_TYPES[kind]}--{atlas_uuid(identifier)}" if kind else None
