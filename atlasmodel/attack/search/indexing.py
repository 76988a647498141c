"""The index of a path search straight from the arrays of an attack graph: the same as from its steps one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Moves
from atlasmodel.attack.search.wires import Wires
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import begins, spread


def index_steps(graph: AttackGraph, steps: Sequence[int], moves: Moves, starts: Collection[str]) -> Hypergraph:
    """Return the index of some steps of an attack graph, each with its move, in the order of the ids of these."""
    wiring, chosen = graph.wiring, np.array(steps, dtype=np.int64)
    owners, clauses = spread(wiring.clause_starts, chosen)
    sides, options = spread(wiring.option_starts, clauses)
    gainers, gains = spread(wiring.gain_starts, chosen)
    needed, gained = wiring.option_facts[options], wiring.gain_facts[gains]
    named = np.zeros(wiring.facts, dtype=np.bool_)
    named[needed] = named[gained] = True
    numbers = {graph.names.name(fact): fact for fact in np.flatnonzero(named).tolist()}
    facts = sorted(numbers.keys() | set(starts))
    rank = np.full(wiring.facts, -1, dtype=np.int64)
    for place, fact in enumerate(facts):
        if fact in numbers:
            rank[numbers[fact]] = place
    sides, needed = _each_once(sides, rank[needed])
    gainers, gained = _each_once(gainers, rank[gained])
    wires = Wires.joined(
        first=begins(owners, len(chosen)),
        option_starts=begins(sides, len(clauses)),
        options=needed,
        gain_starts=begins(gainers, len(chosen)),
        gains=gained,
        facts=len(facts),
    )
    return Hypergraph.wired(moves, facts, wires, starts)


def _each_once(groups: Numbers, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return groups and members without a member that its group has before."""
    keys = groups * (members.max(initial=0) + 1) + members
    _, places = np.unique(keys, return_index=True)
    if len(places) == len(keys):
        return groups, members
    places.sort()
    return groups[places], members[places]
