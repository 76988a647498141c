"""Moves as integers: what can be had, what it costs at least and at most, for one goal and from one start.

Facts are OR nodes, moves are AND nodes; a clause is met by the first of its facts that is had. Everything is a least
fixed point, so cycles do no harm. Nothing here depends on the order in which the moves are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from math import inf

import numpy as np

from atlasmodel.attack.search.backwards import leading_to
from atlasmodel.attack.search.engine import Engine
from atlasmodel.attack.search.index import Index
from atlasmodel.attack.search.moves import ListedMoves, Move, Moves, SomeMoves
from atlasmodel.attack.search.relaxed import Relaxed
from atlasmodel.attack.search.wires import Wires
from atlasmodel.match.table import Mask

EPSILON = 1e-9


class Hypergraph(Index):
    """Index moves from a start; with a goal, only what it can follow from takes part.

    The parts that lead to the goals of one graph share its numbers, and use `width` of its facts. A part of a few moves
    has numbers of its own, in the same order; `origin` gives those in the graph it is a part of.
    """

    def __init__(self, moves: Iterable[Move], starts: Collection[str], goal: str | None = None) -> None:
        listed = sorted(moves, key=lambda move: move.id)
        named = set(starts) if goal is None else {*starts, goal}
        for move in listed:
            named.update(move.gains, *move.needs)
        facts = sorted(named)
        number = {fact: number for number, fact in enumerate(facts)}
        wires = Wires.of(
            [[[number[fact] for fact in dict.fromkeys(clause)] for clause in move.needs] for move in listed],
            [[number[fact] for fact in dict.fromkeys(move.gains)] for move in listed],
            len(facts),
        )
        self._set_up(Engine.of(len(listed)), ListedMoves(listed), [move.weight for move in listed], facts, wires)
        self._hold([number[fact] for fact in sorted(starts)])
        if goal is not None:
            self._lead(number[goal])

    @classmethod
    def wired(cls, moves: Moves, facts: list[str], wires: Wires, starts: Collection[str]) -> Hypergraph:
        """Return the graph of moves sorted by id over facts sorted by name, each of weight 1."""
        graph = cls.__new__(cls)
        graph._set_up(Engine.of(len(moves)), moves, [1.0] * len(moves), facts, wires)
        graph._hold([graph.number[fact] for fact in sorted(starts)])
        return graph

    def _set_up(self, engine: Engine, moves: Moves, weight: Sequence[float], facts: list[str], wires: Wires) -> None:
        super().__init__(engine, moves, weight, facts, wires)
        self.origin: Sequence[int] = range(len(moves))
        self.width = len(facts)
        self._whole: Hypergraph | None = None
        self._absent: Mask | None = None
        self._least: dict[bool, Relaxed] = {}

    def towards(self, goal: str) -> Hypergraph:
        """Return the part that leads to a goal; what is learnt about all goals at once is shared."""
        number = self.number[goal]
        part = copy(self)
        part._whole = self._whole or self
        part._lead(number)
        return part

    def weighed(self, weights: Sequence[float | None], starts: Collection[str]) -> Hypergraph:
        """Return the graph of the moves that have a weight here, from other starts: what moves need is indexed once.

        `weights` are in the order of `moves`; the facts are those of this graph.
        """
        figures = np.array(weights, dtype=np.float64)  # None is no number there
        absent = np.isnan(figures)
        start = [self.number[fact] for fact in sorted(starts) if fact in self.number]
        part = copy(self)
        part._weigh(np.where(absent, inf, figures).tolist())
        part._absent = absent if self._absent is None else self._absent | absent
        part._wire(self._wires.without(absent))
        part._hold(start)
        part._take(np.where(absent, -1, np.asarray(self.needs, dtype=np.int64)))
        part._whole, part._least = None, {}
        return part

    def _lead(self, goal: int) -> None:
        """Let those moves take part from which a goal can follow."""
        seen, leading = leading_to(goal, self._wires, self._absent)
        self.goal, self.width = goal, int(np.count_nonzero(seen))
        self._hold([fact for fact in self.start if seen[fact]])
        self._take(np.where(leading, np.asarray(self.needs, dtype=np.int64), -1))

    def only(self, moves: Iterable[int]) -> Hypergraph:
        """Return the part in which some moves lead to the same goal: as small as they are few."""
        other = np.ones(len(self.moves), dtype=np.bool_)
        other[list(moves)] = False
        seen, leading = leading_to(self.goal, self._wires, other)
        origin, facts = np.flatnonzero(leading), np.flatnonzero(seen)
        place = {fact: place for place, fact in enumerate(facts.tolist())}
        part = Hypergraph.__new__(Hypergraph)
        part._set_up(
            self.engine,
            SomeMoves(self.moves, origin.tolist()),
            np.asarray(self.prices)[origin].tolist(),
            [self.facts[fact] for fact in place],
            self._wires.part(origin, facts),
        )
        part.origin = origin.tolist()
        part._hold([place[fact] for fact in self.start if fact in place])
        part.goal = place[self.goal]
        return part

    def original(self, moves: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of moves in the graph this is a part of."""
        return tuple(self.origin[move] for move in moves)

    def least(self, *, additive: bool, goal: int = -1, most: float = inf) -> Relaxed:
        """Return the least costs with every move, found once for all goals: to a goal, to some cost, or all."""
        if self._whole is not None:
            return self._whole.least(additive=additive, goal=goal, most=most)
        if additive not in self._least:
            self._least[additive] = self.relaxed(self.offers(), additive=additive)
        self._least[additive].go_on(goal, most)
        return self._least[additive]
