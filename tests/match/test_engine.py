"""Grounding: places become components, bindings become alternatives, each flow has a grounding of its own."""

from __future__ import annotations

import textwrap

import pytest

from atlasmodel.match.engine import Grounding, Option, match
from atlasmodel.match.formula import NO, YES, leaves, truth
from atlasmodel.match.ground import Index, ground
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline
from match.conftest import ReadRules

HEAD = (
    "- {{id: AM-TEST-{number:02}, title: A rule of the test, scope: target, technique: AML.T0051,\n"
    "   rationale: For the test.,\n"
)


@pytest.fixture
def grounded(read: ReadRules, pipeline: Pipeline, vocabulary: Vocabulary):  # type: ignore[no-untyped-def]
    def run(*rules: str) -> dict[str, Grounding]:
        texts = [
            HEAD.format(number=number) + textwrap.indent(rule, "   ") + "}\n" for number, rule in enumerate(rules, 1)
        ]
        found, problems = read("".join(texts))
        assert problems == []
        return {item.id: item for item in match(pipeline, found, vocabulary)}

    return run


def facts(options: tuple[Option, ...]) -> dict[str, str]:
    return {option.fact: truth(option.formula) for option in options}


def test_one_grounding_a_component_with_neighbours_as_alternatives(grounded) -> None:  # type: ignore[no-untyped-def]
    found = grounded(
        "at: [llm], when: {upstream: {kind: store, attribute: {name: encrypted, is: false, of: flow}, as: index}},\n"
        "requires: [{any: [acc.content@index, acc.account@self]}, {any: [cap.prompt@adversary]}],\n"
        "gains: [acc.llm_turn@self, acc.data_read@index]"
    )
    (item,) = found.values()
    assert (item.id, item.component, item.flow, item.certainty) == ("AM-TEST-01@bot", "bot", None, "yes")
    first, second = item.clauses
    assert facts(first) == {"acc.content@docs": "yes", "acc.content@wiki": "unknown", "acc.account@bot": "yes"}
    assert facts(second) == {"cap.prompt@adversary": "yes"}
    assert facts(item.gains) == {
        "acc.llm_turn@bot": "yes",
        "acc.data_read@docs": "yes",
        "acc.data_read@wiki": "unknown",
    }


def test_a_rule_on_flows_has_one_grounding_a_flow_named_after_it(grounded) -> None:  # type: ignore[no-untyped-def]
    found = grounded(
        "on: [retrieves_from, feeds_back], from: [store, model], to: [llm], requires: [{any: [acc.content@from]}],\n"
        "gains: [acc.content@to, acc.query@self]"
    )
    assert list(found) == [
        "AM-TEST-01@bot>bot:feeds_back#1",
        "AM-TEST-01@docs>bot:retrieves_from#1",
        "AM-TEST-01@docs>bot:retrieves_from#2",
        "AM-TEST-01@wiki>bot:retrieves_from#1",
    ]
    item = found["AM-TEST-01@docs>bot:retrieves_from#2"]
    assert (item.component, item.flow) == ("bot", "docs>bot:retrieves_from#2")
    assert facts(item.clauses[0]) == {"acc.content@docs": "yes"}
    assert facts(item.gains) == {"acc.content@bot": "yes", "acc.query@bot": "yes"}
    assert item.span is not None and item.span.line > found["AM-TEST-01@docs>bot:retrieves_from#1"].span.line


def test_further_gains_come_under_their_own_condition(grounded) -> None:  # type: ignore[no-untyped-def]
    found = grounded(
        "at: [llm], gains: [acc.llm_turn@self], gains_if: [\n"
        "  {when: {attribute: {name: memory, is: persistent}}, gains: [acc.memory_write@self]},\n"
        "  {when: {kind: vendor}, gains: [acc.supplier@self]},\n"
        "  {when: {upstream: {kind: vendor, as: maker}}, gains: [acc.supplier@maker, acc.llm_turn@self]}]"
    )
    gains = facts(found["AM-TEST-01@bot"].gains)
    assert gains == {"acc.llm_turn@bot": "yes", "acc.memory_write@bot": "unknown", "acc.supplier@maker": "yes"}


def test_what_does_not_apply_is_not_matched_but_can_be_grounded(
    read: ReadRules, pipeline: Pipeline, vocabulary: Vocabulary
) -> None:
    (rule,), _ = read(HEAD.format(number=1) + "at: [store], when: {attribute: {name: data_class, is: restricted}}}")
    assert list(match(pipeline, [rule], vocabulary)) == []
    places = list(ground(rule, Index(pipeline, vocabulary)))
    assert [(item.component, item.formula) for item in places] == [("docs", NO), ("wiki", NO)]
    assert all(item.evidence for item in places)


@pytest.mark.parametrize(
    ("rule", "place", "fact"),
    [
        ("at: [llm]", "bot", "kind is llm"),
        ("on: [serves]", "api>bot:serves#1", "api -serves-> bot"),
        ("at: [llm], when: {upstream: {kind: vendor}}", "bot", "maker -supplies-> bot"),
    ],
)
def test_evidence_is_never_empty(grounded, rule: str, place: str, fact: str) -> None:  # type: ignore[no-untyped-def]
    (evidence,) = grounded(rule)[f"AM-TEST-01@{place}"].evidence
    assert (evidence.fact, evidence.formula) == (fact, YES)
    assert evidence.span is not None


def test_an_unknown_verdict_rests_on_the_deciding_unknowns_only(grounded) -> None:  # type: ignore[no-untyped-def]
    (item,) = grounded(
        "at: [llm],\nwhen: {all: [{attribute: {name: shared_channel, is: true}}, "
        "{attribute: {name: memory, is: session}}]}"
    ).values()
    assert [evidence.fact for evidence in item.evidence] == ["memory is not known; it matters whether it is session"]
    assert {(leaf.place, leaf.attribute) for leaf in leaves(item.formula)} == {("bot", "memory")}


def test_a_rule_off_the_system_stands_once_at_the_adversary(
    read: ReadRules, pipeline: Pipeline, vocabulary: Vocabulary
) -> None:
    text = HEAD.format(number=1).replace("target", "adversary") + "gains: [cap.infra@adversary]}"
    (item,) = match(pipeline, read(text)[0], vocabulary)
    assert (item.id, item.component, item.certainty) == ("AM-TEST-01@adversary", "adversary", "yes")


def test_groundings_are_sorted_by_id_whatever_the_order_of_rules_and_components(
    read: ReadRules, pipeline: Pipeline, vocabulary: Vocabulary
) -> None:
    text = "".join(HEAD.format(number=number) + "at: ['*']}\n" for number in (3, 1, 2))
    rules, _ = read(text)
    turned = pipeline.model_copy(update={"components": tuple(reversed(pipeline.components))})
    ids = [item.id for item in match(pipeline, rules, vocabulary)]
    assert ids == sorted(ids) == [item.id for item in match(turned, list(reversed(rules)), vocabulary)]
