"""The first sentences of a page: a few figures over all that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from atlasmodel.view.desk import Desk
from atlasmodel.view.filling import fill, listed, places, rough
from atlasmodel.view.page import Ask, Concern
from atlasmodel.view.tables import decision, money, risk

SEVERE = ("high", "critical")


def summary(patterns: Iterable[str], concerns: Sequence[Concern], asked: Sequence[Ask], desk: Desk) -> tuple[str, ...]:
    """Return the sentences whose figures are all known."""
    values = _values(concerns, asked, desk, {name for pattern in patterns for name in places(pattern)})
    return tuple(
        fill(pattern, values.get)
        for pattern in patterns
        if all(values.get(name) is not None for name in places(pattern))
    )


def _values(concerns: Sequence[Concern], asked: Sequence[Ask], desk: Desk, wanted: set[str]) -> dict[str, Any]:
    """Return the figures that some sentences ask for."""
    report = desk.report
    values: dict[str, Any] = {
        "organisation": report.organisation,
        "pipelines": len(desk.situation.production) or None,
        "failed": report.counts["fail"],
        "passed": report.counts["pass"],
        "unknown": report.counts["unknown"],
        "decided": report.counts["fail"] + report.counts["pass"],
        "concerns": sum(one.result == "fail" for one in concerns),
        "open": sum(one.result == "unknown" for one in concerns),
        "asked": len(asked),
        "overdue": sum(one.overdue for one in asked),
    }
    for names, worked_out in ((_ENDS, _ends), (_MONEY, _money), (_ACCEPTED, _accepted), (_DECISIONS, _decisions)):
        if wanted & set(names):
            values |= worked_out(desk)
    return values


_ENDS = ("severe", "worst", "worst_where", "first_measure", "first_where", "first_share", "first_can")
_MONEY = (
    "loss_low",
    "loss_likely",
    "loss_high",
    "currency",
    "dearest",
    "dearest_likely",
    "planned",
    "vendors",
    "yearly",
)
_ACCEPTED = ("accepted", "inside", "inside_names")
_DECISIONS = ("about_people", "automated", "automated_names")


def _ends(desk: Desk) -> dict[str, Any]:
    rows = list(risk.ends(desk))
    first = next(risk.measures(desk), None)
    values: dict[str, Any] = {"severe": sum(row["severity"] in SEVERE for row in rows)}
    if rows:
        values |= {"worst": rows[0]["what"].rstrip(".").lower(), "worst_where": rows[0]["where"]}
    if first:
        values |= {
            "first_measure": first["measure"], "first_where": first["where"], "first_share": first["takes_off"],
            "first_can": first["can"],
        }  # fmt: skip
    return values


def _money(desk: Desk) -> dict[str, Any]:
    currency = desk.situation.organisation.currency
    # Losses in another currency stand in the table and not in the sum.
    rows = [row for row in money.losses(desk) if row["currency"] == currency]
    stages = [row["likely"] for row in money.stages(desk) if row["likely"] is not None]
    contracts = list(money.contracts(desk))
    values: dict[str, Any] = {"currency": currency, "vendors": len(contracts) or None}
    values["planned"] = sum(stages) if stages else None
    yearly = [(row["low"], row["high"]) for row in contracts]
    if yearly and all(low is not None for low, _ in yearly):
        values["yearly"] = f"{sum(low for low, _ in yearly):,.0f} to {sum(high for _, high in yearly):,.0f}"
    if rows:
        values |= {f"loss_{name}": rough(sum(row[name] for row in rows)) for name in ("low", "likely", "high")}
        values |= {"dearest": rows[0]["asset"], "dearest_likely": rows[0]["likely"]}
    return values


def _accepted(desk: Desk) -> dict[str, Any]:
    rows = list(risk.accepted(desk))
    inside = [row["what"] for row in rows if row["outside"] is False]
    return {"accepted": len(rows), "inside": len(inside), "inside_names": listed(inside)}


def _decisions(desk: Desk) -> dict[str, Any]:
    rows = list(decision.decisions(desk))
    automated = [row["decision"] for row in rows if row["actual"] == desk.names.word("automated")]
    return {"about_people": len(rows) or None, "automated": len(automated), "automated_names": listed(automated)}
