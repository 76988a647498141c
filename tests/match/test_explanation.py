"""`explain` says of every rule and place why it applies, may apply or does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.errors import InputError
from atlasmodel.explanation import explain, rules_for
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import read_pipeline
from atlasmodel.workspace import Workspace

WORKSPACE = Workspace.builtin()
SOME_RULE = next(rule for rule in WORKSPACE.rules if rule.at and rule.technique and rule.when.children())
FLOW_RULE = next(rule for rule in WORKSPACE.rules if rule.on)
OFF_SYSTEM = next(rule for rule in WORKSPACE.rules if not rule.on and not rule.at)


def test_a_rule_is_explained_wherever_its_kinds_stand(pipeline: Pipeline) -> None:
    for rule in WORKSPACE.rules[:80]:
        for item in explain(pipeline, rule.id):
            assert item.verdict in ("applies", "may apply", "does not apply")
            assert item.terms
            assert str(item).startswith(f"{rule.id} at {item.place}: {item.verdict}")


def test_a_finding_id_asks_about_its_place(pipeline: Pipeline) -> None:
    (item,) = explain(pipeline, f"{SOME_RULE.id}@maker")
    assert item.place == "maker"


def test_a_place_of_another_kind_says_where_the_rule_stands(pipeline: Pipeline) -> None:
    wrong = next(item.id for item in pipeline.components if not WORKSPACE.vocabulary.is_a(item.kind, SOME_RULE.at))
    (item,) = explain(pipeline, SOME_RULE.id, component=wrong)
    assert item.verdict == "does not apply"
    assert item.terms[0].startswith("it stands at")


def test_rules_on_flows_and_off_the_system_say_so(pipeline: Pipeline) -> None:
    assert explain(pipeline, FLOW_RULE.id, component="far")[0].terms[0].startswith("it stands on flows of kind")
    assert explain(pipeline, OFF_SYSTEM.id, component="bot")[0].terms == ("it happens off the system, at no component",)


def test_a_technique_stands_for_its_rules_and_those_of_its_children() -> None:
    parent = next(rule.technique for rule in WORKSPACE.rules if rule.technique and rule.technique.count(".") > 1)
    assert parent is not None
    found, warnings = rules_for(parent.rpartition(".")[0], WORKSPACE)
    assert parent in {rule.technique for rule in found}
    assert warnings == ()


@pytest.mark.parametrize("word", ["AM-NOTHING-01", "AML.T9999", "gibberish", ""])
def test_a_word_that_names_nothing_is_an_error(pipeline: Pipeline, word: str) -> None:
    with pytest.raises(InputError):
        explain(pipeline, word)


@pytest.mark.parametrize("place", ["nowhere", "bot>nowhere:serves#1"])
def test_a_place_that_does_not_exist_is_an_error(pipeline: Pipeline, place: str) -> None:
    with pytest.raises(InputError, match="AM127"):
        explain(pipeline, SOME_RULE.id, component=place)
    with pytest.raises(InputError, match="AM127"):
        explain(pipeline, f"{SOME_RULE.id}@{place}")


def test_a_flow_that_several_leaves_look_at_is_told_once() -> None:
    example = read_pipeline(Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml", WORKSPACE.vocabulary)
    (item,) = explain(example, "AM-POISON-01", component="training-set")
    assert sum("lake -derives_from-> training-set" in term for term in item.terms) == 1
    assert any("training-set -trains_on-> trainer" in term for term in item.terms)


def test_what_applies_comes_first_and_what_does_not_last() -> None:
    example = read_pipeline(Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml", WORKSPACE.vocabulary)
    verdicts = [item.verdict for item in explain(example, "AML.T0020", component="training-set")]
    assert verdicts == sorted(verdicts, key=["applies", "may apply", "does not apply"].index)
    assert set(verdicts) == {"applies", "may apply", "does not apply"}
