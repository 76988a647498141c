"""The index of a path search straight from the arrays of an attack graph: the same as from its steps one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.search.gates import Gate
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Moves
from atlasmodel.attack.search.wires import Wires
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import begins


def index_steps(
    graph: AttackGraph, steps: Sequence[int], moves: Moves, starts: Collection[str], gates: Sequence[Gate] = ()
) -> Hypergraph:
    """Return the index of some steps of an attack graph and of gates, each with its move, in the order of their ids."""
    wiring, chosen = graph.wiring, np.array(steps, dtype=np.int64)
    owners, sides, options, gainers, gains = wiring.of_steps(chosen)
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
    first, option_starts = begins(owners, len(chosen)), begins(sides, len(owners))
    gain_starts = begins(gainers, len(chosen))
    if gates:
        of_step = {graph.step_ids[step]: number for number, step in enumerate(steps)}
        number_of = {fact: number for number, fact in enumerate(facts)}
        places = [(gate, of_step.get(gate.step or "", -1), number_of[gate.fact]) for gate in gates]
        asked, given = _opened(places, len(facts), (needed, option_starts[first]), (gained, gain_starts))
        facts += [gate.id for gate in gates if gate.step is not None]
        waits = np.array([gate.step is not None for gate in gates], dtype=np.int64)
        first = np.concatenate([first, first[-1] + np.cumsum(waits)])
        option_starts = np.concatenate([option_starts, option_starts[-1] + 1 + np.arange(len(asked))])
        gain_starts = np.concatenate([gain_starts, gain_starts[-1] + 1 + np.arange(len(given))])
        needed, gained = np.concatenate([needed, asked]), np.concatenate([gained, given])
    wires = Wires.joined(
        first=first,
        option_starts=option_starts,
        options=needed,
        gain_starts=gain_starts,
        gains=gained,
        facts=len(facts),
    )
    return Hypergraph.wired(moves, facts, wires, starts)


def _opened(
    gates: Iterable[tuple[Gate, int, int]],
    number: int,
    needed: tuple[Numbers, Numbers],
    gained: tuple[Numbers, Numbers],
) -> tuple[Numbers, Numbers]:
    """Put gates in the place of facts in what is needed and gained; return what each gate needs itself, and gains.

    Each gate comes with its step and its fact; what is needed or gained, with where that of each step begins. The facts
    that gates stand for are numbered from `number` on.
    """
    asked, given = list[int](), list[int]()
    for gate, step, fact in gates:
        if gate.step is None:
            given.append(fact)
            continue
        members, starts = gained if gate.gains else needed
        part = members[starts[step] : starts[step + 1]]
        part[part == fact] = number
        asked.append(number if gate.gains else fact)
        given.append(fact if gate.gains else number)
        number += 1
    return np.array(asked, dtype=np.int64), np.array(given, dtype=np.int64)


def _each_once(groups: Numbers, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return groups and members without a member that its group has before."""
    keys = groups * (members.max(initial=0) + 1) + members
    _, places = np.unique(keys, return_index=True)
    if len(places) == len(keys):
        return groups, members
    places.sort()
    return groups[places], members[places]
