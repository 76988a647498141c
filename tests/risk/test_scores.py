"""Figures by columns are the mapping they were made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST

from atlasmodel.risk.score import StepScore
from atlasmodel.risk.scores import Scores, joined

SHARED = [StepScore(chance, (), (), 1.0, 0.0) for chance in (0.1, 0.5, 0.5)]
MAPPINGS = st.dictionaries(st.integers(0, 20), st.sampled_from(SHARED), max_size=12)


@FAST
@given(MAPPINGS, st.lists(st.integers(0, 25), max_size=8))
def test_columns_say_what_the_mapping_says(mapping: dict[int, StepScore], asked: list[int]) -> None:
    scores = Scores.of(mapping)
    assert list(scores) == sorted(mapping)
    assert all(scores[step] is score for step, score in mapping.items())
    assert [step in scores for step in asked] == [step in mapping for step in asked]
    found = [None if place < 0 else scores.distinct[place] for place in scores.columns(np.array(asked, dtype=np.int64))]
    assert [id(score) for score in found] == [id(mapping.get(step)) for step in asked]
    assert len(set(map(id, scores.distinct))) == len(scores.distinct)


def test_what_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Scores.of({1: SHARED[0]})[2]


def test_columns_are_taken_as_they_are() -> None:
    scores = Scores.of({1: SHARED[0], 4: SHARED[1]})
    assert Scores.of(scores) is scores
    assert dict(scores.at(np.array([4]))) == {4: SHARED[1]}


@FAST
@given(st.lists(MAPPINGS, max_size=4))
def test_several_are_joined_one_after_the_other(mappings: list[dict[int, StepScore]]) -> None:
    steps, which, distinct = joined([Scores.of(mapping) for mapping in mappings])
    plain = [(step, id(mapping[step])) for mapping in mappings for step in sorted(mapping)]
    assert [(step, id(distinct[place])) for step, place in zip(steps.tolist(), which.tolist(), strict=True)] == plain
