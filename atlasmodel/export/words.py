"""The words and figures that every readable format shares: three sentences, names of things, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from atlasmodel.assessment import Assessment
from atlasmodel.document import Finding, GoalResult, RankedMeasure

SEVERITIES = ("critical", "high", "medium", "low", "none")


def number(value: float) -> str:
    """Return a figure as people read it: no needless digits, no exponent.

    >>> number(750.5), number(0.36), number(12350.0), number(20.0)
    ('751', '0.36', '12,350', '20')
    """
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}".rstrip("0").rstrip(".") if value >= 10 else f"{value:.2g}"
