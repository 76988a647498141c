"""One grounding -> one finding: who reaches it, what it rests on, what is missing, what works against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from atlasmodel.analysis import Analysis, Credit, technique_of
from atlasmodel.document import Because, Finding, Interval, Measure, ReachableBy, Ref, rounded
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import YES, truth
from atlasmodel.mitigate.controls import Control
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import places_of
from atlasmodel.risk.score import Weakening

SHOWN_CASES = 5
NO_CREDIT = Credit(0.0, 0.0)
HALVED = 0.5  # a finding counts as mitigated where one control takes at least half of its chance away


class Describer:
    """Describe findings of one analysis; what all of them look up is looked up once."""

    def __init__(
        self, analysis: Analysis, credits: Mapping[int, Credit], removes: Mapping[int, float], accepted: Collection[str]
    ) -> None:
        self.analysis, self.credits, self.removes, self.accepted = analysis, credits, removes, accepted
        self.catalog, self.library = analysis.workspace.catalog, analysis.workspace.library
        self._used_in: dict[str, tuple[str, ...]] = {}
        self._weakening: dict[str, tuple[Measure, ...]] = {}
        self._there: dict[str, dict[str, Placed]] = {}  # by place and control
        for item in analysis.placement.placed:
            for place in analysis.coverage.of(self.library.controls[item.control], item.at):
                self._there.setdefault(place, {})[item.control] = item

    def finding(self, grounding: Grounding, number: int | None) -> Finding:
        """Return a grounding as a finding; `number` is that of its step, where it is one."""
        rule, catalog = grounding.rule, self.catalog
        technique, parent = technique_of(grounding, self.analysis.workspace)
        # What is merely shown to the world is listed apart and carries no risk of its own.
        credit = NO_CREDIT if number is None or rule.scope == "exposure" else self.credits.get(number, NO_CREDIT)
        acting = [item for item in self.analysis.weakenings.on(grounding, technique, parent) if item.share > 0]
        return Finding(
            id=grounding.id,
            rule=rule.id,
            title=rule.title,
            technique=Ref(technique or ""),
            technique_name=catalog.display_name(technique) if technique else "",
            tactics=tuple(tactic.id for tactic in catalog.tactics_of(technique)) if technique else (),
            component=Ref(grounding.component),
            scope=rule.scope,
            certainty="yes" if grounding.certainty == "yes" else "unknown",
            reachable_by=tuple(self._reachable_by(grounding, number)),
            status=self._status(grounding, acting),
            probability=self._probability(number),
            risk=rounded(credit.total),
            removes=None if number is None or number not in self.removes else rounded(self.removes[number]),
            severity=self.analysis.workspace.scoring.severity_of(credit.worst),
            because=tuple(
                Because(fact=item.fact, at=item.at, span=str(item.span) if item.span else None)
                for item in grounding.evidence
            ),
            missing=tuple(self._missing(grounding)),
            lowered_by=tuple(in_words(item) for item in acting),
            mitigations=tuple(self._measures(grounding, technique, parent)),
            case_studies=self._cases(technique),
            rationale=rule.rationale,
            false_positives=rule.false_positives,
            question=rule.question,
            span=str(grounding.span) if grounding.span else None,
        )

    def _status(self, grounding: Grounding, acting: list[Weakening]) -> Literal["open", "mitigated", "accepted"]:
        if grounding.id in self.accepted:
            return "accepted"
        return "mitigated" if any(_halves(item) for item in acting) else "open"

    def _reachable_by(self, grounding: Grounding, number: int | None) -> Iterable[ReachableBy]:
        for attack in self.analysis.attacks:
            if number is not None and number in attack.possible.steps:
                certain = number in attack.certain.steps
            elif met(grounding, attack.possible.facts):
                certain = grounding.certainty == "yes" and met(grounding, attack.certain.facts)
            else:
                continue
            yield ReachableBy(adversary=attack.adversary.id, certainty="yes" if certain else "unknown")

    def _probability(self, number: int | None) -> Interval:
        """Return the probability of the step itself, for the adversary to whom it is likeliest."""
        attacks = self.analysis.attacks
        if number is None or not any(number in attack.scores for attack in attacks):
            return Interval(low=0.0, point=0.0, high=0.0)
        able = [attack for attack in attacks if number in attack.scores]
        best = max(able, key=lambda attack: attack.scores[number].probability(favour_attacker=True))
        low = best.hoped[number].probability(favour_attacker=False)
        high = best.scores[number].probability(favour_attacker=True)
        unsure = truth(self.analysis.graph.steps[number].formula) == "unknown"
        return Interval(low=0.0 if unsure else rounded(low), point=rounded(high), high=rounded(high))

    def _missing(self, grounding: Grounding) -> Iterable[tuple[str, ...]]:
        """Yield, for a finding nobody reaches, the clauses that nobody meets."""
        for clause in grounding.clauses:
            if not any(option.fact in attack.possible.facts for option in clause for attack in self.analysis.attacks):
                yield tuple(option.fact for option in clause)

    def _measures(self, grounding: Grounding, technique: str | None, parent: str | None) -> Iterable[Measure]:
        """Yield the mitigations that weaken a finding, official ones first, with the state they are in here."""
        here = [self._there[place] for place in places_of(grounding) if place in self._there]
        for measure in self._known_measures(technique, parent) if technique else ():
            placed = next((items[measure.id] for items in here if measure.id in items), None)
            if placed is None:
                yield measure
            else:
                state = placed.state if placed.formula == YES else "unknown"
                yield measure.model_copy(update={"state": state, "at": placed.at})

    def _known_measures(self, technique: str, parent: str | None) -> tuple[Measure, ...]:
        """Return the mitigations that weaken a technique, official ones first, as where they are not placed."""
        if technique not in self._weakening:
            found: list[Measure] = []
            for control in self.library.by_technique.get(technique, ()):
                found.append(_measure(control, technique, "own" if control.origin == "own" else "atlas"))
            for control in self.library.by_technique.get(parent, ()) if parent else ():
                if technique not in control.effects and control.on(technique, parent):
                    found.append(_measure(control, str(parent), "parent" if control.origin == "atlas" else "own"))
            self._weakening[technique] = tuple(found)
        return self._weakening[technique]

    def _cases(self, technique: str | None) -> tuple[str, ...]:
        if technique is None:
            return ()
        if technique not in self._used_in:
            found = self.catalog.case_studies_using(technique)
            self._used_in[technique] = tuple(case.id for case in found)[:SHOWN_CASES]
        return self._used_in[technique]


def _measure(control: Control, technique: str, origin: Literal["atlas", "parent", "own"]) -> Measure:
    effect = max(control.effects[technique], key=lambda item: (item.how == "prevent", item.strength.likely))
    return Measure(
        id=control.id,
        name=control.name,
        origin=origin,
        how=effect.how,
        strength=effect.strength.likely,
        state=None,
        at=None,
    )


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
