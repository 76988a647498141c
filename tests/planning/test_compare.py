"""Two assessments side by side: what a plan changes, and what it does not."""

from __future__ import annotations

from functools import cache

import atlasmodel as am
from atlasmodel.comparison import Comparison

QUICK = am.Options(worlds=256, paths=1, path_goals=1, removes=1, measures=1, questions=1)


@cache
def pair() -> tuple[am.Assessment, am.Assessment]:
    builder = am.PipelineBuilder("pair")
    api = builder.add("api", kind="inference_api", exposure="public")
    model = builder.add("m", kind="llm")
    builder.flow(model, api, kind="serves")
    before = am.assess(builder.build(), options=QUICK)
    plan = before.plan(measures=1)
    return before, am.assess(builder.build().with_changes(plan.changes), options=QUICK)


def test_a_comparison_says_what_changed_and_what_did_not() -> None:
    before, after = pair()
    found = before.compare(after)
    assert found.risk == (before.totals.risk, after.totals.risk)
    assert found.risk[1] < found.risk[0]
    assert len(found.changed) + len(found.removed) + found.unchanged == len(before.findings)
    assert list(found.measures.values()) == [(None, "in_place")]
    assert found.goals
    assert all(new <= old for old, new in found.goals.values())
    assert len(found.goals) + found.goals_unchanged == len({(goal.fact, goal.adversary) for goal in before.goals})


def test_nothing_changes_against_itself() -> None:
    before, _ = pair()
    same = before.compare(before)
    assert not (same.added or same.removed or same.changed or same.goals or same.measures)
    assert same.unchanged == len(before.findings)


def test_the_other_way_round_is_the_mirror() -> None:
    before, after = pair()
    there, back = before.compare(after), after.compare(before)
    assert there.risk == back.risk[::-1]
    assert {key: pair[::-1] for key, pair in there.goals.items()} == back.goals
    assert there.added == back.removed


def test_the_page_lists_the_changes_and_gives_no_orders() -> None:
    before, after = pair()
    page = before.compare(after).to_markdown()
    assert "## Goals" in page
    assert "## Measures (1)" in page
    odd = Comparison(added=("@team <b>|",), removed=(), changed={}, risk=(1.0, 2.0))
    assert "@team" not in odd.to_markdown()
    assert "<b>" not in odd.to_markdown()
