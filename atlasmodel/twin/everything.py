"""Everything at once: as many hands as steps, so each is begun the moment it can be. Nobody is faster."""

from __future__ import annotations

import numpy as np

from atlasmodel.twin.log import Log, closings
from atlasmodel.twin.luck import Flags, Luck, Times
from atlasmodel.twin.terrain import NOWHERE, Terrain

NEVER = np.float32(np.inf)


def all_at_once(terrain: Terrain, luck: Luck, limit: float) -> Log:
    """Return the campaigns of an adversary who does all that can be done at the same time, up to `limit` days.

    What is noticed closes a place, and what is closed changes what is begun later. So places are closed by what was
    begun, again and again, in the campaigns in which that stops or frees a step; each round is right for longer than
    the one before, because a place is closed after the step that was noticed there began.
    """
    closed = np.full((len(terrain.places), luck.count), NEVER)
    log = part = settle(terrain, luck, closed, limit)
    going = np.arange(luck.count)
    while True:
        after = closings(terrain, luck, part.began)
        differs = np.flatnonzero(_differs(terrain, luck, part.began, closed, after))
        if not len(differs):
            return log
        going, closed, luck = going[differs], after[:, differs], luck.only(differs)
        part = settle(terrain, luck, closed, limit)
        log.put(going, part)


def settle(terrain: Terrain, luck: Luck, closed: Times, limit: float, done: Times | None = None) -> Log:
    """Return the earliest times for places closed on given days.

    With `done` the steps that take time are done on those days, and only what follows by itself is worked out.
    """
    held = np.full((len(terrain.fact), luck.count), NEVER)
    for fact, link in terrain.starts.items():
        held[terrain.fact[fact]] = np.where(luck.link(link), np.float32(0), NEVER)
    shape = (len(terrain.attempts), luck.count)
    began, ended = np.full(shape, NEVER), np.full(shape, NEVER)
    met = [_met(clause, held, luck) for clause in terrain.distinct]
    shut = [bool(np.isfinite(days).any()) for days in closed]
    stale = [True] * len(terrain.attempts)
    while any(stale):
        for step in terrain.order:
            if not stale[step]:
                continue
            stale[step] = False
            end = ended[step]
            if done is not None and not terrain.free[step]:
                end[:] = done[step]
            else:
                _ready(terrain.clause_rows[step], met, began[step])
                np.add(began[step], luck.spent[step], out=end)
                place = terrain.place_of[step]
                if place != NOWHERE and shut[place]:
                    np.copyto(end, NEVER, where=end > closed[place])
            for row, link in terrain.gains[step]:
                gained = end if link < 0 else np.where(luck.links[link], end, NEVER)
                if (gained < held[row]).any():
                    np.minimum(held[row], gained, out=held[row])
                    for clause, tie in terrain.clauses_with[row]:
                        useful = gained if tie < 0 else np.where(luck.links[tie], gained, NEVER)
                        np.minimum(met[clause], useful, out=met[clause])
                    for other in terrain.waiting[row]:
                        stale[other] = True
    # What comes after the limit changes nothing before it, so it is cut off last.
    reached = held[[terrain.fact[goal] for goal in terrain.goals]]
    for days in (began, ended, reached):
        np.copyto(days, NEVER, where=days > limit)
    return Log(began, ended, reached)


def _ready(clauses: tuple[int, ...], met: list[Times], day: Times) -> None:
    """Set the day on which the last of some clauses is met."""
    if not clauses:
        day[:] = 0
    elif len(clauses) == 1:
        day[:] = met[clauses[0]]
    else:
        np.maximum(met[clauses[0]], met[clauses[1]], out=day)
        for clause in clauses[2:]:
            np.maximum(day, met[clause], out=day)


def _met(clause: tuple[tuple[int, int], ...], held: Times, luck: Luck) -> Times:
    """Return the day on which a clause is met."""
    day = np.full(luck.count, NEVER)
    for fact, link in clause:
        np.minimum(day, held[fact] if link < 0 else np.where(luck.links[link], held[fact], NEVER), out=day)
    return day


def _differs(terrain: Terrain, luck: Luck, began: Times, before: Times, after: Times) -> Flags:
    """Tell in which campaigns some step is stopped by one closing of its place and not by the other."""
    found = np.zeros(luck.count, dtype=np.bool_)
    changed = (before != after).any(axis=1)
    for step in np.flatnonzero(np.isin(terrain.place_of, np.flatnonzero(changed))):
        place = terrain.place_of[step]
        end = began[step] + luck.spent[step]
        found |= ((end <= before[place]) != (end <= after[place])) & (end < NEVER)
    return found
