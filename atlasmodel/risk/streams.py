"""The numbers of steps, a stream each: one number a world, keyed by seed and step id, and compared with thresholds.

Each comparison is made once, whoever asks: adversaries, sides of what is unknown and what-if questions share them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.pool import Numbers
from atlasmodel.risk.worlds import LEVELS, Words, WorldSet, levels_of

Floats = NDArray[np.float64]


class Streams:
    """Compare the numbers of the steps of one graph in the worlds of one set."""

    def __init__(self, graph: AttackGraph, worlds: WorldSet) -> None:
        self._ids, self._worlds = graph.step_ids, worlds
        self._row: dict[int, int] = {}  # of a step and a level of its number, coded as one
        self._rows = worlds.rows_of(())

    def below(self, steps: Numbers, thresholds: Floats) -> Words:
        """Return, step by step, a row of the worlds in which its number lies below a threshold."""
        codes = (steps * (LEVELS + 1) + levels_of(thresholds)).tolist()
        fresh = [code for code in dict.fromkeys(codes) if code not in self._row]
        if fresh:
            self._keep(fresh)
        return self._rows[[self._row[code] for code in codes]]

    def _keep(self, fresh: list[int]) -> None:
        steps, levels = np.divmod(np.array(fresh, dtype=np.int64), LEVELS + 1)
        first, last = len(self._row), len(self._row) + len(fresh)
        if last > len(self._rows):  # room for as many again, so that rows are seldom moved
            grown = np.empty((max(last, 2 * first), self._rows.shape[1]), dtype=np.uint64)
            grown[:first] = self._rows[:first]
            self._rows = grown
        names = [("step", self._ids[step]) for step in steps.tolist()]
        self._rows[first:last] = self._worlds.rows_below(levels, names)
        self._row.update(zip(fresh, range(first, last), strict=True))
