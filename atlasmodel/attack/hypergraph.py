"""Moves as integers: what can be had, what it costs at least and at most, for one goal and from one start.

Facts are OR nodes, moves are AND nodes; a clause is met by the first of its facts that is had. Everything is a least
fixed point, so cycles do no harm. Nothing here depends on the order in which the moves are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf

import numpy as np

from atlasmodel.attack.backwards import Backwards
from atlasmodel.attack.relaxed import Relaxed
from atlasmodel.attack.wires import Wires
from atlasmodel.match.table import Mask

EPSILON = 1e-9
Offers = dict[int, tuple[float, int]]  # fact -> least weight of the moves that need nothing and gain it, and the move


@dataclass(frozen=True)
class Move:
    """Be one step for the search: what it needs (clauses of facts), what it gains, what it costs (>= 0).

    `key` is what the step counts as where paths are told apart: its own id if None, nothing if empty (a step off the
    system, of which there are many that serve as well).
    """

    id: str
    needs: tuple[tuple[str, ...], ...]
    gains: tuple[str, ...]
    weight: float
    key: str | None = None

    @property
    def name(self) -> str:
        """Return the key, or the id where there is none."""
        return self.id if self.key is None else self.key


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
        self._index(listed, [move.weight for move in listed], facts, wires)
        self._begin(starts)
        if goal is not None:
            self._lead(number[goal])

    @classmethod
    def wired(cls, moves: Sequence[Move], facts: list[str], wires: Wires, starts: Collection[str]) -> Hypergraph:
        """Return the graph of moves sorted by id over facts sorted by name, each of weight 1."""
        graph = cls.__new__(cls)
        graph._index(moves, [1.0] * len(moves), facts, wires)
        graph._begin(starts)
        return graph

    def _index(self, moves: Sequence[Move], weight: list[float], facts: list[str], wires: Wires) -> None:
        self.moves, self.weight, self.facts = moves, weight, facts
        self.number = {fact: number for number, fact in enumerate(facts)}
        self.clauses, self.owner, self.first, self.waiting, self.gains, self.gained = wires
        self.needed = [end - begin for begin, end in pairwise(self.first)]
        self.origin: Sequence[int] = range(len(moves))
        self._take(range(len(moves)))
        self._whole: Hypergraph | None = None
        self._absent: Mask | None = None
        self._least: dict[bool, Relaxed] = {}

    def _begin(self, starts: Collection[str]) -> None:
        self.start = [self.number[fact] for fact in sorted(starts)]
        self.held = frozenset(self.start)
        self.goal, self.width = -1, len(self.facts)

    def _take(self, inside: Sequence[int]) -> None:
        """Let some moves take part."""
        self.inside = inside
        self._free = [move for move in inside if not self.needed[move]]
        self.is_plain = max(self.needed, default=0) <= 1
        self._offers: Offers | None = None

    def __repr__(self) -> str:
        return f"Hypergraph({len(self.inside)} moves, {len(self.facts)} facts)"

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names."""
        named = (self._whole or self)._named
        return [number for name in names for number in named.get(name, ())]

    @cached_property
    def _named(self) -> Mapping[str, list[int]]:
        named: dict[str, list[int]] = {}
        for number, move in enumerate(self.moves):
            named.setdefault(move.name, []).append(number)
        return named

    def towards(self, goal: str) -> Hypergraph:
        """Return the part that leads to a goal; what is learnt about all goals at once is shared."""
        self._backwards  # noqa: B018  # found once, for all parts
        part = copy(self)
        part._whole = self._whole or self
        part._lead(self.number[goal])
        return part

    def weighed(self, weights: Sequence[float | None], starts: Collection[str]) -> Hypergraph:
        """Return the graph of the moves that have a weight here, from other starts: what moves need is indexed once.

        `weights` are in the order of `moves`; the facts are those of this graph.
        """
        part = copy(self)
        absent = {move for move, weight in enumerate(weights) if weight is None}
        part.weight = [inf if weight is None else weight for weight in weights]
        part.needed = [-1 if move in absent else count for move, count in enumerate(self.needed)]
        part._backwards = self._backwards
        part._absent = np.array([weight is None for weight in weights], dtype=np.bool_)
        if self._absent is not None:
            part._absent |= self._absent
        part.gained = gained = [*self.gained]
        for fact in {fact for move in absent for fact in self.gains[move]}:
            gained[fact] = [move for move in self.gained[fact] if move not in absent]
        part.start = [self.number[fact] for fact in sorted(starts) if fact in self.number]
        part.held = frozenset(part.start)
        part._take([move for move in self.inside if move not in absent])
        part._whole, part._least = None, {}
        return part

    def _lead(self, goal: int) -> None:
        """Let those moves take part from which a goal can follow."""
        seen, leading = self._backwards.to(goal, self._absent)
        inside = np.flatnonzero(leading)
        needed = np.where(leading, np.array(self.needed, dtype=np.int64), -1)
        self.goal, self.width, self.needed = goal, int(np.count_nonzero(seen)), needed.tolist()
        self.start = [fact for fact in self.start if seen[fact]]
        self.held = frozenset(self.start)
        self._take(inside.tolist())

    @cached_property
    def _backwards(self) -> Backwards:
        return Backwards(self.gained, self.clauses, self.first)

    def only(self, moves: Iterable[int]) -> Hypergraph:
        """Return the part in which some moves lead to the same goal: as small as they are few."""
        allowed = set(moves)
        kept: set[int] = set()
        stack, seen = [self.goal], {self.goal}
        while stack:
            for move in self.gained[stack.pop()]:
                if move in allowed and move not in kept:
                    kept.add(move)
                    for clause in self.clauses_of(move):
                        fresh = [fact for fact in self.clauses[clause] if fact not in seen]
                        seen.update(fresh)
                        stack += fresh
        origin, facts = sorted(kept), sorted(seen)
        number = {fact: place for place, fact in enumerate(facts)}
        part = Hypergraph.__new__(Hypergraph)
        wires = Wires.of(
            [[[number[fact] for fact in self.clauses[clause]] for clause in self.clauses_of(move)] for move in origin],
            [[number[fact] for fact in self.gains[move] if fact in seen] for move in origin],
            len(facts),
        )
        part._index(
            [self.moves[move] for move in origin],
            [self.weight[move] for move in origin],
            [self.facts[fact] for fact in facts],
            wires,
        )
        part.origin = origin
        part.start = [number[fact] for fact in self.start if fact in seen]
        part.held = frozenset(part.start)
        part.goal, part.width = number[self.goal], len(facts)
        return part

    def original(self, moves: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of moves in the graph this is a part of."""
        return tuple(self.origin[move] for move in moves)

    def least(self, *, additive: bool, goal: int | None = None, most: float = inf) -> Relaxed:
        """Return the least costs with every move, found once for all goals: to a goal, to some cost, or all."""
        if self._whole is not None:
            return self._whole.least(additive=additive, goal=goal, most=most)
        if additive not in self._least:
            self._least[additive] = self._relaxed((), additive=additive)
        self._least[additive].go_on(goal, most)
        return self._least[additive]

    def clauses_of(self, move: int) -> range:
        """Return the clauses of a move."""
        return range(self.first[move], self.first[move + 1])

    def relax(
        self,
        banned: Collection[int] = (),
        *,
        additive: bool,
        goal: int | None = None,
        weight: Sequence[float] | None = None,
        worst: bool = False,
        most: float = inf,
    ) -> Relaxed:
        """Return least costs, as Knuth generalised Dijkstra: the needs of a move add up, or the dearest counts.

        Added up, what serves twice is counted twice: never below the cost of the cheapest proof. With the dearest only,
        never above it. With `worst`, a proof costs what its dearest move does, exactly. It stops where the goal is
        settled, and leaves out what costs more than `most`.
        """
        found = self._relaxed(banned, additive=additive, weight=weight, worst=worst)
        found.go_on(goal, most)
        return found

    def _relaxed(
        self,
        banned: Collection[int],
        *,
        additive: bool,
        weight: Sequence[float] | None = None,
        worst: bool = False,
        offers: Offers | None = None,
    ) -> Relaxed:
        left = list(self.needed)
        for move in banned:
            left[move] = -1  # is never counted down to nothing
        found = Relaxed(
            left,
            self.weight if weight is None else weight,
            self.waiting,
            self.owner,
            self.gains,
            additive=additive,
            worst=worst,
        )
        found.begin(self.start, self._free, self._offered(banned, weight) if offers is None else offers)
        return found

    def _offered(self, banned: Collection[int], weight: Sequence[float] | None) -> Offers:
        """Return what moves that need nothing offer; of those alike in weight the first counts."""
        if weight is not None:
            return self._offers_of(weight, set(banned))
        if self._offers is None:
            self._offers = self._offers_of(self.weight, ())
        lost = [(fact, move) for move in banned if self.needed[move] == 0 for fact in self.gains[move]]
        if not lost:
            return self._offers
        gone = set(banned)
        found = dict(self._offers)
        for fact, move in lost:
            if fact in found and found[fact][1] == move:
                left = [one for one in self.gained[fact] if self.needed[one] == 0 and one not in gone]
                if left:
                    found[fact] = min((self.weight[one], one) for one in left)
                else:
                    del found[fact]
        return found

    def _offers_of(self, weight: Sequence[float], gone: Collection[int]) -> Offers:
        found: Offers = {}
        for move in self._free:
            if move not in gone:
                here = weight[move]
                for fact in self.gains[move]:
                    if fact not in found or here < found[fact][0]:
                        found[fact] = here, move
        return found

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
        usable = bytearray(len(self.moves)) if allowed is not None else bytearray(b"\1") * len(self.moves)
        for move in allowed or ():
            usable[move] = 1
        for move in banned:
            usable[move] = 0
        held = {*self.start, *without}
        stack = [fact for fact in self.start if fact not in without]
        left, met = list(self.needed), bytearray(len(self.clauses))
        for move in self._free:
            if usable[move]:
                fresh = [fact for fact in self.gains[move] if fact not in held]
                held.update(fresh)
                stack += fresh
        while stack:
            for clause in self.waiting[stack.pop()]:
                if met[clause]:
                    continue
                met[clause] = 1
                move = self.owner[clause]
                left[move] -= 1
                if left[move] == 0 and usable[move]:
                    fresh = [fact for fact in self.gains[move] if fact not in held]
                    held.update(fresh)
                    stack += fresh
        return held.difference(without)

    def landmarks(
        self, banned: Collection[int] = (), weight: Sequence[float] | None = None, most: int = 200
    ) -> tuple[list[frozenset[int]], float]:
        """Return sets of moves of which every proof has one, and a weight that no proof can undercut.

        The cuts of Helmert and Domshlak (LM-cut): moves into the region from which the goal follows for nothing, of
        which the cheapest is paid for and taken off the price of all; after `most` cuts what is left is bounded by the
        dearest need alone. A goal out of reach has no landmark and no finite bound.
        """
        price = [value if value > EPSILON else 0.0 for value in (self.weight if weight is None else weight)]
        offers = self._offers_of(price, set(banned))
        cuts: list[frozenset[int]] = []
        bound = 0.0
        while True:
            relaxed = self._relaxed(banned, additive=False, weight=price, offers=offers)
            relaxed.go_on()
            left = relaxed.cost[self.goal]
            if left in (0, inf) or len(cuts) >= most:
                return cuts, bound + left
            cut = self._cut(relaxed, price, banned, offers)
            paid = min(price[move] for move in cut)
            for move in cut:
                price[move] -= paid
                if price[move] <= EPSILON:
                    price[move] = 0.0
                for fact in self.gains[move] if self.needed[move] == 0 else ():
                    offers[fact] = min(offers[fact], (price[move], move))
            bound += paid
            cuts.append(frozenset(cut))

    def _cut(self, relaxed: Relaxed, price: Sequence[float], banned: Collection[int], offers: Offers) -> set[int]:
        """Return the moves that lead from what can be had before the goal's region into that region."""
        dearest, gained, gains, owner = relaxed.dearest, self.gained, self.gains, self.owner
        region, stack = {self.goal}, [self.goal]
        while stack:
            for move in gained[stack.pop()]:
                if price[move] == 0 and dearest[move] >= 0:
                    fresh = [fact for fact in self.clauses[dearest[move]] if fact not in region]
                    region.update(fresh)
                    stack += fresh
        free = {move for fact in region for move in gained[fact] if self.needed[move] == 0}
        cut = free.difference(banned)
        before = offers.keys() - region
        before.update(fact for fact in self.start if fact not in region)
        stack = list(before)
        while stack:
            for clause in self.waiting[stack.pop()]:
                move = owner[clause]
                if dearest[move] == clause:
                    for fact in gains[move]:
                        if fact in region:
                            cut.add(move)
                        elif fact not in before:
                            before.add(fact)
                            stack.append(fact)
        return cut
