"""Worlds: keyed draws, shares near beliefs, formulas as bits, bounds on count and seed."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.errors import InputError
from atlasmodel.match.formula import NO, YES, Leaf, at_least, every, negate, some
from atlasmodel.match.formula import Test as Check
from atlasmodel.model.kinds import Attribute
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.risk.worlds import WorldSet

VOCABULARY = builtin_vocabulary()
WORLDS = WorldSet(4096, 20260915, VOCABULARY.attributes)
steady = settings(derandomize=True, deadline=None, max_examples=50)


@pytest.mark.parametrize(("count", "seed"), [(0, 1), (-64, 1), (63, 1), (100, 1), (2**21, 1), (64, -1), (64, 2**63)])
def test_count_and_seed_have_bounds(count: int, seed: int) -> None:
    with pytest.raises(InputError, match="AM153"):
        WorldSet(count, seed, {})


def test_a_draw_depends_on_seed_and_key_and_on_nothing_else() -> None:
    first = WORLDS.uniform("step", "a")
    WORLDS.uniform("step", "b")
    assert np.array_equal(first, WORLDS.uniform("step", "a"))
    assert np.array_equal(first[:64], WorldSet(64, 20260915, {}).uniform("step", "a"))
    assert not np.array_equal(first, WORLDS.uniform("step", "b"))
    assert not np.array_equal(first, WorldSet(4096, 1, {}).uniform("step", "a"))
    assert not np.array_equal(WORLDS.uniform("ab", "c"), WORLDS.uniform("a", "bc"))


def test_the_stream_stays_the_same_from_release_to_release() -> None:
    assert [round(float(value), 6) for value in WorldSet(64, 1, {}).uniform("step", "a")[:3]] == [
        0.612775,
        0.598042,
        0.856438,
    ]


@steady
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_lower_threshold_holds_in_fewer_worlds(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert WORLDS.below(low, "step", "a") & ~WORLDS.below(high, "step", "a") == 0


@pytest.mark.parametrize("p", [0.01, 0.2, 0.5, 0.8, 0.99])
def test_the_share_below_a_threshold_is_near_it(p: float) -> None:
    assert WORLDS.share(WORLDS.below(p, "step", "a")) == pytest.approx(p, abs=4 * sqrt(p * (1 - p) / WORLDS.count))
    assert WORLDS.below(np.full(4096, p, dtype=np.float32), "step", "a") == WORLDS.below(p, "step", "a")


def test_nothing_and_everything_are_exact() -> None:
    assert WORLDS.below(0.0, "x") == 0
    assert WORLDS.below(1.0, "x") == WORLDS.all == 2**4096 - 1
    assert WORLDS.share(WORLDS.all) == 1.0


@steady
@given(st.integers(0, 2**256 - 1))
def test_packing_and_unpacking_are_inverse(bits: int) -> None:
    worlds = WorldSet(256, 1, {})
    assert worlds.pack(worlds.unpack(bits)) == bits
    assert [bool(bits >> place & 1) for place in range(256)] == list(worlds.unpack(bits))


def test_every_attribute_is_drawn_near_its_belief() -> None:
    for name, attribute in VOCABULARY.attributes.items():
        if attribute.type in ("number", "text", "date"):
            continue
        drawn = WORLDS.values("api", name)
        prior = attribute.prior or dict.fromkeys(attribute.values or ("true", "false"), 1.0)
        total = 1.0 if attribute.type == "set" else sum(prior.values())
        assert len(drawn) == len(prior)
        for (value, bits), weight in zip(drawn, prior.values(), strict=True):
            p = weight / total
            assert WORLDS.share(bits) == pytest.approx(p, abs=4.5 * sqrt(max(0.0, p * (1 - p)) / 4096) + 1e-6), (
                name,
                value,
            )
        if attribute.type != "set":
            assert sum(WORLDS.share(bits) for _, bits in drawn) == 1  # one value a world


def test_an_unknown_control_is_there_in_half_of_the_worlds() -> None:
    leaf = Leaf("api", "control:rate_limit", Check("is", (True,)))
    assert WORLDS.share(WORLDS.where(leaf)) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("kind", ["number", "text", "date"])
def test_a_value_that_cannot_be_listed_is_open_in_half_of_the_worlds(kind: str) -> None:
    worlds = WorldSet(4096, 3, {"a": Attribute(id="a", type=kind, meaning="…")})  # type: ignore[arg-type]
    leaf = Leaf("x", "a", Check("is", ("2026-01-01",)))
    assert worlds.share(worlds.where(leaf)) == pytest.approx(0.5, abs=0.04)
    assert worlds.where(leaf) ^ worlds.where(negate(leaf)) == worlds.all


def test_a_number_with_a_belief_is_drawn_as_a_number() -> None:
    belief = Attribute(id="a", type="number", meaning="…", prior={"1": 0.25, "10": 0.75})
    worlds = WorldSet(4096, 3, {"a": belief})
    assert worlds.share(worlds.where(Leaf("x", "a", Check("at_least", (5,))))) == pytest.approx(0.75, abs=0.03)


def test_formulas_hold_world_by_world() -> None:
    names = ("verified", "logged", "signed")
    leaves = [Leaf("x", name, Check("is", (True,))) for name in names]
    flags = [WORLDS.unpack(WORLDS.where(leaf)) for leaf in leaves]
    both = {
        every(leaves): flags[0] & flags[1] & flags[2],
        some(leaves): flags[0] | flags[1] | flags[2],
        negate(leaves[0]): ~flags[0],
        at_least(2, leaves): sum(flag.astype(int) for flag in flags) >= 2,
        every([leaves[0], negate(some(leaves[1:]))]): flags[0] & ~(flags[1] | flags[2]),
    }
    for formula, wanted in both.items():
        assert np.array_equal(WORLDS.unpack(WORLDS.where(formula)), wanted)
    assert WORLDS.where(YES) == WORLDS.all
    assert WORLDS.where(NO) == 0
    assert len({WORLDS.where(leaf) for leaf in leaves}) == 3


def test_tests_of_one_unknown_agree_with_each_other() -> None:
    attribute = next(item for item in VOCABULARY.attributes.values() if item.type == "enum" and item.ordered)
    words = list(attribute.values)
    levels = [WORLDS.where(Leaf("x", attribute.id, Check("at_least", (word,), tuple(words)))) for word in words]
    for higher, lower in product(range(len(words)), repeat=2):
        if higher >= lower:
            assert levels[higher] & ~levels[lower] == 0
    assert levels[0] == WORLDS.all
