"""What leads to a goal: the moves that gain it, those that gain what these need, and so on, as arrays."""

from __future__ import annotations

import numpy as np

from atlasmodel.attack.search.wires import Wires
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask, spread

_WIDE = 64  # numbers among this many times as many are worth marking


def leading_to(goal: int, wires: Wires, absent: Mask | None = None) -> tuple[Mask, Mask]:
    """Return the facts and the moves from which a goal can follow, but for moves that are absent."""
    need_starts = wires.option_starts[wires.first]
    facts = np.zeros(len(wires.gained_starts) - 1, dtype=np.bool_)
    moves = np.zeros(len(need_starts) - 1, dtype=np.bool_)
    edge = np.array([goal], dtype=np.int64)
    facts[goal] = True
    while len(edge):
        gaining = wires.gained[spread(wires.gained_starts, edge)[1]]
        gaining = gaining[~moves[gaining]]
        if absent is not None:
            gaining = gaining[~absent[gaining]]
        gaining = _once(gaining, moves)
        edge = wires.options[spread(need_starts, gaining)[1]]
        edge = _once(edge[~facts[edge]], facts)
    return facts, moves


def _once(numbers: Numbers, marks: Mask) -> Numbers:
    """Mark some numbers, and return each of them once, sorted.

    A chain of many rounds has one number in most; where a round has many, marking them is faster than sorting.
    """
    if len(numbers) * _WIDE < len(marks):
        marks[numbers] = True
        return numbers if len(numbers) < 2 else np.unique(numbers)
    fresh = np.zeros_like(marks)
    fresh[numbers] = True
    np.logical_or(marks, fresh, out=marks)
    return np.flatnonzero(fresh)
