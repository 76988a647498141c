"""The vocabulary of pipelines: component kinds, flow kinds, attributes, facts, adversary profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from atlasmodel._located import Record

Value = bool | int | float | str | tuple[str, ...] | None
State = Literal["absent", "planned", "partial", "in_place", "verified"]
SHAPES = Literal[
    "box", "cylinder", "folder", "note", "component", "cds", "hexagon", "octagon", "ellipse", "diamond", "house", "tab",
    "box3d", "parallelogram", "trapezium", "doubleoctagon", "egg",
]  # fmt: skip


class Default(Record):
    """Give the value of an attribute that a kind has by its nature, and why."""

    value: bool | float | str | tuple[str, ...]
    because: str


class Kind(Record):
    """Say what a sort of component is, what it descends from and how it is drawn."""

    id: str = ""
    parent: str | None = None
    meaning: str
    cosai: str | None = None
    shape: SHAPES | None = None
    glyph: str | None = None
    attributes: tuple[str, ...] = ()
    defaults: dict[str, Default] = Field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    abstract: bool = False


class FlowKind(Record):
    """Say what an arrow means, which way it points and between what it makes sense."""

    id: str = ""
    meaning: str
    direction: str
    along: Literal["data", "action"]
    source: tuple[str, ...] = Field(alias="from")
    target: tuple[str, ...] = Field(alias="to")
    aliases: tuple[str, ...] = ()


class Implied(Record):
    """Name the control that an attribute speaks of, and the state that each value says it is in."""

    control: str
    states: dict[str, State]


class Attribute(Record):
    """Name what can be said of a component: type, values, where it may stand, what we believe when it is not set."""

    id: str = ""
    type: Literal["bool", "enum", "set", "number", "text", "date"]
    meaning: str
    on: tuple[str, ...] = ()
    flow: bool = False
    values: dict[str, str] = Field(default_factory=dict)
    ordered: bool = False
    prior: dict[str, float] = Field(default_factory=dict)
    prior_reason: str = ""
    implies: Implied | None = None
    aliases: tuple[str, ...] = ()

    def state_of(self, value: Value) -> str | None:
        """Return the state of the implied control for a value, or None when nothing is implied."""
        if self.implies is None:
            return None
        return self.implies.states.get(str(value).lower() if isinstance(value, bool) else str(value))


class Token(Record):
    """Say what one word of the fact language means and where it lives."""

    id: str = ""
    meaning: str
    place: Literal["adversary", "component"]
    implies: tuple[str, ...] = ()


class Profile(Record):
    """Say where a kind of adversary starts and what it can do."""

    id: str = ""
    meaning: str
    adversary: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    needs_at: bool = False
    eligible: tuple[str, ...] = ("*",)
    skill: Literal["novice", "intermediate", "advanced", "expert"] = "intermediate"
    tries_per_year: float = Field(default=1, ge=0, le=1e6)


class Vocabulary(Record):
    """Hold every word a pipeline file may use.

    >>> from atlasmodel.model.read_kinds import builtin_vocabulary
    >>> builtin_vocabulary().is_a("llm", ["model"])
    True
    """

    groups: dict[str, Kind] = Field(default_factory=dict)
    kinds: dict[str, Kind] = Field(default_factory=dict)
    flow_kinds: dict[str, FlowKind] = Field(default_factory=dict)
    attributes: dict[str, Attribute] = Field(default_factory=dict)
    tokens: dict[str, Token] = Field(default_factory=dict)
    profiles: dict[str, Profile] = Field(default_factory=dict)

    @cached_property
    def _aliases(self) -> dict[str, dict[str, str]]:
        sections: dict[str, Mapping[str, Any]] = {
            "kind": self.kinds,
            "flow": self.flow_kinds,
            "attribute": self.attributes,
        }
        return {
            name: {alias: key for key, entry in section.items() for alias in entry.aliases}
            for name, section in sections.items()
        }

    def canonical(self, section: Literal["kind", "flow", "attribute"], name: str) -> str:
        """Return the present name of a kind, flow kind or attribute that may be written under an old one."""
        return self._aliases[section].get(name, name)

    @cached_property
    def _lineages(self) -> dict[str, tuple[str, ...]]:
        lineages: dict[str, tuple[str, ...]] = {}
        for name in (*self.groups, *self.kinds):
            chain: list[str] = []
            here: str | None = name
            while here is not None and here not in chain:
                chain.append(here)
                entry = self.kinds.get(here) or self.groups.get(here)
                here = entry.parent if entry else None
            lineages[name] = tuple(chain)
        return lineages

    def lineage(self, kind: str) -> tuple[str, ...]:
        """Return a kind, its parent, and so on up to its group."""
        return self._lineages.get(kind, (kind,))

    def is_a(self, kind: str, wanted: Iterable[str]) -> bool:
        """Tell whether a kind is one of those wanted, or descends from one; `*` fits every kind."""
        names = set(wanted)
        return "*" in names or not names.isdisjoint(self.lineage(kind))

    @cached_property
    def _attributes_of(self) -> dict[str, dict[str, Attribute]]:
        allowed: dict[str, dict[str, Attribute]] = {}
        for kind in self.kinds:
            line = self.lineage(kind)
            named = {name for member in line for name in (self.kinds.get(member) or self.groups[member]).attributes}
            allowed[kind] = {
                name: attribute
                for name, attribute in self.attributes.items()
                if name in named or "*" in attribute.on or not set(attribute.on).isdisjoint(line)
            }
        return allowed

    def attributes_of(self, kind: str) -> Mapping[str, Attribute]:
        """Return the attributes that may stand on a component of this kind."""
        return self._attributes_of.get(kind, {})

    @cached_property
    def flow_attributes(self) -> Mapping[str, Attribute]:
        """Return the attributes that may stand on a flow."""
        return {name: attribute for name, attribute in self.attributes.items() if attribute.flow}

    def default(self, kind: str, attribute: str) -> Default | None:
        """Return the value that a kind has by its nature, nearest ancestor first."""
        return self._defaults.get(kind, {}).get(attribute)

    @cached_property
    def _defaults(self) -> dict[str, dict[str, Default]]:
        defaults: dict[str, dict[str, Default]] = {}
        for name, line in self._lineages.items():
            entries = [self.kinds.get(member) or self.groups.get(member) for member in reversed(line)]
            defaults[name] = {key: value for entry in entries if entry for key, value in entry.defaults.items()}
        return defaults

    def kinds_under(self, names: Iterable[str]) -> frozenset[str]:
        """Return every kind that is, or descends from, one of the names."""
        wanted = tuple(names)
        return frozenset(kind for kind in self.kinds if self.is_a(kind, wanted))
