"""The assumptions behind every figure: base rates, skill fit, states, severity, goals. Data, each with its reason."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from atlasmodel._located import Record
from atlasmodel.model.values import Currency
from atlasmodel.risk.tempo import Tempo

WORST = 5
Dimension = Literal[
    "confidentiality", "integrity", "availability", "abuse", "safety", "legal", "financial", "reputational", "ethical",
]  # fmt: skip
Impact = Annotated[int, Field(ge=1, le=WORST)]


class Rate(Record):
    """Give a probability and why."""

    p: float = Field(ge=0, le=1)
    reason: str


class Fit(Record):
    """Give the factor on success for an adversary of one skill, by the skill a step needs, and why."""

    novice: float = Field(ge=0, le=1)
    intermediate: float = Field(ge=0, le=1)
    advanced: float = Field(ge=0, le=1)
    expert: float = Field(ge=0, le=1)
    reason: str

    def factor(self, needed: str) -> float:
        """Return the factor for a step that needs some skill."""
        return float(getattr(self, needed))


class Weight(Record):
    """Give the share of its full strength that a control has in a state, and why."""

    weight: float = Field(ge=0, le=1)
    reason: str


class Threshold(Record):
    """Give the risk from which a severity word holds, and why."""

    start: float = Field(alias="from", ge=0, le=100)
    reason: str


class DayRate(Record):
    """Give what a person-day costs, in money, and why."""

    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0)
    reason: str


class Exchange(Record):
    """Give what one unit of a currency is worth in that of the rates, and why."""

    value: float = Field(gt=0)
    reason: str


class Rates(Record):
    """Say what a person-day of each role costs; a role that is not named costs as `anyone`."""

    currency: Currency = "USD"
    day: dict[str, DayRate] = Field(default_factory=dict)
    exchange: dict[Currency, Exchange] = Field(default_factory=dict)

    def day_of(self, role: str | None) -> DayRate:
        """Return the rate of a role."""
        free = DayRate(low=0, likely=0, high=0, reason="No rate is given.")
        return self.day.get(role or "anyone", self.day.get("anyone", free))

    def worth_of(self, currency: str) -> float | None:
        """Return what one unit of a currency is worth here, or None where nobody says."""
        if currency == self.currency:
            return 1.0
        return self.exchange[currency].value if currency in self.exchange else None


class CommonCause(Record):
    """Give the part of a step's probability that all steps of its technique have in common, and why."""

    share: float = Field(default=0.0, ge=0, le=1)
    reason: str = "Nothing is said of it: every step is drawn by itself."


class Worlds(Record):
    """Say how many worlds are drawn, and from which seed."""

    count: int = Field(ge=64, le=1_048_576, multiple_of=64)
    seed: int = Field(ge=0, lt=2**63)


class Goal(Record):
    """Say which fact at which kinds is an end worth counting, and what it touches."""

    token: str
    at: tuple[str, ...] = Field(min_length=1)
    impact: dict[Dimension, Impact] = Field(min_length=1)
    meaning: str
    reason: str


class Raise(Record):
    """Say what makes an end worse than its base impact."""

    id: str
    token: tuple[str, ...] = Field(min_length=1)
    condition: Any = None
    add: int = Field(default=0, ge=0, le=WORST)
    impact: dict[Dimension, Impact] = Field(default_factory=dict)
    reason: str


class Scoring(Record):
    """Hold all assumptions of one organisation."""

    base: dict[str, Rate]
    skill_fit: dict[str, Fit]
    states: dict[str, Weight]
    severity: dict[str, Threshold]
    worth: dict[str, Impact]
    worlds: Worlds
    common_cause: CommonCause = CommonCause()
    tempo: Tempo
    rates: Rates = Rates()
    goals: tuple[Goal, ...] = ()
    raises: tuple[Raise, ...] = ()

    def severity_of(self, risk: float) -> str:
        """Return the word for a risk of 0 to 100; `none` for no risk at all."""
        if risk <= 0:
            return "none"
        starts, words = self._severities
        return words[max(0, bisect_right(starts, risk) - 1)]

    @cached_property
    def _severities(self) -> tuple[list[float], list[str]]:
        """Return where each word of severity begins, and the words, the mildest first."""
        words = sorted(self.severity.items(), key=lambda item: item[1].start)
        return [threshold.start for _, threshold in words], [word for word, _ in words]
