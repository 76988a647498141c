"""What is left open between scenarios holds all that any of them changes, and no more than they may."""

from __future__ import annotations

from attack.making import graphs
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel.risk.margin import margin_of
from atlasmodel.risk.sweep import EVERYWHERE, copier
from risk.making import asked, campaigns, changed
from risk.test_probability import FEW, Drawn, chances, scored, steady


@steady
@given(
    graphs(most=6), chances,
    st.lists(st.dictionaries(st.integers(0, 9), st.sampled_from([0.0, 0.3, 1.0]), max_size=3), min_size=1, max_size=4),
)  # fmt: skip
def test_every_scenario_lies_between_what_is_held_and_what_is_open(
    drawn: Drawn, chance: list[float], scenarios: list[dict[int, float]]
) -> None:
    steps, starts = drawn
    scores = scored(steps, chance)
    today = campaigns(steps, starts, scores, FEW)
    changes = changed(steps, scenarios)
    questions = asked(today, changes)
    margin = margin_of(
        today,
        questions,
        today.connections.regions.members(today.connections.regions.after({s for one in questions for s in one})),
    )
    assert margin.open.keys() == margin.wiring.keys()
    for change in changes:
        fresh = campaigns(steps, starts, scores | change, FEW)
        for fact, bits in enumerate(fresh.reached):
            if fact in margin.held:
                assert margin.held[fact] & ~bits == 0
            else:
                assert bits == today.reached[fact]
        for step, upper in margin.open.items():
            gained = {fact for fact, _ in today.connections.gains[step]} & margin.held.keys()
            assert gained, step
            assert upper & FEW.all == upper


@given(st.integers(1, 40), st.integers(0, 2**64 - 1))
def test_copies_lie_side_by_side(lanes: int, bits: int) -> None:
    wanted = int.from_bytes(bits.to_bytes(8, "little") * lanes, "little")
    assert copier(64, lanes)(bits) == wanted
    assert copier(64, lanes)(EVERYWHERE) == EVERYWHERE
