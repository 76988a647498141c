"""What campaigns did: when each step was begun and done, when goals were reached, when places were closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlasmodel.twin.luck import Luck, Times
from atlasmodel.twin.terrain import NOWHERE, Terrain


@dataclass(frozen=True)
class Log:
    """Hold days from the start of a campaign, infinite for never: rows are steps (`began`, `done`) and goals."""

    began: Times
    done: Times
    reached: Times


def notices(terrain: Terrain, luck: Luck, began: Times) -> Times:
    """Return for each step the day on which it is noticed; off the system nobody looks."""
    watched = (terrain.place_of != NOWHERE)[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(watched, began + luck.noticed, np.inf).astype(np.float32)


def closings(terrain: Terrain, luck: Luck, began: Times) -> Times:
    """Return for each place the day on which it is closed: a response time after the first notice there."""
    closed = np.full((len(terrain.places), luck.count), np.inf, dtype=np.float32)
    noticed = notices(terrain, luck, began)
    for step, place in enumerate(terrain.place_of.tolist()):
        if place != NOWHERE:
            np.minimum(closed[place], noticed[step] + luck.response[place], out=closed[place])
    return closed
