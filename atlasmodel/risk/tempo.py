"""How adversaries work in time: the assumptions of the digital twin, each with its reason."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from atlasmodel._located import Record

Law = Literal["triangular", "exponential"]


class LawOfTime(Record):
    """Name the law by which the days of a step are drawn, and why."""

    value: Law
    reason: str


class Amount(Record):
    """Give a figure above zero, and why."""

    value: float = Field(gt=0, le=1e6)
    reason: str


class Count(Record):
    """Give a whole number from 1, and why."""

    value: int = Field(ge=1, le=1000)
    reason: str


class Part(Record):
    """Give a share, 0 to 1, and why."""

    value: float = Field(ge=0, le=1)
    reason: str


class Days(Record):
    """Give a low, a likely and a high number of days, and why."""

    low: float = Field(ge=0, le=1e6)
    likely: float = Field(ge=0, le=1e6)
    high: float = Field(ge=0, le=1e6)
    reason: str

    @model_validator(mode="after")
    def _rising(self) -> Days:
        if not self.low <= self.likely <= self.high:
            raise ValueError("`low`, `likely` and `high` should not fall")
        return self


class Tempo(Record):
    """Hold what is assumed of the pace of attack and response; `catalogs/scoring/default.yaml` says each in words."""

    law: LawOfTime
    people: Amount
    patience_days: Amount
    tries: Count
    stealth: Part
    response_days: Days
    known_paths: Count
    prior_trials: Amount
