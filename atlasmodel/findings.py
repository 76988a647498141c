"""Groundings -> findings: what is listed, what is hidden and why, what somebody decided to live with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from atlasmodel.analysis import Analysis, Credit, technique_of
from atlasmodel.document import Accepted, Because, Finding, Interval, Measure, ReachableBy, Ref, rounded
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import truth
from atlasmodel.mitigate.placement import Weakenings, places_of

if TYPE_CHECKING:
    from atlasmodel.assembly import Options

SHOWN_CASES = 5
NO_CREDIT = Credit(0.0, 0.0)
HALVED = 0.5  # a finding counts as mitigated where one control takes at least half of its chance away


@dataclass(frozen=True)
class Listing:
    """Hold the findings that are shown, the count of those that are not, and the decisions that bear on them."""

    shown: tuple[Finding, ...]
    hidden: dict[str, int]
    accepted: tuple[Accepted, ...]
    notes: tuple[str, ...]


def findings(analysis: Analysis, credits: Mapping[int, Credit], options: Options) -> Listing:
    """Return the findings for a persona, by risk and then id."""
    weakenings = Weakenings(
        analysis.placement.placed, analysis.workspace.library, analysis.coverage, analysis.workspace.scoring
    )
    removes = _removes(analysis, credits, options.removes)
    accepted, notes = _decisions(analysis, options)
    in_force = {item.finding for item in accepted if item.in_force}
    every = [
        _finding(grounding, analysis, credits, removes, weakenings, in_force)
        for grounding in analysis.groundings
        if grounding.rule.is_finding
    ]
    every.sort(key=lambda item: (-item.risk, _rank(item), item.id))
    kept, hidden = _for_persona(every, analysis, options.persona)
    unknown = sorted({item.finding for item in accepted} - {item.id for item in every})
    notes += [f"the accepted finding {name} matches nothing here" for name in unknown]
    return Listing(tuple(kept), hidden, tuple(accepted), tuple(notes))


def _rank(finding: Finding) -> tuple[bool, bool]:
    certain = any(item.certainty == "yes" for item in finding.reachable_by)
    return (not finding.reachable_by, not certain or finding.certainty != "yes")


def _removes(analysis: Analysis, credits: Mapping[int, Credit], limit: int) -> dict[int, float]:
    """Return how much the total falls when a step alone is taken away, for the steps of highest risk."""
    listed = [number for number in credits if analysis.graph.steps[number].grounding.rule.is_finding]
    first = sorted(listed, key=lambda number: (-credits[number].total, analysis.graph.steps[number].id))[:limit]
    return {
        number: max(0.0, analysis.total - after)
        for number, after in zip(first, analysis.totals_without(first), strict=True)
    }


def _finding(
    grounding: Grounding,
    analysis: Analysis,
    credits: Mapping[int, Credit],
    removes: Mapping[int, float],
    weakenings: Weakenings,
    in_force: set[str],
) -> Finding:
    catalog = analysis.workspace.catalog
    rule = grounding.rule
    technique, parent = technique_of(grounding, analysis.workspace)
    number = analysis.graph.number_of.get(grounding.id)
    # What is merely shown to the world is listed apart and carries no risk of its own.
    credit = NO_CREDIT if number is None or rule.scope == "exposure" else credits.get(number, NO_CREDIT)
    acting = [item for item in weakenings.on(grounding, technique, parent) if item.share > 0]
    halved = any(item.how == "prevent" and item.share >= HALVED for item in acting)
    status: Literal["open", "mitigated", "accepted"] = (
        "accepted" if grounding.id in in_force else "mitigated" if halved else "open"
    )
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
        reachable_by=tuple(_reachable_by(grounding, number, analysis)),
        status=status,
        probability=_probability(number, analysis),
        risk=rounded(credit.total),
        removes=None if number is None or number not in removes else rounded(removes[number]),
        severity=analysis.workspace.scoring.severity_of(credit.worst),
        because=tuple(
            Because(fact=item.fact, at=item.at, span=str(item.span) if item.span else None)
            for item in grounding.evidence
        ),
        missing=tuple(_missing(grounding, number, analysis)),
        lowered_by=tuple(f"{w.control} at {w.at} ({w.state}{', ' + w.evidence if w.evidence else ''})" for w in acting),
        mitigations=tuple(_measures(grounding, technique, parent, analysis)),
        case_studies=tuple(case.id for case in catalog.case_studies_using(technique))[:SHOWN_CASES]
        if technique
        else (),
        rationale=rule.rationale,
        false_positives=rule.false_positives,
        question=rule.question,
        span=str(grounding.span) if grounding.span else None,
    )


def _reachable_by(grounding: Grounding, number: int | None, analysis: Analysis) -> Iterable[ReachableBy]:
    for attack in analysis.attacks:
        if number is not None and number in attack.possible.steps:
            certain = number in attack.certain.steps
        else:
            held = attack.possible.facts
            if not all(any(option.fact in held for option in clause) for clause in grounding.clauses):
                continue
            sure = attack.certain.facts
            certain = grounding.certainty == "yes" and all(
                any(option.fact in sure for option in clause) for clause in grounding.clauses
            )
        yield ReachableBy(adversary=attack.adversary.id, certainty="yes" if certain else "unknown")


def _probability(number: int | None, analysis: Analysis) -> Interval:
    """Return the probability of the step itself, for the adversary to whom it is likeliest."""
    scores = [attack.scores[number] for attack in analysis.attacks if number is not None and number in attack.scores]
    if not scores:
        return Interval(low=0.0, point=0.0, high=0.0)
    best = max(scores, key=lambda score: score.probability(favour_attacker=True))
    low, high = (best.probability(favour_attacker=side) for side in (False, True))
    unsure = number is not None and truth(analysis.graph.steps[number].formula) == "unknown"
    return Interval(low=0.0 if unsure else rounded(low), point=rounded(high), high=rounded(high))


def _missing(grounding: Grounding, number: int | None, analysis: Analysis) -> Iterable[tuple[str, ...]]:
    """Yield, for a finding nobody reaches, the clauses that nobody meets."""
    reached = {fact for attack in analysis.attacks for fact in attack.possible.facts}
    for clause in grounding.clauses:
        if not any(option.fact in reached for option in clause):
            yield tuple(option.fact for option in clause)


def _measures(grounding: Grounding, technique: str | None, parent: str | None, analysis: Analysis) -> Iterable[Measure]:
    """Yield the mitigations that weaken a finding, official ones first, with the state they are in here."""
    library = analysis.workspace.library
    places = places_of(grounding)
    there = {
        (item.control, place): item
        for item in analysis.placement.placed
        for place in analysis.coverage.of(library.controls[item.control], item.at)
    }
    for name, origin in ((technique, None), (parent, "parent")):
        for control in library.by_technique.get(name, ()) if name else ():
            if name == parent and technique in control.effects:
                continue
            effect = max(control.effects[str(name)], key=lambda item: (item.how == "prevent", item.strength.likely))
            placed = next((there[control.id, place] for place in places if (control.id, place) in there), None)
            yield Measure(
                id=control.id,
                name=control.name,
                origin="own" if control.origin == "own" else "parent" if origin else "atlas",
                how=effect.how,
                strength=effect.strength.likely,
                state=placed.state if placed else None,
                at=placed.at if placed else None,
            )


def _decisions(analysis: Analysis, options: Options) -> tuple[list[Accepted], list[str]]:
    """Return the acceptances with whether they are in force, and notes on those that cannot be told."""
    today = options.as_of or analysis.pipeline.as_of
    accepted, notes = [], []
    for record in analysis.pipeline.accept:
        live = record.until is not None and today is not None and record.until < today
        if record.until is not None and today is None:
            notes.append(
                f"the acceptance of {record.finding} ends on {record.until}; without a date to compare with (--as-of) it stays in force"
            )
        if live:
            notes.append(f"the acceptance of {record.finding} ended on {record.until}: the finding is live again")
        accepted.append(
            Accepted(finding=record.finding, reason=record.reason, by=record.by, until=record.until, in_force=not live)
        )
    return accepted, notes


def _for_persona(every: list[Finding], analysis: Analysis, persona: str) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings a persona reads, and the number of the others by reason.

    regular: what certainly applies, is certainly reached and has a part in at least a medium risk; what may apply or be
    reached where the risk is high; exposures that are certain. Each technique once a place, and a parent technique gives
    way to its child there. pedantic: all that can be reached. auditor: everything.
    """
    hidden = {"unreachable": 0, "duplicate": 0, "low": 0}
    catalog = analysis.workspace.catalog
    parents = {item.id: catalog.technique(item.technique).parent for item in every if item.technique in catalog}
    finer = {(item.component, parents.get(item.id)) for item in every if item.reachable_by}
    seen: set[tuple[str, str]] = set()
    kept = []
    for item in every:
        place = (item.component, item.technique)
        if persona == "auditor":
            kept.append(item)
        elif not item.reachable_by:
            hidden["unreachable"] += 1
        elif persona == "pedantic":
            kept.append(item)
        elif not _matters(item):
            hidden["low"] += 1
        elif place in seen or place in finer:
            hidden["duplicate"] += 1
        else:
            seen.add(place)
            kept.append(item)
    return kept, hidden


def _matters(item: Finding) -> bool:
    """Tell whether a finding belongs into the list that a reader reads to its end."""
    certain = item.certainty == "yes" and any(by.certainty == "yes" for by in item.reachable_by)
    if item.scope == "exposure":
        return certain
    return item.severity in (("medium", "high", "critical") if certain else ("high", "critical"))
