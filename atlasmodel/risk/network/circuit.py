"""A network as a circuit: every fact is an OR of what gains it; what a step needs is a fact, an OR of facts or an AND.

Nodes are numbered by rank: what a node needs stands before it, ways back apart. So one pass over the ranks settles what
is free of cycles, and a few settle the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.pool import Numbers
from atlasmodel.risk.network.network import Draw, gainers

CERTAIN = -1  # as the draw of a wire: it carries what it is given


@dataclass(frozen=True)
class Circuit:
    """Hold the nodes and, sorted by target, the wires between them; each wire carries on where its draw comes true."""

    node_of: dict[int, int]  # the facts
    held: int  # the node that is true everywhere
    ranks: Numbers
    joins: NDArray[np.bool_]  # which nodes need all that is wired to them, not one of it
    starts: Numbers  # the wires to node n are those from starts[n] to starts[n + 1]
    source: Numbers
    target: Numbers
    draw: Numbers  # by its place among the draws


def circuit_of(draws: Sequence[Draw]) -> Circuit:
    """Return the circuit of some draws; what draws of several outcomes gain is for whoever draws them to say.

    >>> from atlasmodel.risk.network.network import step
    >>> circuit = circuit_of([step(0.5, [], [7]), step(0.5, [[7]], [8]), step(0.9, [[7, 8], [8]], [7])])
    >>> len(circuit.ranks), circuit.joins.sum().item(), circuit.draw.tolist()
    (5, 1, [0, 2, -1, -1, 1, -1, -1])
    """
    sketch = _Sketch(gainers(draws))
    given = {sketch.held}
    for place, draw in enumerate(draws):
        if draw.plain:
            sketch.add(place, draw)
        else:
            given.update(sketch.node_of[fact] for fact in draw.gains)
    return _numbered(sketch, given)


class _Sketch:
    """Collect nodes and wires in the order in which they are met."""

    def __init__(self, facts: Iterable[int]) -> None:
        self.node_of = {fact: node for node, fact in enumerate(facts)}
        self.held = len(self.node_of)
        self.joins = [False] * (self.held + 1)
        self.wires: list[tuple[int, int, int]] = []  # source, target, draw
        self._made: dict[tuple[bool, frozenset[int]], int] = {}

    def add(self, place: int, draw: Draw) -> None:
        """Wire a step from what it needs to what it gains; several gains hang on one node that says that it worked."""
        node_of = self.node_of
        clauses = [self._gate(False, frozenset(node_of[fact] for fact in clause)) for clause in draw.needs]
        needed, gained = self._gate(True, frozenset(clauses)), [node_of[fact] for fact in sorted(draw.gains)]
        if len(gained) > 1:
            worked = self._node(False)
            self.wires.append((needed, worked, place))
            self.wires += [(worked, target, CERTAIN) for target in gained]
        else:
            self.wires += [(needed, target, place) for target in gained]

    def _gate(self, join: bool, inputs: frozenset[int]) -> int:
        """Return the node for one or for all of some nodes, that node itself where it is alone, `held` for none."""
        if len(inputs) < 2:
            return next(iter(inputs), self.held)
        if (join, inputs) not in self._made:
            node = self._made[join, inputs] = self._node(join)
            self.wires += [(source, node, CERTAIN) for source in sorted(inputs)]
        return self._made[join, inputs]

    def _node(self, join: bool) -> int:
        self.joins.append(join)
        return len(self.joins) - 1


def _numbered(sketch: _Sketch, given: Iterable[int]) -> Circuit:
    """Return nodes by rank, those with the same operation together, and of these those with most wires first."""
    source, target, draw = np.array(sketch.wires, dtype=np.int64).reshape(-1, 3).T
    joins = np.array(sketch.joins)
    ranks = np.array(_ranks(sketch, given), dtype=np.int64)
    order = np.lexsort((-np.bincount(target, minlength=len(joins)), joins, ranks))
    number = np.argsort(order)
    source, target = number[source], number[target]
    wires = np.argsort(target, kind="stable")
    return Circuit(
        {fact: int(number[node]) for fact, node in sketch.node_of.items()},
        int(number[sketch.held]),
        ranks[order],
        joins[order],
        np.concatenate([[0], np.cumsum(np.bincount(target, minlength=len(joins)))]),
        source[wires],
        target[wires],
        draw[wires],
    )


def _ranks(sketch: _Sketch, given: Iterable[int]) -> list[int]:
    """Return the rank of every node.

    First come, in order, those on no cycle and behind none. The others follow by the round in which they are first
    true were all draws to come true: like this ranks are few. What can never be true comes last.
    """
    feeds: list[list[int]] = [[] for _ in sketch.joins]
    missing = [0] * len(feeds)
    for source, target, _ in sketch.wires:
        feeds[source].append(target)
        missing[target] += 1
    wired = missing.copy()
    ranks = [-1] * len(feeds)

    def follow(ready: list[int], rank: int, *, one_is_enough: bool) -> int:
        while ready:
            for node in ready:
                ranks[node] = rank
            rank += 1
            following = []
            for target in (target for node in ready for target in feeds[node]):
                missing[target] -= 1
                if ranks[target] < 0 and (not missing[target] or (one_is_enough and not sketch.joins[target])):
                    ranks[target] = rank
                    following.append(target)
            ready = following
        return rank

    rank = follow([node for node, count in enumerate(wired) if not count], 0, one_is_enough=False)
    begun = [node for node, count in enumerate(missing) if count < wired[node] and not sketch.joins[node]]
    waiting = [node for node in dict.fromkeys([*begun, *given]) if ranks[node] < 0]
    last = follow(waiting, rank, one_is_enough=True)
    return [last if rank < 0 else rank for rank in ranks]
