"""How likely one step is to succeed, and what it takes: every term with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.match.rule import Rule
from atlasmodel.risk.scoring import Scoring


@dataclass(frozen=True, slots=True)
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

    @property
    def term(self) -> Term:
        """Return what is left of the probability, in words, where this prevents."""
        reason = f"prevents with strength {self.strength:g} x coverage {self.coverage:g} x state"
        return Term(f"{self.control} at {self.at} ({self.state})", 1 - self.share, reason)


@dataclass(frozen=True, slots=True)
class Term:
    """Be one factor of a figure, in words."""

    name: str
    factor: float
    reason: str


END_STATE = Term("end state", 1.0, "it follows from what was reached")


@dataclass(frozen=True, slots=True)
class StepScore:
    """Be the figures of one step for one adversary: probabilities 0 to 1, effort in person-days.

    There are many of them, so what follows from the controls is worked out when it is asked for, and not kept.
    """

    base: float
    weakenings: tuple[Weakening, ...]
    bare: tuple[Term, ...]  # of the base, before any control
    effort_days: float
    detection: float
    shared: float = 0.0  # the part of the probability that all steps of its technique have in common

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return every factor of the probability."""
        return self.bare + tuple([weakening.term for weakening in opposing_of(self.weakenings)])

    def probability(self, *, favour_attacker: bool) -> float:
        """Return the success probability with every unknown control absent (or in place)."""
        return self.base * left_of(self.weakenings, favour_attacker=favour_attacker)

    @property
    def prevents(self) -> tuple[tuple[Weakening, ...], ...]:
        """Return the controls that lower the probability, each with the forms it may be there in, the weakest first."""
        return preventing(self.weakenings)


def opposing_of(weakenings: Iterable[Weakening]) -> tuple[Weakening, ...]:
    """Return those of some controls that are factors of a probability."""
    return tuple([weakening for weakening in weakenings if weakening.how == "prevent"])


def left_of(weakenings: Iterable[Weakening], *, favour_attacker: bool) -> float:
    """Return the part of a probability that controls leave, with every unknown one absent (or in place)."""
    left = 1.0
    for forms in preventing(weakenings):
        share = 0.0
        for form in forms:  # the weakest first: a stronger one takes its place where it is there
            # A formula over unknown controls is true where the control is there: bad for the attacker.
            if form.formula is YES or bound(form.formula, favour=not favour_attacker):
                share = form.share
        left *= 1 - share
    return left


def preventing(weakenings: Iterable[Weakening]) -> tuple[tuple[Weakening, ...], ...]:
    """Return the controls that prevent, each with the forms it may be there in, the weakest first."""
    acting = [item for item in weakenings if item.how == "prevent" and item.share > 0]
    if len(acting) < 2 or len({item.control for item in acting}) == len(acting):
        return tuple([(item,) for item in acting])
    found: dict[str, list[Weakening]] = {}
    for item in acting:
        found.setdefault(item.control, []).append(item)
    return tuple(tuple(sorted(forms, key=lambda form: form.share)) for forms in found.values())


def score_step(
    rule: Rule,
    maturity: str | None,
    skill: str,
    weakenings: Iterable[Weakening],
    scoring: Scoring,
    *,
    raised: Term | None = None,
) -> StepScore:
    """Return p = base x skill fit x what the preventing controls leave, with each term explained.

    An end state (scope impact) happens with its cause: p 1, effort 0. `raised` is one more factor, from 1, on base x
    skill fit, which stays below 1 or at it; its term shows what of it was applied.
    """
    return _opposed(_unopposed(rule, maturity, skill, scoring, raised), tuple(weakenings))


def _unopposed(rule: Rule, maturity: str | None, skill: str, scoring: Scoring, raised: Term | None) -> StepScore:
    """Return the figures of a step that no control weakens."""
    if rule.scope == "impact" and rule.base is None:
        return StepScore(1.0, (), (END_STATE,), 0.0, 0.0)
    name = rule.base or (maturity if maturity in scoring.base else "even")
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
    before = rate.p * fit
    base = before if raised is None else min(1.0, before * raised.factor)
    if raised is not None and base > before:
        terms.append(Term(raised.name, base / before, raised.reason))
    return StepScore(base, (), tuple(terms), rule.effort_days[1], 0.0, scoring.common_cause.share)


def _opposed(score: StepScore, acting: tuple[Weakening, ...]) -> StepScore:
    """Return the figures of a step when controls weaken it that nothing weakened before."""
    if not acting:
        return score
    effort, detection = score.effort_days, score.detection
    if END_STATE not in score.bare and any(weakening.how != "prevent" for weakening in acting):
        impeding, unseen = 1.0, 1.0
        for share in _shares(acting, "impede"):
            impeding += share
        for share in _shares(acting, "detect"):
            unseen *= 1 - share
        effort, detection = effort * impeding, 1 - unseen
    return StepScore(score.base, acting, score.bare, effort, detection, score.shared)


def _shares(acting: Iterable[Weakening], how: str) -> Iterable[float]:
    """Return how much each control does in one way: of its forms only the strongest counts."""
    most: dict[str, float] = {}
    for weakening in acting:
        if weakening.how == how:
            most[weakening.control] = max(weakening.share, most.get(weakening.control, 0.0))
    return most.values()


class Scorer:
    """Give steps their figures; steps of one rule have the very same ones under the very same controls."""

    def __init__(self, scoring: Scoring, raised: Term | None = None) -> None:
        self._scoring, self._raised = scoring, raised
        self._known: dict[tuple[str, str | None, str], dict[int, StepScore]] = {}

    def score_each(
        self, rule: Rule, maturity: str | None, skill: str, acting: Iterable[tuple[Weakening, ...]]
    ) -> list[StepScore]:
        """Return what `score_step` does of steps of one rule, each by what acts on it: the same object for the same."""
        known = self._known.get((rule.id, maturity, skill))
        if known is None:
            bare = _unopposed(rule, maturity, skill, self._scoring, self._raised)
            known = self._known[rule.id, maturity, skill] = {id(()): bare}
        found = []
        for weakenings in acting:
            # What is known holds what acts on it, so the identity of that stays its own.
            score = known.get(id(weakenings))
            if score is None:
                score = known[id(weakenings)] = _opposed(known[id(())], weakenings)
            found.append(score)
        return found
