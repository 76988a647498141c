"""Moves as integers: what can be had, what it costs at least and at most, for one goal and from one start.

Facts are OR nodes, moves are AND nodes; a clause is met by the first of its facts that is had. Everything is a least
fixed point, so cycles do no harm. Nothing here depends on the order in which the moves are given.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from math import inf

EPSILON = 1e-9


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


@dataclass(frozen=True)
class Relaxed:
    """Hold the cost of every fact, the move that gains it (-1: held or out of reach), and what meets every clause.

    `settled` are the facts in the order in which they were had; `dearest` is the clause of each move that was met last.
    """

    cost: list[float]
    by: list[int]
    met: list[int]
    dearest: list[int]
    settled: list[int]


class Hypergraph:
    """Index moves both ways, facts numbered by name; with a goal, only what it can follow from takes part.

    What is left out keeps its number, so that the parts of one index share it: `inside` are the moves that take part,
    `needed` the clauses that each of them waits for (-1 for the others), `start` what is held of the `width` facts
    that they use.
    """

    def __init__(self, moves: Iterable[Move], starts: Collection[str], goal: str | None = None) -> None:
        self.moves = sorted(moves, key=lambda move: move.id)
        named = {fact for move in self.moves for facts in (*move.needs, move.gains) for fact in facts}
        self.facts = sorted(named.union(starts, () if goal is None else (goal,)))
        self.number = {fact: number for number, fact in enumerate(self.facts)}
        self.weight = [move.weight for move in self.moves]
        self.clauses: list[list[int]] = []
        self.owner: list[int] = []
        self.first: list[int] = [0]  # the clauses of move m are first[m] .. first[m + 1]
        self.gains: list[list[int]] = []
        waiting: list[list[int]] = [[] for _ in self.facts]
        self.waiting: list[Sequence[int]] = [*waiting]
        self.gained: list[list[int]] = [[] for _ in self.facts]
        self.named: dict[str, list[int]] = {}
        for number, move in enumerate(self.moves):
            self.named.setdefault(move.name, []).append(number)
            for clause in move.needs:
                facts = [self.number[fact] for fact in dict.fromkeys(clause)]
                for fact in facts:
                    waiting[fact].append(len(self.clauses))
                self.clauses.append(facts)
                self.owner.append(number)
            self.first.append(len(self.clauses))
            facts = [self.number[fact] for fact in dict.fromkeys(move.gains)]
            for fact in facts:
                self.gained[fact].append(number)
            self.gains.append(facts)
        self.start = [self.number[fact] for fact in sorted(starts)]
        self.held = frozenset(self.start)
        self.inside: Sequence[int] = range(len(self.moves))
        self.needed = [self.first[number + 1] - self.first[number] for number in self.inside]
        self.goal, self.width = -1, len(self.facts)
        self._free = [number for number in self.inside if not self.needed[number]]
        self._whole: Hypergraph | None = None
        self._least: dict[bool, Relaxed] = {}
        if goal is not None:
            self._keep(self.number[goal], None)

    def __repr__(self) -> str:
        return f"Hypergraph({len(self.inside)} moves, {len(self.facts)} facts)"

    def towards(self, goal: str) -> Hypergraph:
        """Return the part that leads to a goal; what is learnt about all goals at once is shared."""
        part = copy(self)
        part._whole = self._whole or self
        part._keep(self.number[goal], None)
        return part

    def only(self, moves: Iterable[int]) -> Hypergraph:
        """Return the part in which some moves lead to the same goal."""
        part = copy(self)
        part._whole, part._least = None, {}
        part._keep(self.goal, set(moves))
        waiting: dict[int, list[int]] = {}
        for move in part.inside:
            for clause in self.clauses_of(move):
                for fact in self.clauses[clause]:
                    waiting.setdefault(fact, []).append(clause)
        part.waiting = [()] * len(self.facts)  # only what takes part: all that waits for a fact may be far more
        for fact, clauses in waiting.items():
            part.waiting[fact] = clauses
        return part

    def _keep(self, goal: int, allowed: Collection[int] | None) -> None:
        """Take part with those moves alone, of some or all, from which a goal can follow."""
        kept: set[int] = set()
        stack, seen = [goal], {goal}
        while stack:
            for move in self.gained[stack.pop()]:
                if move not in kept and (allowed is None or move in allowed):
                    kept.add(move)
                    for clause in self.clauses_of(move):
                        fresh = [fact for fact in self.clauses[clause] if fact not in seen]
                        seen.update(fresh)
                        stack += fresh
        self.goal = goal
        self.inside = sorted(kept)
        self.needed = [-1] * len(self.moves)
        for move in self.inside:
            self.needed[move] = self.first[move + 1] - self.first[move]
        self._free = [move for move in self.inside if not self.needed[move]]
        self.width = len(seen)
        self.start = [fact for fact in self.start if fact in seen]
        self.held = frozenset(self.start)

    @property
    def is_plain(self) -> bool:
        """Tell whether no move needs two things: then a proof is a walk and its cost is that of its moves."""
        return max((self.needed[move] for move in self.inside), default=0) <= 1

    def least(self, *, additive: bool) -> Relaxed:
        """Return the least costs with every move: found once for all goals."""
        if self._whole is not None:
            return self._whole.least(additive=additive)
        if additive not in self._least:
            self._least[additive] = self.relax(additive=additive)
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
        weight = self.weight if weight is None else weight
        clauses, owner, waiting, gains = len(self.clauses), self.owner, self.waiting, self.gains
        cost, by = [inf] * len(self.facts), [-1] * len(self.facts)
        met, dearest, left = [-1] * clauses, [-1] * len(self.moves), list(self.needed)
        below = [0.0] * len(self.moves)
        for move in banned:
            left[move] = -1  # is never counted down to nothing
        settled: list[int] = []
        least = [inf] * len(self.facts)  # cost at which each fact is in the queue already
        queue: list[tuple[float, int, int]] = [(0.0, fact, -1) for fact in self.start]
        queue += [(weight[move], fact, move) for move in self._free if left[move] == 0 for fact in gains[move]]
        heapq.heapify(queue)
        push, pop = heapq.heappush, heapq.heappop
        while queue:
            here, fact, move = pop(queue)
            if cost[fact] != inf:
                continue
            if here > most:
                break
            cost[fact], by[fact] = here, move
            settled.append(fact)
            if fact == goal:
                break
            for clause in waiting[fact]:
                if met[clause] >= 0:
                    continue
                met[clause] = fact
                move = owner[clause]
                left[move] -= 1
                below[move] = below[move] + here if additive else here  # facts come at rising cost: the last is dearest
                if left[move] == 0:
                    dearest[move] = clause
                    total = max(below[move], weight[move]) if worst else below[move] + weight[move]
                    for gained in gains[move]:
                        if total <= least[gained] and cost[gained] == inf:
                            least[gained] = total
                            push(queue, (total, gained, move))
        return Relaxed(cost, by, met, dearest, settled)

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
        cuts: list[frozenset[int]] = []
        bound = 0.0
        while True:
            relaxed = self.relax(banned, additive=False, weight=price)
            left = relaxed.cost[self.goal]
            if left in (0, inf) or len(cuts) >= most:
                return cuts, bound + left
            cut = self._cut(relaxed, price, banned)
            paid = min(price[move] for move in cut)
            for move in cut:
                price[move] -= paid
                if price[move] <= EPSILON:
                    price[move] = 0.0
            bound += paid
            cuts.append(frozenset(cut))

    def _cut(self, relaxed: Relaxed, price: Sequence[float], banned: Collection[int]) -> set[int]:
        """Return the moves that lead from what can be had before the goal's region into that region."""
        dearest = relaxed.dearest
        gone = set(banned)
        region, stack = {self.goal}, [self.goal]
        while stack:
            for move in self.gained[stack.pop()]:
                if price[move] == 0 and dearest[move] >= 0:
                    fresh = [fact for fact in self.clauses[dearest[move]] if fact not in region]
                    region.update(fresh)
                    stack += fresh
        cut: set[int] = set()
        before = {fact for fact in self.start if fact not in region}
        stack = list(before)
        ready = [move for move in self._free if move not in gone]
        while ready or stack:
            for move in ready:
                for fact in self.gains[move]:
                    if fact in region:
                        cut.add(move)
                    elif fact not in before:
                        before.add(fact)
                        stack.append(fact)
            ready = []
            if stack:
                owned = ((clause, self.owner[clause]) for clause in self.waiting[stack.pop()])
                ready = [move for clause, move in owned if dearest[move] == clause]
        return cut
