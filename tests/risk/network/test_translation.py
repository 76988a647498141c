"""A translation is the worlds' law without the draws: chances, shared unknowns, controls that may be there, bounds."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from attack.making import Written, graph_of, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import YES, Formula, Leaf, at_least, every, negate, settle
from atlasmodel.match.formula import Test as Check
from atlasmodel.model.kinds import Attribute
from atlasmodel.risk.network.exact import exact_probability
from atlasmodel.risk.network.reduction import settled
from atlasmodel.risk.network.translation import Translation
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.worlds import Side
from risk.making import ATTRIBUTES, BELIEF, campaigns, facts_of, prevents, score
from risk.test_probability import answered, scored

Drawn = tuple[list[Written], set[str]]
KNOWN = Leaf("x", "verified", Check("is", (True,)))
LOGGED = Leaf("x", "logged", Check("is", (True,)))
chances = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=12, max_size=12)


def solved(
    steps: list[Written],
    starts: Mapping[str, Formula],
    scores: Mapping[str, StepScore],
    fact: str,
    attributes: Mapping[str, Attribute] = ATTRIBUTES,
    side: Side = "point",
) -> float:
    graph = graph_of(steps)
    part = graph.reach(starts, certain=False)
    by_number = {graph.number_of[f"{name}@x"]: item for name, item in scores.items()}
    found = exact_probability(Translation(graph, part, starts, by_number, attributes, side=side).network(fact))
    assert found is not None
    return found.value


def by_answers(steps: list[Written], starts: set[str], scores: Mapping[str, StepScore], fact: str) -> float:
    """The probability, summed over the answers to all unknowns; each answered graph has none left."""
    total = 0.0
    for answers in product((True, False), repeat=len(BELIEF)):
        value = dict(zip(BELIEF, answers, strict=True))
        weight = 1.0
        for name, answer in value.items():
            weight *= BELIEF[name] if answer else 1 - BELIEF[name]
        told = [answered(step, value) for step in steps]
        plain = {}
        for name, item in scores.items():
            left = item.base
            for forms in item.prevents:
                there = [
                    form
                    for form in forms
                    if settle(form.formula, lambda leaf, value=value: value[leaf.attribute]) == YES
                ]
                left *= 1 - max((form.share for form in there), default=0.0)
            plain[name] = score(left)
        total += weight * solved(told, dict.fromkeys(starts, YES), plain, fact)
    return total


@settings(derandomize=True, deadline=None, max_examples=60)
@given(graphs(most=4, facts=6), chances)
def test_it_is_the_mean_over_the_answers_to_what_is_unknown(drawn: Drawn, chance: list[float]) -> None:
    steps, starts = drawn
    maybe = (
        prevents("a", 0.7, KNOWN),
        prevents("a", 0.2),
        prevents("b", 0.5, negate(LOGGED)),
        prevents("b", 1.0, KNOWN),
    )
    scores = scored(steps, chance, *maybe)
    for fact in facts_of(graph_of(steps)):
        found = solved(steps, dict.fromkeys(starts, YES), scores, fact)
        assert found == pytest.approx(by_answers(steps, starts, scores, fact), abs=1e-12)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(graphs(most=8, facts=6), chances, st.sampled_from(["low", "point", "high"]))
def test_what_all_draws_leave_open_is_what_those_to_one_goal_do(drawn: Drawn, chance: list[float], side: Side) -> None:
    steps, starts = drawn
    scores = scored(steps, chance, prevents("maybe", 0.7, KNOWN))
    graph = graph_of(steps)
    by_number = {graph.number_of[f"{name}@x"]: item for name, item in scores.items()}
    part = graph.reach(starts, certain=False)
    translation = Translation(graph, part, dict.fromkeys(starts, YES), by_number, ATTRIBUTES, side=side)
    for fact in [*facts_of(graph), "nowhere@x"]:
        network = translation.network(fact)
        small = translation.small_network(fact, len(network.draws))
        assert small is not None and settled(small) == settled(network)
        assert not network.draws or translation.small_network(fact, len(network.draws) - 1) is None


@settings(derandomize=True, deadline=None, max_examples=60)
@given(graphs(most=8, facts=6), chances, st.sampled_from(["low", "point", "high"]))
def test_the_worlds_agree_on_every_side(drawn: Drawn, chance: list[float], side: Side) -> None:
    steps, starts = drawn
    scores = scored(steps, chance, prevents("maybe", 0.7, KNOWN))
    found = campaigns(steps, starts, scores, side=side)
    for fact in facts_of(found.graph):
        p = solved(steps, dict.fromkeys(starts, YES), scores, fact, side=side)
        assert abs(found.share(fact) - p) <= 4.5 * (max(0.0, p * (1 - p)) / found.worlds.count) ** 0.5 + 1e-9, fact


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (Leaf("x", "held", Check("has", ("a", "b"))), 1 - 0.5 * 0.8),
        (negate(Leaf("x", "held", Check("has", ("a", "b")))), 0.5 * 0.8),
        (Leaf("x", "class", Check("at_least", ("secret",), ("open", "secret", "top"))), 0.5),
        (every([Leaf("x", "class", Check("is", ("top",))), Leaf("x", "class", Check("is", ("open",)))]), 0.0),
        (at_least(2, [Leaf(place, "class", Check("is", ("open",))) for place in "xyz"]), 0.5),
        (Leaf("x", "words", Check("is", ("anything",))), 0.5),
        (Leaf("x", "control:filter", Check("is", (True,))), 0.5),
    ],
)
def test_beliefs_about_sets_orders_and_open_values(formula: Formula, wanted: float) -> None:
    attributes = {
        "held": Attribute(id="held", type="set", meaning="…", values={"a": "…", "b": "…", "c": "…"}, prior={"a": 0.5, "b": 0.2, "c": 0.9}),
        "class": Attribute(id="class", type="enum", meaning="…", prior={"open": 2.0, "secret": 1.0, "top": 1.0}),
        "words": Attribute(id="words", type="text", meaning="…"),
    }  # fmt: skip
    steps: list[Written] = [("go", formula, [[("f0@x", YES)]], [("goal@x", YES)])]
    found = solved(steps, {"f0@x": YES}, {"go": score(1.0)}, "goal@x", attributes)
    assert found == pytest.approx(wanted, abs=1e-15)
    again = solved(
        [("go", YES, [[("f0@x", YES)]], [("goal@x", YES)])], {"f0@x": formula}, {"go": score(1.0)}, "goal@x", attributes
    )
    assert again == pytest.approx(wanted, abs=1e-15)
