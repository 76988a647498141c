"""Everything at once: as many hands as steps, so each is begun the moment it can be. Nobody is faster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from atlasmodel.twin.log import Log, closings
from atlasmodel.twin.luck import Flags, Luck, Times
from atlasmodel.twin.terrain import NOWHERE, Terrain


def all_at_once(terrain: Terrain, luck: Luck, limit: float) -> Log:
    """Return the campaigns of an adversary who does all that can be done at the same time, up to `limit` days.

    What is noticed closes a place, and what is closed changes what is begun later; each round is right for longer than
    the one before, because a place is closed after the step that was noticed there began.
    """
    closed = np.full((len(terrain.places), luck.count), np.inf, dtype=np.float32)
    while True:
        log = settle(terrain, luck, closed, limit)
        again = closings(terrain, luck, log.began)
        if np.array_equal(again, closed):
            return log
        closed = again


def settle(terrain: Terrain, luck: Luck, closed: Times, limit: float, done: Times | None = None) -> Log:
    """Return the earliest times for places closed on given days.

    With `done` the steps that take time are done on those days, and only what follows by itself is worked out.
    """
    held = np.full((len(terrain.fact), luck.count), np.inf, dtype=np.float32)
    for fact, link in terrain.starts.items():
        held[terrain.fact[fact]] = np.where(luck.link(link), np.float32(0), np.float32(np.inf))
    shape = (len(terrain.attempts), luck.count)
    began = np.full(shape, np.inf, dtype=np.float32)
    ended = np.full(shape, np.inf, dtype=np.float32)
    stale = [True] * len(terrain.attempts)
    while any(stale):
        for step in terrain.order:
            if not stale[step]:
                continue
            stale[step] = False
            if done is not None and not terrain.free[step]:
                end = done[step]
            else:
                ready = _ready(terrain.clauses[step], held, luck)
                began[step] = np.where(ready <= limit, ready, np.inf)
                end = _ends(terrain, luck, step, ready, closed=closed, limit=limit)
            ended[step] = end
            for row, link in terrain.gains[step]:
                earlier = (end < held[row]) & luck.link(link)
                if earlier.any():
                    held[row] = np.where(earlier, end, held[row])
                    for other in terrain.waiting[row]:
                        stale[other] = True
    return Log(began, ended, held[[terrain.fact[goal] for goal in terrain.goals]])


def _ready(clauses: Sequence[Sequence[tuple[int, int]]], held: Times, luck: Luck) -> Times:
    """Return the day on which every clause of a step is met."""
    ready = np.zeros(luck.count, dtype=np.float32)
    for clause in clauses:
        met = np.full(luck.count, np.inf, dtype=np.float32)
        for fact, link in clause:
            np.minimum(met, held[fact] if link < 0 else np.where(luck.links[link], held[fact], np.inf), out=met)
        np.maximum(ready, met, out=ready)
    return ready


def _ends(terrain: Terrain, luck: Luck, step: int, ready: Times, *, closed: Times, limit: float) -> Times:
    end: Times = ready + luck.days[step]
    stopped: Flags = ~luck.possible[step] | (end > limit)
    place = terrain.place_of[step]
    if place != NOWHERE:
        stopped |= end > closed[place]
    end[stopped] = np.inf
    return end
