"""Least skill and earliest time: exact, also with shared steps and cycles; fronts."""

from __future__ import annotations

from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.measure import earliest, least_worst, not_outdone
from atlasmodel.attack.search.moves import Move
from attack.test_paths import GOAL, Drawn, all_minimal_proofs, systems

steady = settings(derandomize=True, deadline=None, max_examples=150)


def finished(proof: frozenset[str], moves: list[Move], starts: set[str]) -> float:
    """When all steps of a proof begin as soon as they can: the time at which the goal is there."""
    times = dict.fromkeys(starts, 0.0)
    for _ in proof:
        for move in moves:
            if move.id in proof:
                begins = max(
                    (min((times.get(f, inf) for f in clause), default=inf) for clause in move.needs), default=0.0
                )
                for fact in move.gains:
                    times[fact] = min(times.get(fact, inf), begins + move.weight)
    return times.get(GOAL, inf)


@steady
@given(systems(most=10))
def test_least_and_earliest_are_those_of_the_best_of_all_proofs(drawn: Drawn) -> None:
    moves, starts = drawn
    weight = {move.id: move.weight for move in moves}
    proofs = all_minimal_proofs(moves, starts)
    assert least_worst(Hypergraph(moves, starts, GOAL)) == min(
        (max((weight[s] for s in p), default=0.0) for p in proofs), default=inf
    )
    # In the fastest attack a step may be done that others could do without: it is that of all steps together.
    everything = finished(frozenset(weight), moves, starts)
    assert earliest(Hypergraph(moves, starts, GOAL)) == everything
    assert everything <= min((finished(proof, moves, starts) for proof in proofs), default=inf)


@steady
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_a_front_holds_what_no_other_outdoes(points: list[tuple[int, int, int]]) -> None:
    kept = not_outdone(points)
    for place, point in enumerate(points):
        outdone = any(all(a <= b for a, b in zip(other, point, strict=True)) and other != point for other in points)
        assert (place in kept) == (not outdone and points.index(point) == place)
