"""Sampling agrees with the exact figure, does not depend on order or company, and goes on for what is rare."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from atlasmodel._compiled import is_available
from atlasmodel.risk.network.chance import Chances, Words
from atlasmodel.risk.network.exact import exact_probability
from atlasmodel.risk.network.network import Network, step
from atlasmodel.risk.network.reduction import reduce
from atlasmodel.risk.network.sampling import BLOCK, LEAST, Sampled, Sampler, sample
from risk.network.networks import drawn_network, layered_network, tangled_network, worlds_with_goal


def test_it_lies_within_four_standard_errors_on_500_random_networks() -> None:
    tried = 0
    for seed in range(500):
        network = drawn_network(seed)
        exact = exact_probability(network)
        found = sample(network, seed=7, most=4096)
        assert exact is not None
        assert 0 <= found.interval[0] <= found.value <= found.interval[1] + 1e-12
        share = exact.value / found.factor if found.factor else 0.0
        allowed = 4 * sqrt(max(0.0, share * (1 - share)) / found.worlds) + 1e-9
        assert abs(found.share - share) * found.factor <= allowed or found.factor == 0, seed
        tried += found.share not in (0.0, 1.0)
    assert tried > 20


def test_it_stops_at_the_precision_asked_for() -> None:
    network = layered_network(5, 50)
    rough, fine = sample(network, seed=1, relative=0.05), sample(network, seed=1, relative=0.005)
    assert rough.worlds == LEAST * BLOCK < fine.worlds
    assert fine.standard_error <= 0.005 * fine.value
    assert abs(fine.value - 0.7139) < 4 * fine.standard_error


def test_a_rare_goal_takes_more_worlds_and_what_is_never_seen_is_bounded() -> None:
    rare = layered_network(3, 60)
    network = replace(rare, draws=tuple(replace(d, outcomes=((d.probability * 0.75, d.gains),)) for d in rare.draws))
    exact = exact_probability(network)
    assert exact is not None and 1e-5 < exact.value < 0.01
    found = sample(network, seed=3, relative=0.2, most=2**18)
    assert found.worlds > LEAST * BLOCK
    assert abs(found.value - exact.value) < 4 * found.standard_error
    assert str(Sampled(0.5, 0.0, 3000)) == "< 0.0005"
    assert Sampled(0.5, 0.0, 3000).interval[1] > 0


def test_streams_belong_to_names_and_blocks() -> None:
    _, network = reduce(layered_network(4, 6))
    assert network is not None
    turned = Network(network.starts, network.draws[::-1], network.goal)
    beside = Network(network.starts, (step(0.5, [], [900], "aside"), *network.draws), network.goal)
    hits = [Sampler(network, 5).hits(block) for block in (2, 0, 1)]
    assert hits == [Sampler(turned, 5).hits(block) for block in (2, 0, 1)]
    assert hits == [Sampler(beside, 5).hits(block) for block in (2, 0, 1)]
    assert len(set(hits)) > 1
    assert hits != [Sampler(network, 6).hits(block) for block in (2, 0, 1)]


def drawn(chances: Chances, block: int) -> Words:
    rows = chances.settled(16)
    chances.draw(block, rows)
    return rows


@pytest.mark.parametrize("chance", [0.0, 2.0**-20, 0.001, 0.3, 0.5, 0.999, 1.0])
def test_draws_have_their_chance_and_a_higher_chance_keeps_every_world(chance: float) -> None:
    keys = np.arange(1, 9, dtype=np.uint64) * np.uint64(0x1234567DEADBEEF)
    lower, higher = (
        [drawn(Chances([p] * 8, keys), block) for block in range(40)] for p in (chance, min(1.0, chance * 1.1))
    )
    worlds = 40 * 8 * BLOCK
    share = sum(int(np.bitwise_count(found).sum(dtype=np.int64)) for found in lower) / worlds
    assert abs(share - chance) <= 4 * sqrt(chance * (1 - chance) / worlds) + 1e-12
    assert all(not (low & ~high).any() for low, high in zip(lower, higher, strict=True))


def test_with_ways_back_the_groups_are_those_of_rounds_and_no_more() -> None:
    width, layers = 30, 12
    ahead = [
        (width * n + a, width * (n + 1) + (a * k) % width) for n in range(layers) for a in range(width) for k in (1, 7)
    ]
    back = [(b, a) for a, b in ahead[::5]]
    steps = [step(0.8, [[a]] if a >= width else [], [b], f"{a}>{b}") for a, b in ahead + back]
    network = Network(frozenset(), tuple(steps), width * layers)
    kernel = Sampler(network, 1)
    assert len({*kernel._circuit.ranks.tolist()}) <= layers + 4
    reached = [sum(kernel.hits(block) for block in range(4)) / 4 / BLOCK]
    reached += [
        sum(Sampler(replace(network, draws=network.draws[::-1]), 1).hits(block) for block in range(4)) / 4 / BLOCK
    ]
    assert 0.02 < reached[0] == reached[1] < 1


@pytest.mark.parametrize("seed", range(150))
def test_each_world_is_what_it_is_on_its_own(seed: int) -> None:
    network, block = tangled_network(seed), seed * 1000
    sampler = Sampler(network, seed)
    hits = sampler.hits(block)
    if seed < 15:
        assert hits == worlds_with_goal(network, seed, block)
    if is_available():
        sampler.compile()
        assert hits == sampler.hits(block)


@pytest.mark.skipif(not is_available(), reason="needs numba")
def test_compiled_worlds_are_the_same_and_come_in_when_there_is_much_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    _, network = reduce(layered_network(30, 40))
    assert network is not None
    plain, compiled = Sampler(network, 5), Sampler(network, 5)
    compiled.compile()
    assert [plain.hits(block) for block in range(6)] == [compiled.hits(block) for block in range(6)]
    found = sample(network, seed=1, relative=0.01)
    monkeypatch.setattr("atlasmodel.risk.network.sampling._WORTH", 3 * len(network.draws))
    turned: list[Sampler] = []
    monkeypatch.setattr(Sampler, "compile", lambda self, compile=Sampler.compile: turned.append(self) or compile(self))
    assert sample(network, seed=1, relative=0.01) == found
    assert len(turned) == 1
