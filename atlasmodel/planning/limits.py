"""What a plan may take: money, days, a number of measures, people; what it must hold and what it must not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

SLACK = 1e-9


@dataclass(frozen=True)
class Limit:
    """Say that the weights of the chosen levers may add up to `most`."""

    name: str
    weights: tuple[float, ...]
    most: float

    def of(self, chosen: Collection[int]) -> float:
        """Return what some levers take."""
        return sum(self.weights[lever] for lever in sorted(chosen))


@dataclass(frozen=True)
class Limits:
    """Hold all limits; `fixed` levers are in every plan, `closed` ones in none."""

    levers: int
    rows: tuple[Limit, ...] = ()
    fixed: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()

    def allow(self, chosen: Collection[int]) -> bool:
        """Tell whether some levers are a plan that keeps all limits."""
        taken = frozenset(chosen)
        if not self.fixed <= taken or taken & self.closed:
            return False
        return all(row.of(taken) <= row.most + SLACK * max(1.0, row.most) for row in self.rows)

    @property
    def free(self) -> list[int]:
        """Return the levers that may be chosen or not."""
        return [lever for lever in range(self.levers) if lever not in self.fixed and lever not in self.closed]

    def burden(self, lever: int) -> float:
        """Return the largest part of a limit that a lever takes, 0 where nothing limits it."""
        parts = [row.weights[lever] / row.most if row.most > 0 else 1.0 for row in self.rows if row.weights[lever] > 0]
        return max(parts, default=0.0)


def without_spare(limits: Limits, acted: Sequence[Collection[int]], names: Sequence[str]) -> Limits:
    """Return the limits with levers closed that another lever of the same name makes needless.

    A control costs the same at two places; where one place covers all that the other does, the other adds nothing.
    """
    closed = set(limits.closed)
    by_name: dict[str, list[int]] = {}
    for lever in range(limits.levers):
        if lever not in limits.closed:
            by_name.setdefault(names[lever], []).append(lever)
    for levers in by_name.values():
        levers.sort(key=lambda lever: (lever not in limits.fixed, -len(acted[lever]), lever))
        kept: list[frozenset[int]] = []
        for lever in levers:
            mine = frozenset(acted[lever])
            if lever not in limits.fixed and any(mine <= other for other in kept):
                closed.add(lever)
            else:
                kept.append(mine)
    return Limits(limits.levers, limits.rows, limits.fixed, frozenset(closed))
