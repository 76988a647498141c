"""What the user says: a pipeline of components, flows, zones, assets, adversaries and the controls that are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from atlasmodel import plugins
from atlasmodel._ids import canonical_json, digest
from atlasmodel._located import Record
from atlasmodel.errors import Span
from atlasmodel.model.kinds import State, Value
from atlasmodel.model.values import Currency, Date

Word = Literal["low", "medium", "high", "critical"]
Skill = Literal["novice", "intermediate", "advanced", "expert"]
Spans = Mapping[str, Span]

DEFAULT_ZONE = "default"
_NESTED = (dict, list)


class Zone(Record):
    """Group components that trust each other; `trust` is 0 for the outside world and grows inwards."""

    id: str
    trust: int = Field(ge=0, le=1000)
    parent: str | None = None
    title: str | None = None


class Component(Record):
    """Be one part of the pipeline: a store, a job, a model, a person, a decision."""

    id: str
    kind: str
    zone: str = DEFAULT_ZONE
    title: str | None = None
    description: str | None = None
    stage: str | None = None
    holds: tuple[str, ...] = ()
    owner: str | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, Value] = Field(default_factory=dict)
    attribute_span: Spans = Field(default_factory=dict, exclude=True, repr=False)

    @property
    def name(self) -> str:
        """Return the title, or the id where there is none."""
        return self.title or self.id


class Flow(Record):
    """Be one arrow of the pipeline; its kind says which way it points."""

    id: str
    source: str
    target: str
    kind: str
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, Value] = Field(default_factory=dict)
    attribute_span: Spans = Field(default_factory=dict, exclude=True, repr=False)


class Loss(Record):
    """Say what a loss costs: low, likely and high, in money."""

    low: float = Field(ge=0, le=1e15)
    likely: float = Field(ge=0, le=1e15)
    high: float = Field(ge=0, le=1e15)
    currency: Currency = "USD"

    @model_validator(mode="after")
    def _rising(self) -> Loss:
        if not self.low <= self.likely <= self.high:
            raise ValueError("`low`, `likely` and `high` should not fall")
        return self


class Asset(Record):
    """Give a component value: what is lost with it, in words or in money."""

    id: str = ""
    title: str | None = None
    confidentiality: Word | None = None
    integrity: Word | None = None
    availability: Word | None = None
    safety: Word | None = None
    loss: Loss | None = None


class Adversary(Record):
    """Say who attacks: a profile, where it stands, what it is after."""

    id: str = ""
    profile: str = "external"
    title: str | None = None
    at: tuple[str, ...] = ()
    only: bool = False
    skill: Skill | None = None
    tries_per_year: float | None = Field(default=None, ge=0, le=1e6)
    aims: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()


class PlacedControl(Record):
    """Say that a measure is there, where, in which state and by which evidence."""

    control: str
    at: tuple[str, ...] = Field(min_length=1)
    state: State | None
    coverage: float = Field(default=1.0, ge=0, le=1)
    evidence: str | None = None
    _replaces: bool = PrivateAttr(False)

    @property
    def replaces(self) -> bool:
        """Tell whether this came by `with_changes`, and so takes the place of what an attribute says."""
        return self._replaces

    def as_change(self) -> PlacedControl:
        """Return the same as a change of the pipeline."""
        change = self.model_copy()
        change._replaces = True
        return change


class Acceptance(Record):
    """Record that somebody decided to live with a finding, why, and until when."""

    finding: str
    reason: str = Field(min_length=3)
    by: str | None = None
    until: Date | None = None


class Pipeline(Record):
    """Hold a whole pipeline; every query is pure.

    Build one with `read_pipeline`, `PipelineBuilder`, or `Pipeline(...)` from records. Ids are unique.
    """

    name: str
    version: str | None = None
    owner: str | None = None
    description: str | None = None
    as_of: str | None = None
    organisation: Any = None  # as it is written: a file name, or the content
    around: Any = Field(default=None, exclude=True, repr=False)  # the same, read: an Organisation, or None
    zones: tuple[Zone, ...] = ()
    components: tuple[Component, ...] = ()
    flows: tuple[Flow, ...] = ()
    controls: tuple[PlacedControl, ...] = ()
    assets: tuple[Asset, ...] = ()
    adversaries: tuple[Adversary, ...] = ()
    accept: tuple[Acceptance, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Component]:
        """Return the components by id."""
        return {component.id: component for component in self.components}

    @cached_property
    def zone_by_id(self) -> Mapping[str, Zone]:
        """Return the zones by id."""
        return {zone.id: zone for zone in self.zones}

    @cached_property
    def asset_by_id(self) -> Mapping[str, Asset]:
        """Return the assets by id."""
        return {asset.id: asset for asset in self.assets}

    @cached_property
    def flow_by_id(self) -> Mapping[str, Flow]:
        """Return the flows by id."""
        return {flow.id: flow for flow in self.flows}

    @cached_property
    def _outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped((flow.source, flow) for flow in self.flows)

    @cached_property
    def _incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        return _grouped((flow.target, flow) for flow in self.flows)

    def flows_from(self, component: str) -> tuple[Flow, ...]:
        """Return the flows that leave a component, in the order of the file."""
        return self._outgoing.get(component, ())

    def flows_to(self, component: str) -> tuple[Flow, ...]:
        """Return the flows that arrive at a component, in the order of the file."""
        return self._incoming.get(component, ())

    def zone_line(self, zone: str | None) -> tuple[str, ...]:
        """Return a zone and the zones around it, innermost first."""
        line: list[str] = []
        while zone is not None and zone not in line and zone in self.zone_by_id:
            line.append(zone)
            zone = self.zone_by_id[zone].parent
        return tuple(line)

    def crossings(self, flow: Flow) -> tuple[str, ...]:
        """Return the zones whose boundary a flow crosses: those around one of its ends and not around the other."""
        zones = self.by_id[flow.source].zone, self.by_id[flow.target].zone
        if zones not in self._borders:
            left, right = map(self.zone_line, zones)
            self._borders[zones] = tuple(zone for zone in (*left, *right) if (zone in left) != (zone in right))
        return self._borders[zones]

    @cached_property
    def _borders(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Keep which zones are crossed from one to another, as that is asked."""
        return {}

    def trust_of(self, component: str) -> int:
        """Return the trust level of the zone a component stands in."""
        zone = self.zone_by_id.get(self.by_id[component].zone)
        return zone.trust if zone else 0

    def assets_at(self, component: str) -> tuple[Asset, ...]:
        """Return the assets that a component holds."""
        return tuple(self.asset_by_id[name] for name in self.by_id[component].holds if name in self.asset_by_id)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the content (see `digest_of`)."""
        return digest_of(self.model_dump(mode="json"))

    def with_changes(self, changes: Iterable[PlacedControl]) -> Pipeline:
        """Return the pipeline with measures put in place; one that is there already takes the new state there.

        What an attribute says of the same control at the same place no longer counts.

        >>> from atlasmodel.model.pipeline import PlacedControl
        >>> after = Pipeline(name="x").with_changes([PlacedControl(control="backup", at=("*",), state="in_place")])
        >>> [control.control for control in after.controls]
        ['backup']
        """
        controls = list(self.controls)
        for change in changes:
            kept = [rest for control in controls if (rest := _without(control, change))]
            controls = [*kept, change.as_change()]
        return self.changed(controls=tuple(controls))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        dot = plugins.shipped("diagram").draft_dot
        bundle: dict[str, str] = plugins.shipped("render").mimebundle(str(self), lambda: str(dot(self)))
        return bundle

    def __repr__(self) -> str:
        return f"Pipeline({self.name!r}, {len(self.components)} components, {len(self.flows)} flows)"

    def __str__(self) -> str:
        lines = [f"{self.name} {self.version or ''}".strip()]
        lines += [f"  {component.id}: {component.kind} in {component.zone}" for component in self.components]
        lines += [f"  {flow.source} -{flow.kind}-> {flow.target}" for flow in self.flows]
        return "\n".join(lines)


def digest_of(plain: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a pipeline as plain data, whatever file it came from and in whatever order it is written.

    Order counts only between flows of one kind between the same ends, by their numbers, and in `organisation`.
    """
    texts = ((key, canonical_json(value) if key == "organisation" else _text(value)) for key, value in plain.items())
    return digest(f"{{{','.join(f'{canonical_json(key)}:{text}' for key, text in sorted(texts))}}}".encode())


def _text(value: Any) -> str:
    """Return plain data as canonical text with its lists sorted, since none of them says anything by its order."""
    if isinstance(value, list):
        return f"[{','.join(sorted(map(_text, value)))}]"
    return canonical_json(_unordered(value) if isinstance(value, dict) else value)


def _unordered(value: dict[str, Any] | list[Any]) -> dict[str, Any] | list[Any]:
    if isinstance(value, dict):
        return {key: _unordered(item) if isinstance(item, _NESTED) else item for key, item in value.items()}
    items = (_unordered(item) if isinstance(item, _NESTED) else item for item in value)
    return sorted(items, key=canonical_json) if len(value) > 1 else list(items)


def _without(control: PlacedControl, change: PlacedControl) -> PlacedControl | None:
    """Return a placed control without the places that a change speaks of, or None when none is left."""
    if control.control != change.control:
        return control
    places = () if "*" in change.at else tuple(place for place in control.at if place not in change.at)
    return control.model_copy(update={"at": places}) if places else None


def _grouped(pairs: Iterable[tuple[str, Flow]]) -> Mapping[str, tuple[Flow, ...]]:
    groups: dict[str, list[Flow]] = {}
    for key, flow in pairs:
        groups.setdefault(key, []).append(flow)
    return {key: tuple(flows) for key, flows in groups.items()}
