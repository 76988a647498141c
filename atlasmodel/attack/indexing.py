"""The index of a path search straight from the arrays of an attack graph: the same as from its steps one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.hypergraph import Hypergraph, Move
from atlasmodel.attack.wires import Wires
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import spread


def index_steps(graph: AttackGraph, steps: Sequence[int], moves: Sequence[Move], starts: Collection[str]) -> Hypergraph:
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
    asked = _each_once(sides, rank[needed])
    given = _each_once(gainers, rank[gained])
    wires = Wires(
        clauses=_grouped(*asked, len(clauses)),
        owner=owners.tolist(),
        first=np.searchsorted(owners, np.arange(len(chosen) + 1)).tolist(),
        waiting=_grouped(*_turned(*asked), len(facts)),
        gains=_grouped(*given, len(chosen)),
        gained=_grouped(*_turned(*given), len(facts)),
    )
    return Hypergraph.wired(moves, facts, wires, starts)


def _turned(groups: Numbers, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return the members as groups, each with the groups that it was in."""
    order = np.argsort(members, kind="stable")
    return members[order], groups[order]


def _each_once(groups: Numbers, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return groups and members without a member that its group has before."""
    keys = groups * (members.max(initial=0) + 1) + members
    _, places = np.unique(keys, return_index=True)
    if len(places) == len(keys):
        return groups, members
    places.sort()
    return groups[places], members[places]


def _grouped(groups: Numbers, members: Numbers, count: int) -> list[tuple[int, ...]]:
    """Return the members of each group, groups in order; tuples of numbers are nothing that a collector looks at."""
    listed = members.tolist()
    bounds = np.searchsorted(groups, np.arange(count + 1)).tolist()
    return [tuple(listed[first:last]) for first, last in pairwise(bounds)]
