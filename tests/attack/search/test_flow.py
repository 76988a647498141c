"""The cheapest cut as a minimum cut of a network: the same as by trying every set, and told apart from what is not one."""

from __future__ import annotations

from itertools import chain, combinations
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack.cuts import CheapestCut, cheapest_cut
from atlasmodel.attack.search.flow import minimum_cut
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from attack.test_paths import GOAL, Drawn, systems

steady = settings(derandomize=True, deadline=None, max_examples=300)
PRICES = (0.0, 0.1, 0.2, 0.3, 0.7, 1 / 3, 2.0, 5.25)


def offers(moves: list[Move], seed: int) -> tuple[dict[str, list[int]], dict[str, float]]:
    """Elements that take one move each: mostly one for a move, sometimes two or none."""
    random = Random(seed)
    elements = {
        f"{move.id}-{number}": [place]
        for place, move in enumerate(sorted(moves, key=lambda move: move.id))
        for number in range(random.choice((0, 1, 1, 1, 2)))
    }
    return elements, {name: random.choice(PRICES) for name in elements}


def least_of_all(graph: Hypergraph, elements: dict[str, list[int]], cost: dict[str, float]) -> tuple[float, int]:
    """The least cost of all cuts, and how few elements a cut of that cost has; `inf` where there is none."""
    found = (inf, 0)
    for chosen in chain.from_iterable(combinations(sorted(elements), count) for count in range(len(elements) + 1)):
        if graph.goal not in graph.reach(banned=[move for name in chosen for move in elements[name]]):
            paid = round(sum(cost[name] for name in chosen), 9)
            found = min(found, (paid, len(chosen)))
    return found


@steady
@given(systems(most=8, most_needs=1), st.integers(0, 2**32))
def test_with_one_need_a_step_it_is_the_cheapest_of_all_sets(drawn: Drawn, seed: int) -> None:
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    elements, cost = offers(moves, seed)
    least, few = least_of_all(graph, elements, cost)
    found = cheapest_cut(graph, elements, cost)
    if least == inf:
        assert found.cost == inf and found.uncut
        return
    assert (found.engine, found.exact) == ("flow", True)
    assert found.cost == pytest.approx(least)
    assert len(found.elements) == few, "of equal cost, the fewest"
    assert graph.goal not in graph.reach(banned=[move for name in found.elements for move in elements[name]])
    assert cheapest_cut(graph, elements, cost, engine="search").cost == pytest.approx(found.cost)


@steady
@given(systems(most=8, most_needs=2), st.integers(0, 2**32))
def test_where_it_applies_among_steps_with_two_needs_it_is_right_too(drawn: Drawn, seed: int) -> None:
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    elements, cost = offers(moves, seed)
    found = minimum_cut(graph, elements, cost)
    if found is not None:
        assert sum(cost[name] for name in found) == pytest.approx(least_of_all(graph, elements, cost)[0])


def test_what_nobody_can_take_away_counts_as_held() -> None:
    moves = [
        Move("a", (), ("x",), 1.0), Move("b", (("s",),), ("y",), 1.0), Move("c", (("x",), ("y",)), (GOAL,), 1.0),
    ]  # fmt: skip
    graph = Hypergraph(moves, {"s"}, GOAL)
    assert minimum_cut(graph, {"b": [1], "c": [2]}, {"b": 1.0, "c": 2.0}) == ("b",)
    assert minimum_cut(graph, {"a": [0], "b": [1], "c": [2]}, {"a": 1.0, "b": 1.0, "c": 2.0}) is None


def test_an_element_that_takes_two_moves_is_left_to_the_solver() -> None:
    moves = [Move("a", (), (GOAL,), 1.0), Move("b", (), (GOAL,), 1.0), Move("off", (), ("x",), 1.0)]
    graph = Hypergraph(moves, (), GOAL)
    cost = {"both": 3.0, "a": 2.0, "b": 2.0}
    assert minimum_cut(graph, {"both": [0, 1], "a": [0], "b": [1]}, cost) is None
    assert cheapest_cut(graph, {"both": [0, 1], "a": [0], "b": [1]}, cost).elements == ("both",)
    assert minimum_cut(graph, {"both": [0, 2], "a": [0], "b": [1]}, cost) == ("a", "b")


@pytest.mark.parametrize("engine", ["flow", "milp", "search"])
def test_a_goal_that_is_held_has_no_cut_and_one_out_of_reach_needs_none(engine: str) -> None:
    moves = [Move("a", (("x",),), (GOAL,), 1.0)]
    held = cheapest_cut(Hypergraph(moves, {GOAL}, GOAL), {"a": [0]}, {"a": 1.0}, engine=engine)  # type: ignore[arg-type]
    assert (held.elements, held.cost) == ((), inf)
    apart = cheapest_cut(Hypergraph(moves, (), GOAL), {"a": [0]}, {"a": 1.0}, engine=engine)  # type: ignore[arg-type]
    assert (apart.elements, apart.cost) == ((), 0.0)


def test_the_cut_is_the_same_in_any_order_and_no_sum_is_rounded() -> None:
    rungs = [Move(f"m{n}{side}", ((f"f{n}",),), (f"f{n + 1}",), 1.0) for n in range(7) for side in "ab"]
    cost = {move.id: 0.1 + 1e-13 * (move.id[1] != "4") for move in rungs}  # a rounded sum could not tell them apart
    for seed in range(5):
        graph = Hypergraph(Random(seed).sample(rungs, k=len(rungs)), {"f0"}, GOAL)
        elements = {move.id: [number] for number, move in enumerate(graph.moves)}
        assert cheapest_cut(graph, elements, cost) == CheapestCut(("m4a", "m4b"), 0.2, 0.2, "flow")
