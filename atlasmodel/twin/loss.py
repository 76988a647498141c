"""What campaigns cost: loss events a year times their magnitude, and the curve of what may be exceeded.

In the words of FAIR: campaigns a year are the threat event frequency, the share that reaches an asset the
vulnerability, their product the loss event frequency; low, likely and high loss of the asset give its magnitude.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from atlasmodel.model.pipeline import Loss, Pipeline
from atlasmodel.risk.impact import ASSET_DIMENSIONS, End
from atlasmodel.twin.luck import Times, duration, uniforms

Money = NDArray[np.float64]
LEAST, MOST, BINS = 1.0, 1e16, 4096  # bins grow by 0.9 %
_MANY = 64  # campaigns of a year that each draw a magnitude; more than that cost the mean


@dataclass(frozen=True)
class AtStake:
    """Be one asset with money: what its loss costs and the goals that lose it."""

    asset: str
    loss: Loss
    goals: tuple[str, ...]


def at_stake(pipeline: Pipeline, ends: Iterable[End]) -> tuple[AtStake, ...]:
    """Return the assets that carry money, each with the ends where it is held that touch what it is worth.

    An asset that says for what it matters is lost by ends of that dimension; where it has to be right or at hand
    (integrity, availability, safety), by financial harm too. One that carries money alone is lost by any end.
    """
    found = []
    for asset in pipeline.assets:
        if asset.loss is not None:
            matters = {name for name in ASSET_DIMENSIONS if getattr(asset, name) is not None}
            if matters - {"confidentiality"}:
                matters.add("financial")
            losing = tuple(
                end.fact
                for end in ends
                if asset in pipeline.assets_at(end.fact.partition("@")[2])
                and (not matters or matters & end.impact.keys())
            )
            found.append(AtStake(asset.id, asset.loss, losing))
    return tuple(found)


@dataclass
class Purse:
    """Sum up what the years cost in one currency, in bins that grow with the amount."""

    currency: str
    years: int = 0
    total: float = 0.0
    squares: float = 0.0
    bins: NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS + 1, dtype=np.int64))

    def add(self, losses: Money) -> None:
        """Count one loss a year."""
        self.years += len(losses)
        self.total += float(losses.sum())
        self.squares += float((losses**2).sum())
        grown = np.log(np.maximum(losses, LEAST) / LEAST) * (BINS / math.log(MOST / LEAST))
        rows = np.where(losses < LEAST, 0, np.clip(np.ceil(grown), 1, BINS)).astype(np.int64)
        self.bins += np.bincount(rows, minlength=BINS + 1)

    @property
    def mean(self) -> float:
        """Return the expected loss of a year."""
        return self.total / max(self.years, 1)

    @property
    def standard_error(self) -> float:
        """Return the standard error of the expected loss."""
        if self.years < 2:
            return math.inf
        spread = max(0.0, self.squares / self.years - self.mean**2)
        return math.sqrt(spread / (self.years - 1))

    def quantile(self, share: float) -> float:
        """Return what a share of the years does not exceed, to within 0.9 %."""
        row = int(np.searchsorted(np.cumsum(self.bins), share * self.years))
        return _amount(row)

    def curve(self, points: int = 40) -> list[tuple[float, float]]:
        """Return (amount, share of years that lose more), over the range in which losses lie."""
        rows = np.flatnonzero(self.bins[1:]) + 1
        if not len(rows):
            return []
        above = self.years - np.cumsum(self.bins)
        chosen = np.unique(np.linspace(rows[0] - 1, rows[-1], points).astype(np.int64))
        return [(_amount(int(row)), float(above[row]) / self.years) for row in chosen]


def losses_of_years(
    stakes: Sequence[AtStake],
    reached: Mapping[str, Times],
    tries: float,
    *,
    seed: int,
    first: int,
    count: int,
    adversary: str,
) -> dict[str, Money]:
    """Return the loss of a year by currency, one year a campaign: its world, its number of tries, their outcome.

    How many tries a year has follows Poisson's law with mean `tries`. All tries of a year go the way of its campaign,
    since what is possible does not change from one to the next; the magnitude is drawn anew each time. An asset is lost
    once a try, however many goals lose it.
    """
    times = poisson(tries, uniforms(seed, first, count, "tries", adversary))
    found: dict[str, Money] = {}
    for stake in stakes:
        hit = np.zeros(count, dtype=np.bool_)
        for goal in stake.goals:
            if goal in reached:
                hit |= np.isfinite(reached[goal])
        loss = found.setdefault(stake.loss.currency, np.zeros(count))
        amounts = (stake.loss.low, stake.loss.likely, stake.loss.high)
        for turn in range(min(int(times.max(initial=0)), _MANY)):
            again = hit & (times > turn)
            draw = uniforms(seed, first, count, "loss", adversary, stake.asset, str(turn))
            loss += np.where(again, duration("triangular", amounts, draw), 0.0)
        loss += np.where(hit, np.maximum(times - _MANY, 0) * (sum(amounts) / 3), 0.0)
    return found


def poisson(mean: float, draw: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return numbers of events by Poisson's law at some draws, cut off far above what most years have.

    >>> poisson(1.0, np.array([0.0, 0.5, 0.99])).tolist()
    [0, 1, 4]
    """
    most = int(mean + 8 * math.sqrt(mean)) + _MANY
    logs = np.array([math.lgamma(number + 1) for number in range(most)])
    numbers = np.arange(most)
    weights = np.exp(numbers * math.log(mean) - mean - logs) if mean > 0 else (numbers == 0).astype(float)
    return np.minimum(np.searchsorted(np.cumsum(weights), draw, side="right"), most - 1)


def _amount(row: int) -> float:
    return 0.0 if row == 0 else LEAST * math.exp(row * math.log(MOST / LEAST) / BINS)
