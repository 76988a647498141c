"""A module put into one step changes no probability, whatever it hangs at; and makes exact what was too wide."""

from __future__ import annotations

from itertools import count

import pytest

from atlasmodel.risk.network import exact, module
from atlasmodel.risk.network.exact import exact_probability
from atlasmodel.risk.network.module import collapse
from atlasmodel.risk.network.network import Network, step
from atlasmodel.risk.network.reduction import reduce
from risk.network.networks import drawn_network, summed


def test_one_step_for_a_module_keeps_the_sum_over_all_outcomes_on_random_networks() -> None:
    between = total = 0
    for seed in range(2500):
        _, rest = reduce(drawn_network(seed, most=12))
        if rest is None or len(rest.draws) < 4:
            continue
        wanted = summed(rest)
        while (smaller := collapse(rest, summed)) is not None:
            total += 1
            between += any(found.into is not None for found in module._between(module._graph(rest), rest))
            assert len(smaller.draws) < len(rest.draws), seed
            assert summed(smaller) == pytest.approx(wanted, abs=1e-12), seed
            rest = smaller
    assert total > 100 and between > 10


def ring(cycles: int, size: int = 4) -> Network:
    """Diamonds with a way back in each, all on one large cycle that is entered at two places."""
    number = count(1)
    corners = [next(number) for _ in range(cycles)]
    steps = [step(0.5, [[0]], [corners[0]], "in"), step(0.4, [[0]], [corners[cycles // 2]], "in too")]
    for place, corner in enumerate(corners):
        left, right = next(number), next(number)
        after = corners[(place + 1) % cycles]
        ways = ((corner, left), (corner, right), (left, right), (right, left), (left, after), (right, after))
        steps += [step(0.5 + 0.04 * k, [[a]], [b], f"{place}:{k}") for k, (a, b) in enumerate(ways)]
    goal = next(number)
    steps += [step(0.7, [[corners[1]]], [goal], "first"), step(0.6, [[corners[-1]]], [goal], "last")]
    return Network(frozenset({0}), tuple(steps), goal)


def test_a_cycle_of_cycles_too_wide_for_one_sweep_is_exact_by_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    small = exact_probability(ring(2))
    assert small is not None and small.value == pytest.approx(summed(ring(2)), abs=1e-12)
    found = exact_probability(ring(12))
    assert found is not None
    assert found.rung == "modules"
    # Each diamond is a step of the same chance: the ring with such steps in their stead has the same answer.
    way = (step(0.5, [[0]], [1]), step(0.54, [[0]], [2]), step(0.58, [[1]], [2]), step(0.62, [[2]], [1]),
           step(0.66, [[1]], [3]), step(0.7, [[2]], [3]))  # fmt: skip
    chance = summed(Network(frozenset({0}), way, 3))
    corners = range(1, 13)
    bare = [step(chance, [[corner]], [corner % 12 + 1]) for corner in corners]
    ends = (step(0.5, [[0]], [1]), step(0.4, [[0]], [7]), step(0.7, [[2]], [13]), step(0.6, [[12]], [13]))
    assert found.value == pytest.approx(summed(Network(frozenset({0}), (*bare, *ends), 13)), abs=1e-12)
    monkeypatch.setattr(exact, "collapse", lambda *_: None)
    assert exact_probability(ring(12)) is None


def test_modules_agree_with_the_sum_where_hardly_any_cycle_is_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_OUTCOMES", 3)
    solved = 0
    for seed in range(3000):
        network = drawn_network(seed, most=12)
        found = exact_probability(network)
        if found is not None and found.rung == "modules":
            solved += 1
            assert found.value == pytest.approx(summed(network), abs=1e-12), seed
    assert solved > 5


def test_a_long_line_of_parts_takes_no_recursion() -> None:
    steps, at = [], 0
    for part in range(300):
        a, b, after = at + 1, at + 2, at + 3
        ways = ((at, a), (at, b), (a, b), (b, a), (a, after), (b, after))
        steps += [step(0.99, [[x]], [y], f"{part}:{x}>{y}") for x, y in ways]
        at = after
    found = exact_probability(Network(frozenset({0}), tuple(steps), at))
    one = exact_probability(Network(frozenset({0}), tuple(steps[:6]), 3))
    assert found is not None and one is not None
    assert found.value == pytest.approx(one.value**300, rel=1e-9)
