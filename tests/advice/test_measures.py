"""Ranked measures: each removes something, the order is stated, official ones give way to own ones that carry them out."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.advice.measures import rank_measures
from atlasmodel.analysis import Analysis, analyse
from atlasmodel.document import RankedMeasure
from atlasmodel.mitigate.placement import Placed
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "fraud-scoring.yaml"
WORKSPACE = Workspace.builtin()
WORLDS = WorldSet(1024, 20260915, WORKSPACE.vocabulary.attributes)


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    return analyse(read_pipeline(EXAMPLE), WORKSPACE, WORLDS)


@pytest.fixture(scope="session")
def ranked(analysis: Analysis) -> tuple[RankedMeasure, ...]:
    return rank_measures(analysis, analysis.credits(64)[0], 60)[0]


def test_every_measure_removes_something_and_the_best_comes_first(ranked: tuple[RankedMeasure, ...]) -> None:
    assert ranked
    assert all(row.removes > 0 for row in ranked)
    keys = [(-row.removes, row.effort_days, row.control, row.at) for row in ranked]
    assert [key[0] for key in keys] == sorted(key[0] for key in keys)
    assert len({(row.control, row.at) for row in ranked}) == len(ranked)


def test_official_measures_are_left_to_own_ones_that_carry_them_out(ranked: tuple[RankedMeasure, ...]) -> None:
    assert not {row.control for row in ranked} & WORKSPACE.library.carried_out


def test_a_measure_stands_at_a_fitting_place(ranked: tuple[RankedMeasure, ...], analysis: Analysis) -> None:
    for row in ranked:
        assert row.at in analysis.coverage.places(WORKSPACE.library.controls[row.control])
        assert row.techniques


def test_what_is_fully_there_is_not_proposed(ranked: tuple[RankedMeasure, ...], analysis: Analysis) -> None:
    full = {
        (item.control, item.at)
        for item in analysis.placement.placed
        if item.state in ("in_place", "verified") and item.coverage >= 1 and item.attribute is None
    }
    assert not full & {(row.control, row.at) for row in ranked}


def test_what_is_left_untried_is_counted(analysis: Analysis) -> None:
    credits, _ = analysis.credits(64)
    tried, left = rank_measures(analysis, credits, 3)
    every, none = rank_measures(analysis, credits, 10_000)
    assert len(tried) <= 3 < len(every)
    assert (left > 0, none) == (True, 0)


def test_the_figure_is_what_a_fresh_run_with_the_measure_gives(
    ranked: tuple[RankedMeasure, ...], analysis: Analysis
) -> None:
    for row in ranked[:4]:
        change = PlacedControl(control=row.control, at=(row.at,), state="in_place")
        fresh = analyse(analysis.pipeline.with_changes([change]), WORKSPACE, WORLDS)
        assert analysis.total - fresh.total == pytest.approx(row.removes, rel=1e-3)


def test_totals_with_a_control_are_never_higher(analysis: Analysis) -> None:
    placed = [
        Placed(control.id, place, state, 1.0, None)
        for control in list(WORKSPACE.library.controls.values())[::5]
        for place in analysis.coverage.places(control)[:2]
        for state in ("partial", "verified")
    ]
    assert all(total <= analysis.total + 1e-9 for total in analysis.totals_with(placed))
    assert analysis.totals_with([Placed(placed[0].control, placed[0].at, "planned", 1.0, None)]) == [analysis.total]


def test_sets_of_controls_act_together_as_in_a_fresh_run(ranked: tuple[RankedMeasure, ...], analysis: Analysis) -> None:
    chosen = [Placed(row.control, row.at, "in_place", 1.0, None) for row in ranked[:6]]
    sets = [[], chosen[:1], chosen[:3], chosen]
    totals = analysis.totals_with_sets(sets)
    assert totals[0] == analysis.total
    assert totals[1:2] == analysis.totals_with(chosen[:1])
    assert totals == sorted(totals, reverse=True)
    changes = [PlacedControl(control=item.control, at=(item.at,), state="in_place") for item in chosen]
    fresh = analyse(analysis.pipeline.with_changes(changes), WORKSPACE, WORLDS)
    assert totals[-1] == pytest.approx(fresh.total, rel=1e-12)
    shares = analysis.shares_with_sets(sets)[-1]
    assert shares == {
        (fact, attack.adversary.id): attack.point.share(fact) for attack in fresh.attacks for fact in analysis.worst
    }
