"""What leads to a goal: the moves that gain it, those that gain what these need, and so on, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask, spread


class Backwards:
    """Know which moves gain each fact, and which facts each move needs, one or another."""

    def __init__(self, gained: Sequence[Sequence[int]], clauses: Sequence[Sequence[int]], first: Sequence[int]) -> None:
        self._gained_starts, self._gained = _listed(gained)
        starts, self._needs = _listed(clauses)
        self._need_starts = starts[np.array(first, dtype=np.int64)]

    def to(self, goal: int, absent: Mask | None = None) -> tuple[Mask, Mask]:
        """Return the facts and the moves from which a goal can follow, but for moves that are absent."""
        facts = np.zeros(len(self._gained_starts) - 1, dtype=np.bool_)
        moves = np.zeros(len(self._need_starts) - 1, dtype=np.bool_)
        edge = np.array([goal], dtype=np.int64)
        facts[goal] = True
        while len(edge):
            gaining = self._gained[spread(self._gained_starts, edge)[1]]
            gaining = gaining[~moves[gaining]]
            if absent is not None:
                gaining = gaining[~absent[gaining]]
            gaining = _once(gaining, moves)
            edge = self._needs[spread(self._need_starts, gaining)[1]]
            edge = _once(edge[~facts[edge]], facts)
        return facts, moves


def _once(numbers: Numbers, marks: Mask) -> Numbers:
    """Mark some numbers, and return each of them once."""
    marks[numbers] = True
    if len(numbers) < 2:
        return numbers
    numbers = np.sort(numbers)
    first: Mask = np.ones(len(numbers), dtype=np.bool_)
    first[1:] = numbers[1:] != numbers[:-1]
    return numbers[first]


def _listed(groups: Sequence[Sequence[int]]) -> tuple[Numbers, Numbers]:
    """Return where each group begins among all members, and these."""
    counts = [len(group) for group in groups]
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return starts, np.fromiter(chain.from_iterable(groups), dtype=np.int64, count=int(starts[-1]))
