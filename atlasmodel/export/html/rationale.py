"""What findings of one rule share, said once: why it applies, what helps, when it does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.assessment import Assessment
from atlasmodel.document import Finding, Measure


@dataclass(frozen=True)
class Rationale:
    """Be the words of a rule; `measures` are told without their state, which differs from place to place."""

    id: str
    rule: str
    technique: str
    technique_name: str
    text: str
    false_positives: tuple[str, ...]
    question: str | None
    case_studies: tuple[str, ...]
    measures: tuple[Measure, ...]


def rationales(assessment: Assessment) -> tuple[tuple[Rationale, ...], Mapping[str, str]]:
    """Return the words of all rules that found something, and the id of those of each finding."""
    known: dict[tuple[object, ...], Rationale] = {}
    of: dict[str, str] = {}
    for finding in assessment.findings:
        measures = tuple(item.model_copy(update={"state": None, "at": None}) for item in finding.mitigations)
        words = (finding.rule, finding.technique, finding.rationale, finding.false_positives, finding.question,
                 finding.case_studies, tuple((item.id, item.how, item.strength) for item in measures))  # fmt: skip
        if words not in known:
            known[words] = _made(f"why-{len(known) + 1}", finding, measures)
        of[finding.id] = known[words].id
    return tuple(known.values()), of


def _made(name: str, finding: Finding, measures: tuple[Measure, ...]) -> Rationale:
    return Rationale(
        name, finding.rule, finding.technique, finding.technique_name, finding.rationale, finding.false_positives,
        finding.question, finding.case_studies, measures,
    )  # fmt: skip
