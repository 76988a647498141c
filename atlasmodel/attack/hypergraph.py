"""Moves as integers: what can be had, what it costs at least and at most, for one goal and from one start.

Facts are OR nodes, moves are AND nodes; a clause is met by the first of its facts that is had. Everything is a least
fixed point, so cycles do no harm. Nothing here depends on the order in which the moves are given.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
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
    """Index moves both ways; with a goal, only those from which it can follow."""

    def __init__(self, moves: Iterable[Move], starts: Collection[str], goal: str | None = None) -> None:
        ordered = sorted(moves, key=lambda move: move.id)
        self.moves: list[Move] = ordered if goal is None else leading_to(goal, ordered)
        self.number: dict[str, int] = {}
        if goal is not None:
            self.number[goal] = 0
        self.weight = [move.weight for move in self.moves]
        self.clauses: list[list[int]] = []
        self.owner: list[int] = []
        self.first: list[int] = [0]  # the clauses of move m are first[m] .. first[m + 1]
        self.gains: list[list[int]] = []
        for number, one in enumerate(self.moves):
            for clause in one.needs:
                self.clauses.append([self._numbered(fact) for fact in dict.fromkeys(clause)])
                self.owner.append(number)
            self.first.append(len(self.clauses))
            self.gains.append([self._numbered(fact) for fact in dict.fromkeys(one.gains)])
        self.facts = list(self.number)
        self.waiting: list[list[int]] = [[] for _ in self.facts]
        for index, facts in enumerate(self.clauses):
            for fact in facts:
                self.waiting[fact].append(index)
        self.gained: list[list[int]] = [[] for _ in self.facts]
        for move, facts in enumerate(self.gains):
            for fact in facts:
                self.gained[fact].append(move)
        self.start = [self.number[fact] for fact in sorted(starts) if fact in self.number]
        self._free = [number for number in range(len(self.moves)) if self.first[number] == self.first[number + 1]]
        self._needed = [self.first[number + 1] - self.first[number] for number in range(len(self.moves))]

    def __repr__(self) -> str:
        return f"Hypergraph({len(self.moves)} moves, {len(self.facts)} facts)"

    def _numbered(self, fact: str) -> int:
        return self.number.setdefault(fact, len(self.number))

    @property
    def is_plain(self) -> bool:
        """Tell whether no move needs two things: then a proof is a walk and its cost is that of its moves."""
        return max(self._needed, default=0) <= 1

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
        met, dearest, left = [-1] * clauses, [-1] * len(self.moves), list(self._needed)
        below = [0.0] * len(self.moves)
        for move in banned:
            left[move] = -1  # is never counted down to nothing
        settled: list[int] = []
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
                        if cost[gained] == inf:
                            push(queue, (total, gained, move))
        return Relaxed(cost, by, met, dearest, settled)

    def derivation(self, goal: int, relaxed: Relaxed) -> list[int]:
        """Return the moves by which a settled goal was had."""
        chosen: dict[int, None] = {}
        stack, seen = [goal], {goal}
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
        left, met = list(self._needed), bytearray(len(self.clauses))
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
        self, goal: int, banned: Collection[int] = (), weight: Sequence[float] | None = None, most: int = 200
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
            if relaxed.cost[goal] == 0 or relaxed.cost[goal] == inf or len(cuts) >= most:
                return cuts, bound + relaxed.cost[goal]
            cut = self._cut(goal, relaxed, price, banned)
            paid = min(price[move] for move in cut)
            for move in cut:
                price[move] -= paid
                if price[move] <= EPSILON:
                    price[move] = 0.0
            bound += paid
            cuts.append(frozenset(cut))

    def _cut(self, goal: int, relaxed: Relaxed, price: Sequence[float], banned: Collection[int]) -> set[int]:
        """Return the moves that lead from what can be had before the goal's region into that region."""
        dearest, needed = relaxed.dearest, self._needed
        live = bytearray(dearest[move] >= 0 or not needed[move] for move in range(len(self.moves)))
        for move in banned:
            live[move] = 0
        region, stack = {goal}, [goal]
        while stack:
            for move in self.gained[stack.pop()]:
                if price[move] == 0 and live[move] and needed[move]:
                    fresh = [fact for fact in self.clauses[dearest[move]] if fact not in region]
                    region.update(fresh)
                    stack += fresh
        cut: set[int] = set()
        before = {fact for fact in self.start if fact not in region}
        stack = list(before)
        ready = [move for move in self._free if live[move]]
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
                ready = [move for clause, move in owned if live[move] and dearest[move] == clause]
        return cut


def leading_to(goal: str, moves: Sequence[Move]) -> list[Move]:
    """Return the moves from which the goal can follow, in their order."""
    gaining: dict[str, list[int]] = {}
    for number, move in enumerate(moves):
        for fact in move.gains:
            gaining.setdefault(fact, []).append(number)
    wanted: set[int] = set()
    stack, seen = [goal], {goal}
    while stack:
        for number in gaining.get(stack.pop(), ()):
            if number not in wanted:
                wanted.add(number)
                new = {fact for clause in moves[number].needs for fact in clause} - seen
                seen |= new
                stack.extend(new)
    return [moves[number] for number in sorted(wanted)]
