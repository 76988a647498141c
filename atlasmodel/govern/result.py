"""The governance report: one result a check, scores with what is unknown apart, and what would raise them."""

from __future__ import annotations

from typing import Any

from atlasmodel.document import Because, Frozen
from atlasmodel.govern.reading import Verdict

SCHEMA = "atlasmodel/governance/1"
TREND_SCHEMA = "atlasmodel/governance-trend/1"


class Figure(Frozen):
    """Be a measured figure with the bounds that the unknowns leave."""

    low: float
    high: float
    unit: str = ""


class Result(Frozen):
    """Be the answer of one check: what came out, what that means, what it rests on, what to do."""

    check: str
    title: str
    type: str
    statements: tuple[int | str, ...]
    result: Verdict
    says: str
    because: tuple[Because, ...]
    more: int = 0  # further reasons that are not listed
    value: Figure | None = None
    advice: str | None = None
    pillar: str | None = None
    phases: tuple[str, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()


class Score(Frozen):
    """Be a share of passed checks, 0 to 1: `low` counts the unknown ones as failed, `high` as passed."""

    id: str
    title: str
    low: float
    high: float
    passed: int
    failed: int
    unknown: int


class Raise(Frozen):
    """Say what passing one more check would add to the six scores, and how."""

    check: str
    title: str
    result: Verdict
    adds: float
    to: tuple[str, ...]
    advice: str


class Governance(Frozen):
    """Hold the whole report for one organisation on one day."""

    schema_: str = SCHEMA
    organisation: str
    as_of: str | None
    pipelines: tuple[str, ...]
    counts: dict[str, int]
    results: tuple[Result, ...]
    scorecard: tuple[Score, ...]  # pillar/phase
    scores: tuple[Score, ...]  # R1 to R6
    raises: tuple[Raise, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data in the shape of the published schema."""
        plain = self.model_dump(mode="json")
        return {"schema": plain.pop("schema_"), **plain}

    def __getitem__(self, check: str) -> Result:
        return next(result for result in self.results if result.check == check)
