"""Walks on arrays: the same lengths as networkx finds, with and without SciPy, also round cycles."""

from __future__ import annotations

import sys
from itertools import islice
from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack.walks import Arcs, Walks, best_walks, distances_to

steady = settings(derandomize=True, deadline=None, max_examples=100)


def drawn_graph(seed: int) -> nx.DiGraph:
    random = Random(seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(random.randint(2, 9)))
    for _ in range(random.randint(0, 30)):
        source, target = random.choices(range(len(graph)), k=2)
        if source != target:
            graph.add_edge(source, target, weight=float(random.choice((0, 1, 1, 2, 5))))
    return graph


def arrays(graph: nx.DiGraph) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edges = sorted(graph.edges(data="weight"))
    rows = np.concatenate([[0], np.cumsum(np.bincount([s for s, _, _ in edges] or [0], minlength=len(graph)))])
    if not edges:
        rows = np.zeros(len(graph) + 1, int)
    return rows, np.array([t for _, t, _ in edges], int), np.array([w for _, _, w in edges], float)


@pytest.mark.parametrize("solver", ["with SciPy", "without"])
@steady
@given(seed=st.integers(0, 2**32), limit=st.integers(1, 20))
def test_the_best_walks_are_those_of_networkx(solver: str, seed: int, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if solver == "without":
            patch.setitem(sys.modules, "scipy.sparse.csgraph", None)
        else:
            pytest.importorskip("scipy")
        graph = drawn_graph(seed)
        rows, targets, weights = arrays(graph)
        goal = len(graph) - 1
        left = distances_to(rows, targets, weights, goal)
    expected = nx.single_source_dijkstra_path_length(graph.reverse(), goal, weight="weight")
    assert list(left) == [expected.get(node, float("inf")) for node in graph]
    found = best_walks(Arcs.of(rows, targets, weights), left, 0, goal, limit)
    if not nx.has_path(graph, 0, goal):
        assert found == Walks([], False)
        return
    paths = islice(nx.shortest_simple_paths(graph, 0, goal, weight="weight"), limit)
    assert [weight for weight, _ in found.walks] == [nx.path_weight(graph, path, "weight") for path in paths]
    for weight, walk in found.walks:
        assert len(set(walk)) == len(walk)
        assert nx.path_weight(graph, walk, "weight") == weight
    assert len({walk for _, walk in found.walks}) == len(found.walks)
    assert not found.truncated


def test_the_bound_on_expansions_is_told() -> None:
    ladder = nx.DiGraph()
    for number in range(0, 40, 2):
        for there in (number + 2, number + 1):
            ladder.add_edge(number, there, weight=1.0)
        ladder.add_edge(number + 1, number + 2, weight=1.0)
    rows, targets, weights = arrays(ladder)
    left = distances_to(rows, targets, weights, 40)
    assert best_walks(Arcs.of(rows, targets, weights), left, 0, 40, 10_000, expansions=50).truncated
