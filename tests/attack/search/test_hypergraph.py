"""Parts of a graph: a part with some moves left out answers as a graph made without them would."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import inf
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack.paths import Search
from atlasmodel.attack.search.cheapest import lighter_than, trimmed, weigh
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.landmarks import landmarks
from atlasmodel.attack.search.moves import Move

steady = settings(derandomize=True, deadline=None, max_examples=200)
NAMES = [f"f{number}" for number in range(7)]
GOAL = "f6"


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[Move], Random]:
    """Random moves over few facts, with cycles, free moves and needs that cannot be met."""
    random = Random(draw(st.integers(0, 2**32)))

    def some() -> tuple[str, ...]:
        return tuple(random.sample(NAMES, random.randint(1, 2)))

    return [
        Move(
            f"m{number}", tuple(some() for _ in range(random.randint(0, 2))), some(), float(random.choice((0, 1, 2, 5)))
        )
        for number in range(random.randint(1, 9))
    ], random


@steady
@given(systems())
def test_a_part_answers_as_a_graph_without_the_rest(system: tuple[list[Move], Random]) -> None:
    moves, random = system
    graph = Hypergraph(moves, {"f0"}, GOAL)
    kept = [number for number in range(len(moves)) if random.random() < 0.7]
    part = graph.only(kept)
    alone = Hypergraph([graph.moves[number] for number in kept], {"f0"}, GOAL)
    for additive in (True, False):
        costs = part.relax(additive=additive).cost[part.goal], alone.relax(additive=additive).cost[alone.goal]
        assert costs[0] == costs[1]
    assert landmarks(part)[1] == landmarks(alone)[1]
    assert [part.moves[number].id for number in part.inside] == [alone.moves[number].id for number in alone.inside]


@steady
@given(systems(), st.sampled_from((0.5, 2.0, 4.0, 9.0)))
def test_no_move_of_a_lighter_minimal_proof_is_left_out(system: tuple[list[Move], Random], weight: float) -> None:
    moves, random = system
    graph = Hypergraph(moves, {"f0"}, GOAL)
    banned = {number for number in range(len(moves)) if random.random() < 0.2}
    usable = [number for number in range(len(moves)) if number not in banned]
    proofs = {
        trimmed(graph, chosen)
        for size in range(len(usable) + 1)
        for chosen in combinations(usable, size)
        if graph.goal in graph.reach(chosen)
    }
    lighter = {number for proof in proofs if weigh(graph, proof) < weight for number in proof}
    assert lighter <= set(lighter_than(graph, banned, weight))


@steady
@given(systems())
def test_one_index_weighed_for_somebody_is_their_own_graph(system: tuple[list[Move], Random]) -> None:
    moves, random = system
    weights = {move.id: random.choice((None, 0.0, 1.0, 3.0)) for move in moves}
    index = Hypergraph(moves, {"f0", "f3", GOAL})
    weighed = index.weighed([weights[move.id] for move in index.moves], {"f3"})
    theirs = [replace(move, weight=weight) for move in moves if (weight := weights[move.id]) is not None]
    shared, own = weighed.towards(GOAL), Hypergraph(theirs, {"f3"}, GOAL)
    assert [shared.moves[move].id for move in shared.inside] == [own.moves[move].id for move in own.inside]
    assert (shared.width, shared.is_plain) == (own.width, own.is_plain)
    assert Search(shared).best() == Search(own).best()


@steady
@given(systems(), st.booleans(), st.sampled_from((0.0, 1.0, 2.0, 5.0)))
def test_least_costs_followed_bit_by_bit_are_those_found_at_once(
    system: tuple[list[Move], Random], additive: bool, most: float
) -> None:
    moves, random = system
    graph = Hypergraph(moves, {"f0"})
    goal = graph.number.get(random.choice(NAMES))
    at_once = graph.relax(additive=additive)
    cheap = graph.least(additive=additive, most=most)
    assert cheap.cost == [cost if cost <= most else inf for cost in at_once.cost]
    if goal is not None:
        assert graph.least(additive=additive, goal=goal).cost[goal] == at_once.cost[goal]
    found = graph.least(additive=additive)
    for told, known in ((found.cost, at_once.cost), (found.by, at_once.by), (found.ready, at_once.ready)):
        assert told == known
    assert (found.met, found.dearest, found.settled) == (at_once.met, at_once.dearest, at_once.settled)


@steady
@given(systems(), st.booleans())
def test_moves_that_are_banned_are_as_if_they_were_not_there(system: tuple[list[Move], Random], additive: bool) -> None:
    moves, random = system
    index = Hypergraph(moves, NAMES)
    graph = index.weighed([move.weight for move in index.moves], {"f0"}).towards(GOAL)
    banned = [number for number in graph.inside if random.random() < 0.4]
    weights = [None if number in banned else move.weight for number, move in enumerate(index.moves)]
    left = index.weighed(weights, {"f0"}).towards(GOAL)
    found, alone = graph.relax(banned, additive=additive), left.relax(additive=additive)
    assert found.cost[graph.goal] == alone.cost[left.goal]
    if found.cost[graph.goal] < inf:
        assert graph.derivation(found) == left.derivation(alone)
    assert landmarks(graph, banned) == landmarks(left)
