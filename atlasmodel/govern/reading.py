"""One thing that was read: about what, with which value, on which evidence; and how readings make one verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from atlasmodel.document import Because

Truth = Literal["yes", "unknown", "no"]
Verdict = Literal["pass", "fail", "unknown", "not_applicable"]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Reading:
    """Say what was read of one thing; a value is yes or no, a range of a figure, or None where it is not known.

    `row` is what a table of the check shows of it.
    """

    at: str
    value: bool | Bounds | None
    because: tuple[Because, ...] = ()
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """Say which value passes; `reason` tells why the line is drawn there."""

    op: Literal["is", "at_least", "at_most"]
    limit: float
    reason: str = ""

    def judge(self, value: bool | Bounds | None) -> Truth:
        """Tell whether a value passes; a range that lies on both sides of the limit is unknown.

        >>> Target("at_least", 0.8).judge((0.5, 0.9)), Target("is", 1).judge(False)
        ('unknown', 'no')
        """
        if value is None:
            return "unknown"
        low, high = (float(value), float(value)) if isinstance(value, bool) else value
        if self.op == "is":
            return "yes" if low == high == self.limit else "no" if not low <= self.limit <= high else "unknown"
        if self.op == "at_least":
            return "yes" if low >= self.limit else "no" if high < self.limit else "unknown"
        return "yes" if high <= self.limit else "no" if low > self.limit else "unknown"


def share(truths: Iterable[Truth]) -> Bounds | None:
    """Return the share of yes, with the bounds that the unknown ones leave, or None for nothing.

    >>> share(["yes", "no", "unknown", "yes"])
    (0.5, 0.75)
    """
    known = list(truths)
    if not known:
        return None
    return known.count("yes") / len(known), (len(known) - known.count("no")) / len(known)


def every(truths: Iterable[Truth]) -> Truth:
    """Return no if one is no, unknown if one is unknown, else yes."""
    found = set(truths)
    return "no" if "no" in found else "unknown" if "unknown" in found else "yes"


def at_least(count: int, truths: Iterable[Truth]) -> Truth:
    """Tell whether at least `count` hold."""
    known = list(truths)
    if known.count("yes") >= count:
        return "yes"
    return "unknown" if len(known) - known.count("no") >= count else "no"


def opposite(truth: Truth) -> Truth:
    """Return the negation."""
    return {"yes": "no", "no": "yes", "unknown": "unknown"}[truth]  # type: ignore[return-value]
