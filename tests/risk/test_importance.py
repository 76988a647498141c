"""What a part contributes, against the sum over all worlds; and what steps of one technique have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from math import sqrt
from pathlib import Path

import pytest
from attack.making import Written, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.analysis import Analysis, analyse
from atlasmodel.attack.graph import AttackGraph, Step
from atlasmodel.errors import InputError
from atlasmodel.match.formula import YES, Leaf
from atlasmodel.match.formula import Test as Check
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.draws import Draws
from atlasmodel.risk.importance import of_fact, of_steps, of_unknown
from atlasmodel.risk.network.exact import Exact
from atlasmodel.risk.network.sampling import Sampled
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace
from risk.making import WORLDS, campaigns, facts_of, number, score
from risk.test_probability import exact, scored

Drawn = tuple[list[Written], set[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml"
WORKSPACE = Workspace.builtin()
chances = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=12, max_size=12)


def near(share: float, p: float, spread: float = 1.0) -> bool:
    return abs(share - p) <= 4.5 * spread * sqrt(max(p * (1 - p), 1e-4) / WORLDS.count)


@settings(derandomize=True, deadline=None, max_examples=12)
@given(graphs(most=6, facts=5), chances)
def test_of_steps_and_facts_agree_with_the_sum_over_all_worlds(drawn: Drawn, chance: list[float]) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, chance))
    facts = facts_of(found.graph)
    for place, (name, *_) in enumerate(steps):
        if number(found, name) not in found.possible:
            continue
        with_it, without = (exact(steps, starts, [*chance[:place], p, *chance[place + 1 :]]) for p in (1.0, 0.0))
        for goal in facts[:3]:
            (importance,) = of_steps(found, [number(found, name)], goal)
            assert near(importance.certain, with_it.get(goal, 0.0)) and near(importance.never, without.get(goal, 0.0))
            assert importance.never <= importance.today <= importance.certain
    for fact, goal in product(facts[:3], facts[:3]):
        importance = of_fact(found, fact, goal)
        held = exact(steps, starts | {fact}, chance)
        bare: list[Written] = [(*step[:3], [gain for gain in step[3] if gain[0] != fact]) for step in steps]
        never = exact(bare, starts - {fact}, chance)
        if fact in found.number:
            assert near(importance.certain, held.get(goal, 0.0)) and near(importance.never, never.get(goal, 0.0))
            assert importance.never <= importance.today <= importance.certain


def test_a_step_on_every_way_is_worth_the_whole_risk_and_one_of_two_alike_little() -> None:
    steps: list[Written] = [
        ("gate", YES, [[("f0@x", YES)]], [("in@x", YES)]),
        ("left", YES, [[("in@x", YES)]], [("goal@x", YES)]),
        ("right", YES, [[("in@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x"}, {"gate": score(0.5), "left": score(1.0), "right": score(1.0)})
    gate, left = of_steps(found, [number(found, "gate"), number(found, "left")], "goal@x")
    assert (gate.certain, gate.never, gate.reduction) == (1.0, 0.0, found.share("goal@x"))
    assert (left.birnbaum, left.reduction) == (0.0, 0.0)


def test_of_an_unknown_each_value_has_its_own_probability() -> None:
    leaf = Leaf("x", "verified", Check("is", (True,)))
    found = campaigns([("go", leaf, [[("f0@x", YES)]], [("goal@x", YES)])], {"f0@x"}, {"go": score(1.0)})
    assert of_unknown(found, "x", "verified", "goal@x") == {"True": 1.0, "False": 0.0}


def alike(names: Iterable[str], p: float, shared: float, worlds: WorldSet = WORLDS) -> Campaigns:
    """Steps of one technique, each of which alone reaches the goal."""
    steps: list[Written] = [(name, YES, [], [(f"{name}@x", YES), ("goal@x", YES)]) for name in names]
    plain = campaigns(steps, set(), {name: score(p) for name in names}, worlds).graph
    rules = [replace(step.grounding, rule=replace(step.grounding.rule, technique="AML.T0000")) for step in plain.steps]
    graph = AttackGraph(Step(item, item.clauses, item.gains) for item in rules)
    scores = {place: replace(score(p), shared=shared) for place in range(len(rules))}
    return Campaigns(graph.reach([], certain=True), {}, scores, Draws(graph, worlds, "point"))


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_a_common_cause_keeps_each_step_s_chance_and_ties_them_together(shared: float) -> None:
    names = [f"s{place}" for place in range(20)]
    found = alike(names, 0.2, shared)
    for name in names:
        assert near(found.share(f"{name}@x"), 0.2)
    own = (0.2 - 0.2 * shared) / (1 - 0.2 * shared)
    assert near(found.share("goal@x"), 1 - (1 - 0.2 * shared) * (1 - own) ** 20)


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_with_a_common_cause_less_probability_keeps_fewer_worlds(shared: float) -> None:
    before, after = (alike(["s0", "s1"], p, shared) for p in (0.6, 0.35))
    for fact in ("s0@x", "s1@x", "goal@x"):
        assert after.bits(fact) & ~before.bits(fact) == 0


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return analyse(read_pipeline(EXAMPLE), WORKSPACE, WorldSet(1024, 20260915, WORKSPACE.vocabulary.attributes))


def test_on_a_pipeline_every_part_has_its_figure(analysis: Analysis) -> None:
    goal = max(analysis.worst, key=lambda fact: max(attack.point.share(fact) for attack in analysis.attacks))
    attack = max(analysis.attacks, key=lambda item: item.point.share(goal))
    step = max(attack.point.possible, key=lambda item: of_steps(attack.point, [item], goal)[0].birnbaum)
    name = analysis.graph.steps[step].id
    assert analysis.contribution(goal, step=name)[attack.adversary.id].birnbaum > 0
    assert analysis.contribution(goal, fact=goal)[attack.adversary.id].never == 0
    placed = next(item for item in analysis.placement.placed if item.formula == YES and item.state == "in_place")
    bare = analyse(
        analysis.pipeline.with_changes([PlacedControl(control=placed.control, at=(placed.at,), state="absent")]),
        WORKSPACE,
        attack.point.worlds,
    )
    if not bare.placement.problems:
        assert analysis.contribution_of_control(placed.control, placed.at) == pytest.approx(bare.total - analysis.total)
    with pytest.raises(InputError, match="AM157"):
        analysis.contribution(goal, step=name[:-1])


def test_a_contribution_of_what_there_is_not_is_no_figure(analysis: Analysis) -> None:
    goal = next(iter(analysis.worst))
    for wrong in ({}, {"step": analysis.graph.step_ids[0], "fact": goal}, {"fact": "acc.nope@x"}):
        with pytest.raises(InputError, match="AM157"):
            analysis.contribution(goal, **wrong)
    with pytest.raises(InputError, match=r"AM157.*did you mean"):
        analysis.contribution(goal[:-1], fact=goal)
    placed = analysis.placement.placed[0]
    with pytest.raises(InputError, match=r"AM157.*did you mean"):
        analysis.contribution_of_control(placed.control[:-1], placed.at)
    analysis.attacks[0].point.bits(goal)
    place, attribute = next(pair for pair in analysis.attacks[0].point.worlds.drawn if "control:" not in pair[1])
    for shares in analysis.contribution_of_unknown(goal, place, attribute).values():
        assert len(shares) > 1 and all(0 <= share <= 1 for share in shares.values())
    for other in ((place, f"{attribute}x"), (f"{place}x", attribute)):  # worlds drawn for nothing would give noise
        with pytest.raises(InputError, match="AM157"):
            analysis.contribution_of_unknown(goal, *other)


def test_refining_is_exact_or_as_precise_as_asked_for(analysis: Analysis) -> None:
    attack = analysis.attacks[0]
    kinds = set()
    for fact in list(analysis.worst)[:12]:
        found = attack.refined(fact, relative=0.1, most=2**14)
        kinds.add(type(found))
        share = attack.point.share(fact)
        assert abs(found.value - share) <= 5 * sqrt(max(share * (1 - share), 1e-3) / 1024)
        estimate = attack.estimate(fact, solve=True)
        if isinstance(found, Exact):
            assert estimate.exact is not None and estimate.exact.point == found.value
            assert estimate.method == f"exact ({found.rung})"
        else:
            assert estimate.exact is None
    assert kinds == {Exact, Sampled}
    for wrong in ({"relative": 0.0}, {"most": 0}):
        with pytest.raises(InputError, match="AM157"):
            attack.refined(next(iter(analysis.worst)), **wrong)  # type: ignore[arg-type]
