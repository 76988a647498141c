"""Trend: the same organisation on several days, by its scores and by the checks that changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from atlasmodel.govern.result import TREND_SCHEMA, Governance


def trend(reports: Sequence[Governance]) -> dict[str, Any]:
    """Return the reports in the order of their days, the scores over time, and what changed between each two."""
    ordered = sorted(reports, key=lambda report: (report.as_of is None, report.as_of or ""))
    scores = [
        {
            "id": score.id,
            "title": score.title,
            "points": [
                {"as_of": report.as_of, "low": one.low, "high": one.high}
                for report in ordered
                for one in report.scores
                if one.id == score.id
            ],
        }
        for score in ordered[-1].scores
    ]
    return {
        "schema": TREND_SCHEMA,
        "reports": [report.to_dict() for report in ordered],
        "scores": scores,
        "changes": [_changes(before, after) for before, after in pairwise(ordered)],
    }


def _changes(before: Governance, after: Governance) -> dict[str, Any]:
    was = {result.check: result.result for result in before.results}
    changed = [
        {"check": result.check, "before": was[result.check], "after": result.result}
        for result in after.results
        if result.check in was and was[result.check] != result.result
    ]
    return {"from": before.as_of, "to": after.as_of, "changed": changed}
