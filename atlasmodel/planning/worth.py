"""What a plan returns: the expected loss of a year that it avoids, against what it costs in its first year."""

from __future__ import annotations

from collections.abc import Sequence

from atlasmodel.analysis import Analysis, analyse
from atlasmodel.goals.rivals import tries_of
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.plan import Return, Span
from atlasmodel.risk.attacks import Attack
from atlasmodel.twin.loss import at_stake

DIGITS = 2


def what_returns(analysis: Analysis, changes: Sequence[PlacedControl], cost: Span) -> tuple[Return | None, list[str]]:
    """Return the return on a plan, and why there is none; None where no asset carries money of the plan's currency.

    Expected loss of a year = sum over adversaries and assets of tries a year x share of worlds in which an end that
    loses the asset is reached x loss. Low to high are those of the assets' losses and of the costs.
    """
    rates = analysis.workspace.scoring.rates
    currency = rates.currency
    stakes = at_stake(analysis.pipeline, analysis.ends)
    if not stakes:
        return None, ["no return is given: no asset carries money"]
    named = sorted({stake.loss.currency for stake in stakes} - {currency})
    other = [name for name in named if rates.worth_of(name) is None]
    notes = [f"losses in {name} are left out of the return: no rate of exchange is given" for name in other]
    notes += [
        f"losses in {name} are counted at {rates.worth_of(name):g} {currency}" for name in named if name not in other
    ]
    if len(other) == len({stake.loss.currency for stake in stakes}):
        return None, notes
    after = analyse(analysis.pipeline.with_changes(changes), analysis.workspace, analysis.attacks[0].point.worlds)
    today, then = _losses(analysis), _losses(after)
    avoided = [before - left for before, left in zip(today, then, strict=True)]
    dear = (cost.high, cost.likely, cost.low)
    ratio = [gain / price if price > 0 else 0.0 for gain, price in zip(avoided, dear, strict=True)]
    return Return(
        loss_today=_span(today),
        loss_after=_span(then),
        avoided=_span(avoided),
        cost=cost,
        per_money=_span(ratio),
        currency=currency,
    ), notes


def _losses(analysis: Analysis) -> list[float]:
    """Return the expected loss of a year: low, likely, high."""
    found = [0.0, 0.0, 0.0]
    for stake in at_stake(analysis.pipeline, analysis.ends):
        worth = analysis.workspace.scoring.rates.worth_of(stake.loss.currency) or 0.0
        often = sum(_times(attack, stake.goals, analysis) for attack in analysis.attacks)
        for place, amount in enumerate((stake.loss.low, stake.loss.likely, stake.loss.high)):
            found[place] += often * amount * worth
    return found


def _times(attack: Attack, goals: Sequence[str], analysis: Analysis) -> float:
    """Return how often a year an adversary reaches one of some goals."""
    worlds = 0
    for goal in goals:
        worlds |= attack.point.bits(goal)
    return tries_of(attack.adversary, analysis.workspace) * attack.point.worlds.share(worlds)


def _span(values: Sequence[float]) -> Span:
    low, likely, high = (round(value, DIGITS) for value in values)
    return Span(low=low, likely=likely, high=high)
