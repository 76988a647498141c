"""The minimal proofs of a goal where no move needs two things, the lightest first: each is a walk.

On cycles a walk must not meet itself, which can cost many expansions in the worst case: they are bounded, and the
caller falls back.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import count
from math import inf
from typing import NamedTuple

from atlasmodel.attack.search.hypergraph import Hypergraph


class _Tail(NamedTuple):
    """Be the end of a proof: its first move, and the moves after it."""

    move: int
    after: _Tail | None
    length: int


class PlainProofs:
    """Find the minimal proofs of a goal, the lightest first, where no move needs two things.

    Such a proof is a walk in which no move could follow an earlier one than it does. It is laid backwards from the
    goal; `truncated` tells whether the bound stopped it.
    """

    def __init__(self, graph: Hypergraph, expansions: int) -> None:
        self.graph, self.goal, self.expansions, self.truncated = graph, graph.goal, expansions, False
        self._needed: list[Sequence[int] | None] = [None] * len(graph.moves)  # None: nothing
        for clause, move in enumerate(graph.owner):
            self._needed[move] = graph.clauses[clause]
        self._shut = [0] * len(graph.facts)  # facts that only the last move laid may gain, with how often
        self._laid: _Tail | None = None

    def __iter__(self) -> Iterator[tuple[float, tuple[int, ...]]]:
        graph = self.graph
        held = graph.held
        if self.goal in held:
            yield 0.0, ()
            return
        cost = graph.least(additive=True).cost
        before = [0.0 if facts is None else min((cost[fact] for fact in facts), default=inf) for facts in self._needed]
        number = count()
        queue: list[tuple[float, int, int, float, _Tail]] = []

        def lay(move: int, after: _Tail | None, weight: float) -> None:
            if before[move] < inf:
                weight += graph.weight[move]
                tail = _Tail(move, after, after.length + 1 if after else 1)
                heapq.heappush(queue, (weight + before[move], -tail.length, next(number), weight, tail))

        for move in graph.gained[self.goal]:
            lay(move, None, 0.0)
        while queue:
            if self.expansions <= 0:
                self.truncated = True
                return
            self.expansions -= 1
            total, _, _, weight, tail = heapq.heappop(queue)
            needed = self._needed[tail.move]
            if needed is None or any(fact in held for fact in needed):
                yield total, tuple(_moves(tail))
                continue
            self._turn_to(tail)
            earlier = dict.fromkeys(move for fact in needed for move in graph.gained[fact])
            for move in earlier:
                if not any(self._shut[fact] for fact in graph.gains[move]):
                    lay(move, tail, weight)

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
        facts = [self.goal] if part.after is None else self._needed[part.after.move]
        for fact in facts or ():
            self._shut[fact] += by


def _moves(tail: _Tail | None) -> Iterator[int]:
    while tail is not None:
        yield tail.move
        tail = tail.after
