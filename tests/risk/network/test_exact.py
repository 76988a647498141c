"""Exact figures are the sum over all joint outcomes, on cycles too; what is too wide is refused before it is begun."""

from __future__ import annotations

from collections import Counter

import pytest

from atlasmodel.risk.network.exact import exact_probability
from atlasmodel.risk.network.network import Draw, Network, step
from atlasmodel.risk.network.order import order_of
from atlasmodel.risk.network.reduction import _series, reduce
from risk.network.networks import drawn_network, layered_network, summed


def test_it_is_the_sum_over_all_outcomes_on_500_random_networks() -> None:
    rungs: Counter[str] = Counter()
    for seed in range(500):
        network = drawn_network(seed)
        found = exact_probability(network)
        assert found is not None, seed
        assert found.value == pytest.approx(summed(network), abs=1e-12), seed
        rungs[found.rung] += 1
    assert rungs.keys() == {"reduced", "sweep", "enumerated"}


def test_reducing_keeps_the_probability_and_sweeping_does_without_it() -> None:
    from atlasmodel.risk.network import exact

    smaller = 0
    for seed in range(500, 800):
        network = drawn_network(seed, most=10)
        factor, rest = reduce(network)
        wanted = summed(network)
        assert factor * (1.0 if rest is None else summed(rest)) == pytest.approx(wanted, abs=1e-12), seed
        smaller += rest is None or len(rest.draws) < len(network.draws)
        if rest is not None:
            order = order_of(rest)
            assert order is not None
            assert factor * exact._swept(rest, order) == pytest.approx(wanted, abs=1e-12), seed
    assert smaller > 200


@pytest.mark.parametrize(
    ("width", "layers", "wanted"), [(5, 10, 0.9619), (5, 50, 0.7139), (5, 200, 0.2781), (8, 10, 0.9853)]
)
def test_layered_networks_have_their_known_answers(width: int, layers: int, wanted: float) -> None:
    found = exact_probability(layered_network(width, layers))
    assert found is not None
    assert (found.rung, round(found.value, 4)) == ("sweep", wanted)


def test_two_steps_round_a_cycle_do_not_hold_each_other_up() -> None:
    steps = (step(0.5, [[0]], [1]), step(0.9, [[1]], [2]), step(0.9, [[2]], [1]))
    for goal, wanted in ((1, 0.5), (2, 0.45)):
        found = exact_probability(Network(frozenset({0}), steps, goal))
        assert found is not None and found.value == pytest.approx(wanted, abs=1e-15)


def test_a_cycle_with_two_ways_in_is_enumerated() -> None:
    steps = (
        step(0.5, [[0]], [1]), step(0.4, [[0]], [2]), step(0.9, [[1]], [2]), step(0.8, [[2]], [1]),
        step(0.7, [[1]], [3]), step(0.6, [[2]], [3]),
    )  # fmt: skip
    network = Network(frozenset({0}), steps, 3)
    found = exact_probability(network)
    assert found is not None
    assert found.rung == "enumerated"
    assert found.value == pytest.approx(summed(network), abs=1e-15)


def test_a_chain_of_any_length_needs_no_recursion() -> None:
    steps = [step(1.0 if place % 3 else 0.9999, [[place]], [place + 1]) for place in range(20_000)]
    found = exact_probability(Network(frozenset({0}), tuple(steps), 20_000))
    assert found is not None
    assert found.value == pytest.approx(0.9999 ** len(range(0, 20_000, 3)))


def test_a_draw_with_several_outcomes_has_one_of_them() -> None:
    either = Draw((), ((0.25, frozenset({1})), (0.75, frozenset({2}))))
    for needs, wanted in (([[1], [2]], 0.0), ([[1, 2]], 1.0), ([[2]], 0.75)):
        found = exact_probability(Network(frozenset(), (either, step(1.0, needs, [3])), 3))
        assert found is not None and found.value == wanted


def test_what_is_too_wide_is_refused_before_any_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    from atlasmodel.risk.network import exact

    monkeypatch.setattr(exact, "_swept", lambda *_: pytest.fail("the sweep was begun"))
    assert exact_probability(layered_network(30, 6)) is None
    assert exact_probability(layered_network(5, 200), most_work=1000) is None


def test_a_need_made_void_by_a_step_put_before_is_no_use_of_its_fact() -> None:
    draws = [
        step(0.5, [[1]], [2]),  # becomes part of the next, which then needs 1 and no longer `1 or 4`
        step(0.6, [[2], [1, 4]], [3]),  # becomes part of the last
        step(0.7, [[6]], [4]),
        step(0.8, [[3]], [5]),
    ]
    before, after = (Network(frozenset({1, 6}), tuple(found), 5) for found in (draws, _series(draws, 5)))
    assert len(after.draws) == 2
    assert summed(after) == pytest.approx(summed(before)) == pytest.approx(0.24)
