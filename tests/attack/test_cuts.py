"""Choke points and cuts: equal to trying every set, checked on the fixed point; the cheapest is the cheapest."""

from __future__ import annotations

import sys
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack import cuts as cutting
from atlasmodel.attack.cuts import CheapestCut, ChokePoints, cheapest_cut, choke_points, minimal_cuts, places
from atlasmodel.attack.search.hitting import lightest_hit
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from attack.test_paths import GOAL, Drawn, all_minimal_proofs, systems

steady = settings(derandomize=True, deadline=None, max_examples=150)


def steps_of(graph: Hypergraph) -> dict[str, list[int]]:
    return {move.id: [number] for number, move in enumerate(graph.moves)}


def blocks(moves: list[Move], starts: set[str], gone: set[str]) -> bool:
    return not all_minimal_proofs([move for move in moves if move.id not in gone], starts)


@steady
@given(systems())
def test_choke_points_are_what_the_goal_cannot_do_without(drawn: Drawn) -> None:
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    found = choke_points(graph)
    proofs = all_minimal_proofs(moves, starts)
    if not proofs:
        assert found == ChokePoints((), ())
        return
    assert set(found.moves) == set.intersection(*map(set, proofs))
    for fact in {fact for move in moves for fact in (*move.gains, *chain.from_iterable(move.needs))} | {GOAL}:
        without = [
            Move(m.id, tuple(tuple(f for f in clause if f != fact) for clause in m.needs), m.gains, m.weight)
            for m in moves
        ]
        needed = fact == GOAL or not all_minimal_proofs(without, starts - {fact})
        assert (fact in found.facts) == needed, fact


@steady
@given(systems(most=10), st.integers(1, 4))
def test_minimal_cuts_are_those_of_all_sets(drawn: Drawn, size: int) -> None:
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    found = minimal_cuts(graph, steps_of(graph), size)
    proofs = all_minimal_proofs(moves, starts)
    names = sorted({step for proof in proofs for step in proof})
    expected: list[set[str]] = []
    if frozenset() in proofs:
        assert (found.cuts, found.uncut) == ((), ())
        return
    for chosen in chain.from_iterable(combinations(names, count) for count in range(size + 1)):
        if all(not proof.isdisjoint(chosen) for proof in proofs) and not any(cut <= set(chosen) for cut in expected):
            expected.append(set(chosen))
    assert sorted(map(sorted, found.cuts)) == sorted(map(sorted, expected))
    assert not found.truncated


@steady
@given(systems(most=10), st.integers(0, 2**32), st.sampled_from(["search", "milp"]))
def test_the_cheapest_cut_is_the_cheapest_of_all(drawn: Drawn, seed: int, engine: str) -> None:
    if engine == "milp":
        pytest.importorskip("scipy")
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    cost = {move.id: float((seed >> place) % 7 + 1) for place, move in enumerate(moves)}
    found = cheapest_cut(graph, steps_of(graph), cost, engine=engine)  # type: ignore[arg-type]
    proofs = all_minimal_proofs(moves, starts)
    if frozenset() in proofs:
        assert found.cost == float("inf")
        return
    names = sorted({step for proof in proofs for step in proof})
    every = chain.from_iterable(combinations(names, count) for count in range(len(names) + 1))
    least = min(sum(cost[n] for n in chosen) for chosen in every if all(not p.isdisjoint(chosen) for p in proofs))
    assert found.exact
    assert found.cost == pytest.approx(least)
    assert blocks(moves, starts, set(found.elements))


def test_an_element_takes_all_that_it_stands_for() -> None:
    moves = [Move(f"w{n}", (("s",),), (GOAL,), 1.0) for n in range(4)]
    graph = Hypergraph(moves, {"s"}, GOAL)
    elements = {"left": [0, 1], "right": [2, 3], "most": [0, 1, 2], "one": [3]}
    cost = {"left": 3.0, "right": 3.0, "most": 1.0, "one": 1.0}
    assert minimal_cuts(graph, elements).cuts == (("left", "right"), ("most", "one"), ("most", "right"))
    assert cheapest_cut(graph, elements, cost).elements == ("most", "one")


def test_a_path_that_nothing_meets_is_shown() -> None:
    moves = [Move("a", (), (GOAL,), 1.0), Move("b", (("s",),), (GOAL,), 1.0)]
    graph = Hypergraph(moves, {"s"}, GOAL)
    assert minimal_cuts(graph, {"a": [0]}).uncut == ("b",)
    assert cheapest_cut(graph, {"a": [0]}, {"a": 1.0}).uncut == ("b",)


def test_the_bounds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [Move(f"m{n}{side}", ((f"f{n}",),), (f"f{n + 1}",), 1.0) for n in range(7) for side in "ab"]
    graph = Hypergraph(moves, {"f0"}, GOAL)
    assert len(minimal_cuts(graph, steps_of(graph)).cuts) == 7
    assert minimal_cuts(graph, steps_of(graph), limit=3).truncated
    monkeypatch.setattr(cutting, "MOST_NODES", 5)
    assert minimal_cuts(graph, steps_of(graph)).truncated
    short = cheapest_cut(graph, steps_of(graph), {move.id: 1.0 for move in moves}, rounds=1, engine="milp")
    assert not short.exact and blocks(moves, {"f0"}, set(short.elements))


def test_without_the_solver_the_search_answers_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [Move("a", (), (GOAL,), 1.0)]
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    found = cheapest_cut(Hypergraph(moves, (), GOAL), {"a": [0]}, {"a": 2.0}, engine="milp")
    assert found == CheapestCut(("a",), 2.0, 2.0, "search")


@pytest.mark.parametrize("engine", ["search", "milp"])
@steady
@given(
    sets=st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=5), max_size=10),
    weight=st.lists(st.integers(0, 9), min_size=10, max_size=10),
)
def test_the_lightest_hit_is_the_lightest_of_all(sets: list[set[int]], weight: list[int], engine: str) -> None:
    if engine == "milp":
        pytest.importorskip("scipy")
    found = lightest_hit(sets, [float(w) for w in weight], engine)  # type: ignore[arg-type]
    least = min(
        sum(weight[e] for e in places(bits))
        for bits in range(1 << 10)
        if all(any(bits >> e & 1 for e in s) for s in sets)
    )
    assert all(not found.chosen.isdisjoint(one) for one in sets)
    assert found.weight == sum(weight[e] for e in found.chosen) == pytest.approx(least)
    assert found.exact


def test_a_long_chain_has_all_its_steps_as_choke_points() -> None:
    length = 10_000
    moves = [Move(f"m{n:05}", ((f"n{n}",),), (f"n{n + 1}",), 1.0) for n in range(length)]
    moves.append(Move("end", ((f"n{length}",), ("n7",)), (GOAL,), 1.0))
    found = choke_points(Hypergraph(moves, {"n0"}, GOAL))
    assert len(found.moves) == length + 1


def test_a_chain_of_20_000_steps_is_cut_without_recursion() -> None:
    length = 20_000
    moves = [Move(f"m{n:06}", ((f"n{n}",),), (f"n{n + 1}",), 1.0) for n in range(length)]
    graph = Hypergraph(moves, {"n0"}, f"n{length}")
    elements, cost = {"first": [0], "last": [length - 1]}, {"first": 2.0, "last": 1.0}
    assert minimal_cuts(graph, elements).cuts == (("first",), ("last",))
    assert cheapest_cut(graph, elements, cost) == CheapestCut(("last",), 1.0, 1.0, "flow")
