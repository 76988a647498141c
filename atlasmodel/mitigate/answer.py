"""What the library holds against each technique, where that comes from, and what nothing covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from atlasmodel.catalog import Catalog
from atlasmodel.catalog.records import Technique
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.controls import Control, Library, Weakens

Origin = Literal["atlas", "parent", "attack", "own"]
SCOPES = ("impact", "target", "exposure", "adversary", "none")  # what acts on a component first
ACTING = ("impact", "target")


@dataclass(frozen=True)
class Answer:
    """Be one mitigation of a technique: `origin` says who links the two.

    `atlas`: MITRE ATLAS itself; `parent`: ATLAS, for the parent technique; `attack`: ours, carrying out a mitigation of
    MITRE ATT&CK, for a technique that ATLAS refers to ATT&CK; `own`: our suggestion alone.
    """

    control: Control
    origin: Origin
    weakens: tuple[Weakens, ...]

    @property
    def strength(self) -> float:
        """Return the strongest likely share, 0 to 1, in whatever way it acts."""
        return max(part.strength.likely for part in self.weakens)


@dataclass(frozen=True)
class Answers:
    """Hold all mitigations of one technique, ATLAS first; `scope` is the widest in which a rule speaks of it."""

    technique: Technique
    scope: str
    mitigations: tuple[Answer, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the classes of measure among them, by name."""
        return tuple(sorted({answer.control.category for answer in self.mitigations}))

    @property
    def gap(self) -> str | None:
        """Say why nothing covers the technique, or None where something does."""
        if self.mitigations:
            return None
        if self.scope in ACTING:
            return "no mitigation is known to us"
        return "it happens on the adversary's own ground" if self.scope == "adversary" else "no rule speaks of it"


def answers(catalog: Catalog, rules: Iterable[Rule], library: Library) -> tuple[Answers, ...]:
    """Return what the library holds against every technique of the release, by technique id."""
    scopes: dict[str, set[str]] = {}
    for rule in rules:
        if rule.technique is not None:
            scopes.setdefault(rule.technique, set()).add(rule.scope)
    return tuple(
        Answers(
            technique,
            next((scope for scope in SCOPES if scope in scopes.get(technique.id, ())), "none"),
            tuple(_of(technique, library)),
        )
        for technique in sorted(catalog.techniques, key=lambda item: item.id)
    )


def _of(technique: Technique, library: Library) -> Iterable[Answer]:
    order = sorted(library.controls.values(), key=lambda control: (control.origin != "atlas", control.id))
    for control in order:
        weakens = control.on(technique.id, technique.parent)
        if weakens:
            yield Answer(control, _origin(control, technique), weakens)


def _origin(control: Control, technique: Technique) -> Origin:
    if control.origin == "atlas":
        return "atlas" if technique.id in control.effects else "parent"
    return "attack" if control.attack and technique.attack else "own"
