"""The list of findings: in which order, what a reader sees of it, and what somebody decided to live with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.analysis import Analysis, Credit
from atlasmodel.document import Accepted, Finding
from atlasmodel.finding import Describer
from atlasmodel.match.formula import is_listed
from atlasmodel.options import Options


@dataclass(frozen=True)
class Listing:
    """Hold the findings that are shown, the count of those that are not, and the decisions that bear on them."""

    shown: tuple[Finding, ...]
    hidden: dict[str, int]
    accepted: tuple[Accepted, ...]
    notes: tuple[str, ...]


def findings(analysis: Analysis, credits: Mapping[int, Credit], options: Options) -> Listing:
    """Return the findings for a persona, by risk and then id."""
    accepted, notes = _decisions(analysis, options)
    in_force = {item.finding for item in accepted if item.in_force}
    describer = Describer(analysis, credits, _removes(analysis, credits, options.removes), in_force)
    found = [grounding for grounding in analysis.groundings if grounding.rule.is_finding]
    every = [describer.finding(grounding) for grounding in found]
    every.sort(key=lambda item: (-item.risk, _rank(item), item.id))
    asked = {grounding.id for grounding in found if not is_listed(grounding.formula)}
    kept, hidden = _for_persona(every, asked, analysis, options.persona)
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
    totals = analysis.totals_without(first)
    return {number: max(0.0, analysis.total - after) for number, after in zip(first, totals, strict=True)}


def _decisions(analysis: Analysis, options: Options) -> tuple[list[Accepted], list[str]]:
    """Return the acceptances with whether they are in force, and notes on those that cannot be told."""
    today = options.as_of or analysis.pipeline.as_of
    accepted, notes = [], []
    for record in analysis.pipeline.accept:
        live = record.until is not None and today is not None and record.until < today
        if record.until is not None and today is None:
            ends = f"the acceptance of {record.finding} ends on {record.until}"
            notes.append(f"{ends}; without a date to compare with (--as-of) it stays in force")
        if live:
            notes.append(f"the acceptance of {record.finding} ended on {record.until}: the finding is live again")
        accepted.append(
            Accepted(finding=record.finding, reason=record.reason, by=record.by, until=record.until, in_force=not live)
        )
    return accepted, notes


def _for_persona(
    every: list[Finding], asked: set[str], analysis: Analysis, persona: str
) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings a persona reads, and the number of the others by reason.

    regular: what certainly applies, is certainly reached and has a part in at least a medium risk; what may apply or
    be reached where the risk is high; exposures that are certain. Each technique once a place, and a parent technique
    gives way to its child there. What only the answer to a question would bring (`asked`) is left to the question.
    pedantic: all that can be reached. auditor: everything.
    """
    hidden = {"unreachable": 0, "duplicate": 0, "low": 0, "asked": 0}
    catalog = analysis.workspace.catalog
    parents = {item.id: catalog.technique(item.technique).parent for item in every if item.technique in catalog}
    finer = {(item.component, parents.get(item.id)) for item in every if item.reachable_by and item.id not in asked}
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
        elif item.id in asked:
            hidden["asked"] += 1
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
