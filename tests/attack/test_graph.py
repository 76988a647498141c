"""The attack graph: one least fixed point, whatever the order; more structure never takes a fact away."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from match.strategies import VOCABULARY, pipelines
from match.test_differential import packaged
from match.test_revision import altered

from atlasmodel.attack.graph import AttackGraph, Reach, Step, build_graph, implied_facts
from atlasmodel.match.engine import Option, match
from atlasmodel.match.formula import NO, YES, Formula, Leaf, negate
from atlasmodel.match.formula import Test as Check
from atlasmodel.model.pipeline import Component, Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from attack.making import Written, graph_of, graphs, grounding

steady = settings(derandomize=True, deadline=None, max_examples=200)
OPEN: Formula = Leaf("api", "verified", Check("is", (True,)))
TOKENS = builtin_vocabulary().tokens


def least_fixed_point(steps: list[Written], starts: set[str], *, certain: bool) -> set[str]:
    """Forward chaining as a blind person would do it: every step again and again."""
    held = set(starts)
    counts = (lambda formula: formula == YES) if certain else (lambda formula: formula != NO)
    for _ in range(len(steps) + 1):
        for _, formula, clauses, gains in steps:
            met = all(any(fact in held and counts(under) for fact, under in clause) for clause in clauses)
            if met and counts(formula):
                held |= {fact for fact, under in gains if counts(under)}
    return held


@steady
@given(graphs(), st.booleans(), st.integers(0, 10**6))
def test_reach_is_the_least_fixed_point_in_any_order(
    drawn: tuple[list[Written], set[str]], certain: bool, seed: int
) -> None:
    steps, starts = drawn
    reach = graph_of(steps).reach(starts, certain=certain)
    assert set(reach.facts) == least_fixed_point(steps, starts, certain=certain)
    mixed = Random(seed).sample(steps, k=len(steps))
    again = graph_of(mixed).reach(sorted(starts, reverse=True), certain=certain)
    assert dict(again.facts) == dict(reach.facts)
    names = {mixed[number][0]: level for number, level in again.steps.items()}
    assert names == {steps[number][0]: level for number, level in reach.steps.items()}


@steady
@given(graphs(), graphs())
def test_more_steps_and_more_starts_never_take_a_fact_away(
    drawn: tuple[list[Written], set[str]], more: tuple[list[Written], set[str]]
) -> None:
    steps, starts = drawn
    further = [(f"more-{name}", formula, clauses, gains) for name, formula, clauses, gains in more[0]]
    for certain in (True, False):
        before = set(graph_of(steps).reach(starts, certain=certain).facts)
        assert before <= set(graph_of([*steps, *further]).reach(starts, certain=certain).facts)
        assert before <= set(graph_of(steps).reach(starts | more[1], certain=certain).facts)


@steady
@given(graphs())
def test_what_is_certain_is_possible(drawn: tuple[list[Written], set[str]]) -> None:
    steps, starts = drawn
    graph = graph_of(steps)
    certain, possible = (graph.reach(starts, certain=sure) for sure in (True, False))
    assert set(certain.facts) <= set(possible.facts)
    assert set(certain.steps) <= set(possible.steps)
    for number, level in certain.steps.items():
        assert possible.steps[number] <= level


@steady
@given(graphs(), st.sets(st.integers(0, 9), max_size=3))
def test_banned_steps_are_as_if_they_were_not_there(drawn: tuple[list[Written], set[str]], banned: set[int]) -> None:
    steps, starts = drawn
    rest = [step for number, step in enumerate(steps) if number not in banned]
    left = graph_of(steps).reach(starts, certain=False, banned=banned)
    assert dict(left.facts) == dict(graph_of(rest).reach(starts, certain=False).facts)


@steady
@given(graphs(), st.integers(0, 7))
def test_what_leads_to_a_goal_is_enough_to_reach_it(drawn: tuple[list[Written], set[str]], goal: int) -> None:
    steps, starts = drawn
    graph = graph_of(steps)
    reach = graph.reach(starts, certain=False)
    part = graph.leading_to([f"f{goal}@x"], reach)
    assert (f"f{goal}@x" in part.facts) == (f"f{goal}@x" in reach.facts)
    kept = graph_of([step for number, step in enumerate(steps) if number in part.steps])
    assert (f"f{goal}@x" in kept.reach(starts, certain=False).facts) == (f"f{goal}@x" in reach.facts)
    for number in part.steps:
        assert any(option.fact in part.facts for option in graph.steps[number].gains)


def test_levels_count_the_steps_of_the_shortest_way() -> None:
    graph = graph_of([
        ("a", YES, [[("s@x", YES)]], [("t@x", YES)]),
        ("b", YES, [[("t@x", YES)], [("s@x", YES)]], [("u@x", YES)]),
        ("c", YES, [[("u@x", YES), ("s@x", OPEN)]], [("v@x", YES)]),
    ])  # fmt: skip
    certain = graph.reach(["s@x"], certain=True)
    assert dict(certain.facts) == {"s@x": 0, "t@x": 1, "u@x": 2, "v@x": 3}
    assert graph.reach(["s@x"], certain=False).facts["v@x"] == 1


def test_a_chain_of_100_000_steps_needs_no_recursion() -> None:
    length = 100_000
    facts = [(Option(f"f{number}@x"),) for number in range(length + 1)]
    steps = [
        Step(SimpleNamespace(id=f"s{number}", formula=YES), (facts[number],), facts[number + 1])  # type: ignore[arg-type]
        for number in range(length)
    ]
    graph = AttackGraph(steps)
    reach = graph.reach(["f0@x"], certain=True)
    assert reach.facts[f"f{length}@x"] == length
    assert len(graph.leading_to([f"f{length}@x"], reach).steps) == length


def test_a_cycle_does_not_hold_itself_up() -> None:
    ring: list[Written] = [
        (f"s{number}", YES, [[(f"f{number}@x", YES)]], [(f"f{(number + 1) % 5}@x", YES)]) for number in range(5)
    ]
    graph = graph_of(ring)
    assert graph.reach([], certain=False) == Reach({}, {})
    assert set(graph.reach(["f3@x"], certain=False).facts) == {f"f{number}@x" for number in range(5)}


def test_a_step_that_nothing_can_meet_or_that_gains_nothing_is_left_out() -> None:
    unmet = grounding("a", YES, [[]], [("t@x", YES)])
    idle = grounding("b", YES, [[("s@x", YES)]], [])
    useful = grounding("c", YES, [], [("t@x", YES)])
    assert [step.id for step in build_graph([unmet, idle, useful], {}).steps] == ["c@x"]


@settings(steady, max_examples=40)
@given(pipelines(), st.integers(0, 2**32))
def test_the_graph_by_arrays_is_the_graph_by_objects(pipeline: Pipeline, seed: int) -> None:
    random = Random(seed)
    found = match(pipeline, random.sample(packaged(), k=120), VOCABULARY)
    by_arrays, by_objects = build_graph(found, TOKENS), build_graph(list(found), TOKENS)
    for one, other in zip(by_arrays.steps, by_objects.steps, strict=True):
        assert (one.id, one.clauses, one.gains) == (other.id, other.clauses, other.gains)
        assert found[int(by_arrays.grounding_of[by_arrays.number_of[one.id]])] is one.grounding
    assert repr(by_arrays) == repr(by_objects)
    assert dict(by_arrays.waiting) == dict(by_objects.waiting)
    assert dict(by_arrays.gained_by) == dict(by_objects.gained_by)
    needed = sorted({fact for fact in by_objects.waiting if fact not in by_objects.gained_by})
    starts = [*random.sample(needed, k=len(needed) // 2), "acc.nowhere@else"]
    for certain in (True, False):
        reach, same = (graph.reach(starts, certain=certain) for graph in (by_arrays, by_objects))
        assert reach == same
        assert "acc.nowhere@else" in reach.facts
        assert reach.facts.get("acc.query@nobody") is None
        goals = [fact for fact in reach.facts if fact.startswith("out.")]
        assert by_arrays.leading_to(goals, reach) == by_objects.leading_to(goals, same)
        by_hand = Reach(dict(reach.facts), dict(reach.steps))
        assert by_arrays.leading_to(goals, by_hand) == by_arrays.leading_to(goals, reach)


@settings(steady, max_examples=60)
@given(pipelines(), st.integers(0, 2**32))
def test_the_graph_after_a_change_is_the_graph_made_anew(pipeline: Pipeline, seed: int) -> None:
    random = Random(seed)
    rules = random.sample(packaged(), k=100)
    matches = match(pipeline, rules, VOCABULARY)
    graph = build_graph(matches, TOKENS)
    there = altered(pipeline, random)
    for after in (there, pipeline, altered(there, random)):
        matches = matches.revised(after)
        graph, again = build_graph(matches, TOKENS, graph), build_graph(matches, TOKENS)
        for name in ("clause_starts", "option_starts", "option_facts", "gain_starts", "gain_facts"):
            assert getattr(graph.wiring, name).tolist() == getattr(again.wiring, name).tolist()
        anew = build_graph(match(after, rules, VOCABULARY), TOKENS)
        for one, other in zip(graph.steps, anew.steps, strict=True):
            assert (one.id, one.formula, one.clauses, one.gains) == (
                other.id,
                other.formula,
                other.clauses,
                other.gains,
            )
        assert repr(graph) == repr(anew)
        assert dict(graph.waiting) == dict(anew.waiting)
        assert dict(graph.gained_by) == dict(anew.gained_by)
        needed = sorted({fact for fact in anew.waiting if fact not in anew.gained_by})
        starts = random.sample(needed, k=len(needed) // 2)
        assert graph.reach(starts, certain=False) == anew.reach(starts, certain=False)


def test_a_graph_of_something_else_is_no_help() -> None:
    pipeline = Pipeline(name="x", components=(Component(id="bot", kind="llm"),))
    matches = match(pipeline, packaged(), VOCABULARY)
    graph = build_graph(matches, TOKENS)
    shared = build_graph(matches, TOKENS, graph)
    assert shared.wiring.option_facts.tolist() == graph.wiring.option_facts.tolist()
    others = build_graph([grounding("a", YES, [], [("t@x", YES)])], {})
    for before in (others, build_graph(matches, {}), build_graph(match(pipeline, packaged(), VOCABULARY), TOKENS)):
        assert [step.gains for step in build_graph(matches, TOKENS, before).steps] == [
            step.gains for step in graph.steps
        ]


def test_what_a_fact_implies_is_gained_with_it() -> None:
    assert implied_facts("acc.admin@db", TOKENS) == [
        "acc.admin@db", "acc.account@db", "acc.data_read@db", "acc.config_write@db", "acc.network@db",
    ]  # fmt: skip
    assert implied_facts("acc.unheard@db", TOKENS) == ["acc.unheard@db"]
    graph = build_graph([grounding("a", YES, [], [("acc.product@api", OPEN), ("acc.query@api", YES)])], TOKENS)
    assert {option.fact: option.formula for option in graph.steps[0].gains} == {
        "acc.product@api": OPEN,
        "acc.query@api": YES,
    }


@pytest.mark.parametrize("formula", [OPEN, negate(OPEN)])
def test_an_unknown_step_is_possible_and_not_certain(formula: Formula) -> None:
    for place in range(3):
        under = [formula if place == number else YES for number in range(3)]
        graph = graph_of([("a", under[0], [[("s@x", under[1])]], [("t@x", under[2])])])
        assert "t@x" in graph.reach(["s@x"], certain=False).facts
        assert "t@x" not in graph.reach(["s@x"], certain=True).facts


@steady
@given(graphs())
def test_the_networkx_view_has_every_edge(drawn: tuple[list[Written], set[str]]) -> None:
    graph = graph_of(drawn[0])
    view = graph.to_networkx()
    for step in graph.steps:
        assert view.nodes[step.id] == {"type": "step", "rule": step.grounding.rule.id, "at": "x"}
        needs = {option.fact for clause in step.clauses for option in clause}
        assert set(view.predecessors(step.id)) == needs
        assert set(view.successors(step.id)) == {option.fact for option in step.gains}
    assert nx.is_bipartite(view.to_undirected()) or not view


def test_the_graph_says_how_large_it_is() -> None:
    assert repr(AttackGraph([])) == "AttackGraph(0 steps, 0 facts)"
    assert Option("s@x").formula == YES
