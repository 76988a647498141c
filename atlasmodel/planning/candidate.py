"""What could be done: every control at every place where it would lower a step, with its cost and who delivers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.analysis import Analysis
from atlasmodel.mitigate.controls import Control, Cost, Range
from atlasmodel.mitigate.placement import Placed
from atlasmodel.risk.score import Weakening
from atlasmodel.risk.scoring import Scoring


@dataclass(frozen=True)
class Candidate:
    """Be one control at one place: days and money (low, likely, high), who delivers it, which steps it acts on."""

    control: Control
    at: str
    days: Range
    cost: Range
    acted: Mapping[int, tuple[Weakening, ...]]

    @property
    def id(self) -> str:
        """Return the control and the place in one word, as options of the command line write it."""
        return f"{self.control.id}@{self.at}"

    @property
    def role(self) -> str:
        """Return who delivers it."""
        return self.control.delivered_by or "anyone"

    @property
    def placed(self) -> Placed:
        """Return the control at its place, as it would be added."""
        return Placed.in_full(self.control.id, self.at)


def candidates_of(analysis: Analysis, years: float = 1.0) -> tuple[Candidate, ...]:
    """Return what is not yet fully in place and would lower a step on the way to an end, by control and place.

    An official mitigation that one of our own controls carries out in more detail is left to that control. Cost counts
    what is spent once and what is spent in `years` years.
    """
    library, scoring = analysis.workspace.library, analysis.workspace.scoring
    found = []
    for control in library.controls.values():
        if control.id in library.carried_out:
            continue
        days, cost = days_of(control, years), cost_of(control, scoring, years)
        for place in analysis.coverage.places(control):
            if analysis.placement.is_full(control.id, place):
                continue
            acted = analysis.acted_on(Placed.in_full(control.id, place))
            lowered = {
                number: tuple(one for one in effects if one.how == "prevent" and one.share > 0)
                for number, effects in acted.items()
            }
            lowered = {number: effects for number, effects in lowered.items() if effects}
            if lowered:
                found.append(Candidate(control, place, days, cost, lowered))
    return tuple(found)


def days_of(control: Control, years: float = 1.0) -> Range:
    """Return the person-days a control takes once and in some years."""
    return _sum(control.effort_days, years)


def cost_of(control: Control, scoring: Scoring, years: float = 1.0) -> Range:
    """Return the money a control takes once and in some years: what is bought, and the days at the rate of the role."""
    bought, days = _sum(control.money, years), _sum(control.effort_days, years)
    rate = scoring.rates.day_of(control.delivered_by)
    return Range(
        low=bought.low + days.low * rate.low,
        likely=bought.likely + days.likely * rate.likely,
        high=bought.high + days.high * rate.high,
    )


def _sum(cost: Cost, years: float) -> Range:
    once, yearly = cost.once, cost.yearly
    return Range(
        low=once.low + years * yearly.low,
        likely=once.likely + years * yearly.likely,
        high=once.high + years * yearly.high,
    )
