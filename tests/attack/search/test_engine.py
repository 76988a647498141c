"""Compiled kernels, the same kernels as they stand, and arrays in place of lists: one answer."""

from __future__ import annotations

import pickle
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel._compiled import is_available
from atlasmodel.attack.paths import best_paths
from atlasmodel.attack.search.cheapest import lighter_than
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.landmarks import landmarks
from atlasmodel.attack.search.moves import Move

steady = settings(derandomize=True, deadline=None, max_examples=100)
needs_numba = pytest.mark.skipif(not is_available(), reason="numba is not installed, or turned off")
GOAL = "f9"


def drawn_moves(random: Random) -> list[Move]:
    """Random moves over few facts: with cycles, equal weights, steps without a name and steps that need nothing."""

    def some() -> tuple[str, ...]:
        return tuple(f"f{number}" for number in random.sample(range(10), random.randint(1, 2)))

    return [
        Move(
            f"m{number:02}",
            tuple(some() for _ in range(random.randint(0, 2))),
            some(),
            random.choice((0.0, 0.3, 0.7, 1.0, 1.0, 2.5)),
            random.choice((None, None, "")),
        )
        for number in range(random.randint(1, 25))
    ]


def answers(moves: list[Move], random: Random) -> object:
    """Return all that kernels say about a graph."""
    graph = Hypergraph(moves, {"f0", "f1"}, GOAL)
    banned = [move for move in graph.inside if random.random() < 0.2]
    told: list[object] = [best_paths(moves, {"f0", "f1"}, GOAL, 4), landmarks(graph), landmarks(graph, banned)]
    for additive in (False, True):
        for found in (graph.least(additive=additive, most=1.0), graph.relax(banned, additive=additive)):
            told += map(list, (found.cost, found.by, found.met, found.dearest, found.ready, found.settled))
        told += map(list, (graph.least(additive=additive).cost, graph.least(additive=additive).settled))
    told.append(list(graph.relax(additive=False, worst=True).cost))
    lighter = lighter_than(graph, banned, 3.0)
    part = graph.only(lighter)
    told += [lighter, part.origin, list(part.weight), part.moves.called(["m01", "m03"]), landmarks(part)]
    told += [graph.reach(), graph.reach(banned=banned), graph.reach(allowed=banned), graph.reach(without=[0])]
    told += [list(map(tuple, rows)) for rows in (part.clauses, part.waiting, part.gains, part.gained)]
    return told


@needs_numba
@steady
@given(st.integers(0, 2**32))
def test_compiled_or_not_the_answers_are_the_same(seed: int) -> None:
    moves = drawn_moves(Random(seed))
    plain = answers(moves, Random(seed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("atlasmodel.attack.search.engine.LARGE", 0)
        assert Hypergraph(moves, {"f0"}, GOAL).engine.is_compiled
        compiled = answers(moves, Random(seed))
    assert pickle.dumps(compiled) == pickle.dumps(plain)  # also the types: numbers of NumPy would be others
