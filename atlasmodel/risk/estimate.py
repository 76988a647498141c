"""How likely a goal is, and how sure that is: a share of worlds with its error, and the exact figure if there is one.

The two are never mixed. Shares compare: they come from the same worlds with and without a change, so no control can
raise one. The exact figure is what the shares estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054  # 95 of 100


@dataclass(frozen=True)
class Solved:
    """Be exact probabilities: `point`, and the bounds where they could be solved too; `rung` says by which method."""

    point: float
    low: float | None
    high: float | None
    rung: str


@dataclass(frozen=True)
class Estimate:
    """Be the shares of `worlds` that reach a goal, with every unknown drawn (`point`) or settled for one side."""

    low: float
    point: float
    high: float
    worlds: int
    exact: Solved | None = None

    @property
    def method(self) -> str:
        """Return how the probability is known: `exact` with its rung, or `sampled`."""
        return f"exact ({self.exact.rung})" if self.exact else "sampled"

    @property
    def standard_error(self) -> float:
        """Return the standard error of `point` as an estimate of the exact figure."""
        return sqrt(self.point * (1 - self.point) / self.worlds)

    @property
    def interval(self) -> tuple[float, float]:
        """Return where the exact figure lies with 95 % confidence, as far as the worlds tell (Wilson's interval)."""
        return wilson(self.point, self.worlds)

    @property
    def at_most(self) -> float | None:
        """Return what the probability is less than where no world reaches the goal: 3/n, with 95 % confidence."""
        return 3 / self.worlds if self.point == 0 else None


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share of `count` draws; it says something at 0 and 1 too.

    >>> low, high = wilson(0.5, 100)
    >>> round(low, 3), round(high, 3)
    (0.404, 0.596)
    """
    spread = _Z * _Z / count
    middle = share + spread / 2
    reach = sqrt(spread * (share * (1 - share) + spread / 4))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))
