"""What differs between two states of a pipeline, as far as a matcher reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress, count
from operator import is_not
from typing import NamedTuple

from atlasmodel.model.pipeline import Component, Flow, Pipeline


class Changes(NamedTuple):
    """Name the components and flows of which a matcher would read other values, and which attributes those are.

    `attributes` is None where more than attributes changed: the zone of a component, or what it holds.
    """

    components: list[int]
    flows: list[int]
    attributes: frozenset[str] | None


def changes(before: Pipeline, after: Pipeline) -> Changes | None:
    """Return what differs, or None where components, flows, zones or assets came, went or became others."""
    if before.zones != after.zones or before.assets != after.assets:
        return None
    if len(before.components) != len(after.components) or len(before.flows) != len(after.flows):
        return None
    names: set[str] = set()
    moved = False
    components, flows = [], []
    for number in _others(before.components, after.components):
        old, new = before.components[number], after.components[number]
        if (old.id, old.kind) != (new.id, new.kind):
            return None
        if old != new or old.attribute_span != new.attribute_span:
            components.append(number)
            names |= _differing(old, new)
            moved |= (old.zone, old.holds) != (new.zone, new.holds)
    for number in _others(before.flows, after.flows):
        arrow, other = before.flows[number], after.flows[number]
        if (arrow.id, arrow.source, arrow.target, arrow.kind) != (other.id, other.source, other.target, other.kind):
            return None
        if arrow != other or arrow.attribute_span != other.attribute_span:
            flows.append(number)
            names |= _differing(arrow, other)
    return Changes(components, flows, None if moved else frozenset(names))


def _others(before: Sequence[object], after: Sequence[object]) -> Iterable[int]:
    """Return where there is another object: of many, few are."""
    return compress(count(), map(is_not, before, after))


def _differing(old: Component | Flow, new: Component | Flow) -> set[str]:
    """Return the attributes of which something else is said; what is said to be unknown is not what is left out."""
    return {
        name
        for name in {*old.attributes, *new.attributes}
        if (name in old.attributes) != (name in new.attributes)
        or (type(old.attributes[name]), old.attributes[name]) != (type(new.attributes[name]), new.attributes[name])
    }
