"""Formulas: Kleene tables, simplification, and the two properties everything else rests on (settle, bound)."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.match.formula import (
    NO,
    YES,
    Formula,
    Known,
    Leaf,
    Term,
    at_least,
    bound,
    every,
    fold,
    is_listed,
    leaves,
    negate,
    settle,
    some,
    truth,
)
from atlasmodel.match.formula import Test as Check

steady = settings(derandomize=True, deadline=None, max_examples=300)
LEAVES = [Leaf("api", name, Check("is", (True,))) for name in "abcd"]
QUIET = Leaf("api", "e", Check("is", (True,)), quiet=True)
MAYBE = LEAVES[0]
WORDS = {"yes": YES, "unknown": MAYBE, "no": NO}
ORDER = ("no", "unknown", "yes")


@st.composite
def written(draw: st.DrawFn, depth: int = 4) -> tuple[str, object]:
    """A formula as it is written: nested tuples, so that the plain truth can be told without the code under test."""
    kind = draw(st.sampled_from(["leaf", "leaf", "known", "not", "least"] if depth else ["leaf", "known"]))
    if kind == "leaf":
        return kind, draw(st.integers(0, len(LEAVES) - 1))
    if kind == "known":
        return kind, draw(st.booleans())
    if kind == "not":
        return kind, draw(written(depth - 1))
    parts = draw(st.lists(written(depth - 1), min_size=1, max_size=4))
    return kind, (draw(st.integers(1, len(parts))), parts)


def build(text: tuple[str, object]) -> Formula:
    kind, data = text
    if kind == "leaf":
        return LEAVES[data]  # type: ignore[call-overload,no-any-return]
    if kind == "known":
        return Known(bool(data))
    if kind == "not":
        return negate(build(data))  # type: ignore[arg-type]
    count, parts = data  # type: ignore[misc]
    return at_least(count, [build(part) for part in parts])  # type: ignore[has-type]


def plain(text: tuple[str, object], answers: tuple[bool, ...]) -> bool:
    kind, data = text
    if kind == "leaf":
        return answers[data]  # type: ignore[index]
    if kind == "known":
        return bool(data)
    if kind == "not":
        return not plain(data, answers)  # type: ignore[arg-type]
    count, parts = data  # type: ignore[misc]
    return sum(plain(part, answers) for part in parts) >= count  # type: ignore[has-type]


@pytest.mark.parametrize("left", ORDER)
@pytest.mark.parametrize("right", ORDER)
def test_and_is_the_lesser_and_or_the_greater_of_two_truths(left: str, right: str) -> None:
    both = [WORDS[left], WORDS[right]]
    assert truth(every(both)) == min(left, right, key=ORDER.index)
    assert truth(some(both)) == max(left, right, key=ORDER.index)


@pytest.mark.parametrize(("word", "flipped"), [("yes", "no"), ("unknown", "unknown"), ("no", "yes")])
def test_not_turns_a_truth_round(word: str, flipped: str) -> None:
    assert truth(negate(WORDS[word])) == flipped
    assert negate(negate(WORDS[word])) == WORDS[word]


@pytest.mark.parametrize("parts", list(product(ORDER, repeat=3)))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_at_least_counts(count: int, parts: tuple[str, ...]) -> None:
    sure, possible = (sum(word in fits for word in parts) for fits in (("yes",), ("yes", "unknown")))
    wanted = "yes" if sure >= count else "no" if possible < count else "unknown"
    assert truth(at_least(count, [WORDS[word] for word in parts])) == wanted


def test_nothing_to_meet_is_met_and_nothing_to_choose_from_is_not() -> None:
    assert every([]) == YES
    assert some([]) == NO


def test_a_formula_with_one_open_part_left_is_that_part() -> None:
    assert every([YES, MAYBE, YES]) == MAYBE
    assert some([NO, MAYBE]) == MAYBE
    assert at_least(2, [YES, MAYBE, NO]) == MAYBE


@steady
@given(written())
def test_settling_every_leaf_gives_the_plain_truth(text: tuple[str, object]) -> None:
    formula = build(text)
    for answers in product((False, True), repeat=len(LEAVES)):
        given_answers = dict(zip(LEAVES, answers, strict=True))
        assert settle(formula, given_answers.get) == Known(plain(text, answers))


@steady
@given(written(), st.tuples(*[st.sampled_from([None, False, True])] * len(LEAVES)))
def test_settling_some_leaves_the_others_open(text: tuple[str, object], answers: tuple[bool | None, ...]) -> None:
    part = dict(zip(LEAVES, answers, strict=True))
    half = settle(build(text), part.get)
    assert not {leaf for leaf in leaves(half) if part[leaf] is not None}
    for rest in product((False, True), repeat=len(LEAVES)):
        whole = tuple(later if now is None else now for now, later in zip(answers, rest, strict=True))
        assert settle(half, dict(zip(LEAVES, rest, strict=True)).get) == Known(plain(text, whole))


@steady
@given(written())
def test_bounds_lie_outside_every_answer(text: tuple[str, object]) -> None:
    formula = build(text)
    low, high = (bound(formula, favour=side) for side in (False, True))
    truths = {plain(text, answers) for answers in product((False, True), repeat=len(LEAVES))}
    assert all(low <= value <= high for value in truths)
    if isinstance(formula, Known):
        assert truths == {formula.value} == {low} == {high}


@steady
@given(written())
def test_folding_into_truths_is_settling(text: tuple[str, object]) -> None:
    formula = build(text)
    for answers in product((False, True), repeat=len(LEAVES)):
        value = dict(zip(LEAVES, answers, strict=True))
        folded = fold(formula, bool, value.__getitem__, lambda count, parts: sum(parts) >= count, lambda part: not part)
        assert folded == plain(text, answers)


def test_leaves_come_in_order_with_repeats() -> None:
    a, b = LEAVES[:2]
    assert list(leaves(Term(1, (a, Term(2, (b, a)))))) == [a, b, a]


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        (Check("is", (True,)), True, True),
        (Check("is", (True,)), 1, False),  # one is a number, not a yes
        (Check("is", (1.0,)), 1, True),
        (Check("in", ("a", "b")), "b", True),
        (Check("in", ("a", "b")), "c", False),
        (Check("has", ("a",)), ("a", "b"), True),
        (Check("has", ("a",)), (), False),
        (Check("at_least", ("medium",), ("low", "medium", "high")), "high", True),
        (Check("at_least", ("medium",), ("low", "medium", "high")), "low", False),
        (Check("at_least", ("medium",), ("low", "medium", "high")), "elsewhere", False),
        (Check("at_least", (3,)), 3, True),
        (Check("at_least", (3,)), 2.5, False),
        (Check("at_least", (1,)), True, False),
    ],
)
def test_a_known_value_passes_or_not(test: Check, value: object, holds: bool) -> None:
    assert test.holds(value) is holds  # type: ignore[arg-type]


def test_a_test_reads_as_words() -> None:
    assert str(Check("is", (False,))) == "is no"
    assert str(Check("in", ("a", "b"))) == "is one of a, b"
    assert str(Check("at_least", ("b",))) == "is at least b"
    assert str(Check("has", ("c",))) == "has c"


@pytest.mark.parametrize(
    ("formula", "listed"),
    [
        (YES, True),
        (NO, False),
        (MAYBE, True),
        (QUIET, False),
        (every([QUIET, MAYBE]), False),
        (every([QUIET, YES]), False),
        (some([QUIET, MAYBE]), True),
        (negate(QUIET), True),
        (at_least(2, [QUIET, MAYBE, LEAVES[1]]), True),
        (at_least(3, [QUIET, MAYBE, LEAVES[1]]), False),
    ],
)
def test_what_only_the_silent_would_bring_is_not_listed(formula: Formula, *, listed: bool) -> None:
    assert is_listed(formula) == listed


def test_a_quiet_leaf_is_as_open_as_any_other() -> None:
    assert truth(QUIET) == "unknown"
    assert (bound(QUIET, favour=True), bound(QUIET, favour=False)) == (True, False)
    assert Check("exists", ()).holds(False)
