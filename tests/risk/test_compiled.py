"""The kernels give what the sweeps over bits give, to the bit; compiled where numba is installed, else as they stand."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from attack.making import Written, graphs
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import YES, negate
from atlasmodel.risk import scenarios as scenarios_module
from atlasmodel.risk.compiled import Compiled
from atlasmodel.risk.cycles import useless_gains
from atlasmodel.risk.kernels.count import count_ones, ones
from atlasmodel.risk.kernels.draw import draw_below, high_product
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.worlds import LEVELS, Side, bits_of, levels_of
from risk.making import WORLDS, asked, campaigns, changed, facts_of, prevents, score
from risk.test_probability import FEW, UNKNOWN, Drawn, chances, scored, steady


def compiled(found: Campaigns) -> Compiled:
    return Compiled(found.field, found.start, found.rows, found.worlds)


@steady
@given(graphs(most=10), chances, st.sampled_from(["low", "point", "high"]))
def test_the_same_is_reached(drawn: Drawn, chance: list[float], side: str) -> None:
    steps, starts = drawn
    scores = scored(steps, chance, prevents("maybe", 0.7, UNKNOWN), prevents("not", 0.2, negate(UNKNOWN)))
    found = campaigns(steps, starts, scores, FEW, side)  # type: ignore[arg-type]
    kernels = compiled(found)
    assert bits_of(kernels.reached) == found.reached
    assert bits_of(kernels.fired) == [found.fired(step) for step in found.field.steps[kernels.today.rows].tolist()]


@steady
@given(
    graphs(most=10), chances,
    st.lists(st.dictionaries(st.integers(0, 9), st.sampled_from([0.0, 0.2, 0.6, 1.0]), max_size=4), max_size=5),
)  # fmt: skip
def test_the_same_follows_from_changes_one_after_the_other(
    drawn: Drawn, chance: list[float], scenarios: list[dict[int, float]]
) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, chance), FEW)
    facts = [*facts_of(found.graph), "nothing@here"]
    questions = asked(found, changed(steps, scenarios))
    kernels = compiled(found)
    assert kernels.what_if(questions, facts) == found.what_if(questions, facts)
    between = kernels._scenarios
    assert np.array_equal(kernels.possible, kernels.today.words[kernels.today.rows]) and not between._flags.any()
    assert not any(undo.touched.any() for undo in between._undos)


@steady
@given(graphs(most=10), chances)
def test_the_same_steps_lie_on_proofs(drawn: Drawn, chance: list[float]) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, chance), FEW)
    goals = [*facts_of(found.graph), "nothing@here"]
    assert compiled(found).shares_of_steps(goals) == found.shares_of_steps(goals)


@steady
@given(graphs(most=12))
def test_the_same_gains_are_useless(drawn: Drawn) -> None:
    steps, starts = drawn
    found = campaigns(steps, starts, scored(steps, [1.0] * 20), FEW)
    kernels = compiled(found)
    steps_of, facts = found.field.steps[kernels.today.rows[kernels.net.gain_steps]], kernels.net.gain_facts
    useless = {(int(steps_of[gain]), int(facts[gain])) for gain in np.flatnonzero(kernels._useless)}
    assert useless == {(step, fact) for step, facts in useless_gains(found).items() for fact in facts}


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.text(max_size=5)), min_size=1, max_size=20))
def test_draws_are_those_of_numpy(wanted: list[tuple[float, str]]) -> None:
    plain = [WORLDS.pack(WORLDS.uniform("step", name) < threshold) for threshold, name in wanted]
    levels = levels_of(np.array([threshold for threshold, _ in wanted]))
    keys = [("step", name) for _, name in wanted]
    assert bits_of(WORLDS.rows_below(levels, keys)) == plain
    with np.errstate(over="ignore"):  # where nothing is compiled
        assert bits_of(WORLDS._drawn_below(levels, keys)) == plain


def test_all_or_nothing_is_not_drawn() -> None:
    keys, levels = np.zeros((2, 2), dtype=np.uint64), np.array([0, LEVELS], dtype=np.uint64)
    rows = np.ones((2, 3), dtype=np.uint64)
    draw_below(keys, levels, rows)
    assert rows.tolist() == [[0] * 3, [2**64 - 1] * 3]


@pytest.mark.parametrize("threshold", [2.0**-24, 2.0**-25, 0.5, 1 - 2.0**-24, np.nextafter(0.3, 1)])
def test_a_threshold_counts_as_numpy_rounds_it(threshold: float) -> None:
    keys = np.array([[1, 2]], dtype=np.uint64)
    numbers = np.random.Generator(np.random.Philox(key=keys[0])).random(4096, dtype=np.float32)
    out = np.empty((1, 64), dtype=np.uint64)
    with np.errstate(over="ignore"):
        draw_below(keys, np.ceil(np.array([np.float32(threshold)], dtype=np.float64) * 2**24).astype(np.uint64), out)
    assert bits_of(out) == [WORLDS.pack(numbers < threshold)]


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_the_upper_half_of_a_product(one: int, other: int) -> None:
    with np.errstate(over="ignore"):
        assert int(high_product(np.uint64(one), np.uint64(other))) == one * other >> 64


@pytest.mark.parametrize("side", ["low", "point", "high"])
@pytest.mark.parametrize("seed", range(15))
def test_many_scenarios_on_large_cycles(seed: int, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    # all answered from each other, those left that take too long, all left that can be
    monkeypatch.setattr(scenarios_module, "_TRIED", (9.0, 1 / 14, 0.0)[seed % 3])
    random = Random(seed)
    formulas = [YES, YES, YES, UNKNOWN, negate(UNKNOWN)]
    names = [f"f{number}@x" for number in range(30)]
    steps: list[Written] = [
        (f"s{place}", YES, [[(fact, random.choice(formulas)) for fact in random.sample(names, random.choice([1, 1, 2]))]
                            for _ in range(random.choice([1, 1, 1, 2]))], [(random.choice(names), YES)])
        for place in range(90)
    ]  # fmt: skip
    scores = {name: score(random.choice([0.3, 0.7, 0.9, 1.0])) for name, *_ in steps}
    found = campaigns(steps, {"f0@x", "f1@x"}, scores, FEW, side)
    sizes = [random.choice([0, 3, 6, 60]) for _ in range(12)]
    scenarios = [{random.randrange(90): random.choice([0.0, 0.2, 1.0]) for _ in range(size)} for size in sizes]
    questions = asked(found, changed(steps, scenarios))
    facts = facts_of(found.graph)
    kernels = compiled(found)
    answers = kernels.what_if(questions, facts)
    assert answers == found.what_if(questions, facts)
    assert kernels.shares_of_steps(facts) == found.shares_of_steps(facts)


def test_bits_of_some_rows_are_counted() -> None:
    rows = np.array([[1, 3], [0, 0], [2**63, 7]], dtype=np.uint64)
    assert count_ones(rows, np.array([2, 0], dtype=np.int32)).tolist() == [4, 3]


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_bits_of_a_word_are_counted(word: int) -> None:
    assert ones(np.uint64(word)) == word.bit_count()
