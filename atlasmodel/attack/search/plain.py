"""The minimal proofs of a goal where no move needs two things, the lightest first: each is a walk.

On cycles a walk must not meet itself, which can cost many expansions in the worst case: they are bounded, and the
caller falls back.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from math import inf, log
from typing import NamedTuple

from atlasmodel.attack.search.hypergraph import Hypergraph

_MARGIN, _MOST = 0.2, 4.0  # above the lightest proof, as a part of its weight: at first, and where all are looked for


class _Tail(NamedTuple):
    """Be the end of a proof: its first move, the facts of which that needs one (None: nothing), the moves after it."""

    move: int
    needs: Sequence[int] | None
    after: _Tail | None
    length: int


class PlainProofs:
    """Find the minimal proofs of a goal, the lightest first, where no move needs two things.

    Such a proof is a walk in which no move could follow an earlier one than it does. It is laid backwards from the
    goal; `truncated` tells whether the bound stopped it. Costs are known of what lies on proofs up to a limit, which
    grows until those that are `wanted`, about, lie below it.
    """

    def __init__(self, graph: Hypergraph, expansions: int, wanted: int) -> None:
        self.graph, self.goal, self.expansions, self.truncated = graph, graph.goal, expansions, False
        self._wanted, self._found = wanted, 0
        self._shut = [0] * len(graph.facts)  # facts that only the last move laid may gain, with how often
        self._laid: _Tail | None = None
        self._queue: list[tuple[float, int, int, float, _Tail]] = []
        self._numbers = count()
        self._margin = 0.0  # of the limit above the lightest proof, as a part of that
        self._look()

    def __iter__(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        graph, queue = self.graph, self._queue
        if self.goal in graph.held:
            yield 0.0, ()
            return
        for move in graph.gained[self.goal]:
            self._lay(_Tail(move, self._needs(move), None, 1), graph.weight[move])
        while queue:
            if self.expansions <= 0:
                self.truncated = True
                return
            self.expansions -= 1
            known, _, _, weight, tail = heapq.heappop(queue)
            total = weight + self._before(tail)
            if total > known:
                if known >= self._limit:
                    self._look()
                self._lay(tail, weight)
                continue
            if tail.needs is None or not graph.held.isdisjoint(tail.needs):
                self._found += 1
                yield total, tuple(_moves(tail))
                continue
            self._turn_to(tail)
            for move in self._earlier(tail.needs):
                if not any(map(self._shut.__getitem__, graph.gains[move])):
                    self._lay(_Tail(move, self._needs(move), tail, tail.length + 1), weight + graph.weight[move])

    def _lay(self, tail: _Tail, weight: float) -> None:
        """Let a tail wait in line at what the whole proof weighs; where that is not known, it is above the limit."""
        total = min(weight + self._before(tail), self._limit)
        if total < inf:
            heapq.heappush(self._queue, (total, -tail.length, next(self._numbers), weight, tail))

    def _before(self, tail: _Tail) -> float:
        """Return the least cost of what the first move of a tail needs."""
        return 0.0 if tail.needs is None else min(map(self._cost.__getitem__, tail.needs), default=inf)

    def _earlier(self, facts: Sequence[int]) -> Iterable[int]:
        """Return the moves that gain one of some facts, each once."""
        gained = self.graph.gained
        return gained[facts[0]] if len(facts) == 1 else dict.fromkeys(chain.from_iterable(gained[f] for f in facts))

    def _needs(self, move: int) -> Sequence[int] | None:
        first, after = self.graph.first[move : move + 2]
        return self.graph.clauses[first] if first < after else None

    def _look(self) -> None:
        """Find out what facts cost on proofs that weigh a little more, or at last on all."""
        if self._margin:  # the number of proofs grows about as a power of it
            self._margin *= min(2.0, max(1.1, log(1.3 * self._wanted) / log(2 + self._found)))
        else:
            self._margin = _MARGIN
        least, self._cost = self.graph.corridor(1 + self._margin if self._margin < _MOST else inf)
        if least == 0:
            self._margin, (_, self._cost) = _MOST, self.graph.corridor(inf)
        self._limit = least * (1 + self._margin) if self._margin < _MOST else inf

    def _turn_to(self, tail: _Tail) -> None:
        """Shut what the moves after the first of a tail need, and the goal: an earlier move must not gain it."""
        undo, redo = self._laid, []
        todo: _Tail | None = tail
        while undo is not todo:
            if todo is not None and (undo is None or todo.length >= undo.length):
                redo.append(todo)
                todo = todo.after
            elif undo is not None:
                self._count(undo, -1)
                undo = undo.after
        for part in reversed(redo):
            self._count(part, 1)
        self._laid = tail

    def _count(self, part: _Tail, by: int) -> None:
        for fact in (self.goal,) if part.after is None else part.after.needs or ():
            self._shut[fact] += by


def _moves(tail: _Tail | None) -> Iterator[int]:
    while tail is not None:
        yield tail.move
        tail = tail.after
