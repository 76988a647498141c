"""The worked example of docs/attack-paths.md: every figure on the page."""

from __future__ import annotations

from math import exp, log

import pytest

from atlasmodel.attack.cuts import cheapest_cut, choke_points, minimal_cuts
from atlasmodel.attack.paths import best_paths
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.landmarks import landmarks
from atlasmodel.attack.search.measure import earliest
from atlasmodel.attack.search.moves import Move
from attack.making import relax

STEPS = {
    "phish": ((), "code", 0.5, 4.0),
    "dump": ((), "token", 0.4, 3.0),
    "pivot": ((("code",),), "token", 0.9, 1.0),
    "release": ((("code",), ("token",)), "goal", 0.8, 1.0),
}
EFFORT = [Move(name, needs, (gain,), days) for name, (needs, gain, _, days) in STEPS.items()]
CHANCE = [Move(name, needs, (gain,), -log(p)) for name, (needs, gain, p, _) in STEPS.items()]


def test_effort() -> None:
    assert [(set(path.steps), path.weight, path.proven) for path in best_paths(EFFORT, (), "goal").paths] == [
        ({"phish", "pivot", "release"}, 6.0, True),
        ({"phish", "dump", "release"}, 8.0, True),
    ]
    assert relax(EFFORT, (), additive=True)["goal"][0] == 8.0
    assert relax(EFFORT, (), additive=False)["goal"][0] == 5.0
    graph = Hypergraph(EFFORT, (), "goal")
    cuts, bound = landmarks(graph)
    assert bound == 6.0
    assert {frozenset(graph.moves[move].id for move in cut) for cut in cuts} == {
        frozenset({"release"}), frozenset({"phish"}), frozenset({"dump", "pivot"}),
    }  # fmt: skip


def test_time() -> None:
    assert earliest(Hypergraph(EFFORT, (), "goal")) == 5.0


def test_probability() -> None:
    chances = [exp(-path.weight) for path in best_paths(CHANCE, (), "goal").paths]
    assert chances == pytest.approx([0.36, 0.16])
    total = 0.0
    for world in range(16):
        possible = {name: bool(world >> place & 1) for place, name in enumerate(STEPS)}
        reached = possible["phish"] and possible["release"] and (possible["pivot"] or possible["dump"])
        weight = 1.0
        for name, (_, _, p, _) in STEPS.items():
            weight *= p if possible[name] else 1 - p
        total += weight * reached
    assert total == pytest.approx(0.376)
    assert total > max(chances)
    token = 1 - (1 - 0.9 * 0.5) * (1 - 0.4)  # bottom-up, as if branches were independent
    assert 0.8 * 0.5 * token == pytest.approx(0.268)


def test_choke_points_and_cuts() -> None:
    graph = Hypergraph(EFFORT, (), "goal")
    elements = {move.id: [number] for number, move in enumerate(graph.moves)}
    assert set(choke_points(graph).moves) == {"phish", "release"}
    assert minimal_cuts(graph, elements).cuts == (("phish",), ("release",), ("dump", "pivot"))
    cost = {"phish": 5.0, "release": 4.0, "dump": 1.0, "pivot": 2.0}
    assert cheapest_cut(graph, elements, cost).elements == ("dump", "pivot")
