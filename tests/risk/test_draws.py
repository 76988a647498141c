"""In which worlds steps are possible: what controls leave, part by part, against a threshold for each world on its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from attack.making import graph_of
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import NO, YES, Formula, Leaf, bound, every, negate
from atlasmodel.match.formula import Test as Check
from atlasmodel.risk.draws import Draws, StepRows
from atlasmodel.risk.left import parts_left_by
from atlasmodel.risk.rows import Rows
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import Side, WorldSet
from risk.making import ATTRIBUTES, chain, prevents, score

FEW = WorldSet(256, 7, ATTRIBUTES)
VERIFIED, LOGGED = (Leaf("x", name, Check("is", (True,))) for name in ("verified", "logged"))
formulas = st.sampled_from([YES, NO, VERIFIED, LOGGED, negate(VERIFIED), every([VERIFIED, LOGGED])])
controls = st.builds(prevents, st.sampled_from(["one", "other"]), st.sampled_from([0.0, 0.3, 0.5, 1.0]), formulas)
sides: st.SearchStrategy[Side] = st.sampled_from(["low", "point", "high"])


def holds(formula: Formula, world: int, side: Side, *, good_for_attacker: bool) -> bool:
    if side == "point":
        return bool(FEW.where(formula) >> world & 1)
    return bound(formula, favour=(side == "high") == good_for_attacker)


def chance(step: StepScore, world: int, side: Side) -> float:
    """Probability of a step in one world: of each control there, the strongest form takes its share away."""
    strongest: dict[str, float] = {}
    for item in step.weakenings:
        if holds(item.formula, world, side, good_for_attacker=False):
            strongest[item.control] = max(item.share, strongest.get(item.control, 0.0))
    left = step.base
    for name in sorted(strongest):
        left *= 1 - strongest[name]
    return left


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.lists(controls, max_size=4)), min_size=1, max_size=4), formulas, sides)
def test_a_step_is_possible_where_it_is_there_and_its_number_lies_below_its_chance(
    figures: Sequence[tuple[float, list[Weakening]]], there: Formula, side: Side
) -> None:
    names = [f"s{number}" for number in range(len(figures))]
    steps = [(name, there, needs, gains) for name, _, needs, gains in chain(*names)]
    scores = {number: score(base, *acting) for number, (base, acting) in enumerate(figures)}
    found = Draws(graph_of(steps), FEW, side).possible(scores)
    for number, step in scores.items():
        numbers = FEW.uniform("step", f"{names[number]}@x")
        for world in range(0, FEW.count, 7):
            wanted = holds(there, world, side, good_for_attacker=True) and numbers[world] < np.float32(
                chance(step, world, side)
            )
            assert bool(found[number] >> world & 1) == wanted


def test_steps_that_all_have_several_parts_keep_the_first() -> None:
    unknown = prevents("maybe", 0.9, VERIFIED)
    found = Draws(graph_of(chain("a", "b")), FEW, "point").possible({0: score(0.8, unknown), 1: score(0.7, unknown)})
    sure = FEW.where(VERIFIED)
    for number, (name, base) in enumerate([("a", 0.8), ("b", 0.7)]):
        low, high = (FEW.below(threshold, "step", f"{name}@x") for threshold in (base * (1 - 0.9), base))
        assert found[number] == low & sure | high & ~sure & FEW.all


@given(st.lists(controls, max_size=5))
def test_each_world_lies_in_one_part(acting: list[Weakening]) -> None:
    parts = [part & FEW.all for _, part in parts_left_by(acting, FEW.where)]
    assert sum(parts) == FEW.all  # as bits: each world once


def test_sides_and_questions_share_what_was_compared() -> None:
    graph = graph_of(chain("a"))
    point = Draws(graph, FEW, "point")
    high = Draws(graph, FEW, "high", point.streams)
    assert point.possible({0: score(0.4)})[0] == high.possible({0: score(0.4)})[0] == FEW.below(0.4, "step", "a@x")
    assert point.streams is high.streams


def test_techniques_share_a_part_of_their_luck() -> None:
    graph = graph_of(chain("a", "b"))
    alone = StepScore(0.5, (), (), 1.0, 0.0, shared=0.5)
    rows = Draws(graph, FEW, "point").possible({0: alone, 1: alone})
    own = (0.5 - 0.25) / (1 - 0.25)
    common = FEW.below(0.25, "technique", str(graph.steps[0].grounding.rule.technique))
    named = graph.steps[0].grounding.rule.technique is not None
    wanted = FEW.below(own, "step", "a@x") | common if named else FEW.below(0.5, "step", "a@x")
    assert rows[0] == wanted


def test_rows_are_made_once_and_keep_their_place_as_they_grow() -> None:
    asked: list[list[int]] = []

    def make(numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
        asked.append(numbers.tolist())
        return np.repeat(numbers.astype(np.uint64)[:, None], 2, axis=1)

    rows = Rows(make)
    assert rows.of(np.array([], dtype=np.int64)).shape == (0, 2)
    for numbers in ([5, 3, 5], [3, 9, 8, 7, 6, 1], [1, 5, 10]):
        found = rows.of(np.array(numbers))
        assert found[:, 0].tolist() == numbers
        found[:] = 0  # a copy: what is kept stays as it is
    assert asked == [[], [5, 3], [9, 8, 7, 6, 1], [10]]


def test_step_rows_are_a_mapping_of_bits() -> None:
    rows = StepRows.of({7: 0b101, 3: FEW.all}, FEW)
    assert dict(rows) == {3: FEW.all, 7: 0b101}
    assert StepRows.of(rows, FEW) is rows
    assert 4 not in rows
    with pytest.raises(KeyError):
        rows[8]
    assert StepRows.of({3: EVERYWHERE}, FEW)[3] == FEW.all
