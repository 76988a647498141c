"""P(goal) is the share of worlds that reach it: checked against all worlds, and world by world against itself."""

from __future__ import annotations

from itertools import product
from math import sqrt

import pytest
from attack.making import Written, graph_of, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import YES, Formula, Leaf, negate, settle
from atlasmodel.match.formula import Test as Check
from atlasmodel.risk.draws import Draws
from atlasmodel.risk.estimate import Estimate
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.worlds import WorldSet
from risk.making import ATTRIBUTES, BELIEF, WORLDS, asked, campaigns, chain, changed, facts_of, number, prevents, score

steady = settings(derandomize=True, deadline=None, max_examples=300)
Drawn = tuple[list[Written], set[str]]
FEW = WorldSet(256, 7, ATTRIBUTES)
UNKNOWN = Leaf("x", "verified", Check("is", (True,)))
chances = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=12, max_size=12)


def scored(steps: list[Written], chance: list[float], *weakenings: object) -> dict[str, StepScore]:
    return {step[0]: score(chance[place], *weakenings) for place, step in enumerate(steps)}  # type: ignore[arg-type]


def answered(step: Written, answers: dict[str, bool]) -> Written:
    """The step with some unknowns settled."""

    def told(formula: Formula) -> Formula:
        return settle(formula, lambda leaf: answers.get(leaf.attribute))

    name, formula, clauses, gains = step
    known = [[(fact, told(under)) for fact, under in clause] for clause in clauses]
    return name, told(formula), known, [(fact, told(under)) for fact, under in gains]


def exact(steps: list[Written], starts: set[str], chance: list[float]) -> dict[str, float]:
    """The probability of every fact, summed over all worlds: each step possible or not, each unknown so or so."""
    found: dict[str, float] = {}
    for answers in product((True, False), repeat=len(BELIEF)):
        value = dict(zip(BELIEF, answers, strict=True))
        weight = 1.0
        for name, answer in value.items():
            weight *= BELIEF[name] if answer else 1 - BELIEF[name]
        graph = graph_of([answered(step, value) for step in steps])
        for possible in product((True, False), repeat=len(steps)):
            share = weight
            for yes, p in zip(possible, chance, strict=False):
                share *= p if yes else 1 - p
            if share:
                gone = [place for place, yes in enumerate(possible) if not yes]
                for fact in graph.reach(starts, certain=True, banned=gone).facts:
                    found[fact] = found.get(fact, 0.0) + share
    return found


@settings(derandomize=True, deadline=None, max_examples=40)
@given(graphs(most=8, facts=6), chances)
def test_p_agrees_with_the_sum_over_all_worlds(drawn: Drawn, chance: list[float]) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, chance))
    for fact, p in exact(steps, starts, chance).items():
        allowed = 4 * sqrt(max(0.0, p * (1 - p)) / WORLDS.count) + 1e-6
        assert abs(found.share(fact) - p) <= allowed, fact


@pytest.mark.parametrize(("fact", "wanted"), [("a@x", 0.5), ("b@x", 0.45)])
def test_two_steps_that_grant_each_other_do_not_hold_each_other_up(fact: str, wanted: float) -> None:
    steps: list[Written] = [
        ("enter", YES, [[("f0@x", YES)]], [("a@x", YES)]),
        ("there", YES, [[("a@x", YES)]], [("b@x", YES)]),
        ("back", YES, [[("b@x", YES)]], [("a@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x"}, {"enter": score(0.5), "there": score(0.9), "back": score(0.9)})
    assert found.share(fact) == pytest.approx(wanted, abs=4 * sqrt(wanted * (1 - wanted) / WORLDS.count))
    assert found.bits("a@x") & found.bits("b@x") == found.bits("b@x")


def test_a_chain_of_100_000_steps_needs_no_recursion() -> None:
    length = 100_000
    names = [f"f{place}@x" for place in range(length + 1)]
    graph = graph_of([(f"s{n}", YES, [[(names[n], YES)]], [(names[n + 1], YES)]) for n in range(length)])
    scores = {step: score(0.5 if step in (7, length - 1) else 1.0) for step in range(length)}
    found = Campaigns(graph.reach(["f0@x"], certain=True), {"f0@x": YES}, scores, Draws(graph, FEW, "point"))
    before, after = found.bits(names[-2]), found.bits(names[-1])
    assert before == found.possible[7]
    assert after == before & found.possible[length - 1] not in (0, before)


def test_a_shared_step_is_drawn_once() -> None:
    steps: list[Written] = [
        ("shared", YES, [[("f0@x", YES)]], [("a@x", YES), ("b@x", YES)]),
        ("end", YES, [[("a@x", YES)], [("b@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x"}, {"shared": score(0.5), "end": score(1.0)})
    assert found.bits("goal@x") == found.bits("a@x") == found.bits("b@x")


@steady
@given(graphs(), chances)
def test_low_point_and_high_hold_in_this_order_in_every_world(drawn: Drawn, chance: list[float]) -> None:
    steps, starts = drawn
    maybe = (prevents("maybe", 0.7, UNKNOWN), prevents("sure", 0.3), prevents("not", 0.2, negate(UNKNOWN)))
    scores = scored(steps, chance, *maybe)
    low, point, high = (campaigns(steps, starts, scores, FEW, side) for side in ("low", "point", "high"))  # type: ignore[arg-type]
    for fact in facts_of(point.graph):
        assert low.bits(fact) & ~point.bits(fact) == 0
        assert point.bits(fact) & ~high.bits(fact) == 0


@steady
@given(graphs(), chances, st.sampled_from(["verified", "logged"]), st.booleans())
def test_answering_an_unknown_never_leads_outside_the_bounds(
    drawn: Drawn, chance: list[float], name: str, answer: bool
) -> None:
    steps, starts = drawn

    told = [answered(step, {name: answer}) for step in steps]
    maybe = settle(UNKNOWN, lambda leaf: answer if leaf.attribute == name else None)
    scores = scored(steps, chance, prevents("maybe", 0.7, UNKNOWN))
    after = campaigns(told, starts, scored(steps, chance, prevents("maybe", 0.7, maybe)), FEW)
    low, high = (campaigns(steps, starts, scores, FEW, side) for side in ("low", "high"))  # type: ignore[arg-type]
    for fact in facts_of(low.graph):
        assert low.bits(fact) & ~after.bits(fact) == 0
        assert after.bits(fact) & ~high.bits(fact) == 0


@steady
@given(graphs(), chances, st.integers(0, 9), st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([YES, UNKNOWN]))
def test_one_more_control_never_raises_a_figure(
    drawn: Drawn, chance: list[float], place: int, share: float, formula: object
) -> None:
    steps, starts = drawn
    scores = scored(steps, chance, prevents("first", 0.4))
    name = steps[place % len(steps)][0]
    more = scores | {name: score(scores[name].base, prevents("first", 0.4), prevents("more", share, formula))}  # type: ignore[arg-type]
    for side in ("low", "point", "high"):
        before, after = (campaigns(steps, starts, some, FEW, side) for some in (scores, more))  # type: ignore[arg-type]
        for fact in facts_of(before.graph):
            assert after.bits(fact) & ~before.bits(fact) == 0


@steady
@given(
    graphs(), chances, st.lists(st.dictionaries(st.integers(0, 9), st.sampled_from([0.0, 0.2, 0.6, 1.0])), max_size=5)
)
def test_what_if_is_a_fresh_run_bit_for_bit(
    drawn: Drawn, chance: list[float], scenarios: list[dict[int, float]]
) -> None:
    steps, starts = drawn
    scores = scored(steps, chance)
    today = campaigns(steps, starts, scores, FEW)
    facts = [*facts_of(today.graph), "nothing@here"]
    changes = changed(steps, scenarios)
    for change, shares in zip(changes, today.what_if(asked(today, changes), facts), strict=True):
        fresh = campaigns(steps, starts, scores | change, FEW)
        assert shares == [fresh.share(fact) for fact in facts]


@steady
@given(graphs(most=6), chances, st.integers(0, 9))
def test_taking_a_step_away_is_as_if_it_were_not_there(drawn: Drawn, chance: list[float], gone: int) -> None:
    steps, starts = drawn
    scores = scored(steps, chance)
    name = steps[gone % len(steps)][0]
    today = campaigns(steps, starts, scores, FEW)
    if number(today, name) in today.possible:
        facts = facts_of(today.graph)
        rest = campaigns([step for step in steps if step[0] != name], starts, scores, FEW)
        assert today.what_if([{number(today, name): 0}], facts) == [[rest.share(fact) for fact in facts]]


@steady
@given(graphs(), chances, graphs(most=3))
def test_an_isolated_part_leaves_every_bit_as_it_was(drawn: Drawn, chance: list[float], other: Drawn) -> None:
    steps, starts = drawn
    aside: list[Written] = [
        (f"other-{name}", formula, [[(f"o-{fact}", under) for fact, under in clause] for clause in clauses],
         [(f"o-{fact}", under) for fact, under in gains])
        for name, formula, clauses, gains in other[0]
    ]  # fmt: skip
    alone = campaigns(steps, starts, scored(steps, chance), FEW)
    beside_scores = scored(steps, chance) | scored(aside, chance)
    beside = campaigns([*aside, *steps], starts | {f"o-{fact}" for fact in other[1]}, beside_scores, FEW)
    for fact in facts_of(alone.graph):
        assert alone.bits(fact) == beside.bits(fact)


def test_draws_are_keyed_by_the_name_of_the_step() -> None:
    steps: list[Written] = [(f"s{place}", YES, [], [(f"t{place}@x", YES)]) for place in range(5)]
    scores = {step[0]: score(0.5) for step in steps}
    before = campaigns(steps, set(), scores)
    after = campaigns([step for step in reversed(steps) if step[0] != "s2"], set(), scores)
    for place in (0, 1, 3, 4):
        assert before.bits(f"t{place}@x") == after.bits(f"t{place}@x")
    assert len({before.bits(f"t{place}@x") for place in range(5)}) == 5


def test_a_start_that_may_be_held_is_held_in_some_worlds() -> None:
    graph = graph_of([("go", YES, [[("f0@x", YES)]], [("goal@x", YES)])])
    part = graph.reach(["f0@x"], certain=False)
    shares = [
        Campaigns(part, {"f0@x": UNKNOWN}, {0: score(1.0)}, Draws(graph, WORLDS, side)).share("goal@x")
        for side in ("low", "point", "high")
    ]
    assert shares == [0.0, pytest.approx(0.3, abs=0.03), 1.0]


def test_an_unknown_shared_by_two_steps_is_drawn_once() -> None:
    steps: list[Written] = [
        ("a", UNKNOWN, [], [("a@x", YES)]),
        ("b", negate(UNKNOWN), [], [("b@x", YES)]),
        ("both", YES, [[("a@x", YES)], [("b@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, set(), dict.fromkeys(("a", "b", "both"), score(1.0)))
    assert found.share("a@x") + found.share("b@x") == 1
    assert found.share("goal@x") == 0
    assert campaigns(steps, set(), dict.fromkeys(("a", "b", "both"), score(1.0)), side="high").share("goal@x") == 1


def shares_of(found: Campaigns, goal: str = "goal@x") -> dict[str, float]:
    (shares,) = found.shares_of_steps([goal])
    return {found.graph.steps[step].id.partition("@")[0]: share for step, share in shares.items()}


def test_in_a_row_every_step_carries_the_whole_risk() -> None:
    steps = chain("one", "two", "three")
    found = campaigns(steps, {"f0@x"}, {"one": score(0.5), "two": score(0.8), "three": score(1.0)})
    assert shares_of(found) == dict.fromkeys(("one", "two", "three"), found.share("goal@x"))


def test_two_holes_that_serve_alike_both_count_though_removing_one_changes_little() -> None:
    steps: list[Written] = [
        ("left", YES, [[("f0@x", YES)]], [("a@x", YES)]),
        ("right", YES, [[("f0@x", YES)]], [("a@x", YES)]),
        ("end", YES, [[("a@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x"}, dict.fromkeys(("left", "right", "end"), score(1.0)))
    assert shares_of(found) == {"left": 1.0, "right": 1.0, "end": 1.0}
    assert found.what_if([{number(found, "left"): 0}, {number(found, "right"): 0}], ["goal@x"]) == [[1.0], [1.0]]


def test_a_step_on_no_proof_carries_nothing() -> None:
    steps: list[Written] = [
        *chain("one", "two"),
        ("aside", YES, [[("f0@x", YES)]], [("nothing@x", YES)]),
        ("onward", YES, [[("goal@x", YES)]], [("further@x", YES)]),
        ("again", YES, [[("goal@x", YES)]], [("one-done@x", YES)]),  # what led to the goal is no news
    ]
    found = campaigns(steps, {"f0@x"}, {step[0]: score(1.0) for step in steps})
    assert shares_of(found) == {"one": 1.0, "two": 1.0}


def test_of_two_steps_that_grant_each_other_only_the_needed_one_counts() -> None:
    steps: list[Written] = [
        ("enter", YES, [[("f0@x", YES)]], [("a@x", YES)]),
        ("there", YES, [[("a@x", YES)]], [("b@x", YES)]),
        ("back", YES, [[("b@x", YES)]], [("a@x", YES)]),
        ("end", YES, [[("a@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x"}, {step[0]: score(1.0) for step in steps})
    assert shares_of(found) == {"enter": 1.0, "end": 1.0}


def test_a_cycle_with_two_ways_in_counts_both_directions() -> None:
    steps: list[Written] = [
        ("front", YES, [[("f0@x", YES)]], [("a@x", YES)]),
        ("rear", YES, [[("f1@x", YES)]], [("b@x", YES)]),
        ("there", YES, [[("a@x", YES)]], [("b@x", YES)]),
        ("back", YES, [[("b@x", YES)]], [("a@x", YES)]),
        ("end", YES, [[("a@x", YES)]], [("goal@x", YES)]),
    ]
    found = campaigns(steps, {"f0@x", "f1@x"}, {step[0]: score(1.0) for step in steps})
    shares = shares_of(found)
    assert shares["front"] == shares["rear"] == shares["back"] == shares["end"] == 1.0


@steady
@given(graphs(), chances)
def test_a_share_is_never_more_than_the_goal_s_and_a_needed_step_has_all_of_it(
    drawn: Drawn, chance: list[float]
) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, chance), FEW)
    goals = [fact for fact in facts_of(found.graph) if fact not in starts]
    for goal, shares in zip(goals, found.shares_of_steps(goals), strict=True):
        assert all(0 < share <= found.share(goal) for share in shares.values())
        (alone,) = found.shares_of_steps([goal])
        assert alone == shares  # side by side is one by one
        for step in found.possible:
            ((without,),) = found.what_if([{step: 0}], [goal])
            assert shares.get(step, 0.0) >= found.share(goal) - without  # what only it can do, it is on every proof of


def test_a_goal_nobody_reaches_has_no_shares() -> None:
    found = campaigns(chain("one"), {"f0@x"}, {"one": score(1.0)})
    assert found.shares_of_steps(["elsewhere@x"]) == [{}]
    assert found.share("elsewhere@x") == 0.0
    assert found.what_if([], ["goal@x"]) == []


def test_an_estimate_holds_its_bounds() -> None:
    estimate = Estimate(0.1, 0.2, 0.3, 4096)
    assert (estimate.method, estimate.at_most) == ("sampled", None)
    assert estimate.standard_error == pytest.approx(0.00625)
    assert estimate.interval[0] < estimate.point < estimate.interval[1]
    nowhere = Estimate(0.0, 0.0, 0.5, 4096)
    assert nowhere.at_most == 3 / 4096 and nowhere.interval[0] == 0 < nowhere.interval[1] < 0.001
