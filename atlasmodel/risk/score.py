"""How likely one step is to succeed, and what it takes: every term with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
        return self.bare + tuple([weakening.term for weakening in self.opposing])

    @property
    def opposing(self) -> tuple[Weakening, ...]:
        """Return the controls that are factors of the probability; none is of an end state, which comes by itself."""
        if not self.weakenings or END_STATE in self.bare:
            return ()
        return preventing(self.weakenings)

    def probability(self, *, favour_attacker: bool) -> float:
        """Return the success probability with every unknown control absent (or in place)."""
        return self.base * left_by(self.weakenings, favour_attacker=favour_attacker)

    @property
    def prevents(self) -> tuple[tuple[Weakening, ...], ...]:
        """Return the controls that lower the probability, each with the forms it may be there in, the weakest first."""
        return _prevents(self.weakenings)


def preventing(weakenings: Iterable[Weakening]) -> tuple[Weakening, ...]:
    """Return those of some controls that lower the probability of a step."""
    return tuple([weakening for weakening in weakenings if weakening.how == "prevent"])


def left_by(weakenings: tuple[Weakening, ...], *, favour_attacker: bool) -> float:
    """Return the part of a probability that controls leave, with every unknown one absent (or in place)."""
    left = 1.0
    for forms in _prevents(weakenings):
        # A formula over unknown controls is true where the control is there: bad for the attacker.
        there = [form.share for form in forms if bound(form.formula, favour=not favour_attacker)]
        left *= 1 - max(there, default=0.0)
    return left


def _prevents(weakenings: tuple[Weakening, ...]) -> tuple[tuple[Weakening, ...], ...]:
    return forms_of([item for item in weakenings if item.share > 0], "prevent") if weakenings else ()


def forms_of(weakenings: Iterable[Weakening], how: str) -> tuple[tuple[Weakening, ...], ...]:
    """Return what acts in one way, control by control; of the forms of one control only the strongest there counts."""
    found: dict[str, list[Weakening]] = {}
    for weakening in weakenings:
        if weakening.how == how:
            found.setdefault(weakening.control, []).append(weakening)
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
    if END_STATE in score.bare or all(weakening.how == "prevent" for weakening in acting):
        return replace(score, weakenings=acting)
    impeding = 1.0
    detection = 1.0
    for forms in forms_of(acting, "impede"):
        impeding += forms[-1].share
    for forms in forms_of(acting, "detect"):
        detection *= 1 - forms[-1].share
    return replace(score, weakenings=acting, effort_days=score.effort_days * impeding, detection=1 - detection)


class Scorer:
    """Give steps their figures; steps of one rule have the very same ones under the very same controls."""

    def __init__(self, scoring: Scoring, raised: Term | None = None) -> None:
        self._scoring, self._raised = scoring, raised
        self._unopposed: dict[tuple[str, str | None, str], StepScore] = {}
        self._known: dict[tuple[str | int | None, ...], StepScore] = {}

    def score(self, rule: Rule, maturity: str | None, skill: str, acting: tuple[Weakening, ...]) -> StepScore:
        """Return what `score_step` does, and the same object for the same rule, skill and weakenings."""
        key = (rule.id, maturity, skill, *map(id, acting))  # what is known holds them, so their identity is theirs
        found = self._known.get(key)
        if found is None:
            bare = self._unopposed.get((rule.id, maturity, skill))
            if bare is None:
                bare = _unopposed(rule, maturity, skill, self._scoring, self._raised)
                self._unopposed[rule.id, maturity, skill] = bare
            found = self._known[key] = _opposed(bare, acting)
        return found
