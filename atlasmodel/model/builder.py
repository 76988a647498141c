"""Build a pipeline in Python: fluent, checked as a file is, and every part remembers the line that made it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from atlasmodel._located import Record, validate
from atlasmodel._yaml import Document
from atlasmodel.errors import InputError, Problem, Span, nearest, shown
from atlasmodel.model.kinds import Attribute, Value, Vocabulary
from atlasmodel.model.pipeline import (
    DEFAULT_ZONE,
    Acceptance,
    Adversary,
    Asset,
    Component,
    Flow,
    Pipeline,
    PlacedControl,
    Zone,
)  # fmt: skip
from atlasmodel.model.read_entries import COMPONENT_KEYS, FLOW_KEYS
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.soundness import unsound
from atlasmodel.model.values import check_id, check_value, is_date

R = TypeVar("R", bound=Record)
_LISTS = ("holds", "tags", "at", "aims")


class PipelineBuilder:
    """Collect the parts of a pipeline; `build` checks them together and returns the frozen result.

    Components and zones are returned and may be passed wherever an id is wanted. A mistake in a value is told at once,
    a dangling reference on `build`; both name the caller's file and line.

    >>> b = PipelineBuilder("demo")
    >>> store = b.add("lake", kind="data_store")
    >>> job = b.add("trainer", kind="training_job")
    >>> _ = b.flow(store, job, kind="trains_on")
    >>> b.build()
    Pipeline('demo', 2 components, 1 flows)
    """

    def __init__(
        self,
        name: str,
        *,
        version: str | None = None,
        owner: str | None = None,
        description: str | None = None,
        as_of: str | None = None,
        organisation: str | dict[str, Any] | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        texts = {"name": name, "version": version, "owner": owner, "description": description, "as_of": as_of}
        for key, value in texts.items():
            if not isinstance(value, str) and (value is not None or key == "name"):
                raise InputError(Problem("AM121", f"`{key}` should be a text", _caller()))
        if as_of is not None and not is_date(as_of):
            hint = "write a date such as 2026-11-30"
            raise InputError(Problem("AM121", f"`as_of` is {shown(as_of)}", _caller(), hint))
        self._head: dict[str, Any] = {**texts, "organisation": organisation}
        self._vocabulary = vocabulary or builtin_vocabulary()
        self._zones: dict[str, Zone] = {}
        self._components: dict[str, Component] = {}
        self._flows: list[Flow] = []
        self._controls: list[PlacedControl] = []
        self._assets: dict[str, Asset] = {}
        self._adversaries: dict[str, Adversary] = {}
        self._accept: list[Acceptance] = []
        self._taken: set[tuple[str, str]] = set()
        self._stems: Counter[str] = Counter()

    def zone(self, id: str, *, trust: int, parent: Zone | str | None = None, title: str | None = None) -> Zone:
        """Add a zone; `trust` is 0 for the outside world and grows inwards."""
        zone = _made(Zone, {"id": id, "trust": trust, "parent": parent, "title": title})
        self._zones[self._new(id, "zones")] = zone
        return zone

    def add(self, id: str, *, kind: str, zone: Zone | str | None = None, **described: Any) -> Component:
        """Add a component; further keywords are its title, stage, holds, owner, tags, or attributes of its kind."""
        kind = self._vocabulary.canonical("kind", kind)
        if kind not in self._vocabulary.kinds:
            hint = nearest(kind, self._vocabulary.kinds)
            raise InputError(Problem("AM124", f"unknown kind `{shown(kind)}`", _caller(), hint))
        reserved = {key: described.pop(key) for key in COMPONENT_KEYS if key in described}
        attributes = self._attributes(described, self._vocabulary.attributes_of(kind), f"`{kind}`")
        fields = {"id": id, "kind": kind, "zone": zone or DEFAULT_ZONE, **reserved}
        component = _with_attributes(_made(Component, fields), attributes)
        self._components[self._new(id, "components")] = component
        return component

    def flow(self, source: Component | str, target: Component | str, *, kind: str, **described: Any) -> Flow:
        """Add a flow; its kind says which way it points. Parallel flows are kept apart."""
        kind = self._vocabulary.canonical("flow", kind)
        if kind not in self._vocabulary.flow_kinds:
            hint = nearest(kind, self._vocabulary.flow_kinds)
            raise InputError(Problem("AM124", f"unknown flow kind `{shown(kind)}`", _caller(), hint))
        reserved = {key: described.pop(key) for key in FLOW_KEYS if key in described}
        attributes = self._attributes(described, self._vocabulary.flow_attributes, "a flow")
        stem = f"{_plain(source)}>{_plain(target)}:{kind}"
        fields = {"id": f"{stem}#{self._stems[stem] + 1}", "source": source, "target": target, "kind": kind, **reserved}
        flow = _with_attributes(_made(Flow, fields), attributes)
        self._stems[stem] += 1
        self._flows.append(flow)
        return flow

    def asset(self, id: str, **worth: Any) -> Asset:
        """Add an asset; components hold it by `holds=[…]`."""
        asset = _made(Asset, {"id": id, **worth})
        self._assets[self._new(id, "assets")] = asset
        return asset

    def adversary(self, id: str, *, profile: str = "external", at: Any = (), **described: Any) -> Adversary:
        """Add an adversary by profile, with where it starts."""
        adversary = _made(Adversary, {"id": id, "profile": profile, "at": at, **described})
        self._adversaries[self._new(id, "adversaries")] = adversary
        return adversary

    def control(self, control: str, *, at: Any = "*", state: Any = "in_place", **described: Any) -> PlacedControl:
        """Say that a measure is there, in which state; `None` or `unknown` where nobody knows."""
        fields = {"control": control, "at": at, "state": None if state == "unknown" else state, **described}
        self._controls.append(_made(PlacedControl, fields))
        return self._controls[-1]

    def accept(self, finding: str, *, reason: str, by: str | None = None, until: str | None = None) -> Acceptance:
        """Record that somebody decided to live with a finding."""
        self._accept.append(_made(Acceptance, {"finding": finding, "reason": reason, "by": by, "until": until}))
        return self._accept[-1]

    def build(self) -> Pipeline:
        """Return the pipeline; raise InputError with everything that does not fit together."""
        zones = self._zones or {DEFAULT_ZONE: Zone(id=DEFAULT_ZONE, trust=2)}
        pipeline = Pipeline.model_construct(
            None,
            **self._head,
            zones=tuple(zones.values()),
            components=tuple(self._components.values()),
            flows=tuple(self._flows),
            controls=tuple(self._controls),
            assets=tuple(self._assets.values()),
            adversaries=tuple(self._adversaries.values()),
            accept=tuple(self._accept),
        )
        problems = list(unsound(pipeline, self._vocabulary))
        if problems:
            raise InputError(problems)
        return pipeline

    def _new(self, identifier: str, section: str) -> str:
        """Take an id that is still free; a part that failed before has taken none."""
        wrong, hint = check_id(identifier, section)
        if wrong:
            raise InputError(Problem("AM122", wrong, _caller(), hint))
        if (section, identifier.casefold()) in self._taken:
            raise InputError(Problem("AM123", f"`{identifier}` is there already", _caller()))
        self._taken.add((section, identifier.casefold()))
        return identifier

    def _attributes(self, given: dict[str, Any], allowed: Mapping[str, Attribute], what: str) -> dict[str, Value]:
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for key, written in given.items():
            name = self._vocabulary.canonical("attribute", key)
            if name not in allowed:
                message = f"`{shown(name)}` does not stand on {what}"
                problems.append(Problem("AM118", message, _caller(), nearest(name, allowed)))
                continue
            values[name], wrong, hint = check_value(allowed[name], _plain(written))
            if wrong:
                problems.append(Problem("AM125", wrong, _caller(), hint))
        if problems:
            raise InputError(problems)
        return values


P = TypeVar("P", Component, Flow)


def _with_attributes(part: P, attributes: dict[str, Value]) -> P:
    spans = {} if part.span is None else dict.fromkeys(attributes, part.span)
    return part.model_copy(update={"attributes": attributes, "attribute_span": spans})


def _made(model: type[R], fields: dict[str, Any]) -> R:
    """Return a record made as the reader makes it, placed at the caller's line."""
    span = _caller() or Span("(python)", 1, 1)
    document = Document(span.file, None, {(): (span.line, span.column)}, {})
    data = {
        key: [value] if key in _LISTS and isinstance(value, str | Record) else value for key, value in fields.items()
    }
    record, problems = validate(model, _plain(data), document, (str(fields.get("id", model.__name__.lower())),))
    if record is None:
        raise InputError(problems)
    return record


def _plain(value: Any) -> Any:
    """Return what the file would say: ids for components, zones and assets, lists for tuples and sets."""
    if isinstance(value, BaseModel):
        return getattr(value, "id", None) or value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _caller() -> Span | None:
    """Return the line outside this file that is at work, so that errors and findings can name it."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return Span(Path(frame.f_code.co_filename).name, frame.f_lineno, 1)
