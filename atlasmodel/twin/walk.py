"""One thing after the other: of the steps that can be begun, the first by some order; all campaigns side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlasmodel.twin.log import Log
from atlasmodel.twin.luck import Luck, Times
from atlasmodel.twin.terrain import NOWHERE, Rows, Terrain


def walk(terrain: Terrain, luck: Luck, order: NDArray[np.floating[Any]], limit: float) -> Log:
    """Return the campaigns that always begin the open step that comes first in `order`, up to `limit` days.

    `order` has one number a step, or one row a step and one column a campaign; the lower comes first. A step that fails
    is not begun again: its tries are in its days.
    """
    going = _Walk(terrain, luck, order, limit)
    while going.round():
        pass
    return Log(going.began, going.done, going.reached)


class _Walk:
    """Carry the state of all campaigns from one step to the next."""

    def __init__(self, terrain: Terrain, luck: Luck, order: NDArray[np.floating[Any]], limit: float) -> None:
        self.terrain, self.luck, self.limit = terrain, luck, limit
        steps, count = len(terrain.attempts), luck.count
        never = np.full((steps, count), np.inf, dtype=np.float32)
        self.began, self.done = never, never.copy()
        self.reached = np.full((len(terrain.goals), count), np.inf, dtype=np.float32)
        self._goal = np.full(len(terrain.fact), NOWHERE, dtype=np.int32)
        self._goal[[terrain.fact[goal] for goal in terrain.goals]] = np.arange(len(terrain.goals))
        self._order = np.broadcast_to(order if order.ndim == 2 else order[:, None], (steps, count)).T
        self._clock = np.zeros(count, dtype=np.float32)
        self._closed: Times = np.full((len(terrain.places), count), np.inf, dtype=np.float32)
        self._held = np.zeros((len(terrain.fact), count), dtype=np.bool_)
        self._met = np.zeros((len(terrain.clause_step), count), dtype=np.bool_)
        clauses = np.bincount(terrain.clause_step, minlength=steps)
        self._unmet = np.repeat(clauses[:, None], count, axis=1).astype(np.int16)
        self._queue: NDArray[np.float32] = np.full((count, steps), np.inf, dtype=np.float32)
        everybody = np.arange(count, dtype=np.int32)
        for fact, link in terrain.starts.items():
            there = everybody if link < 0 else everybody[luck.links[link]]
            self._follow_up(self._hold(np.full(len(there), terrain.fact[fact], dtype=np.int32), there))
        for step in np.flatnonzero(clauses == 0):
            self._follow_up(self._open(np.full(count, step, dtype=np.int32), everybody))

    def round(self) -> bool:
        """Do one step in every campaign that can still do one; tell whether any did."""
        if not self._queue.size:
            return False
        pick = self._queue.argmin(axis=1).astype(np.int32)
        campaigns = np.flatnonzero(np.isfinite(self._queue[np.arange(len(pick)), pick])).astype(np.int32)
        if not len(campaigns):
            return False
        steps = pick[campaigns]
        start = self._clock[campaigns]
        end = start + self.luck.days[steps, campaigns]
        self._queue[campaigns, steps] = np.inf
        self.began[steps, campaigns] = start
        self._clock[campaigns] = end
        self._queue[campaigns[end > self.limit]] = np.inf
        self._notice(steps, campaigns, start)
        good = self.luck.possible[steps, campaigns] & (end <= self.limit) & self._is_open(steps, campaigns)
        self._follow_up((steps[good], campaigns[good]))
        return True

    def _notice(self, steps: Rows, campaigns: Rows, start: Times) -> None:
        places = self.terrain.place_of[steps]
        seen = (places != NOWHERE) & np.isfinite(self.luck.noticed[steps, campaigns])
        at, who = places[seen], campaigns[seen]
        day = start[seen] + self.luck.noticed[steps[seen], who] + self.luck.response[at, who]
        self._closed[at, who] = np.minimum(self._closed[at, who], day)

    def _is_open(self, steps: Rows, campaigns: Rows) -> NDArray[np.bool_]:
        """Tell whether the place of a step is open still at the campaign's present day."""
        places = self.terrain.place_of[steps]
        inside = places != NOWHERE
        still = np.ones(len(steps), dtype=np.bool_)
        still[inside] = self._clock[campaigns[inside]] <= self._closed[places[inside], campaigns[inside]]
        return still

    def _follow_up(self, done: tuple[Rows, Rows]) -> None:
        """Note steps as done, and do at once all that follows without taking time."""
        steps, campaigns = done
        while len(steps):
            self.done[steps, campaigns] = self._clock[campaigns]
            facts, links, who = self.terrain.gain_table.spread(steps, campaigns)
            there = self._there(links, who)
            steps, campaigns = self._hold(facts[there], who[there])

    def _hold(self, facts: Rows, campaigns: Rows) -> tuple[Rows, Rows]:
        """Hold new facts; return the steps without duration that can be done now."""
        fresh = ~self._held[facts, campaigns]
        facts, campaigns = self._distinct(facts[fresh], campaigns[fresh])
        self._held[facts, campaigns] = True
        goals = self._goal[facts]
        named = goals != NOWHERE
        self.reached[goals[named], campaigns[named]] = self._clock[campaigns[named]]
        clauses, links, who = self.terrain.need_table.spread(facts, campaigns)
        useful = ~self._met[clauses, who]
        useful[useful] = self._there(links[useful], who[useful])
        clauses, who = self._distinct(clauses[useful], who[useful])
        self._met[clauses, who] = True
        steps = self.terrain.clause_step[clauses]
        np.subtract.at(self._unmet, (steps, who), 1)
        ready = self._unmet[steps, who] == 0
        return self._open(*self._distinct(steps[ready], who[ready]))

    def _open(self, steps: Rows, campaigns: Rows) -> tuple[Rows, Rows]:
        """Queue the steps that take time; return the others as far as they succeed."""
        free = self.terrain.free[steps]
        at, who = steps[~free], campaigns[~free]
        self._queue[who, at] = np.where(self._clock[who] <= self.limit, self._order[who, at], np.inf)
        steps, campaigns = steps[free], campaigns[free]
        self.began[steps, campaigns] = self._clock[campaigns]
        good = self.luck.possible[steps, campaigns] & self._is_open(steps, campaigns)
        return steps[good], campaigns[good]

    def _there(self, links: Rows, campaigns: Rows) -> NDArray[np.bool_]:
        there = np.ones(len(links), dtype=np.bool_)
        tied = links >= 0
        there[tied] = self.luck.links[links[tied], campaigns[tied]]
        return there

    def _distinct(self, rows: Rows, campaigns: Rows) -> tuple[Rows, Rows]:
        keys = np.unique(rows.astype(np.int64) * self.luck.count + campaigns)
        return (keys // self.luck.count).astype(np.int32), (keys % self.luck.count).astype(np.int32)
