"""Attack paths: every one is a minimal proof, the first is the best where it says so, and off-system ways are variants."""

from __future__ import annotations

import time
from itertools import chain, combinations
from math import inf
from random import Random

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from atlasmodel.attack.paths import Path, best_paths
from atlasmodel.attack.search.cheapest import in_order, trimmed
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from attack.making import relax

steady = settings(derandomize=True, deadline=None, max_examples=300)
NAMES = [f"f{number}" for number in range(8)]
GOAL = "f7"
Drawn = tuple[list[Move], set[str]]


@st.composite
def systems(draw: st.DrawFn, most: int = 12, *, most_needs: int = 2, unnamed: bool = False) -> Drawn:
    """Random moves over few facts; weights are whole so that sums are exact, and often 0 as for certain steps."""
    random = Random(draw(st.integers(0, 2**32)))

    def some(least: int) -> tuple[str, ...]:
        return tuple(random.sample(NAMES, random.randint(least, 2)))

    moves = [
        Move(
            f"m{number}",
            tuple(some(1) for _ in range(random.randint(0, most_needs))),
            some(1),
            float(random.choice((0, 0, 1, 2, 5, 9))),
            "" if unnamed and random.random() < 0.5 else None,
        )
        for number in range(draw(st.integers(1, most)))
    ]
    return moves, set(random.sample(NAMES[:-1], random.randint(0, 2)))


def proves(steps: tuple[Move, ...], starts: set[str]) -> bool:
    """Tell whether all the steps can be done and the goal then holds."""
    held, left = set(starts), list(steps)
    while ready := [move for move in left if all(not held.isdisjoint(clause) for clause in move.needs)]:
        for move in ready:
            held.update(move.gains)
        left = [move for move in left if move not in ready]
    return not left and GOAL in held


def all_minimal_proofs(moves: list[Move], starts: set[str]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    for steps in chain.from_iterable(combinations(moves, count) for count in range(len(moves) + 1)):
        ids = frozenset(move.id for move in steps)
        if not any(other <= ids for other in found) and proves(steps, starts):
            found.append(ids)
    return found


def check_path(path: Path, moves: list[Move], starts: set[str]) -> None:
    by_id = {move.id: move for move in moves}
    held = set(starts)
    for step in path.steps:  # in the order given
        assert all(not held.isdisjoint(clause) for clause in by_id[step].needs), f"{step} comes too early"
        held.update(by_id[step].gains)
    assert GOAL in held
    assert path.weight == sum(by_id[step].weight for step in path.steps)
    assert len(set(path.steps)) == len(path.steps)
    for left_out in path.steps:
        assert not proves(tuple(by_id[step] for step in path.steps if step != left_out), starts)


@steady
@given(systems())
def test_every_path_replays_to_the_goal_and_nothing_can_be_left_out(drawn: Drawn) -> None:
    moves, starts = drawn
    found = best_paths(moves, starts, GOAL, limit=5)
    reachable = GOAL in relax(moves, starts, (), additive=True)
    assert bool(found.paths) == reachable
    for path in found.paths:
        check_path(path, moves, starts)
        assert path.variants == 1
    assert len({frozenset(path.steps) for path in found.paths}) == len(found.paths)
    proven = [path.proven for path in found.paths]
    assert proven == sorted(proven, reverse=True), "what comes after an unproven path is not proven either"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(systems(most=12), st.integers(1, 12))
def test_the_proven_paths_are_the_lightest_of_all_minimal_proofs(drawn: Drawn, limit: int) -> None:
    moves, starts = drawn
    weight = {move.id: move.weight for move in moves}
    proofs = all_minimal_proofs(moves, starts)
    best = sorted(sum(weight[step] for step in proof) for proof in proofs)
    found = best_paths(moves, starts, GOAL, limit, expansions=2000)
    assert {frozenset(path.steps) for path in found.paths} <= set(proofs)
    assert [path.weight for path in found.paths] == best[:limit]
    assert all(path.proven for path in found.paths), "on so small a graph the search comes to its end"
    assert found.bound == (inf if len(proofs) < limit or not proofs else found.paths[-1].weight) or len(
        found.paths
    ) == len(proofs)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(systems(most=12), st.integers(1, 6))
def test_with_few_expansions_proven_is_still_true(drawn: Drawn, expansions: int) -> None:
    moves, starts = drawn
    weight = {move.id: move.weight for move in moves}
    best = sorted(sum(weight[step] for step in proof) for proof in all_minimal_proofs(moves, starts))
    found = best_paths(moves, starts, GOAL, 5, expansions)
    for rank, path in enumerate(found.paths):
        assert path.weight >= best[rank]
        assert not path.proven or path.weight == best[rank]
    assert found.truncated == (len(found.paths) < min(5, len(best))) or found.bound < inf


@settings(derandomize=True, deadline=None, max_examples=80)
@given(systems(most=9, most_needs=1))
def test_with_one_need_a_step_all_paths_are_found(drawn: Drawn) -> None:
    moves, starts = drawn
    found = best_paths(moves, starts, GOAL, limit=1000, expansions=20000)
    assert {frozenset(path.steps) for path in found.paths} == set(all_minimal_proofs(moves, starts))
    assert [path.weight for path in found.paths] == sorted(path.weight for path in found.paths)
    assert all(path.proven for path in found.paths[:1])


@steady
@given(st.integers(2, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(1, 9)), max_size=40))
def test_on_a_plain_graph_the_first_path_is_the_shortest(count: int, edges: list[tuple[int, int, int]]) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from([0, count - 1])
    moves = []
    for number, (source, target, weight) in enumerate(edges):
        if max(source, target) < count and source != target:
            moves.append(Move(f"m{number}", ((f"n{source}",),), (f"n{target}",), float(weight)))
            before = graph.get_edge_data(source, target, {"weight": inf})["weight"]
            graph.add_edge(source, target, weight=min(before, weight))
    found = best_paths(moves, {"n0"}, f"n{count - 1}").paths
    assert bool(found) == nx.has_path(graph, 0, count - 1)
    if found:
        assert found[0].weight == nx.shortest_path_length(graph, 0, count - 1, weight="weight")
        assert found[0].proven


@steady
@given(systems(unnamed=True))
def test_paths_differ_in_named_steps_and_variants_are_counted(drawn: Drawn) -> None:
    moves, starts = drawn
    named = {move.id for move in moves if move.name}
    found = best_paths(moves, starts, GOAL, limit=5).paths
    keys = [frozenset(path.steps) & named for path in found]
    assert len(set(keys)) == len(keys)
    for path in found:
        check_path(path, moves, starts)
        assert path.variants >= 1


@settings(derandomize=True, deadline=None, max_examples=80)
@given(systems(most=9, unnamed=True))
def test_variants_are_the_ways_to_serve_the_same_named_steps(drawn: Drawn) -> None:
    moves, starts = drawn
    named = {move.id for move in moves if move.name}
    # A named step must not help an unnamed one: that is what being off the system means.
    inside = {fact for move in moves if move.name for fact in move.gains}
    assume(not any(fact in inside for move in moves if not move.name for clause in move.needs for fact in clause))
    assume(not any(fact in inside for move in moves if not move.name for fact in move.gains))
    proofs = all_minimal_proofs(moves, starts)
    for path in best_paths(moves, starts, GOAL, limit=3).paths:
        key = frozenset(path.steps) & named
        assert path.variants == sum(proof & named == key for proof in proofs)


def test_five_ways_to_get_a_server_are_one_path() -> None:
    rent = [Move(f"rent-{number}", (), ("cap.infra@adversary",), float(number), "") for number in range(1, 6)]
    tool = [
        Move(f"tool-{number}", (("cap.infra@adversary",),), ("cap.tooling@adversary",), 1.0, "") for number in (1, 2)
    ]
    hack = Move("hack", (("cap.tooling@adversary",), ("cap.infra@adversary",)), ("acc.host@db",), 1.0)
    other = Move("other", (("cap.infra@adversary",),), ("acc.host@db",), 9.0)
    loot = Move("loot", (("acc.host@db",),), ("out.leak@db",), 1.0)
    first, second = best_paths([*rent, *tool, hack, other, loot], set(), "out.leak@db", limit=5).paths
    assert (first.steps, first.weight, first.variants) == (("rent-1", "tool-1", "hack", "loot"), 4.0, 10)
    assert (second.steps, second.weight, second.variants) == (("rent-1", "other", "loot"), 11.0, 5)


def test_variants_are_counted_up_to_a_bound() -> None:
    caps = [f"cap.{letter}@adversary" for letter in "abcd"]
    ways = [Move(f"{cap}-{number}", (), (cap,), 1.0, "") for cap in caps for number in range(9)]
    act = Move("act", tuple((cap,) for cap in caps), (GOAL,), 1.0)
    (path,) = best_paths([*ways, act], set(), GOAL).paths
    assert path.variants == 99


def test_rules_with_one_name_are_one_path() -> None:
    moves = [
        Move("r1@db", (), (GOAL,), 1.0, "T@db"),
        Move("r2@db", (), (GOAL,), 2.0, "T@db"),
        Move("x", (), (GOAL,), 3.0),
    ]
    assert [path.steps for path in best_paths(moves, set(), GOAL).paths] == [("r1@db",), ("x",)]


def test_a_step_that_serves_twice_counts_once() -> None:
    shared = Move("shared", (), ("a", "b"), 5.0)
    moves = [
        shared,
        Move("a2", (), ("a",), 3.0),
        Move("b2", (), ("b",), 3.0),
        Move("end", (("a",), ("b",)), (GOAL,), 0.0),
    ]
    weights = {path.steps: path.weight for path in best_paths(moves, set(), GOAL, limit=9).paths}
    assert weights[("shared", "end")] == 5.0


def test_the_search_says_when_it_stopped_at_its_bound() -> None:
    rungs = [
        Move(f"{side}{number}", ((f"n{number}",),), (f"n{number + 1}",), 1.0) for number in range(12) for side in "ab"
    ]
    assert best_paths(rungs, {"n0"}, "n12", limit=4000, expansions=1).truncated
    assert not best_paths(rungs, {"n0"}, "n12", limit=3).truncated
    assert not best_paths(rungs[:2], {"n0"}, "n1", limit=100).truncated


def test_a_goal_that_is_held_needs_no_steps_and_one_out_of_reach_has_no_path() -> None:
    assert best_paths([], {GOAL}, GOAL).paths == (Path((), 0.0, True, 1),)
    assert best_paths([Move("a", (("x",),), (GOAL,), 1.0)], set(), GOAL).paths == ()


def test_a_long_chain_is_found_in_little_time() -> None:
    length = 5_000
    moves = [Move(f"m{number}", ((f"n{number}",),), (f"n{number + 1}",), 1.0) for number in range(length)]
    began = time.process_time()
    (path,) = best_paths(moves, {"n0"}, f"n{length}", expansions=3).paths
    assert len(path.steps) == length and path.proven
    assert time.process_time() - began < 5


def test_moves_are_done_in_an_order_in_which_they_can_and_what_cannot_be_done_is_left_out() -> None:
    moves = [Move("c", (("b",),), ("c",), 1.0), Move("a", (), ("a",), 1.0), Move("b", (("a",),), ("b",), 1.0)]
    graph = Hypergraph([*moves, Move("never", (("nothing",),), ("d",), 1.0)], ())
    assert [graph.moves[move].id for move in in_order(graph, range(4))] == ["a", "b", "c"]


@steady
@given(systems())
def test_trimming_keeps_the_goal_and_leaves_nothing_that_can_go(drawn: Drawn) -> None:
    moves, starts = drawn
    graph = Hypergraph(moves, starts, GOAL)
    done = in_order(graph, range(len(moves)))
    assume(GOAL not in starts and any(graph.goal in graph.gains[move] for move in done))
    steps = tuple(graph.moves[move].id for move in trimmed(graph, done))
    by_id = {move.id: move for move in moves}
    check_path(Path(steps, sum(by_id[step].weight for step in steps), proven=False), moves, starts)


@pytest.mark.parametrize("additive", [True, False])
def test_relax_counts_all_needs_or_the_dearest(additive: bool) -> None:
    moves = [Move("a", (), ("a",), 2.0), Move("b", (), ("b",), 3.0), Move("g", (("a",), ("b",)), (GOAL,), 1.0)]
    reached = relax(moves, ("s",), (), additive=additive)
    assert reached[GOAL][0] == (6.0 if additive else 4.0)
    assert reached["s"] == (0.0, None)
    assert GOAL not in relax(moves, (), {"b"}, additive=additive)


def test_shared_steps_are_seen_through() -> None:
    shared = [Move("shared", (), ("x",), 5.0), Move("a1", (("x",),), ("a",), 0.0), Move("b1", (("x",),), ("b",), 0.0)]
    single = [Move("a2", (), ("a",), 3.0), Move("b2", (), ("b",), 3.0)]
    paths = best_paths([*shared, *single, Move("end", (("a",), ("b",)), (GOAL,), 0.0)], set(), GOAL, limit=9).paths
    assert [path.weight for path in paths] == [5.0, 6.0, 8.0, 8.0]
    assert all(path.proven for path in paths)


@pytest.mark.parametrize("pairs", [2, 4, 8])
def test_shared_leaves_cost_8_where_added_up_they_cost_12(pairs: int) -> None:
    """The known answer for shared leaves, and the same for more of them: two choices share a leaf that serves both."""
    choices = range(2 * pairs)
    leaves = [Move(f"own-{number}", (), (f"choice-{number}",), 3.0) for number in choices]
    leaves += [Move(f"both-{n}", (), (f"choice-{2 * n}", f"choice-{2 * n + 1}"), 4.0) for n in range(pairs)]
    moves = [*leaves, Move("end", tuple((f"choice-{number}",) for number in choices), (GOAL,), 0.0)]
    assert relax(moves, (), additive=True)[GOAL][0] == 6.0 * pairs
    (best,) = best_paths(moves, (), GOAL, limit=1).paths
    assert (best.weight, best.proven) == (4.0 * pairs, True)


@steady
@given(systems(), st.integers(0, 2**32))
def test_names_and_order_of_the_moves_change_nothing_but_names(drawn: Drawn, seed: int) -> None:
    moves, starts = drawn
    before = best_paths(moves, starts, GOAL, 4)
    mixed = Random(seed).sample(moves, k=len(moves))
    assert best_paths(mixed, starts, GOAL, 4) == before

    def other(fact: str) -> str:
        return f"other-{fact}"

    renamed = [
        Move(f"z{move.id}", tuple(tuple(map(other, clause)) for clause in move.needs), tuple(map(other, move.gains)), move.weight)
        for move in moves
    ]  # fmt: skip
    after = best_paths(renamed, set(map(other, starts)), other(GOAL), 4)
    assert [tuple(f"z{step}" for step in path.steps) for path in before.paths] == [path.steps for path in after.paths]


@steady
@given(systems(), systems())
def test_what_stands_apart_changes_nothing(drawn: Drawn, other: Drawn) -> None:
    moves, starts = drawn
    apart = [
        Move(
            f"x{m.id}",
            tuple(tuple(f"x{f}" for f in clause) for clause in m.needs),
            tuple(f"x{f}" for f in m.gains),
            0.0,
        )
        for m in other[0]
    ]
    assert best_paths([*moves, *apart], starts, GOAL, 4) == best_paths(moves, starts, GOAL, 4)


@steady
@given(systems(most=10), st.integers(0, 9), st.integers(1, 5))
def test_a_step_made_harder_makes_no_path_easier(drawn: Drawn, which: int, more: int) -> None:
    moves, starts = drawn
    harder = [Move(m.id, m.needs, m.gains, m.weight + (more if n == which else 0), m.key) for n, m in enumerate(moves)]
    before, after = (best_paths(some, starts, GOAL, 5, 2000).paths for some in (moves, harder))
    assert len(before) == len(after)
    for was, now in zip(before, after, strict=True):
        assert was.proven and now.proven
        assert now.weight >= was.weight


def test_a_chain_of_100_000_steps_with_one_that_needs_two_things_takes_no_recursion() -> None:
    length = 100_000
    moves = [Move(f"m{n:06}", ((f"n{n}",),), (f"n{n + 1}",), 1.0) for n in range(length)]
    moves.append(Move("end", ((f"n{length}",), ("n7",)), (GOAL,), 1.0))
    (path,) = best_paths(moves, {"n0"}, GOAL, 1).paths
    assert len(path.steps) == length + 1 and path.proven
