"""The list of findings: in which order, what a reader sees of it, and what somebody decided to live with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlasmodel.analysis import Analysis, Credit, technique_of
from atlasmodel.document import Accepted, Finding
from atlasmodel.findings.describer import Describer
from atlasmodel.findings.standing import Standing, by_rule
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import is_listed
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.match.table import Mask
from atlasmodel.options import Options


@dataclass(frozen=True)
class Listing:
    """Hold the findings that are shown, the count of those that are not, and the decisions that bear on them."""

    shown: tuple[Finding, ...]
    hidden: dict[str, int]
    accepted: tuple[Accepted, ...]
    notes: tuple[str, ...]


def findings(analysis: Analysis, credits: Mapping[int, Credit], options: Options) -> Listing:
    """Return the findings for a persona, by risk and then id; only those that are shown are described."""
    accepted, notes = _decisions(analysis, options)
    in_force = {item.finding for item in accepted if item.in_force}
    describer = Describer(analysis, credits, _removes(analysis, credits, options.removes), in_force)
    kept, hidden = _for_persona(Standing.of(analysis, credits), analysis, options.persona)
    unknown = sorted(name for name in {item.finding for item in accepted} if not _is_finding(name, analysis))
    notes += [f"the accepted finding {name} matches nothing here" for name in unknown]
    # What acts on them is known from here on: found together, it takes far less than one by one.
    analysis.acting_on(np.array([number for number, _ in kept], dtype=np.int64))
    shown = tuple(describer.finding(analysis.groundings[number], step) for number, step in kept)
    return Listing(shown, hidden, tuple(accepted), tuple(notes))


def _is_finding(name: str, analysis: Analysis) -> bool:
    groundings: Sequence[Grounding] = analysis.groundings
    place = bisect_left(groundings, name, key=lambda item: item.id)
    return place < len(groundings) and groundings[place].id == name and groundings[place].rule.is_finding


def _removes(analysis: Analysis, credits: Mapping[int, Credit], limit: int) -> dict[int, float]:
    """Return how much the total falls when a step alone is taken away, for the steps of highest risk."""
    listed = by_rule(analysis, lambda rule: rule.is_finding)[analysis.graph.grounding_of].tolist()
    # Steps are numbered in the order of their ids.
    first = sorted((step for step in credits if listed[step]), key=lambda step: (-credits[step].total, step))[:limit]
    totals = analysis.totals_without(first)
    return {step: max(0.0, analysis.total - after) for step, after in zip(first, totals, strict=True)}


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
    standing: Standing, analysis: Analysis, persona: str
) -> tuple[list[tuple[int, int | None]], dict[str, int]]:
    """Return the findings a persona reads, as (grounding, step), and the number of the others by reason.

    regular: what certainly applies, is certainly reached and has a part in at least a medium risk; what may apply or
    be reached where the risk is high; exposures that are certain. Each technique once a place, and a parent technique
    gives way to its child there. What only the answer to a question would bring (`asked`) is left to the question.
    pedantic: all that can be reached. auditor: everything.
    """
    hidden = {"unreachable": 0, "duplicate": 0, "low": 0, "asked": 0}
    wanted = np.ones_like(standing.reached)
    if persona != "auditor":
        wanted &= standing.reached
        hidden["unreachable"] = int(np.count_nonzero(~wanted))
    finer: set[tuple[int, str | None]] = set()
    regular = persona not in ("auditor", "pedantic")
    if regular:
        asked = wanted & _asked(standing, analysis)
        hidden["asked"] = int(np.count_nonzero(asked))
        wanted &= ~asked
        finer = _finer(standing.numbers[wanted], analysis)
        low = wanted & ~_matters(standing, analysis)
        hidden["low"] = int(np.count_nonzero(low))
        wanted &= ~low
    kept: list[tuple[int, int | None]] = []
    for place in standing.order(wanted):
        number, step = int(standing.numbers[place]), int(standing.steps[place])
        batch, row = analysis.groundings.at(number)
        where = (int(batch.components[row]), batch.rule.technique)
        if regular and where in finer:
            hidden["duplicate"] += 1
            continue
        if regular:
            finer.add(where)
        kept.append((number, step if step >= 0 else None))
    return kept, hidden


def _asked(standing: Standing, analysis: Analysis) -> Mask:
    """Return which findings would be there only by an answer about which the file is silent."""
    formulas = np.concatenate([np.zeros(0, dtype=np.int64), *(batch.formulas for batch in analysis.groundings.batches)])
    formulas = formulas[standing.numbers]
    asked = np.zeros(len(formulas), dtype=np.bool_)
    formula = analysis.groundings.census.pool.formula
    for place in np.nonzero(standing.reached & (formulas > ALL))[0].tolist():
        asked[place] = not is_listed(formula(int(formulas[place])))
    return asked


def _finer(numbers: Numbers, analysis: Analysis) -> set[tuple[int, str | None]]:
    """Return at which components which parent techniques give way, because one of their children is listed there."""
    found: set[tuple[int, str | None]] = set()
    for first, batch in zip(analysis.groundings.starts, analysis.groundings.batches, strict=False):
        _, parent = technique_of(analysis.groundings[first], analysis.workspace)
        if parent is not None:
            low, high = np.searchsorted(numbers, (first, first + len(batch)))
            found.update((component, parent) for component in batch.components[numbers[low:high] - first].tolist())
    return found


def _matters(standing: Standing, analysis: Analysis) -> Mask:
    """Return which findings belong into the list that a reader reads to its end."""
    exposed = by_rule(analysis, lambda rule: rule.scope == "exposure")
    severe = standing.severe >= np.where(standing.sure, 1, 2)
    return np.where(exposed[standing.numbers], standing.sure, severe)
