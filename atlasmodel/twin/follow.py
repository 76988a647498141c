"""Known paths: an adversary who has studied the target tries its best ways in, one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from atlasmodel.attack.paths import best_paths
from atlasmodel.attack.search.moves import Move
from atlasmodel.twin.everything import settle
from atlasmodel.twin.log import Log, closings
from atlasmodel.twin.luck import Flags, Luck
from atlasmodel.twin.terrain import NOWHERE, Terrain

SEARCHES = 4  # how many searches a known path may cost


def known_paths(terrain: Terrain) -> tuple[tuple[int, ...], ...]:
    """Return the likeliest paths to the goals the adversary is after, as steps in order, the likeliest first."""
    moves = [
        Move(
            attempt.id,
            tuple(tuple(fact for fact, _ in clause) for clause in attempt.needs),
            tuple(fact for fact, _ in attempt.gains),
            -math.log(attempt.probability),
        )
        for attempt in terrain.attempts
        if attempt.probability > 0
    ]
    row = {attempt.id: step for step, attempt in enumerate(terrain.attempts)}
    found: dict[tuple[str, ...], float] = {}
    for aim in terrain.aims or terrain.goals:
        limit = terrain.known_paths
        for path in best_paths(moves, terrain.starts, aim, limit, SEARCHES * limit).paths:
            found.setdefault(path.steps, path.weight)
    ranked = sorted(found, key=lambda steps: (found[steps], steps))[: terrain.known_paths]
    return tuple(tuple(row[step] for step in steps) for steps in ranked)


def follow(terrain: Terrain, luck: Luck, paths: Sequence[Sequence[int]], limit: float) -> Log:
    """Return the campaigns that try paths in order, each until a step of it fails, up to `limit` days.

    What was done stays done; a path with a step that has failed is passed over. A campaign ends with its first goal.
    """
    count = luck.count
    shape = (len(terrain.attempts), count)
    began = np.full(shape, np.inf, dtype=np.float32)
    done = np.full(shape, np.inf, dtype=np.float32)
    clock = np.zeros(count, dtype=np.float32)
    closed = np.full((len(terrain.places), count), np.inf, dtype=np.float32)
    held = np.zeros((len(terrain.fact), count), dtype=np.bool_)
    for fact, link in terrain.starts.items():
        held[terrain.fact[fact]] = luck.link(link)
    at_goal = np.zeros(count, dtype=np.bool_)
    aims = [terrain.fact[aim] for aim in terrain.aims or terrain.goals]
    for path in paths:
        failed = np.isfinite(began[list(path)]) & ~np.isfinite(done[list(path)])
        going: Flags = ~at_goal & ~failed.any(axis=0) & (clock < limit)
        for step in path:
            going &= _can_begin(terrain, luck, step, held)
            todo = going & ~np.isfinite(began[step])
            if todo.any():
                began[step][todo] = clock[todo]
                clock[todo] += luck.days[step][todo]
                place = terrain.place_of[step]
                good = luck.possible[step] & (clock <= limit)
                if place != NOWHERE:
                    seen = began[step] + luck.noticed[step] + luck.response[place]
                    closed[place][todo] = np.minimum(closed[place], seen)[todo]
                    good &= clock <= closed[place]
                won = todo & good
                done[step][won] = clock[won]
                for row, link in terrain.gains[step]:
                    held[row] |= won & luck.link(link)
            going &= np.isfinite(done[step])
        at_goal |= held[aims].any(axis=0)
    after = settle(terrain, luck, closings(terrain, luck, began), limit, done)
    free = terrain.free[:, None]
    return Log(np.where(free, after.began, began), np.where(free, after.done, done), after.reached)


def _can_begin(terrain: Terrain, luck: Luck, step: int, held: Flags) -> Flags:
    able = np.ones(luck.count, dtype=np.bool_)
    for clause in terrain.clauses[step]:
        met = np.zeros(luck.count, dtype=np.bool_)
        for fact, link in clause:
            met |= held[fact] & luck.link(link)
        able &= met
    return able
