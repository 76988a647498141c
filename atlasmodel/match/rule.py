"""A rule: for one technique in one setting, where it applies, what the attacker requires and what it gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from atlasmodel.errors import Span
from atlasmodel.match.conditions import Condition

Scope = Literal["exposure", "adversary", "target", "impact", "propagation"]
STAGES = (
    "business_understanding", "data_preparation", "model_engineering", "model_evaluation", "deployment", "monitoring",
    "off_system",
)  # fmt: skip
SKILLS = ("novice", "intermediate", "advanced", "expert")
ADVERSARY = "adversary"


@dataclass(frozen=True, order=True)
class Fact:
    """Be a token at a place of the rule: `acc.rag_write@index`. The place is a name, not yet a component."""

    token: str
    place: str

    def __str__(self) -> str:
        return f"{self.token}@{self.place}"


@dataclass(frozen=True)
class GainsIf:
    """Gain more where a further condition holds."""

    when: Condition
    gains: tuple[Fact, ...]


@dataclass(frozen=True)
class RuleTest:
    """Be a small pipeline on which the rule fires, asks or stays silent."""

    verdict: Literal["fires", "asks", "silent"]
    components: dict[str, Any]
    flows: tuple[Any, ...]
    expect: tuple[str, ...]
    given: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()
    zones: dict[str, Any] | None = None
    assets: dict[str, Any] | None = None


@dataclass(frozen=True)
class Rule:
    """Hold one rule as data; see `semantics.md` and `docs/rules.md` for what each field means."""

    id: str
    title: str
    scope: Scope
    technique: str | None
    at: tuple[str, ...]  # kinds of `self`; empty for rules off the system and flow rules
    on: tuple[str, ...]  # flow kinds of a flow rule
    source: tuple[str, ...]  # kinds of the flow's ends
    target: tuple[str, ...]
    when: Condition
    requires: tuple[tuple[Fact, ...], ...]
    gains: tuple[Fact, ...]
    gains_if: tuple[GainsIf, ...]
    stage: tuple[str, ...]
    effect: tuple[str, ...]
    skill: str
    effort_days: tuple[float, float, float]
    base: str | None  # which base rate stands in for the technique's maturity
    rationale: str
    false_positives: tuple[str, ...]
    question: str | None
    references: tuple[str, ...]
    tests: tuple[RuleTest, ...]
    file: str
    span: Span | None = None

    @property
    def is_finding(self) -> bool:
        """Tell whether the rule, where it applies, is listed as a finding."""
        return self.scope in ("exposure", "target", "impact")
