"""What campaigns did: when each step was begun and done, when goals were reached, when places were closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.twin.luck import Luck, Times
from atlasmodel.twin.terrain import NOWHERE, Terrain


@dataclass(frozen=True)
class Log:
    """Hold days from the start of a campaign, infinite for never: rows are steps (`began`, `done`) and goals."""

    began: Times
    done: Times
    reached: Times

    def put(self, campaigns: NDArray[np.intp], part: Log) -> None:
        """Put what some campaigns did in the place of what stands there."""
        self.began[:, campaigns] = part.began
        self.done[:, campaigns] = part.done
        self.reached[:, campaigns] = part.reached


def watched(terrain: Terrain, luck: Luck) -> NDArray[np.intp]:
    """Return the steps that somebody may notice in one of the campaigns; off the system nobody looks."""
    return np.flatnonzero((terrain.place_of != NOWHERE) & np.isfinite(luck.noticed).any(axis=1))


def closings(terrain: Terrain, luck: Luck, began: Times) -> Times:
    """Return for each place the day on which it is closed: a response time after the first notice there."""
    closed = np.full((len(terrain.places), luck.count), np.inf, dtype=np.float32)
    for step in watched(terrain, luck):
        place = terrain.place_of[step]
        np.minimum(closed[place], began[step] + luck.noticed[step] + luck.response[place], out=closed[place])
    return closed
