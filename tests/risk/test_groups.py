"""Scenarios fall into parts down to the single one, and a group allows what all of its own allow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel.risk.groups import Group, Scenario
from atlasmodel.risk.kernels.net import Today

TODAY = Today(np.full((40, 1), 0b1111, dtype=np.uint64), np.arange(40, dtype=np.int32))


def scenario(turned: dict[int, int]) -> Scenario:
    steps = np.array(sorted(turned), dtype=np.int32)
    return Scenario(steps, np.array([[turned[step]] for step in steps.tolist()], dtype=np.uint64).reshape(-1, 1))


def groups_in(group: Group) -> Iterator[Group]:
    yield group
    for part in group.parts:
        yield from groups_in(part)


@given(st.lists(st.dictionaries(st.integers(0, 39), st.integers(0, 31), min_size=1), min_size=1, max_size=12))
def test_a_group_allows_what_each_of_its_scenarios_allows(drawn: list[dict[int, int]]) -> None:
    whole = Group([scenario(one) for one in drawn], range(len(drawn)), TODAY)
    assert sorted(group.numbers[0] for group in groups_in(whole) if not group.parts) == list(range(len(drawn)))
    for group in groups_in(whole):
        allowed = dict(zip(group.joint.steps.tolist(), group.joint.words[:, 0].tolist(), strict=True))
        assert allowed.keys() == {step for number in group.numbers for step in drawn[number]}
        for number in group.numbers:
            assert not any(bits & ~drawn[number].get(step, 0b1111) for step, bits in allowed.items())


def test_what_changes_much_more_than_the_others_is_a_part_of_its_own() -> None:
    small = [scenario({step: 0}) for step in range(8)]
    whole = Group([scenario(dict.fromkeys(range(40), 1)), *small], range(9), TODAY)
    assert [list(part.numbers) for part in whole.parts] == [[1, 2, 3, 4, 5, 6, 7, 8], [0]]
    assert [list(part.numbers) for part in whole.parts[0].parts] == [[1, 2, 3, 4], [5, 6, 7, 8]]
