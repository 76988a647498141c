"""Queries on a pipeline, its digest, and what-if changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import FAST, pipelines

from atlasmodel.model.pipeline import Component, Flow, Pipeline, PlacedControl, Zone
from atlasmodel.model.reader import parse_pipeline


@pytest.fixture(scope="module")
def nested() -> Pipeline:
    """Two towers of zones: a > b > c, and d; a component in each."""
    zones = "{a: {trust: 0}, b: {trust: 1, parent: a}, c: {trust: 3, parent: b}, d: {trust: 2}}"
    components = ", ".join(f"in-{zone}: {{kind: agent, zone: {zone}}}" for zone in "abcd")
    flows = ", ".join(f"{{from: in-{one}, to: in-{other}, kind: invokes}}" for one in "abcd" for other in "abcd")
    return parse_pipeline(f"atlasmodel: 1\nname: x\nzones: {zones}\ncomponents: {{{components}}}\nflows: [{flows}]\n")


@pytest.mark.parametrize(
    ("one", "other", "crossed"),
    [
        ("a", "a", ()),
        ("a", "b", ("b",)),
        ("b", "a", ("b",)),
        ("a", "c", ("c", "b")),
        ("c", "a", ("c", "b")),
        ("b", "c", ("c",)),
        ("c", "d", ("c", "b", "a", "d")),
        ("d", "c", ("d", "c", "b", "a")),
    ],
)
def test_a_flow_crosses_every_boundary_between_its_ends(
    nested: Pipeline, one: str, other: str, crossed: tuple[str, ...]
) -> None:
    assert nested.crossings(nested.flow_by_id[f"in-{one}>in-{other}:invokes#1"]) == crossed


def test_queries(nested: Pipeline) -> None:
    assert nested.zone_line("c") == ("c", "b", "a")
    assert nested.zone_line("nowhere") == ()
    assert nested.zone_line(None) == ()
    assert nested.trust_of("in-c") == 3
    assert [flow.target for flow in nested.flows_from("in-a")] == ["in-a", "in-b", "in-c", "in-d"]
    assert [flow.source for flow in nested.flows_to("in-a")] == ["in-a", "in-b", "in-c", "in-d"]
    assert nested.flows_from("nowhere") == ()
    assert repr(nested) == "Pipeline('x', 4 components, 16 flows)"
    assert "  in-a -invokes-> in-b" in str(nested)


def test_assets_at() -> None:
    pipeline = parse_pipeline("atlasmodel: 1\nname: x\nassets: {g: , h: }\ncomponents: {a: {kind: llm, holds: [h, g]}}")
    assert [asset.id for asset in pipeline.assets_at("a")] == ["h", "g"]


def test_a_line_of_zones_that_closes_still_ends() -> None:
    zones = (Zone(id="a", trust=1, parent="b"), Zone(id="b", trust=1, parent="a"))
    assert Pipeline(name="x", zones=zones).zone_line("a") == ("a", "b")


def test_a_name_is_the_title_where_there_is_one() -> None:
    assert Component(id="a", kind="llm").name == "a"
    assert Component(id="a", kind="llm", title="The bot").name == "The bot"


# --- digest ---

ONE = """\
atlasmodel: 1
name: x
zones: {z: {trust: 1}, y: {trust: 2, parent: z}}
assets: {g: , h: {confidentiality: low}}
components:
  a: {kind: llm, zone: z, holds: [g, h], tags: [s, t]}
  b: {kind: vector_store, zone: y, indexes: [external, internal], exposure: public}
flows:
  - {from: b, to: a, kind: retrieves_from, authn: key}
  - {from: a, to: b, kind: invokes}
controls: [{control: backup, at: [a, b]}, {control: monitoring, at: a}]
"""
OTHER = """\
# The same in another order.
controls: [{at: a, control: monitoring}, {at: [b, a], control: backup, state: in_place}]
flows:
  - {kind: invokes, to: b, from: a}
  - {kind: retrieves_from, from: b, authn: key, to: a}
components:
  b: {exposure: public, indexes: [internal, external], zone: y, kind: vector_store}
  a: {tags: [t, s], holds: [h, g], kind: llm, zone: z}
assets: {h: {confidentiality: low}, g: }
zones: {y: {trust: 2, parent: z}, z: {trust: 1}}
name: x
atlasmodel: 1
"""


def test_the_digest_depends_on_content_alone() -> None:
    assert parse_pipeline(ONE, "one").digest == parse_pipeline(OTHER, "other").digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: x", "name: y"),
        ("trust: 1", "trust: 2"),
        ("public", "internal"),
        ("at: a}", "at: b}"),
        ("kind: invokes", "kind: reviews"),
    ],
)
def test_the_digest_tells_content_apart(old: str, new: str) -> None:
    assert parse_pipeline(ONE.replace(old, new)).digest != parse_pipeline(ONE).digest


def test_a_number_has_one_digest() -> None:
    text = "atlasmodel: 1\nname: x\ncomponents: {a: {kind: decision_process, decisions_per_day: NUMBER}}"
    assert (
        len({parse_pipeline(text.replace("NUMBER", number)).digest for number in ("1000", "1e3", "1000.0", "0x3E8")})
        == 1
    )


@FAST
@given(pipelines())
def test_equal_pipelines_have_equal_digests(pipeline: Pipeline) -> None:
    again = pipeline.changed()
    assert again == pipeline
    assert again.digest == pipeline.digest
    assert hash(again) == hash(pipeline)
    assert "span" not in pipeline.model_dump_json()


def test_where_it_stands_makes_no_difference() -> None:
    text = "atlasmodel: 1\nname: x\ncomponents: {a: {kind: llm}}"
    one, other = parse_pipeline(text, "one"), parse_pipeline(f"# first\n{text}", "other")
    assert one == other
    assert hash(one) == hash(other)
    assert one.components[0].span != other.components[0].span
    assert one != "x"


# --- what if ---


def control(at: str | list[str], state: str | None = "in_place", name: str = "backup") -> PlacedControl:
    places = (at,) if isinstance(at, str) else tuple(at)
    return PlacedControl.model_validate({"control": name, "at": places, "state": state})


def states(pipeline: Pipeline) -> list[tuple[str, tuple[str, ...], str | None]]:
    return [(item.control, item.at, item.state) for item in pipeline.controls]


def test_a_change_is_added() -> None:
    pipeline = Pipeline(name="x", controls=(control("a"),))
    after = pipeline.with_changes([control("b"), control("*", name="monitoring")])
    assert states(after) == [
        ("backup", ("a",), "in_place"),
        ("backup", ("b",), "in_place"),
        ("monitoring", ("*",), "in_place"),
    ]
    assert states(pipeline) == [("backup", ("a",), "in_place")]


def test_a_change_takes_the_place_of_what_is_there() -> None:
    pipeline = Pipeline(name="x", controls=(control(["a", "b"], "planned"), control("a", "verified", "monitoring")))
    assert states(pipeline.with_changes([control("a")])) == [
        ("backup", ("b",), "planned"), ("monitoring", ("a",), "verified"), ("backup", ("a",), "in_place"),
    ]  # fmt: skip
    assert states(pipeline.with_changes([control("*", "absent")])) == [
        ("monitoring", ("a",), "verified"), ("backup", ("*",), "absent"),
    ]  # fmt: skip
    assert states(pipeline.with_changes([control("a"), control(["a", "b"], "verified")])) == [
        ("monitoring", ("a",), "verified"), ("backup", ("a", "b"), "verified"),
    ]  # fmt: skip


def test_a_change_forgets_what_was_remembered() -> None:
    pipeline = Pipeline(name="x")
    assert pipeline.digest != pipeline.with_changes([control("*")]).digest
    assert pipeline.with_changes([]) == pipeline


def test_records_are_frozen_and_closed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Component(id="a", kind="llm").kind = "agent"  # type: ignore[misc]
    with pytest.raises(ValueError, match="Extra inputs"):
        Flow(id="a", source="a", target="a", kind="invokes", colour="red")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="finite"):
        PlacedControl(control="a", at=("*",), state=None, coverage=float("nan"))
