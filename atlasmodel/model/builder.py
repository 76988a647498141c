"""Build a pipeline in Python: fluent, checked as a file is, and every part remembers the line that made it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from atlasmodel._ids import is_identifier
from atlasmodel.errors import InputError, Problem, Span, nearest
from atlasmodel.model.kinds import Value, Vocabulary, builtin_vocabulary
from atlasmodel.model.pipeline import DEFAULT_ZONE, Adversary, Asset, Component, Flow, Pipeline, PlacedControl, Zone
from atlasmodel.model.reader import COMPONENT_KEYS, FLOW_KEYS
from atlasmodel.model.soundness import unsound
from atlasmodel.model.values import check_value


class PipelineBuilder:
    """Collect the parts of a pipeline; `build` checks them together and returns the frozen result.

    Components and zones are returned and may be passed wherever an id is wanted. A mistake in a value is told at once, a
    dangling reference on `build`; both name the caller's file and line.

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
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._head = {"name": name, "version": version, "owner": owner, "description": description}
        self._vocabulary = vocabulary or builtin_vocabulary()
        self._zones: dict[str, Zone] = {}
        self._components: dict[str, Component] = {}
        self._flows: list[Flow] = []
        self._controls: list[PlacedControl] = []
        self._assets: dict[str, Asset] = {}
        self._adversaries: dict[str, Adversary] = {}
        self._stems: Counter[str] = Counter()

    def zone(self, id: str, *, trust: int, parent: Zone | str | None = None, title: str | None = None) -> Zone:
        """Add a zone; `trust` is 0 for the outside world and grows inwards."""
        zone = Zone(id=self._new(id, self._zones), trust=trust, parent=_id(parent), title=title, span=_caller())
        self._zones[id] = zone
        return zone

    def add(self, id: str, *, kind: str, zone: Zone | str | None = None, **described: Any) -> Component:
        """Add a component; further keywords are its title, stage, holds, owner, tags, or attributes of its kind."""
        span = _caller()
        kind = self._vocabulary.canonical("kind", kind)
        if kind not in self._vocabulary.kinds:
            raise InputError(Problem("AM124", f"unknown kind `{kind}`", span, nearest(kind, self._vocabulary.kinds)))
        reserved = {key: described.pop(key) for key in COMPONENT_KEYS if key in described}
        attributes = self._attributes(described, self._vocabulary.attributes_of(kind), f"a {kind}", span)
        for key in ("holds", "tags"):
            if key in reserved:
                reserved[key] = tuple(
                    _id(item) for item in ([reserved[key]] if isinstance(reserved[key], str) else reserved[key])
                )
        component = Component(
            id=self._new(id, self._components),
            kind=kind,
            zone=_id(zone) or DEFAULT_ZONE,
            **reserved,
            attributes=attributes,
            attribute_span=_everywhere(attributes, span),
            span=span,
        )
        self._components[id] = component
        return component

    def flow(self, source: Component | str, target: Component | str, *, kind: str, **described: Any) -> Flow:
        """Add a flow; its kind says which way it points. Parallel flows are kept apart."""
        span = _caller()
        kind = self._vocabulary.canonical("flow", kind)
        if kind not in self._vocabulary.flow_kinds:
            raise InputError(
                Problem("AM124", f"unknown flow kind `{kind}`", span, nearest(kind, self._vocabulary.flow_kinds))
            )
        reserved = {key: described.pop(key) for key in FLOW_KEYS if key in described}
        attributes = self._attributes(described, self._vocabulary.flow_attributes, "a flow", span)
        stem = f"{_id(source)}>{_id(target)}:{kind}"
        self._stems[stem] += 1
        flow = Flow(
            id=f"{stem}#{self._stems[stem]}",
            source=str(_id(source)),
            target=str(_id(target)),
            kind=kind,
            **reserved,
            attributes=attributes,
            attribute_span=_everywhere(attributes, span),
            span=span,
        )
        self._flows.append(flow)
        return flow

    def asset(self, id: str, **worth: Any) -> Asset:
        """Add an asset; components hold it by `holds=[…]`."""
        self._assets[id] = Asset(id=self._new(id, self._assets), **worth, span=_caller())
        return self._assets[id]

    def adversary(self, id: str, *, profile: str = "external", at: Any = (), **described: Any) -> Adversary:
        """Add an adversary by profile, with where it starts."""
        places = tuple(str(_id(place)) for place in ([at] if isinstance(at, str | Component) else at))
        adversary = Adversary(
            id=self._new(id, self._adversaries), profile=profile, at=places, **described, span=_caller()
        )
        self._adversaries[id] = adversary
        return adversary

    def control(self, control: str, *, at: Any = "*", state: Any = "in_place", **described: Any) -> PlacedControl:
        """Say that a measure is there, in which state."""
        places = tuple(str(_id(place)) for place in ([at] if isinstance(at, str | Component) else at))
        placed = PlacedControl(control=control, at=places, state=state, **described, span=_caller())
        self._controls.append(placed)
        return placed

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
        )
        problems = unsound(pipeline, self._vocabulary)
        if problems:
            raise InputError(problems)
        return pipeline

    def _new(self, identifier: str, section: dict[str, Any]) -> str:
        if not is_identifier(identifier):
            hint = "ids are ASCII letters, digits, `-`, `_` and `.`"
            raise InputError(Problem("AM122", f"{identifier!r} cannot be an id", _caller(), hint))
        if any(identifier.casefold() == other.casefold() for other in section):
            raise InputError(Problem("AM123", f"`{identifier}` is there already", _caller()))
        return identifier

    def _attributes(self, given: dict[str, Any], allowed: Any, what: str, span: Span | None) -> dict[str, Value]:
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for key, written in given.items():
            name = self._vocabulary.canonical("attribute", key)
            if name not in allowed:
                problems.append(Problem("AM118", f"`{name}` does not stand on {what}", span, nearest(name, allowed)))
                continue
            values[name], wrong, hint = check_value(
                allowed[name], list(written) if isinstance(written, tuple | set) else written
            )
            if wrong:
                problems.append(Problem("AM125", wrong, span, hint))
        if problems:
            raise InputError(problems)
        return values


def _everywhere(attributes: dict[str, Value], span: Span | None) -> dict[str, Span]:
    return {} if span is None else dict.fromkeys(attributes, span)


def _id(thing: Zone | Component | Asset | str | None) -> str | None:
    return thing if isinstance(thing, str) or thing is None else thing.id


def _caller() -> Span | None:
    """Return the line outside this file that is at work, so that errors and findings can name it."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return Span(Path(frame.f_code.co_filename).name, frame.f_lineno, 1)
