"""Count what campaigns did, in a space that does not grow with their number."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from atlasmodel.twin.log import Log, watched
from atlasmodel.twin.luck import Flags, Luck, Times
from atlasmodel.twin.terrain import Terrain

BINS = 1024  # of the time until the limit
Z = 1.959963984540054  # 95 % of a normal law lie within this many standard errors
Counts = NDArray[np.int64]


@dataclass
class Clock:
    """Count days in equal bins from 0 to a limit; what never happens is counted in `total` only."""

    limit: float
    total: int = 0
    bins: Counts = field(default_factory=lambda: np.zeros(BINS, dtype=np.int64))

    def add(self, days: Times) -> None:
        """Count one day a campaign, infinite for never."""
        self.total += len(days)
        happened = days[days <= self.limit]
        row = np.minimum((happened * (BINS / self.limit)).astype(np.int64), BINS - 1)
        self.bins += np.bincount(row, minlength=BINS)

    @property
    def happened(self) -> int:
        """Return in how many campaigns it happened."""
        return int(self.bins.sum())

    def quantile(self, share: float) -> float | None:
        """Return the day by which it happened in a share of the campaigns in which it did, to the width of a bin."""
        if not self.happened:
            return None
        row = int(np.searchsorted(np.cumsum(self.bins), share * self.happened))
        return min(row + 1, BINS) * self.limit / BINS

    def curve(self, points: int) -> list[tuple[float, float]]:
        """Return (day, share of campaigns in which it has happened by then), from day 0 to the limit."""
        summed = np.concatenate([[0], np.cumsum(self.bins)])
        rows = [round(index * BINS / (points - 1)) for index in range(points)]
        return [(row * self.limit / BINS, float(summed[row]) / max(self.total, 1)) for row in rows]


@dataclass(frozen=True)
class Share:
    """Be a share of campaigns with its 95 % interval (Wilson's, which holds for rare events too)."""

    value: float
    low: float
    high: float


def share_of(count: int, total: int) -> Share:
    """Return the share and its interval.

    >>> share_of(0, 100).high < 0.04
    True
    """
    if not total:
        return Share(0.0, 0.0, 1.0)
    p, square = count / total, Z * Z / total
    middle = (p + square / 2) / (1 + square)
    half = Z * math.sqrt(p * (1 - p) / total + square / (4 * total)) / (1 + square)
    return Share(p, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)))


class Tally:
    """Sum up the campaigns of one adversary in one scenario."""

    def __init__(self, terrain: Terrain, limit: float) -> None:
        self.terrain, self.campaigns = terrain, 0
        self.goals = [Clock(limit) for _ in terrain.goals]
        self.any_goal, self.notice = Clock(limit), Clock(limit)
        self.unseen = np.zeros(len(terrain.goals), dtype=np.int64)  # reached before anything was noticed
        self.noticed_at = np.zeros(len(terrain.places), dtype=np.int64)
        self.been_at = np.zeros(len(terrain.places), dtype=np.int64)
        self.began = np.zeros(len(terrain.attempts), dtype=np.int64)
        self.carried = np.zeros(len(terrain.attempts), dtype=np.int64)  # done before the first goal, where one came

    def add(self, luck: Luck, log: Log) -> None:
        """Count the campaigns of a log."""
        steps = watched(self.terrain, luck)
        seen = log.began[steps] + luck.noticed[steps]
        first_seen = seen.min(axis=0, initial=np.inf)
        first_goal = log.reached.min(axis=0, initial=np.inf)
        self.campaigns += luck.count
        for row, clock in enumerate(self.goals):
            clock.add(log.reached[row])
            self.unseen[row] += int((np.isfinite(log.reached[row]) & (log.reached[row] <= first_seen)).sum())
        self.any_goal.add(first_goal)
        self.notice.add(first_seen)
        begun: Flags = np.isfinite(log.began)
        self.began += begun.sum(axis=1)
        self.carried += (np.isfinite(first_goal) & (log.done <= first_goal)).sum(axis=1)
        noticed: Flags = np.isfinite(seen)
        for row in range(len(self.terrain.places)):
            here = (self.terrain.place_of == row) & ~self.terrain.free
            self.been_at[row] += int(begun[here].any(axis=0).sum())
            self.noticed_at[row] += int(noticed[here[steps]].any(axis=0).sum())


@dataclass
class Paired:
    """Sum up differences between the same campaign of two scenarios: chance that both share cancels."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, differences: NDArray[np.float64]) -> None:
        """Count one difference a campaign."""
        self.count += len(differences)
        self.total += float(differences.sum())
        self.squares += float((differences**2).sum())

    @property
    def mean(self) -> float:
        """Return the mean difference."""
        return self.total / max(self.count, 1)

    @property
    def standard_error(self) -> float:
        """Return the standard error of the mean difference."""
        if self.count < 2:
            return math.inf
        return math.sqrt(max(0.0, self.squares / self.count - self.mean**2) / (self.count - 1))
