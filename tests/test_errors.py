"""Problems as people read them, and hints."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST

from atlasmodel.errors import AtlasModelError, InputError, Problem, Span, nearest, shown


def test_a_problem_is_one_line() -> None:
    problem = Problem("AM118", "unknown key `zonee`", Span("p.yaml", 3, 1), "did you mean zones?")
    assert str(problem) == "p.yaml:3:1: AM118 unknown key `zonee` (did you mean zones?)"
    assert str(Problem("AM118", "x")) == "AM118 x"


def test_a_hint_of_many_lines_stands_below() -> None:
    assert str(Problem("AM112", "empty", hint="a\nb")) == "AM112 empty:\na\nb"


def test_a_place_is_given_once() -> None:
    first, second = Span("a", 1, 1), Span("b", 2, 2)
    assert Problem("AM1", "x").at(first).at(second).span == first


def test_an_error_carries_every_problem() -> None:
    problems = [Problem("AM1", "x"), Problem("AM2", "y")]
    error = InputError(iter(problems))
    assert error.problems == tuple(problems)
    assert str(error) == "AM1 x\nAM2 y"
    assert isinstance(error, AtlasModelError)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("query_limt", "did you mean query_limit?"),
        ("QUERY_LIMIT", "did you mean query_limit?"),
        ("", None),
        ("zzzz", None),
    ],
)
def test_nearest(word: str, hint: str | None) -> None:
    assert nearest(word, ["query_limit", "authn", "exposure"]) == hint


def test_nearest_names_at_most_three() -> None:
    assert str(nearest("abcd", [f"abcd{number}" for number in range(9)])).count(" or ") == 2


def test_nearest_does_not_depend_on_order() -> None:
    words = ["lake", "lark", "bake", "rake"]
    assert nearest("lakes", words) == nearest("lakes", reversed(words))


def test_nearest_is_quick_among_many() -> None:
    known = [f"component-{number}" for number in range(20_000)]
    started = time.process_time()
    assert "component-777" in str(nearest("component-777x", known))
    assert time.process_time() - started < 0.3


@FAST
@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.lists(st.text()), st.binary()))
def test_shown_is_one_short_line_that_can_be_printed(value: object) -> None:
    text = shown(value, 20)
    assert len(text) <= 20
    assert text.isprintable()


def test_shown_speaks_the_language_of_the_file() -> None:
    assert [shown(value) for value in (None, True, {}, [], 1.5)] == ["null", "true", "a mapping", "a list", "1.5"]
