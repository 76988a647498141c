"""Where no step needs two things, paths are walks: those that networkx finds, however narrow the corridor is at first."""

from __future__ import annotations

from itertools import islice
from math import inf
from random import Random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel._compiled import is_available
from atlasmodel.attack.paths import Search, best_paths
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.index import Index
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.search.plain import PlainProofs

steady = settings(derandomize=True, deadline=None, max_examples=150)


def moves_of(graph: nx.DiGraph) -> list[Move]:
    return [
        Move(f"{source}-{target}", ((str(source),),), (str(target),), weight)
        for source, target, weight in graph.edges(data="weight")
    ]


def drawn_graph(random: Random) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(random.randint(2, 9)))
    for _ in range(random.randint(0, 30)):
        source, target = random.choices(range(len(graph)), k=2)
        if source != target:
            graph.add_edge(source, target, weight=float(random.choice((0, 1, 1, 2, 5))))
    return graph


def layers(width: int, depth: int, seed: int) -> nx.DiGraph:
    random = Random(seed)
    graph = nx.DiGraph()
    for layer in range(depth):
        for node in range(width):
            for other in random.sample(range(width), 3):
                weight = random.choice((0.25, 0.5, 1.0, 2.0))
                graph.add_edge(layer * width + node, (layer + 1) * width + other, weight=weight)
    return graph


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=pytest.mark.skipif(
    not is_available(), reason="numba is not installed"))])  # fmt: skip
@pytest.mark.parametrize("margin", [0.01, 0.2])
@steady
@given(seed=st.integers(0, 2**32), limit=st.integers(1, 20))
def test_the_best_paths_are_those_of_networkx(compiled: bool, margin: float, seed: int, limit: int) -> None:
    graph = drawn_graph(Random(seed))
    goal = len(graph) - 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("atlasmodel.attack.search.plain._MARGIN", margin)
        patch.setattr("atlasmodel.attack.search.engine.LARGE", 0 if compiled else inf)
        found = best_paths(moves_of(graph), {"0"}, str(goal), limit)
    expected: list[float] = []
    if nx.has_path(graph, 0, goal):
        walks = islice(nx.shortest_simple_paths(graph, 0, goal, weight="weight"), limit)
        expected = [nx.path_weight(graph, walk, "weight") for walk in walks]
    assert [path.weight for path in found.paths] == expected
    assert all(path.proven for path in found.paths)
    assert len({path.steps for path in found.paths}) == len(found.paths)
    assert not found.truncated


def test_costs_are_right_on_all_that_lies_on_a_proof_within_the_limit() -> None:
    graph = layers(30, 12, seed=5)
    index = Hypergraph(moves_of(graph), {"0"}).towards("365")
    there = nx.single_source_dijkstra_path_length(graph, 0, weight="weight")
    back = nx.single_source_dijkstra_path_length(graph.reverse(), 365, weight="weight")
    for wide in (1.0, 1.2, 1.5, inf):
        least, cost = index.corridor(wide)
        assert least == there[365]
        within = {node for node in there.keys() & back.keys() if there[node] + back[node] <= least * wide}
        assert {node: cost[index.number[str(node)]] for node in within} == {node: there[node] for node in within}
        assert all(cost[index.number[str(node)]] >= there.get(node, inf) for node in graph)


def test_a_corridor_is_enough_where_walks_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []
    corridor = Index.corridor
    monkeypatch.setattr(Index, "corridor", lambda self, wide: looked.append(wide) or corridor(self, wide))
    graph = layers(40, 15, seed=3)
    found = Search(Hypergraph(moves_of(graph), {"0"}, "610")).best(50)
    walks = islice(nx.shortest_simple_paths(graph, 0, 610, weight="weight"), 50)
    assert [path.weight for path in found.paths] == [nx.path_weight(graph, walk, "weight") for walk in walks]
    assert looked
    assert max(looked) < inf


def test_the_bound_on_expansions_is_told() -> None:
    ladder = nx.DiGraph()
    for number in range(0, 40, 2):
        for there in (number + 2, number + 1):
            ladder.add_edge(number, there, weight=1.0)
        ladder.add_edge(number + 1, number + 2, weight=1.0)
    proofs = PlainProofs(Hypergraph(moves_of(ladder), {"0"}, "40"), 50, 10_000)
    assert 0 < len(list(proofs)) < 50
    assert proofs.truncated


def test_a_step_that_needs_one_of_nothing_is_never_made() -> None:
    moves = [
        Move("never", ((),), ("x",), 0.0),
        Move("once", (("s",),), ("x",), 2.0),
        Move("end", (("x",),), ("g",), 1.0),
    ]
    assert [path.steps for path in best_paths(moves, {"s"}, "g").paths] == [("once", "end")]
    assert best_paths([moves[0], moves[2]], {"s"}, "g").paths == ()
