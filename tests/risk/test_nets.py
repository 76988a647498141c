"""A net is its field with the steps numbered in the order of the sweep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attack.making import graphs
from hypothesis import given

from atlasmodel.risk.kernels.net import Indices
from atlasmodel.risk.nets import in_order
from risk.making import campaigns
from risk.test_probability import FEW, Drawn, scored, steady

Entries = list[tuple[int, int]]


def entries(starts: Indices, facts: Indices, masks: Indices, owner: int) -> Entries:
    some = slice(starts[owner], starts[owner + 1])
    return list(zip(facts[some].tolist(), masks[some].tolist(), strict=True))


def clauses(clause_starts: Indices, links: Sequence[Indices], step: int) -> list[Entries]:
    return [entries(*links, clause) for clause in range(clause_starts[step], clause_starts[step + 1])]


@steady
@given(graphs(most=12))
def test_steps_are_numbered_in_the_order_of_the_sweep(drawn: Drawn) -> None:
    steps, starts = drawn
    field = campaigns(steps, starts, scored(steps, [1.0] * 20), FEW).field
    rows, net, sweep = in_order(field)
    assert sorted(rows.tolist()) == list(range(len(field.steps)))
    assert sweep.nodes[sweep.nodes < len(rows)].tolist() == list(range(len(rows)))
    assert np.array_equal(sweep.nodes[sweep.places], np.arange(len(sweep.nodes)))
    options, gained = field.options, field.gained
    for step, row in enumerate(rows.tolist()):
        mine = clauses(net.clause_starts, (net.option_starts, net.option_facts, net.option_masks), step)
        assert mine == clauses(field.clause_starts, (options.starts, options.facts, options.masks), row)
        gains = entries(net.gain_starts, net.gain_facts, net.gain_masks, step)
        assert gains == entries(gained.starts, gained.facts, gained.masks, row)
        for fact, _ in gains:  # cycles apart, what feeds comes first
            place, other = sweep.places[step], sweep.places[len(rows) + fact]
            assert place < other or sweep.first[place] == sweep.first[other]
