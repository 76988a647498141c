"""What chance decides in a campaign: drawn by name, so that scenarios share it and a change redraws nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.risk.tempo import Days, Law, Tempo
from atlasmodel.twin.terrain import Terrain

Times = NDArray[np.float32]
Flags = NDArray[np.bool_]
STRIDE = 4  # numbers that one counter of the generator gives


@dataclass(frozen=True)
class Luck:
    """Hold what chance decides for some campaigns: one row a step, link or place, one column a campaign.

    `noticed` is the days from the start of a step until somebody notices it, infinite where nobody does;
    `response` the days from then until its place is closed; `whims` order the steps of somebody who has no plan.
    """

    possible: Flags
    links: Flags
    days: Times
    noticed: Times
    response: Times
    whims: Times

    @property
    def count(self) -> int:
        """Return the number of campaigns."""
        return int(self.possible.shape[1])

    @cached_property
    def spent(self) -> Times:
        """Return the days of each step, infinite in the campaigns in which it is not possible."""
        return np.where(self.possible, self.days, np.float32(np.inf))

    def only(self, campaigns: NDArray[np.intp]) -> Luck:
        """Return the luck of some campaigns."""
        return Luck(*(getattr(self, field.name)[:, campaigns] for field in fields(self)))

    def link(self, row: int) -> Flags | np.bool_:
        """Tell in which campaigns a link is there."""
        return np.True_ if row < 0 else self.links[row]


def uniforms(seed: int, first: int, count: int, *key: str) -> NDArray[np.float64]:
    """Return numbers in [0, 1) for the campaigns from `first` (a multiple of 4) on: a stream by seed and key.

    >>> whole = uniforms(1, 0, 8, "x")
    >>> bool((uniforms(1, 4, 4, "x") == whole[4:]).all())
    True
    """
    name = "\x1f".join((str(seed), "twin", *key)).encode()
    words = np.frombuffer(hashlib.blake2b(name, digest_size=16).digest(), dtype=np.uint64)
    stream = np.random.Philox(key=words)
    stream.advance(first // STRIDE)
    return np.random.Generator(stream).random(count)


def draw_luck(terrain: Terrain, possible: Flags, links: Flags, tempo: Tempo, *, seed: int, first: int) -> Luck:
    """Draw durations, notices and responses for the campaigns of which `possible` has one column each."""
    count = possible.shape[1]
    days = np.zeros(possible.shape, dtype=np.float32)
    noticed = np.full(possible.shape, np.inf, dtype=np.float32)
    whims = np.zeros(possible.shape, dtype=np.float32)
    for row, attempt in enumerate(terrain.attempts):
        if attempt.is_free:
            continue
        tries = np.where(possible[row], 1, tempo.tries.value)
        spent = duration(tempo.law.value, attempt.days, uniforms(seed, first, count, "days", attempt.id))
        whims[row] = uniforms(seed, first, count, "whim", attempt.id)
        days[row] = spent * tries / tempo.people.value
        seen = attempt.noticed * (1 - tempo.stealth.value)
        if seen > 0:
            unseen = (1 - seen) ** tries
            when = days[row] * uniforms(seed, first, count, "moment", attempt.id)
            noticed[row] = np.where(uniforms(seed, first, count, "seen", attempt.id) < 1 - unseen, when, np.inf)
    response = np.empty((len(terrain.places), count), dtype=np.float32)
    for row, place in enumerate(terrain.places):
        response[row] = _spread(tempo.response_days, uniforms(seed, first, count, "response", place))
    return Luck(possible, links, days, noticed, response, whims)


def duration(law: Law, days: tuple[float, float, float], draw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return days by a law at some draws; longer for a larger draw, so that the same luck compares.

    >>> duration("triangular", (0, 1, 4), np.array([0.0, 0.25, 1.0])).tolist()
    [0.0, 1.0, 4.0]
    """
    low, likely, high = days
    if law == "exponential":
        return -likely * np.log1p(-draw)
    width = high - low
    if width <= 0:
        return np.full_like(draw, likely)
    rise = (likely - low) / width
    up = low + np.sqrt(draw * width * (likely - low))
    down = high - np.sqrt((1 - draw) * width * (high - likely))
    return np.where(draw < rise, up, down)


def _spread(days: Days, draw: NDArray[np.float64]) -> NDArray[np.float64]:
    return duration("triangular", (days.low, days.likely, days.high), draw)
