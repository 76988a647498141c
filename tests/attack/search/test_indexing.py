"""The index made from an attack graph's arrays is the one made from its steps one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from atlasmodel.attack.search.gates import gated, gates_of
from atlasmodel.attack.search.hypergraph import Hypergraph, Move
from atlasmodel.attack.search.indexing import index_steps
from atlasmodel.attack.search.moves import ListedMoves
from attack.making import Written, graph_of, graphs

steady = settings(derandomize=True, deadline=None, max_examples=200)


@steady
@given(graphs(most=8, facts=6), st.data())
def test_from_arrays_and_from_moves_the_index_is_one(
    drawn: tuple[list[Written], set[str]], data: st.DataObject
) -> None:
    written, starts = drawn
    graph = graph_of(written)
    steps = sorted(range(0, len(graph.steps), 2), key=lambda step: graph.steps[step].id)
    moves = [Move(graph.steps[step].id, graph.needs(step), graph.gains(step), 1.0) for step in steps]
    held = {*starts, "elsewhere@x"}
    unsure = {
        move.id: data.draw(
            st.sets(st.sampled_from(sorted({*move.gains, *(f for clause in move.needs for f in clause)})))
        )
        for move in moves
    }
    gates = gates_of(
        [(move.id, unsure[move.id], move.gains) for move in moves], data.draw(st.sets(st.sampled_from(sorted(held))))
    )
    moves = [*(gated(move, unsure[move.id]) for move in moves), *(gate.move() for gate in gates)]
    plain = Hypergraph(moves, held)
    fast = index_steps(graph, steps, ListedMoves(moves), held, gates)
    assert (fast.facts, fast.number, fast.start, fast.held) == (plain.facts, plain.number, plain.start, plain.held)
    assert [fast.moves[number] for number in range(len(fast.moves))] == moves
    assert (fast.weight, fast.needed, fast.is_plain) == (plain.weight, plain.needed, plain.is_plain)
    for name in ("clauses", "waiting", "gains", "gained"):
        assert list(map(list, getattr(fast, name))) == list(map(list, getattr(plain, name))), name
    assert (fast.owner, fast.first) == (plain.owner, plain.first)
