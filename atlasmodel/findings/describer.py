"""One grounding -> one finding: who reaches it, what it rests on, what is missing, what works against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from atlasmodel._once import Once
from atlasmodel._unchecked import Unchecked
from atlasmodel.analysis import Analysis, Credit
from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.wiring import NEVER
from atlasmodel.document import Because, Finding, Interval, Measure, ReachableBy, Ref, rounded
from atlasmodel.findings.background import Background, background_of
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import YES
from atlasmodel.match.pool import ALL
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import places_of
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.score import StepScore, Weakening

NO_CREDIT = Credit(0.0, 0.0)
HALVED = 0.5  # a finding counts as mitigated where one control takes at least half of its chance away


class Describer:
    """Describe findings of one analysis; what many of them share is worked out once."""

    def __init__(
        self, analysis: Analysis, credits: Mapping[int, Credit], removes: Mapping[int, float], accepted: Collection[str]
    ) -> None:
        self.analysis, self.credits, self.removes, self.accepted = analysis, credits, removes, accepted
        self._background = Once[Rule, Background](lambda rule: background_of(rule, analysis.workspace))
        self._likeliest = Once[StepScore, float](lambda score: score.probability(favour_attacker=True))
        self._least = Once[StepScore, float](lambda score: score.probability(favour_attacker=False))
        self._reach = [_Reach(attack, analysis.graph) for attack in analysis.attacks]
        # What is made here is of the types that the records ask for, so none is checked and copied.
        self._finding, self._because, self._interval = Unchecked(Finding), Unchecked(Because), Unchecked(Interval)
        self._placed: dict[tuple[int, int], Measure] = {}  # by measure and where it is placed
        self._there: dict[str, dict[str, Placed]] = {}  # by place and control
        for item in analysis.placement.placed:
            for place in analysis.coverage.of(analysis.workspace.library.controls[item.control], item.at):
                self._there.setdefault(place, {})[item.control] = item

    def finding(self, grounding: Grounding, number: int | None) -> Finding:
        """Return a grounding as a finding; `number` is that of its step, where it is one."""
        rule, behind = grounding.rule, self._background(grounding.rule)
        # What is merely shown to the world is listed apart and carries no risk of its own.
        credit = NO_CREDIT if number is None or rule.scope == "exposure" else self.credits.get(number, NO_CREDIT)
        acting = self.analysis.weakenings.on(grounding, behind.technique, behind.parent)
        acting = tuple([item for item in acting if item.share > 0])
        reachable_by = tuple(by for reach in self._reach if (by := reach.by(grounding, number)) is not None)
        return self._finding(
            id=grounding.id,
            rule=rule.id,
            title=rule.title,
            technique=Ref(behind.technique or ""),
            technique_name=behind.name,
            tactics=behind.tactics,
            component=Ref(grounding.component),
            scope=rule.scope,
            certainty="yes" if grounding.certainty == "yes" else "unknown",
            reachable_by=reachable_by,
            status=self._status(grounding, acting),
            probability=self._probability(number),
            risk=rounded(credit.total),
            removes=None if number is None or number not in self.removes else rounded(self.removes[number]),
            severity=self.analysis.workspace.scoring.severity_of(credit.worst),
            because=tuple(
                [
                    self._because(fact=item.fact, at=item.at, span=str(item.span) if item.span else None)
                    for item in grounding.evidence
                ]
            ),
            missing=() if reachable_by else tuple(self._missing(grounding)),
            lowered_by=tuple(map(in_words, acting)),
            mitigations=self._measures(grounding, behind.measures),
            case_studies=behind.case_studies,
            rationale=rule.rationale,
            false_positives=rule.false_positives,
            question=rule.question,
            span=str(grounding.span) if grounding.span else None,
        )

    def _status(self, grounding: Grounding, acting: Iterable[Weakening]) -> Literal["open", "mitigated", "accepted"]:
        if grounding.id in self.accepted:
            return "accepted"
        return "mitigated" if any(_halves(item) for item in acting) else "open"

    def _probability(self, number: int | None) -> Interval:
        """Return the probability of the step itself, for the adversary to whom it is likeliest."""
        able = [attack for attack in self.analysis.attacks if number in attack.scores]
        if number is None or not able:
            low = high = 0.0
        else:
            best = max(able, key=lambda attack: self._likeliest(attack.scores[number]))
            unsure = self.analysis.graph.wiring.step_formulas[number] != ALL
            low = 0.0 if unsure else rounded(self._least(best.hoped[number]))
            high = rounded(self._likeliest(best.scores[number]))
        return self._interval(
            low=low, point=high, high=high, method=None, standard_error=None, at_most=None, exact=None
        )

    def _missing(self, grounding: Grounding) -> Iterable[tuple[str, ...]]:
        """Yield, for a finding nobody reaches, the clauses that nobody meets."""
        for clause in grounding.clauses:
            if not any(option.fact in attack.possible.facts for option in clause for attack in self.analysis.attacks):
                yield tuple(option.fact for option in clause)

    def _measures(self, grounding: Grounding, known: tuple[Measure, ...]) -> tuple[Measure, ...]:
        """Return the mitigations that weaken a finding, official ones first, with the state they are in here."""
        placed: dict[str, Placed] = {}
        for place in reversed(places_of(grounding)):
            placed |= self._there.get(place, {})
        return tuple([self._in_place(measure, placed.get(measure.id)) for measure in known]) if placed else known

    def _in_place(self, measure: Measure, placed: Placed | None) -> Measure:
        if placed is None:
            return measure
        key = (id(measure), id(placed))
        if key not in self._placed:
            state = placed.state if placed.formula == YES else "unknown"
            self._placed[key] = measure.model_copy(update={"state": state, "at": placed.at})
        return self._placed[key]


class _Reach:
    """Say of one adversary what it can reach, and how surely."""

    def __init__(self, attack: Attack, graph: AttackGraph) -> None:
        self._attack = attack
        self._possible, self._certain = (
            graph.levels_of(part)[1] != NEVER for part in (attack.possible, attack.certain)
        )
        self._by = {
            surely: ReachableBy(adversary=attack.adversary.id, certainty="yes" if surely else "unknown")
            for surely in (True, False)
        }

    def by(self, grounding: Grounding, number: int | None) -> ReachableBy | None:
        """Return how a finding can be reached, if it can; `number` is that of its step."""
        if number is not None and self._possible[number]:
            return self._by[bool(self._certain[number])]
        if not met(grounding, self._attack.possible.facts):
            return None
        return self._by[grounding.certainty == "yes" and met(grounding, self._attack.certain.facts)]


def _halves(weakening: Weakening) -> bool:
    """Tell whether a control is known to be there and takes at least half of a chance away."""
    return weakening.how == "prevent" and weakening.share >= HALVED and weakening.formula == YES


def in_words(weakening: Weakening) -> str:
    """Return a control that acts, where, in which state, by which evidence."""
    evidence = f", {weakening.evidence}" if weakening.evidence else ""
    return f"{weakening.control} at {weakening.at} ({weakening.state}{evidence})"


def met(grounding: Grounding, facts: Collection[str]) -> bool:
    """Tell whether some facts meet every clause."""
    return all(any(option.fact in facts for option in clause) for clause in grounding.clauses)
