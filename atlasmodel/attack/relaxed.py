"""Least costs, as far as they were asked for: facts come at rising cost, so what is dearer can be left until later."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from math import inf


class Relaxed:
    """Hold the cost of every fact, the move that gains it (-1: held or out of reach), and what meets every clause.

    `dearest` is the clause of each move that was met last, `ready` the cost at which all of its clauses were, `settled`
    are the facts in the order in which they were had. What was not come to yet counts as out of reach.
    """

    def __init__(
        self,
        left: list[int],
        weight: Sequence[float],
        waiting: Sequence[Sequence[int]],
        owner: Sequence[int],
        gains: Sequence[Sequence[int]],
        *,
        additive: bool,
        worst: bool,
    ) -> None:
        self.cost, self.by = [inf] * len(waiting), [-1] * len(waiting)
        self.met, self.dearest = [-1] * len(owner), [-1] * len(left)
        self.ready = [inf] * len(left)
        self.settled: list[int] = []
        self._left, self._below = (
            left,
            [0.0] * len(left),
        )  # clauses that each move still waits for; what the others cost
        self._least = [inf] * len(waiting)  # cost at which each fact is in the queue already
        self._queue: list[tuple[float, int, int]] = []
        self._weight, self._waiting, self._owner, self._gains = weight, waiting, owner, gains
        self._additive, self._worst = additive, worst

    def begin(self, held: Collection[int], free: Collection[int], offers: Mapping[int, tuple[float, int]]) -> None:
        """Begin with the facts that are held, and with what moves that need nothing offer."""
        for move in free:
            self.ready[move] = 0.0
        self._queue += [(0.0, fact, -1) for fact in held]
        for fact, (weight, move) in offers.items():
            self._queue.append((weight, fact, move))
            self._least[fact] = weight
        heapq.heapify(self._queue)

    def go_on(self, goal: int | None = None, most: float = inf) -> None:
        """Settle facts until the goal is, or until whatever is left costs more than `most`."""
        cost, by, met, dearest, ready = self.cost, self.by, self.met, self.dearest, self.ready
        left, below, least, queue, settled = self._left, self._below, self._least, self._queue, self.settled
        weight, waiting, owner, gains = self._weight, self._waiting, self._owner, self._gains
        additive, worst = self._additive, self._worst
        push, pop = heapq.heappush, heapq.heappop
        if goal is not None and cost[goal] != inf:
            return
        while queue and queue[0][0] <= most:
            here, fact, move = pop(queue)
            if cost[fact] != inf:
                continue
            cost[fact], by[fact] = here, move
            settled.append(fact)
            for clause in waiting[fact]:
                if met[clause] >= 0:
                    continue
                met[clause] = fact
                move = owner[clause]
                left[move] -= 1
                below[move] = below[move] + here if additive else here  # facts come at rising cost: the last is dearest
                if left[move] == 0:
                    dearest[move], ready[move] = clause, below[move]
                    total = max(below[move], weight[move]) if worst else below[move] + weight[move]
                    for gained in gains[move]:
                        if total <= least[gained] and cost[gained] == inf:
                            least[gained] = total
                            push(queue, (total, gained, move))
            if fact == goal:
                return
