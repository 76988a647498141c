"""Moves as integers: what can be had, what it costs at least and at most, for one goal and from one start.

Facts are OR nodes, moves are AND nodes; a clause is met by the first of its facts that is had. Everything is a least
fixed point, so cycles do no harm. Nothing here depends on the order in which the moves are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import cached_property
from math import inf

import numpy as np

from atlasmodel.attack.backwards import leading_to
from atlasmodel.attack.engine import Engine
from atlasmodel.attack.kernels.settle import offer_free
from atlasmodel.attack.kernels.spread import find_reached
from atlasmodel.attack.moves import ListedMoves, Move, Moves, SomeMoves
from atlasmodel.attack.relaxed import Offers, Relaxed
from atlasmodel.attack.wires import Wires, rows
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask

__all__ = ["EPSILON", "Hypergraph", "Move"]

EPSILON = 1e-9


class Hypergraph:
    """Index moves both ways, facts numbered by name; with a goal, only what it can follow from takes part.

    The parts that lead to the goals of one graph share its numbers: `inside` are the moves that take part, `needed` the
    clauses that each of them waits for (-1 for the others), `start` what is held of the `width` facts that they use.
    A part of a few moves has numbers of its own, in the same order; `origin` gives those in the graph it is a part of.
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
        self._index(Engine.of(len(listed)), ListedMoves(listed), [move.weight for move in listed], facts, wires)
        self._begin(starts)
        if goal is not None:
            self._lead(number[goal])

    @classmethod
    def wired(cls, moves: Moves, facts: list[str], wires: Wires, starts: Collection[str]) -> Hypergraph:
        """Return the graph of moves sorted by id over facts sorted by name, each of weight 1."""
        graph = cls.__new__(cls)
        graph._index(Engine.of(len(moves)), moves, [1.0] * len(moves), facts, wires)
        graph._begin(starts)
        return graph

    def _index(self, engine: Engine, moves: Moves, weight: Sequence[float], facts: list[str], wires: Wires) -> None:
        self.engine, self.moves, self.facts = engine, moves, facts
        self._weigh(weight)
        self._wire(wires)
        self.origin: Sequence[int] = range(len(moves))
        self._take(np.diff(wires.first))
        self._whole: Hypergraph | None = None
        self._absent: Mask | None = None
        self._least: dict[bool, Relaxed] = {}

    def _weigh(self, weight: Sequence[float]) -> None:
        self.prices = self.engine.floats(weight)
        self.weight = self.engine.read(self.prices)

    def _wire(self, wires: Wires) -> None:
        self._wires, self.net = wires, (net := wires.net(self.engine))
        self.first, self.owner = self.engine.read(net.first), self.engine.read(net.owner)
        self.clauses = rows(net.option_starts, net.options, self.engine)
        self.waiting = rows(net.waiting_starts, net.waiting, self.engine)
        self.gains = rows(net.gain_starts, net.gains, self.engine)
        self.gained = rows(net.gained_starts, net.gained, self.engine)

    def _begin(self, starts: Collection[str]) -> None:
        self._hold([self.number[fact] for fact in sorted(starts)])
        self.goal, self.width = -1, len(self.facts)

    def _hold(self, start: Sequence[int]) -> None:
        self.start, self.held = start, frozenset(start)
        self._offers: Offers | None = None

    def _take(self, needed: Numbers) -> None:
        """Let those moves take part that wait for some number of clauses, or for none."""
        self.inside: Sequence[int] = np.flatnonzero(needed >= 0).tolist()
        self.needs = self.engine.numbers(needed)
        self.needed = self.engine.read(self.needs)
        self._free = self.engine.numbers(np.flatnonzero(needed == 0))
        self.is_plain = bool(needed.max(initial=0) <= 1)
        self._offers = None

    def __repr__(self) -> str:
        return f"Hypergraph({len(self.inside)} moves, {len(self.facts)} facts)"

    @cached_property
    def number(self) -> dict[str, int]:
        """Return the facts by name."""
        return {fact: number for number, fact in enumerate(self.facts)}

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
        part._index(
            self.engine,
            SomeMoves(self.moves, origin.tolist()),
            np.asarray(self.prices)[origin].tolist(),
            [self.facts[fact] for fact in place],
            self._wires.part(origin, facts),
        )
        part.origin = origin.tolist()
        part._hold([place[fact] for fact in self.start if fact in place])
        part.goal, part.width = place[self.goal], len(facts)
        return part

    def original(self, moves: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of moves in the graph this is a part of."""
        return tuple(self.origin[move] for move in moves)

    def clauses_of(self, move: int) -> range:
        """Return the clauses of a move."""
        return range(self.first[move], self.first[move + 1])

    def least(self, *, additive: bool, goal: int = -1, most: float = inf) -> Relaxed:
        """Return the least costs with every move, found once for all goals: to a goal, to some cost, or all."""
        if self._whole is not None:
            return self._whole.least(additive=additive, goal=goal, most=most)
        if additive not in self._least:
            self._least[additive] = self.relaxed(self.offers(), additive=additive)
        self._least[additive].go_on(goal, most)
        return self._least[additive]

    def relax(
        self,
        banned: Collection[int] = (),
        *,
        additive: bool,
        goal: int = -1,
        weight: Sequence[float] | None = None,
        worst: bool = False,
        most: float = inf,
    ) -> Relaxed:
        """Return least costs, as Knuth generalised Dijkstra: the needs of a move add up, or the dearest counts.

        Added up, what serves twice is counted twice: never below the cost of the cheapest proof. With the dearest only,
        never above it. With `worst`, a proof costs what its dearest move does, exactly. It stops where the goal is
        settled, and leaves out what costs more than `most`.
        """
        prices = None if weight is None else self.engine.floats(weight)
        found = self.relaxed(self.offers(banned, prices), prices, additive=additive, worst=worst)
        found.go_on(goal, most)
        return found

    def relaxed(
        self, offers: Offers, prices: list[float] | None = None, *, additive: bool, worst: bool = False
    ) -> Relaxed:
        """Return least costs of which none is known yet."""
        prices = self.prices if prices is None else prices
        return Relaxed(self.engine, self.net, prices, offers, additive=additive, worst=worst)

    def offers(self, banned: Collection[int] = (), prices: list[float] | None = None) -> Offers:
        """Return what is held and offered for nothing but its weight; a banned move waits for ever."""
        if banned or prices is not None:
            return self._offered(banned, self.prices if prices is None else prices)
        if self._offers is None:
            self._offers = self._offered((), self.prices)
        return self._offers

    def _offered(self, banned: Collection[int], prices: list[float]) -> Offers:
        left, ready = self.needs.copy(), self.engine.all(inf, len(self.moves))
        for move in banned:
            left[move] = -1  # is never counted down to nothing
        least, by = self.engine.all(inf, len(self.facts)), self.engine.all(-1, len(self.facts))
        for fact in self.start:
            least[fact] = 0.0
        self.engine.run(offer_free)(self.net, prices, self._free, left, least, by, ready)
        return Offers(left, least, by, ready)

    def derivation(self, relaxed: Relaxed) -> list[int]:
        """Return the moves by which the goal was had, where it was settled."""
        chosen: dict[int, None] = {}
        stack, seen = [self.goal], {self.goal}
        while stack:
            move = relaxed.by[stack.pop()]
            if move >= 0 and move not in chosen:
                chosen[move] = None
                new = [relaxed.met[clause] for clause in self.clauses_of(move)]
                stack += [fact for fact in dict.fromkeys(new) if fact not in seen]
                seen.update(new)
        return list(reversed(chosen))

    def reach(
        self, allowed: Iterable[int] | None = None, banned: Collection[int] = (), without: Collection[int] = ()
    ) -> set[int]:
        """Return the facts that can be had with some moves, or with all but some, and never having some facts."""
        usable = self.engine.all(1 if allowed is None else 0, len(self.moves))
        for move in allowed or ():
            usable[move] = 1
        for move in banned:
            usable[move] = 0
        held, met = self.engine.all(0, len(self.facts)), self.engine.all(0, len(self.owner))
        for fact in self.start:
            held[fact] = 1
        for fact in without:
            held[fact] = 2
        self.engine.run(find_reached)(self.net, self._free, self.needs.copy(), usable, held, met)
        return set(self.engine.marked(held, 1))
