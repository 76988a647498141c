"""How likely one step is to succeed, and what it takes: every term with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.match.rule import Rule
from atlasmodel.risk.scoring import Scoring


@dataclass(frozen=True)
class Weakening:
    """Be one control that acts on one step.

    `share` is strength x coverage x weight of its state, 0 to 1; `formula` says when the control is there.
    """

    control: str
    at: str
    how: str
    strength: float
    coverage: float
    state: str
    share: float
    formula: Formula = YES
    evidence: str | None = None


@dataclass(frozen=True)
class Term:
    """Be one factor of a figure, in words."""

    name: str
    factor: float
    reason: str


@dataclass(frozen=True)
class StepScore:
    """Be the figures of one step for one adversary: probabilities 0 to 1, effort in person-days."""

    base: float
    weakenings: tuple[Weakening, ...]
    terms: tuple[Term, ...]
    effort_days: float
    detection: float

    def probability(self, *, favour_attacker: bool) -> float:
        """Return the success probability with every unknown control absent (or in place)."""
        return self.base * self._left(favour_attacker=favour_attacker)

    def _left(self, *, favour_attacker: bool) -> float:
        left = 1.0
        for weakening in self.prevents:
            # A formula over unknown controls is true where the control is there: bad for the attacker.
            if bound(weakening.formula, favour=not favour_attacker):
                left *= 1 - weakening.share
        return left

    @property
    def prevents(self) -> tuple[Weakening, ...]:
        """Return the controls that lower the probability."""
        return tuple(weakening for weakening in self.weakenings if weakening.how == "prevent" and weakening.share > 0)


def score_step(
    rule: Rule, maturity: str | None, skill: str, weakenings: Iterable[Weakening], scoring: Scoring
) -> StepScore:
    """Return p = base x skill fit x what the preventing controls leave, with each term explained.

    An end state (scope impact) happens with its cause: p 1, effort 0.
    """
    acting = tuple(weakenings)
    if rule.scope == "impact" and rule.base is None:
        return StepScore(1.0, acting, (Term("end state", 1.0, "it follows from what was reached"),), 0.0, 0.0)
    name = rule.base or maturity or "even"
    rate = scoring.base[name]
    fit = 1.0 if rule.base == "certain" else scoring.skill_fit[skill].factor(rule.skill)
    terms = [
        Term(f"base rate ({name})", rate.p, rate.reason),
        Term(
            f"skill fit ({skill} adversary, {rule.skill} step)",
            fit,
            scoring.skill_fit[skill].reason,
        ),
    ]
    terms += [
        Term(
            f"{w.control} at {w.at} ({w.state})",
            1 - w.share,
            f"prevents with strength {w.strength:g} x coverage {w.coverage:g} x state",
        )
        for w in acting
        if w.how == "prevent"
    ]
    impeding = 1.0
    detection = 1.0
    for weakening in acting:
        if weakening.how == "impede":
            impeding += weakening.share
        elif weakening.how == "detect":
            detection *= 1 - weakening.share
    effort = rule.effort_days[1] * impeding
    return StepScore(rate.p * fit, acting, tuple(terms), effort, 1 - detection)
