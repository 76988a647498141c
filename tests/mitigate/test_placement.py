"""Which controls count where: what the file lists, what attributes say, what covers what, and how contradictions are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from attack.making import grounding
from hypothesis import given
from strategies import FAST, pipelines

from atlasmodel._yaml import parse
from atlasmodel.analysis import technique_of
from atlasmodel.match.engine import match
from atlasmodel.match.formula import YES, Leaf
from atlasmodel.match.formula import Test as Check
from atlasmodel.mitigate.controls import EVERYWHERE, Control, Covers, Library, Share, Weakens
from atlasmodel.mitigate.placement import Placed, Placement, place_controls
from atlasmodel.mitigate.reach import Coverage, places_of
from atlasmodel.mitigate.strongest import strongest
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import parse_pipeline
from atlasmodel.risk.score import Weakening
from atlasmodel.workspace import Workspace

VOCABULARY = builtin_vocabulary()
SCORING = Workspace.builtin().scoring
LIBRARY = Workspace.builtin().library
PRIOR_FREE = {item.implies.control for item in VOCABULARY.attributes.values() if item.implies}


def pipeline(attributes: str = "", controls: str = "[]") -> Pipeline:
    return parse_pipeline(
        f"""
atlasmodel: 1
name: placing
components:
  api: {{kind: inference_api{attributes}}}
  bot: {{kind: llm}}
  db: {{kind: data_store}}
flows:
  - {{from: api, to: bot, kind: serves}}
  - {{from: db, to: bot, kind: retrieves_from}}
controls: {controls}
"""
    )


def placement(attributes: str = "", controls: str = "[]") -> Placement:
    return place_controls(pipeline(attributes, controls), VOCABULARY, LIBRARY, SCORING)


def at_api(found: Placement, control: str = "rate_limit") -> list[Placed]:
    return [item for item in found.placed if (item.control, item.at) == (control, "api")]


@pytest.mark.parametrize(
    ("state", "at", "full"),
    [
        ("verified", "api", True),
        ("in_place", "api", True),
        ("in_place", "'*'", True),
        ("in_place, coverage: 0.9", "api", False),
        ("planned", "api", False),
        ("null", "api", False),
        ("in_place", "bot", False),
    ],
)
def test_nothing_is_left_to_add_where_a_control_is_fully_there_or_everywhere(state: str, at: str, full: bool) -> None:
    found = placement("", f"[{{control: AML.M0004, at: {at}, state: {state}}}]")
    assert found.is_full("AML.M0004", "api") == full
    assert not found.is_full("AML.M0015", "api")


def control(identifier: str, **more: Any) -> Control:
    strength = more.pop("strength", 0.5)
    effect = Weakens(
        techniques=more.pop("techniques", ("AML.T0051",)),
        how=more.pop("how", "prevent"),
        strength=Share(low=strength, likely=strength, high=strength),
        reason="r",
        source="judgement",
    )
    data = {"id": identifier, "name": identifier, "origin": "own", "summary": "s", "at": ("*",)} | more
    return Control(**data, category="technical_cyber", weakens=(effect,))


def weakenings(*placed: Placed, library: Library, system: Pipeline | None = None) -> Weakenings:
    return Weakenings(placed, library, Coverage(system or pipeline(), VOCABULARY), SCORING)


def library(*controls: Control) -> Library:
    return Library.model_construct(None, controls={item.id: item for item in controls})


@pytest.mark.parametrize(("written", "state"), [("true", "in_place"), ("false", "absent")])
def test_an_attribute_that_is_set_is_the_control_in_the_state_it_says(written: str, state: str) -> None:
    (item,) = at_api(placement(f", query_limit: {written}"))
    assert (item.state, item.formula, item.coverage, item.attribute) == (state, YES, 1.0, "query_limit")
    assert item.evidence == f"query_limit is {'yes' if written == 'true' else 'no'}"
    assert item.span is not None and item.span.line == 5


def test_null_says_aloud_that_it_is_not_known() -> None:
    (item,) = at_api(placement(", query_limit: null"))
    assert (item.state, item.evidence) == ("in_place", "query_limit is unknown")
    assert item.formula == Leaf("api", "query_limit", Check("is", (True,)))


def test_unset_leaves_the_control_absent_and_asks() -> None:
    found = placement()
    assert at_api(found) == []
    assert ("rate_limit", "api", "query_limit") in {(item.control, item.at, item.attribute) for item in found.unasked}
    (asked,) = (item for item in found.unasked if item.attribute == "query_limit" and item.at == "api")
    assert asked.state == "in_place"  # what the best answer would say: the lower bound counts with it
    set_to = placement(", query_limit: false")
    assert ("rate_limit", "api") not in {(item.control, item.at) for item in set_to.unasked}


def test_values_that_are_words_speak_of_states_too() -> None:
    name, attribute = next(
        (name, item) for name, item in VOCABULARY.attributes.items() if item.implies and item.type == "enum"
    )
    kind = next(kind for kind in VOCABULARY.kinds if name in VOCABULARY.attributes_of(kind))
    assert attribute.implies is not None
    for value, state in attribute.implies.states.items():
        text = f"atlasmodel: 1\nname: x\ncomponents: {{c: {{kind: {kind}, {name}: {value}}}}}"
        found = place_controls(parse_pipeline(text), VOCABULARY, LIBRARY, SCORING)
        assert [item.state for item in found.placed if item.attribute == name] == [state]


@pytest.mark.parametrize(("listed", "state", "formula"), [
    ("state: verified, evidence: audit", "verified", YES),
    ("state: planned", "planned", YES),
    ("state: unknown", "in_place", Leaf("api", "control:rate_limit", Check("is", (True,)))),
])  # fmt: skip
def test_a_listed_control_is_there_in_its_state(listed: str, state: str, formula: object) -> None:
    (item,) = at_api(placement(controls=f"[{{control: rate_limit, at: api, {listed}}}]"))
    assert (item.state, item.formula, item.attribute) == (state, formula, None)


def test_a_control_that_does_not_exist_is_an_error_with_near_matches() -> None:
    (problem,) = placement(controls="[{control: rate_limt, at: api, state: verified}]").problems
    assert (problem.code, problem.hint) == ("AM140", "did you mean rate_limit?")
    assert problem.span is not None


@pytest.mark.parametrize(("attribute", "listed", "code"), [
    (", query_limit: false", "in_place", "AM141"),
    (", query_limit: true", "absent", "AM141"),
    (", query_limit: true", "planned", "AM141"),
    (", query_limit: true", "verified", None),
    (", query_limit: false", "planned", None),
    (", query_limit: null", "in_place", None),
    (", query_limit: null", "absent", None),
    (", query_limit: true", "unknown", None),
    (", query_limit: false", "unknown", None),
])  # fmt: skip
def test_a_contradiction_is_an_error_and_an_answer_is_none(attribute: str, listed: str, code: str | None) -> None:
    found = placement(attribute, f"[{{control: rate_limit, at: api, state: {listed}}}]")
    assert [problem.code for problem in found.problems] == ([code] if code else [])


def test_the_same_control_twice_counts_once_at_its_stronger_state_with_a_warning() -> None:
    twice = "{control: rate_limit, at: api, state: partial}, {control: rate_limit, at: [api, bot], state: verified}"
    found = placement(controls=f"[{twice}]")
    assert [item.state for item in at_api(found)] == ["verified"]
    assert [problem.code for problem in found.warnings] == ["AM142"]
    assert found.problems == ()


@pytest.mark.parametrize(("attribute", "listed", "states"), [
    ("null", "in_place", ["in_place"]),  # what is known to be as strong answers
    ("null", "verified", ["verified"]),
    ("null", "partial", ["partial", "in_place"]),  # what may be stronger still counts where it is
    ("null", "absent", ["absent"]),  # and who says no has answered
    ("true", "unknown", ["in_place"]),
    ("false", "unknown", ["absent"]),
])  # fmt: skip
def test_the_known_answers_the_unknown(attribute: str, listed: str, states: list[str]) -> None:
    found = placement(f", query_limit: {attribute}", f"[{{control: rate_limit, at: api, state: {listed}}}]")
    assert [item.state for item in at_api(found)] == states
    assert at_api(found)[0].formula == YES


def test_everywhere_covers_all_and_a_place_covers_itself() -> None:
    coverage = Coverage(pipeline(), VOCABULARY)
    assert coverage.of(control("a"), EVERYWHERE) == {EVERYWHERE}
    assert coverage.of(control("a"), "api") == {"api"}
    assert coverage.of(control("a"), "api>bot:serves#1") == {"api>bot:serves#1"}


@pytest.mark.parametrize(("direction", "at", "within", "wanted"), [
    ("downstream", "a", 1, {"a", "b"}),
    ("downstream", "a", 2, {"a", "b", "c"}),
    ("downstream", "a", 8, {"a", "b", "c", "d"}),
    ("upstream", "d", 2, {"d", "c", "b"}),
    ("upstream", "a", 8, {"a"}),
])  # fmt: skip
def test_a_control_covers_what_its_flows_lead_to(direction: Any, at: str, within: int, wanted: set[str]) -> None:
    system = parse_pipeline("""
atlasmodel: 1
name: line
components: {a: {kind: api_gateway}, b: {kind: inference_api}, c: {kind: llm}, d: {kind: llm}, e: {kind: llm}}
flows:
  - {from: a, to: b, kind: serves}
  - {from: b, to: c, kind: serves}
  - {from: c, to: d, kind: serves}
  - {from: c, to: e, kind: informs}
  - {from: c, to: b, kind: serves}
""")
    reach = (Covers(direction=direction, flow=("serves",), within=within),)
    assert Coverage(system, VOCABULARY).of(control("x", reach=reach), at) == wanted | ({"c"} & wanted)


def test_places_are_the_components_of_the_control_s_kinds() -> None:
    coverage = Coverage(pipeline(), VOCABULARY)
    assert coverage.places(control("a", at=("model", "data_store"))) == ["bot", "db"]
    assert coverage.places(control("a", at=("vendor",))) == []
    assert coverage.places(control("a")) == [EVERYWHERE]


def test_a_control_acts_at_the_component_its_flow_the_flow_s_ends_and_everywhere() -> None:
    at_component = grounding("AM-X-01", YES, [], [])
    assert places_of(at_component) == ("x", EVERYWHERE)
    on_flow = replace(at_component, component="bot", flow="api>bot:serves#1")
    assert places_of(on_flow) == ("bot", EVERYWHERE, "api>bot:serves#1", "api")


def test_what_weakens_a_step_is_strength_times_coverage_times_state() -> None:
    placed = Placed("a", "x", "partial", 0.5, "seen")
    (found,) = weakenings(placed, library=library(control("a", strength=0.8))).on(
        grounding("AM-X-01", YES, [], []), "AML.T0051", None
    )
    assert found.share == pytest.approx(0.8 * 0.5 * SCORING.states["partial"].weight)
    assert (found.control, found.at, found.how, found.evidence) == ("a", "x", "prevent", "seen")


def test_a_control_counts_once_at_its_strongest_wherever_it_stands() -> None:
    several = [Placed("a", "x", "partial", 1.0, None), Placed("a", EVERYWHERE, "verified", 1.0, None)]
    (found,) = weakenings(*several, library=library(control("a"))).on(
        grounding("AM-X-01", YES, [], []), "AML.T0051", None
    )
    assert (found.at, found.state) == (EVERYWHERE, "verified")


@pytest.mark.parametrize(("technique", "parent", "acts"), [
    ("AML.T0051", None, True),
    ("AML.T0051.000", "AML.T0051", True),  # through the parent
    ("AML.T0020", None, False),
    (None, None, False),
])  # fmt: skip
def test_a_control_acts_on_its_techniques_and_their_children(
    technique: str | None, parent: str | None, acts: bool
) -> None:
    found = weakenings(Placed("a", "x", "verified", 1.0, None), library=library(control("a")))
    assert bool(found.on(grounding("AM-X-01", YES, [], []), technique, parent)) is acts


def test_a_control_that_names_a_child_leaves_its_siblings_alone() -> None:
    fine = control("a", techniques=("AML.T0051", "AML.T0051.000"))
    assert fine.on("AML.T0051.000", "AML.T0051")
    assert not fine.on("AML.T0051.001", "AML.T0051")


def test_strongest_keeps_what_may_be_stronger_beside_what_is_sure() -> None:
    def form(share: float, formula: object) -> Weakening:
        return Weakening("a", "x", "prevent", share, 1.0, "in_place", share, formula)  # type: ignore[arg-type]

    maybe = Leaf("x", "verified", Check("is", (True,)))
    sure, stronger, weaker = form(0.5, YES), form(0.9, maybe), form(0.2, maybe)
    assert strongest([weaker, sure, stronger]) == (stronger, sure)
    assert strongest([form(0.5, maybe), sure]) == (sure,)
    assert strongest([stronger, weaker]) == (stronger, weaker)


def test_own_controls_stand_in_for_the_official_ones_that_they_carry_out() -> None:
    own, official = control("own", atlas=("AML.M0001",)), control("AML.M0001", origin="atlas")
    assert library(own, official).carried_out == {"AML.M0001"}
    assert [item.id for item in library(own, official).by_technique["AML.T0051"]] == ["AML.M0001", "own"]


@pytest.mark.parametrize(("change", "wanted"), [
    ("likely: 0.5", "fine"), ("likely: 1.5", "less than or equal to 1"), ("likely: -0.1", "greater than or equal to 0"),
])  # fmt: skip
def test_a_strength_is_a_share(change: str, wanted: str) -> None:
    from atlasmodel._located import validate

    text = f"{{techniques: [AML.T0051], how: prevent, strength: {{low: 0, {change}, high: 1}}, reason: r, source: judgement}}"
    document = parse(text.encode(), "x.yaml")
    _, problems = validate(Weakens, document.data, document, ())
    assert (wanted == "fine" and not problems) or wanted in str(problems[0])


@FAST
@given(pipelines(2))
def test_what_acts_is_what_each_control_does_taken_together(system: Pipeline) -> None:
    workspace = Workspace.builtin()
    found = place_controls(system, VOCABULARY, LIBRARY, SCORING)
    coverage = Coverage(system, VOCABULARY)
    today = Weakenings(found.placed, LIBRARY, coverage, SCORING)
    hoped, afresh = (
        today.with_further(found.unasked),
        Weakenings((*found.placed, *found.unasked), LIBRARY, coverage, SCORING),
    )
    for item in match(system, workspace.rules, VOCABULARY):
        technique, parent = technique_of(item, workspace)
        for acting, placed in ((today, found.placed), (hoped, (*found.placed, *found.unasked))):
            here = [
                one
                for place in places_of(item)
                for one in placed
                if place in coverage.of(LIBRARY.controls[one.control], one.at)
            ]
            plain = [
                Weakening(one.control, one.at, effect.how, effect.strength.likely, one.coverage, one.state,
                          effect.strength.likely * one.coverage * SCORING.states[one.state].weight, one.formula, one.evidence)
                for one in here
                for effect in LIBRARY.controls[one.control].on(str(technique), parent)
            ]  # fmt: skip
            assert acting.on(item, technique, parent) == (strongest(plain) if technique else ())
        assert hoped.on(item, technique, parent) == afresh.on(item, technique, parent)


def test_equal_answers_are_one_and_the_same() -> None:
    system = pipeline()
    found = weakenings(Placed("a", "bot", "verified", 1.0, None), library=library(control("a")), system=system)
    one, other = (
        replace(grounding("AM-X-01", YES, [], []), component="bot", flow=flow) for flow in (None, "api>bot:serves#1")
    )
    assert found.on(one, "AML.T0051", None) is found.on(other, "AML.T0051", None)
    assert found.with_further([]).on(one, "AML.T0051", None) is found.on(one, "AML.T0051", None)
