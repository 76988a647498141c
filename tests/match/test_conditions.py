"""Every node of the condition language: yes, no and unknown, with what was read and where it is written."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from atlasmodel.match.conditions import Always, Condition, Scope
from atlasmodel.match.formula import NO, YES, Leaf, is_listed, truth
from atlasmodel.match.formula import Test as Check
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline, Zone
from match.conftest import Ask, read_condition

DOCS_1, DOCS_2 = "docs>bot:retrieves_from#1", "docs>bot:retrieves_from#2"
FLAG: dict[str, Any] = {"attribute": {"name": "shared_channel", "is": True}}
OPEN: dict[str, Any] = {"attribute": {"name": "reads_untrusted_content", "is": True}}
OTHER: dict[str, Any] = {"attribute": {"name": "shared_channel", "is": False}}


@pytest.mark.parametrize(
    ("condition", "component", "wanted"),
    [
        ({"kind": "llm"}, "bot", "yes"),
        ({"kind": "model"}, "bot", "yes"),  # its group
        ({"kind": ["data", "serving"]}, "bot", "no"),
        ({"kind": "*"}, "bot", "yes"),
        (FLAG, "bot", "yes"),
        (OTHER, "bot", "no"),
        (OPEN, "bot", "unknown"),
        ({"attribute": {"name": "memory", "is": "persistent"}}, "bot", "unknown"),  # null says it aloud
        ({"attribute": {"name": "memory", "exists": True}}, "bot", "unknown"),
        ({"attribute": {"name": "shared_channel", "exists": True}}, "bot", "yes"),
        ({"attribute": {"name": "outputs", "has": ["scores"]}}, "api", "yes"),
        ({"attribute": {"name": "outputs", "has": "embedding"}}, "api", "no"),
        ({"attribute": {"name": "data_class", "at_least": "personal"}}, "docs", "yes"),
        ({"attribute": {"name": "data_class", "at_least": "personal"}}, "wiki", "no"),
        ({"attribute": {"name": "data_class", "in": ["public", "internal"]}}, "wiki", "yes"),
        ({"attribute": {"name": "tool_effect", "has": "spend"}}, "maker", "no"),  # cannot stand on a vendor
        ({"zone": {"at_most": 1}}, "maker", "yes"),
        ({"zone": {"at_least": 3}}, "docs", "yes"),
        ({"zone": {"at_least": 1, "at_most": 2}}, "docs", "no"),
        ({"holds": {}}, "docs", "yes"),
        ({"holds": {}}, "wiki", "no"),
        ({"holds": {"dimension": "confidentiality", "at_least": "high"}}, "docs", "yes"),
        ({"holds": {"dimension": "confidentiality", "at_least": "critical"}}, "docs", "no"),
        ({"holds": {"dimension": "safety"}}, "docs", "no"),
        ({"holds": {"at_least": "medium"}}, "docs", "yes"),
        ({"flow": {"kind": "serves", "direction": "out"}}, "api", "yes"),
        ({"flow": {"kind": "serves", "direction": "in"}}, "api", "no"),
        ({"flow": {"kind": "serves"}}, "bot", "yes"),
        ({"flow": {"kind": "retrieves_from", "crosses": True}}, "wiki", "no"),
        ({"flow": {"kind": "retrieves_from", "crosses": True}}, "docs", "yes"),
        ({"flow": {"kind": "retrieves_from", "attribute": {"name": "encrypted", "is": False}}}, "docs", "yes"),
        ({"flow": {"kind": "retrieves_from", "attribute": {"name": "encrypted", "is": False}}}, "wiki", "unknown"),
        ({"upstream": {"kind": "vendor"}}, "bot", "yes"),
        ({"downstream": {"kind": "vendor"}}, "bot", "no"),
        ({"neighbour": {"kind": "llm"}}, "maker", "yes"),
        ({"upstream": {"kind": "data_source"}}, "bot", "no"),
        ({"upstream": {"kind": "data_source", "within": 2}}, "bot", "yes"),
        ({"upstream": {"kind": "data_source", "within": 2, "flow": "retrieves_from"}}, "bot", "no"),
        ({"upstream": {"kind": "vendor", "crosses": True}}, "bot", "yes"),
        ({"upstream": {"flow": "serves", "crosses": True}}, "bot", "no"),
        ({"upstream": {"kind": "store", "attribute": {"name": "data_class", "is": "restricted"}}}, "bot", "no"),
        ({"upstream": {"kind": "store", "attribute": {"name": "mixed_audience", "is": True}}}, "bot", "unknown"),
        ({"upstream": {"kind": "llm"}}, "bot", "yes"),  # by its own loop
        ({"not": OPEN}, "bot", "unknown"),
        ({"not": FLAG}, "bot", "no"),
        ({"not": {"kind": "data"}}, "bot", "yes"),
        ({"not": {"zone": {"at_most": 0}}}, "bot", "yes"),
        ({"all": [FLAG, OPEN]}, "bot", "unknown"),
        ({"all": [OTHER, OPEN]}, "bot", "no"),
        ({"any": [OTHER, OPEN]}, "bot", "unknown"),
        ({"any": [FLAG, OPEN]}, "bot", "yes"),
        ({"at_least": {"count": 2, "of": [FLAG, OPEN, OTHER]}}, "bot", "unknown"),
        ({"at_least": {"count": 2, "of": [FLAG, OTHER, OTHER]}}, "bot", "no"),
        (FLAG | {"kind": "llm"}, "bot", "yes"),  # several keys: all of them
        (OTHER | {"kind": "llm"}, "bot", "no"),
    ],
)
def test_a_node_is_yes_no_or_unknown_and_says_why(ask: Ask, condition: Any, component: str, wanted: str) -> None:
    outcome = ask(condition, component)
    assert truth(outcome.formula) == wanted
    assert any(truth(item.formula) == wanted for item in outcome.evidence)
    for item in outcome.evidence:
        assert item.fact and item.at
        assert item.span is not None and item.span.file == "matcher.yaml" and item.span.line > 1


def test_the_span_of_an_attribute_is_where_it_is_written(ask: Ask, pipeline: Pipeline) -> None:
    (written,) = ask(FLAG, "bot").evidence
    (missing,) = ask(OPEN, "bot").evidence
    assert written.span == pipeline.by_id["bot"].attribute_span["shared_channel"]
    assert missing.span == pipeline.by_id["bot"].span  # not written: the component stands in
    assert (written.span.line, missing.span.line) == (10, 10)  # type: ignore[union-attr]
    assert written.span.column > missing.span.column  # type: ignore[union-attr]


def test_an_unknown_is_one_leaf_that_names_place_attribute_and_test(ask: Ask) -> None:
    assert ask(OPEN, "bot").formula == Leaf("bot", "reads_untrusted_content", Check("is", (True,)))
    assert "not known" in ask(OPEN, "bot").evidence[0].fact


@pytest.mark.parametrize(
    ("name", "quiet"),
    [("reads_untrusted_content", True), ("memory", False)],  # the file is silent; it says `null`
)
def test_stated_makes_silence_a_question_and_takes_unknown_at_its_word(ask: Ask, name: str, quiet: bool) -> None:
    test = {"is": True} if quiet else {"is": "persistent"}
    formula = ask({"attribute": {"name": name, "stated": True} | test}, "bot").formula
    assert isinstance(formula, Leaf)
    assert formula.quiet == quiet
    assert is_listed(formula) != quiet


def test_exists_is_a_question_and_no_finding(ask: Ask) -> None:
    formula = ask({"attribute": {"name": "reads_untrusted_content", "exists": True}}, "bot").formula
    assert (truth(formula), is_listed(formula)) == ("unknown", False)


def test_what_cannot_stand_on_a_kind_is_no_and_not_a_question(ask: Ask) -> None:
    outcome = ask({"attribute": {"name": "tool_effect", "has": "spend"}}, "maker")
    assert outcome.formula == NO
    assert outcome.evidence[0].fact == "tool_effect does not apply"


@pytest.mark.parametrize(
    ("of", "name", "wanted"),
    [("from", "data_class", "yes"), ("to", "data_class", "unknown"), ("self", "shared_channel", "yes")],
)
def test_of_says_at_which_end_of_the_flow_is_looked(ask: Ask, of: str, name: str, wanted: str) -> None:
    test = {"is": True} if name == "shared_channel" else {"at_least": "personal"}
    assert truth(ask({"attribute": {"name": name, "of": of} | test}, "bot", DOCS_1).formula) == wanted


@pytest.mark.parametrize(
    ("flow", "wanted"), [(DOCS_1, "no"), (DOCS_2, "yes"), ("wiki>bot:retrieves_from#1", "unknown")]
)
def test_of_flow_looks_at_the_flow_itself(ask: Ask, flow: str, wanted: str) -> None:
    condition = {"attribute": {"name": "encrypted", "is": False, "of": "flow"}}
    assert truth(ask(condition, "bot", flow).formula) == wanted


def test_every_parallel_flow_to_a_neighbour_is_asked(ask: Ask) -> None:
    for encrypted in (True, False):
        condition = {"kind": "store", "attribute": {"name": "encrypted", "is": encrypted, "of": "flow"}, "as": "index"}
        outcome = ask({"upstream": condition}, "bot")
        assert outcome.formula == YES
        assert ("index", "docs", YES) in outcome.bindings


def test_bindings_carry_the_condition_under_which_the_neighbour_fits(ask: Ask) -> None:
    condition = {"kind": "store", "attribute": {"name": "encrypted", "is": True, "of": "flow"}, "as": "index"}
    bound = {component: formula for _, component, formula in ask({"upstream": condition}, "bot").bindings}
    assert set(bound) == {"docs", "wiki"}
    assert (truth(bound["docs"]), truth(bound["wiki"])) == ("yes", "unknown")


def test_a_neighbour_that_cannot_fit_is_not_bound(ask: Ask) -> None:
    condition = {"kind": "store", "attribute": {"name": "data_class", "is": "public"}, "as": "index"}
    assert [component for _, component, _ in ask({"upstream": condition}, "bot").bindings] == ["wiki"]


def test_at_least_tells_of_what_fits_only(ask: Ask) -> None:
    facts = [item.fact for item in ask({"any": [OTHER, OPEN, FLAG]}, "bot").evidence]
    assert facts == ["reads_untrusted_content is not known; it matters whether it is yes", "shared_channel is yes"]


def test_not_says_that_it_turned_the_evidence_round(ask: Ask) -> None:
    (item,) = ask({"not": OTHER}, "bot").evidence
    assert (item.fact, item.formula) == ("not: shared_channel is yes", YES)


def test_a_default_of_the_kind_counts_where_the_file_is_silent(vocabulary: Vocabulary) -> None:
    kind, name, default = next(
        (kind.id, name, default)
        for kind in vocabulary.kinds.values()
        for name, default in kind.defaults.items()
        if vocabulary.attributes[name].type == "bool"
    )
    pipeline = Pipeline(name="x", zones=(Zone(id="z", trust=1),), components=(Component(id="c", kind=kind, zone="z"),))
    condition = read_condition({"attribute": {"name": name, "is": default.value}}, vocabulary)
    assert condition.evaluate(Scope(pipeline, vocabulary, pipeline.by_id["c"])).formula == YES


def test_within_counts_flows_in_a_line_of_stores(vocabulary: Vocabulary) -> None:
    names = [f"s{number}" for number in range(10)]
    flows = tuple(
        Flow(id=f"{left}>{right}:data_flow#1", source=left, target=right, kind="data_flow")
        for left, right in itertools.pairwise(names)
    )
    parts = tuple(Component(id=name, kind="vendor" if name == "s0" else "data_store", zone="z") for name in names)
    pipeline = Pipeline(name="x", zones=(Zone(id="z", trust=1),), components=parts, flows=flows)
    for within in range(1, 9):
        condition = read_condition({"upstream": {"kind": "vendor", "within": within}}, vocabulary)
        reached = [
            name
            for name in names
            if condition.evaluate(Scope(pipeline, vocabulary, pipeline.by_id[name])).formula == YES
        ]
        assert reached == names[1 : within + 1]


def test_always_holds_and_an_abstract_node_cannot_be_asked(pipeline: Pipeline, vocabulary: Vocabulary) -> None:
    scope = Scope(pipeline, vocabulary, pipeline.by_id["bot"])
    assert Always().evaluate(scope).formula == YES
    with pytest.raises(TypeError, match="abstract"):
        Condition().evaluate(scope)
