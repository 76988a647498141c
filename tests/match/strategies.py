"""Random pipelines for the matcher: few kinds, many flows, attributes set, unset and said to be unknown."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from atlasmodel.model.kinds import Attribute
from atlasmodel.model.pipeline import Asset, Component, Flow, Pipeline, Zone
from atlasmodel.model.read_kinds import builtin_vocabulary

VOCABULARY = builtin_vocabulary()
ZONES = (Zone(id="outside", trust=0), Zone(id="inside", trust=2), Zone(id="core", trust=3, parent="inside"))
ASSETS = (Asset(id="secret", confidentiality="critical"), Asset(id="work", integrity="low", availability="high"))


def pipelines(most: int = 7) -> st.SearchStrategy[Pipeline]:
    """Return pipelines of up to `most` components with parallel flows, loops and cycles."""
    return st.integers(1, most).flatmap(_pipelines)


@st.composite
def _pipelines(draw: st.DrawFn, count: int) -> Pipeline:
    components = tuple(_component(draw, f"c{number}") for number in range(count))
    flows: list[Flow] = []
    ends = st.integers(0, count - 1)
    for _ in range(draw(st.integers(0, 3 * count))):
        source, target = components[draw(ends)].id, components[draw(ends)].id
        kind = draw(st.sampled_from(sorted(VOCABULARY.flow_kinds)))
        stem = f"{source}>{target}:{kind}"
        number = 1 + sum(flow.id.startswith(f"{stem}#") for flow in flows)
        attributes = _attributes(draw, dict(VOCABULARY.flow_attributes))
        flows.append(Flow(id=f"{stem}#{number}", source=source, target=target, kind=kind, attributes=attributes))
    return Pipeline(name="random", zones=ZONES, components=components, flows=tuple(flows), assets=ASSETS)


def _component(draw: st.DrawFn, identifier: str) -> Component:
    kind = draw(st.sampled_from(sorted(name for name, kind in VOCABULARY.kinds.items() if not kind.abstract)))
    return Component(
        id=identifier,
        kind=kind,
        zone=draw(st.sampled_from([zone.id for zone in ZONES])),
        holds=draw(st.sampled_from([(), ("secret",), ("work",), ("secret", "work")])),
        attributes=_attributes(draw, dict(VOCABULARY.attributes_of(kind))),
    )


def _attributes(draw: st.DrawFn, allowed: dict[str, Attribute]) -> dict[str, Any]:
    # One number decides for all attributes: a draw each would make every pipeline thousands of choices long.
    random = Random(draw(st.integers(0, 2**32)))
    values: dict[str, Any] = {}
    for name, attribute in allowed.items():
        chance = random.random()
        if chance < 0.1:
            values[name] = None
        elif chance < 0.6 and (attribute.type == "bool" or attribute.values):
            words = sorted(attribute.values)
            if attribute.type == "bool":
                values[name] = random.random() < 0.5
            elif attribute.type == "set":
                values[name] = tuple(word for word in words if random.random() < 0.4)
            else:
                values[name] = random.choice(words)
    return values
