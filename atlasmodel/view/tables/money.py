"""Money and duties: stages, expected losses, contracts, what the law asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.govern.situation import Technical
from atlasmodel.model.organisation import Contract
from atlasmodel.model.organisation_words import NEVER, STAGES
from atlasmodel.risk.impact import End
from atlasmodel.twin.loss import at_stake
from atlasmodel.view.desk import Desk
from atlasmodel.view.filling import rough

TERMS = (
    "ip_rights",
    "data_processing",
    "liability",
    "indemnity",
    "sla_performance",
    "sla_updates",
    "ethics",
    "exit_plan",
)


def stages(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield for every stage how many lines of the budget it has and their sum, low to high."""
    organisation = desk.situation.organisation
    for stage in STAGES if organisation.budget is not None else ():
        lines = [line for line in organisation.budget or () if line.stage == stage]
        money = [amount for line in lines for amount in (line.one_off, line.yearly) if amount]
        yield {
            "stage": desk.names.word(stage),
            "lines": len(lines),
            "low": sum(one.low for one in money) if money else None,
            "likely": sum(one.likely for one in money) if money else None,
            "high": sum(one.high for one in money) if money else None,
            "for": sorted({desk.names.word(line.category) for line in lines}),
            "currency": organisation.currency,
        }


def losses(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield what the loss of each asset may cost, once and a year on average, the dearest first.

    A year = sum over adversaries of tries a year x chance of the likeliest end that loses the asset x loss. Several
    ends may lose an asset, so it is rather too low than too high.
    """
    rows = []
    for technical, assessment in desk.assessed:
        for asset, loss, often in _at_stake(technical, assessment):
            rows.append(
                {
                    "asset": asset.title or asset.id,
                    "pipeline": technical.pipeline.name,
                    "once_low": loss.low,
                    "once_high": loss.high,
                    "times": rough(often),
                    "likely": rough(often * loss.likely),
                    "low": rough(often * loss.low),
                    "high": rough(often * loss.high),
                    "currency": loss.currency,
                }
            )
    yield from sorted(rows, key=lambda row: (-row["likely"], row["pipeline"], row["asset"]))


def _at_stake(technical: Technical, assessment: Assessment) -> Iterator[tuple[Any, Any, float]]:
    pipeline = technical.pipeline
    tries = {one.adversary: one.tries_per_year for one in assessment.pipeline.adversaries}
    reached: Sequence[End] = [End(goal.fact, goal.meaning, goal.impact, goal.raised_by) for goal in assessment.goals]
    assets = {asset.id: asset for asset in pipeline.assets}
    for stake in at_stake(pipeline, reached):
        chances: dict[str, float] = {}
        for goal in assessment.goals:
            if goal.fact in stake.goals:
                chances[goal.adversary] = max(goal.probability.point, chances.get(goal.adversary, 0.0))
        yield assets[stake.asset], stake.loss, sum(tries[name] * chance for name, chance in sorted(chances.items()))


def contracts(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the contracts: what they cover, cost and lack, and when they end."""
    for contract in desk.situation.organisation.contracts or ():
        yield {
            "vendor": contract.vendor,
            "covers": [desk.names.name(name) for name in contract.covers],
            "lacks": [desk.names.word(term) for term in TERMS if getattr(contract, term) is False] or "nothing",
            "unsaid": [desk.names.word(term) for term in TERMS if getattr(contract, term) is None],
            "exit": _exit(contract),
            "ends_on": contract.ends_on,
            "low": contract.yearly.low if contract.yearly else None,
            "high": contract.yearly.high if contract.yearly else None,
            "currency": desk.situation.organisation.currency,
        }


def _exit(contract: Contract) -> str:
    if contract.exit_plan is False:
        return "no plan"
    if contract.exit_plan is None:
        return "not said"
    if contract.migration_tested_on in (None, NEVER):
        return "a plan, never tried" if contract.migration_tested_on else "a plan; whether it was tried is not said"
    return f"a plan, tried on {contract.migration_tested_on}"


def duties(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the register of duties."""
    for duty in desk.situation.organisation.obligations or ():
        yield {
            "duty": duty.title,
            "for": [desk.names.name(name) for name in duty.applies_to if name != "*"] or "everything",
            "status": desk.names.word(duty.status) if duty.status else None,
            "owner": desk.names.name(duty.owner) if duty.owner else None,
            "reviewed": duty.reviewed_on,
        }
