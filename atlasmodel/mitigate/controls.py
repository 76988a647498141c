"""The mitigation library: what each control weakens and how strongly, where it can stand, its cost, who delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, Field, SkipValidation

from atlasmodel._located import Record
from atlasmodel.match.conditions import Always, Condition

How = Literal["prevent", "impede", "detect", "recover"]
EVERYWHERE = "*"


class Range(Record):
    """Give a low, a likely and a high figure."""

    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0)


class Share(Record):
    """Give a low, a likely and a high share, 0 to 1."""

    low: float = Field(ge=0, le=1)
    likely: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Cost(Record):
    """Give what something takes once and every year, in person-days or money."""

    once: Range = Range(low=0, likely=0, high=0)
    yearly: Range = Range(low=0, likely=0, high=0)


class Covers(Record):
    """Say along which flows a control covers more than the place where it stands."""

    direction: Literal["upstream", "downstream"]
    flow: tuple[str, ...]
    within: int = Field(default=1, ge=1, le=8)


class Weakens(Record):
    """Say which techniques a control weakens, how, and how strongly (a share, 0 to 1), with the reason."""

    techniques: tuple[str, ...] = Field(min_length=1)
    how: How
    strength: Share
    reason: str
    source: Literal["literature", "standard", "judgement"]


class Control(Record):
    """Be one mitigation; `origin` says whether MITRE ATLAS lists it or we suggest it.

    `when` says where it makes sense beyond `at`, in the language of rules; `applies` is the same, read.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    id: str
    name: str
    origin: Literal["atlas", "own"]
    category: Literal["technical_cyber", "technical_ai", "policy", "process", "people"] = Field(alias="class")
    summary: str
    at: tuple[str, ...] = Field(min_length=1)
    when: dict[str, Any] | None = None
    applies: SkipValidation[Condition] = Field(default=Always(), exclude=True, repr=False)
    reach: tuple[Covers, ...] = ()
    weakens: tuple[Weakens, ...] = ()
    effort_days: Cost = Cost()
    money: Cost = Cost()
    delivered_by: str | None = None
    phases: tuple[str, ...] = ()
    evidence: str | None = None
    atlas: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @cached_property
    def effects(self) -> Mapping[str, tuple[Weakens, ...]]:
        """Return what the control does, by technique."""
        effects: dict[str, tuple[Weakens, ...]] = {}
        for weakens in self.weakens:
            for technique in weakens.techniques:
                effects[technique] = (*effects.get(technique, ()), weakens)
        return effects

    def on(self, technique: str, parent: str | None) -> tuple[Weakens, ...]:
        """Return what the control does to a technique, or through its parent where no sibling is named either.

        A control that names some sub-techniques of a parent says by that what it does not weaken.
        """
        direct = self.effects.get(technique, ())
        if direct or parent is None or parent in self._families:
            return direct
        return self.effects.get(parent, ())

    @cached_property
    def _families(self) -> frozenset[str]:
        """Return the techniques of which the control names sub-techniques."""
        return frozenset(name.rpartition(".")[0] for name in self.effects)


class Library(Record):
    """Hold all controls by id."""

    controls: dict[str, Control]

    @cached_property
    def by_technique(self) -> Mapping[str, tuple[Control, ...]]:
        """Return the controls that weaken each technique, official ones first, then by id."""
        found: dict[str, list[Control]] = {}
        for control in sorted(self.controls.values(), key=lambda item: (item.origin != "atlas", item.id)):
            for technique in control.effects:
                found.setdefault(technique, []).append(control)
        return {technique: tuple(controls) for technique, controls in found.items()}

    def against(self, technique: str, parent: str | None) -> dict[str, tuple[Weakens, ...]]:
        """Return what each control does to a technique, or through its parent, for those that do anything."""
        names = (technique, parent) if parent else (technique,)
        naming = {control.id: control for name in names for control in self.by_technique.get(name, ())}
        found = {name: control.on(technique, parent) for name, control in naming.items()}
        return {name: effects for name, effects in found.items() if effects}

    def find(self, name: str) -> Control | None:
        """Return a control by id, or None."""
        return self.controls.get(name)

    @cached_property
    def carried_out(self) -> frozenset[str]:
        """Return the official mitigations that one of our own controls carries out in more detail."""
        return frozenset(official for control in self.controls.values() for official in control.atlas)
