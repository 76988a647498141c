"""Which measure, put where, would remove most of the total risk."""

from __future__ import annotations

from collections.abc import Mapping

from atlasmodel.advice.leverage import Candidate, heaviest
from atlasmodel.analysis import Analysis, Credit
from atlasmodel.document import RankedMeasure, rounded
from atlasmodel.match.formula import YES
from atlasmodel.mitigate.placement import Placed


def rank_measures(
    analysis: Analysis, credits: Mapping[int, Credit], limit: int
) -> tuple[tuple[RankedMeasure, ...], int]:
    """Return the measures not yet fully in place by how much risk each alone removes, and how many were not tried.

    Every measure is tried on the same worlds as today's figures, at its full strength (`in_place`). Which are tried is
    decided by the risk of the steps they act on, times their strength.
    """
    tried, untried = heaviest(analysis, credits, limit)
    totals = analysis.totals_with([Placed.in_full(item.control.id, item.at) for item in tried])
    here = {(item.control, item.at): item for item in reversed(analysis.placement.placed)}  # the first of each
    ranked = [
        _row(item, analysis.total - after, here.get((item.control.id, item.at)))
        for item, after in zip(tried, totals, strict=True)
        if after < analysis.total
    ]
    ranked.sort(key=lambda row: (-row.removes, row.effort_days, row.control, row.at))
    return tuple(ranked), untried


def _row(item: Candidate, removed: float, here: Placed | None) -> RankedMeasure:
    control = item.control
    state = "absent" if here is None else here.state if here.formula == YES else "unknown"
    return RankedMeasure(
        control=control.id,
        name=control.name,
        origin=control.origin,
        at=item.at,
        removes=rounded(removed),
        state=state,
        effort_days=control.effort_days.once.likely + control.effort_days.yearly.likely,
        money=control.money.once.likely + control.money.yearly.likely,
        delivered_by=control.delivered_by,
        techniques=item.techniques,
    )
