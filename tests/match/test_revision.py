"""Matching again after a change says what matching afresh says, and asks no more than the change can reach."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlasmodel.match.conditions import Condition
from atlasmodel.match.engine import Matches, match
from atlasmodel.match.revision import outlook
from atlasmodel.model.pipeline import Component, Flow, Pipeline, PlacedControl
from match.strategies import ASSETS, VOCABULARY, ZONES, pipelines
from match.test_differential import packaged, twins

Part = TypeVar("Part", Component, Flow)
steady = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def said(matches: Matches) -> list[tuple[object, ...]]:
    return [(item.id, item.formula, item.clauses, item.gains, item.evidence, item.span) for item in matches]


def altered(pipeline: Pipeline, random: Random) -> Pipeline:
    """The same pipeline with one component or flow of which something else is said."""
    if pipeline.flows and random.random() < 0.3:
        place = random.randrange(len(pipeline.flows))
        arrow = _otherwise(pipeline.flows[place], random)
        return pipeline.changed(flows=(*pipeline.flows[:place], arrow, *pipeline.flows[place + 1 :]))
    place = random.randrange(len(pipeline.components))
    item = pipeline.components[place]
    if random.random() < 0.7:
        item = _otherwise(item, random)
    else:
        zone, asset = random.choice(ZONES).id, random.choice(ASSETS).id
        item = item.model_copy(update={"zone": zone, "holds": (asset,)})
    return pipeline.changed(components=(*pipeline.components[:place], item, *pipeline.components[place + 1 :]))


def _otherwise(item: Part, random: Random) -> Part:
    named = VOCABULARY.flow_attributes if isinstance(item, Flow) else VOCABULARY.attributes_of(item.kind)
    attributes = dict(item.attributes)
    for name in random.sample(sorted(named), k=min(3, len(named))):
        attribute = named[name]
        values = [True, False] if attribute.type == "bool" else [None, *sorted(attribute.values)]
        value = random.choice(values)
        attributes.pop(name, None)
        if random.random() < 0.7:
            attributes[name] = (value,) if attribute.type == "set" and value is not None else value
    return item.model_copy(update={"attributes": attributes})


@steady
@given(pipelines(), st.integers(0, 2**32))
def test_matching_again_is_matching_afresh(pipeline: Pipeline, seed: int) -> None:
    random = Random(seed)
    rules = [*random.sample(packaged(), k=30), *twins()]
    matches = match(pipeline, rules, VOCABULARY)
    for _ in range(3):
        pipeline = altered(pipeline, random)
        matches = matches.revised(pipeline)
        assert said(matches) == said(match(pipeline, rules, VOCABULARY))


@steady
@given(pipelines(4), st.integers(0, 2**32))
def test_what_came_or_went_is_matched_afresh(pipeline: Pipeline, seed: int) -> None:
    rules = [*Random(seed).sample(packaged(), k=20), *twins()]
    before = match(pipeline, rules, VOCABULARY)
    grown = pipeline.changed(components=(*pipeline.components, Component(id="new", kind="llm", zone="core")))
    bare = pipeline.changed(flows=pipeline.flows[1:])
    moved = pipeline.changed(zones=(*ZONES[:-1], ZONES[-1].model_copy(update={"parent": None})))
    for after in (grown, bare, moved):
        assert said(before.revised(after)) == said(match(after, rules, VOCABULARY))


def test_a_component_that_moves_to_another_zone_crosses_other_borders() -> None:
    components = tuple(Component(id=name, kind="llm", zone="core") for name in ("a", "b"))
    flow = Flow(id="a>b:data_flow#1", source="a", target="b", kind="data_flow")
    pipeline = Pipeline(name="x", zones=ZONES, components=components, flows=(flow,))
    before = match(pipeline, packaged(), VOCABULARY)
    assert before.census.table.crosses.tolist() == [False]
    moved = components[0].model_copy(update={"zone": "outside"})
    told = components[0].model_copy(update={"attributes": {"exposure": "public"}})
    after, same = (before.revised(pipeline.changed(components=(item, components[1]))) for item in (moved, told))
    assert after.census.table.crosses.tolist() == [True]
    assert same.census.table.crosses is before.census.table.crosses


def test_a_control_changes_nothing_that_is_matched() -> None:
    pipeline = Pipeline(name="x", components=(Component(id="bot", kind="llm"),))
    before = match(pipeline, packaged(), VOCABULARY)
    control = PlacedControl(control="backup", at=("*",), state="in_place")
    assert before.revised(pipeline.with_changes([control])) is before


def test_rules_that_do_not_read_what_changed_keep_their_groundings() -> None:
    flows = tuple(
        Flow(id=f"c{number}>c{number + 1}:data_flow#1", source=f"c{number}", target=f"c{number + 1}", kind="data_flow")
        for number in range(19)
    )
    components = tuple(Component(id=f"c{number}", kind="data_store") for number in range(20))
    pipeline = Pipeline(name="line", components=components, flows=flows)
    before = match(pipeline, packaged(), VOCABULARY)
    turned = components[3].model_copy(update={"attributes": {"encrypted": False}})
    after = before.revised(pipeline.changed(components=(*components[:3], turned, *components[4:])))
    kept = sum(one is other for one, other in zip(before.batches, after.batches, strict=False))
    assert kept > len(before.batches) / 2


def test_how_far_an_unknown_node_looks_is_not_guessed() -> None:
    class Elsewhere(Condition):
        """Be a node that is new."""

    with pytest.raises(TypeError, match="Elsewhere"):
        outlook(replace(packaged()[0], when=Elsewhere()))
