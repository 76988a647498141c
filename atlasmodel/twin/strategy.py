"""Strategies: in which order an adversary does what can be done. Another one is any function of the same shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.twin.everything import all_at_once
from atlasmodel.twin.follow import follow, known_paths
from atlasmodel.twin.log import Log
from atlasmodel.twin.luck import Luck
from atlasmodel.twin.terrain import Terrain
from atlasmodel.twin.walk import walk

Play = Callable[[Luck, float], Log]


class Strategy(Protocol):
    """Be made ready for a terrain once; then play campaigns: what chance decides and the limit in days go in."""

    def __call__(self, terrain: Terrain) -> Play:
        """Return the player for a terrain."""
        ...


def everything(terrain: Terrain) -> Play:
    """Do all that can be done at the same time: nobody is faster, and nobody who is seen reaches more."""
    return lambda luck, limit: all_at_once(terrain, luck, limit)


def explorer(terrain: Terrain) -> Play:
    """Do one thing after the other, the nearest to the start first, until nothing is left."""
    order = np.empty(len(terrain.attempts))
    order[list(terrain.nearness)] = np.arange(len(terrain.attempts))
    return lambda luck, limit: walk(terrain, luck, order, limit)


def opportunist(terrain: Terrain) -> Play:
    """Do of what can be done whatever promises most for a day's work."""
    promise = [attempt.probability / max(sum(attempt.days) / 3, 1e-3) for attempt in terrain.attempts]
    order = np.empty(len(promise))
    order[np.lexsort((np.arange(len(promise)), -np.array(promise)))] = np.arange(len(promise))
    return lambda luck, limit: walk(terrain, luck, order, limit)


def wanderer(terrain: Terrain) -> Play:
    """Do what can be done in random order, another one in each campaign."""
    return lambda luck, limit: walk(terrain, luck, luck.whims, limit)


def planner(terrain: Terrain) -> Play:
    """Try the likeliest paths to a goal, one after the other, and stop at the first that works."""
    paths = known_paths(terrain)
    return lambda luck, limit: follow(terrain, luck, paths, limit)


STRATEGIES: Mapping[str, Strategy] = {
    "best-path": planner,
    "explorer": explorer,
    "opportunist": opportunist,
    "random": wanderer,
    "everything": everything,
}


def strategy_named(name: str) -> Strategy:
    """Return a strategy by name; raise InputError AM190 for one that is not there."""
    if name not in STRATEGIES:
        hint = nearest(name, STRATEGIES) or f"strategies: {', '.join(STRATEGIES)}"
        raise InputError(Problem("AM190", f"there is no strategy `{name}`", hint=hint))
    return STRATEGIES[name]
