"""The list of findings: in which order, what a reader sees of it, and what somebody decided to live with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlasmodel.analysis import Analysis, Credit, technique_of
from atlasmodel.document import Accepted, Finding, rounded
from atlasmodel.finding import Describer, met
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
    kept, hidden = _for_persona(_Standing.of(analysis, credits), analysis, options.persona)
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


@dataclass(frozen=True)
class _Standing:
    """Hold, for every grounding that is a finding, what decides whether and where it is listed."""

    numbers: Numbers  # of the groundings
    steps: Numbers  # of the graph; -1 where there is none
    reached: Mask
    sure: Mask  # certainly reached, and certainly there
    risk: Numbers | np.ndarray[tuple[int], np.dtype[np.float64]]
    severe: Numbers  # 0 below medium, 1 medium, 2 high and critical

    @classmethod
    def of(cls, analysis: Analysis, credits: Mapping[int, Credit]) -> _Standing:
        batches, graph = analysis.groundings.batches, analysis.graph
        sizes = [len(batch) for batch in batches]
        numbers = np.nonzero(np.repeat([batch.rule.is_finding for batch in batches], sizes))[0]
        step_of = np.full(len(analysis.groundings), -1, dtype=np.int64)
        step_of[graph.grounding_of] = np.arange(len(graph.steps))
        steps = step_of[numbers]
        # What is merely shown to the world is listed apart and carries no risk of its own.
        shown = np.repeat([batch.rule.scope == "exposure" for batch in batches], sizes)[graph.grounding_of]
        risk, severe = np.zeros(len(graph.steps) + 1), np.zeros(len(graph.steps) + 1, dtype=np.int64)
        for step, credit in credits.items():
            if not shown[step]:
                risk[step] = rounded(credit.total)
                word = analysis.workspace.scoring.severity_of(credit.worst)
                severe[step] = {"medium": 1, "high": 2, "critical": 2}.get(word, 0)
        reached, sure = (np.zeros(len(graph.steps) + 1, dtype=np.bool_) for _ in range(2))
        for attack in analysis.attacks:
            reached[list(attack.possible.steps)] = True
            sure[list(attack.certain.steps)] = True
        found = cls(numbers, steps, reached[steps], sure[steps], risk[steps], severe[steps])
        found._add_idle(analysis)
        return found

    def _add_idle(self, analysis: Analysis) -> None:
        """Tell who meets the requirements of what gains nothing, and so is no step."""
        for place in np.nonzero(self.steps < 0)[0]:
            grounding = analysis.groundings[int(self.numbers[place])]
            for attack in analysis.attacks:
                self.reached[place] |= met(grounding, attack.possible.facts)
                self.sure[place] |= grounding.certainty == "yes" and met(grounding, attack.certain.facts)

    def order(self) -> list[int]:
        """Return the places by risk, the reached and the certain first, and then by id."""
        found: list[int] = np.lexsort((self.numbers, ~self.sure, ~self.reached, -self.risk)).tolist()
        return found


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
    standing: _Standing, analysis: Analysis, persona: str
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
    for place in standing.order():
        if not wanted[place]:
            continue
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


def _asked(standing: _Standing, analysis: Analysis) -> Mask:
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


def _matters(standing: _Standing, analysis: Analysis) -> Mask:
    """Return which findings belong into the list that a reader reads to its end."""
    batches = analysis.groundings.batches
    exposed = np.repeat([batch.rule.scope == "exposure" for batch in batches], [len(batch) for batch in batches])
    severe = standing.severe >= np.where(standing.sure, 1, 2)
    return np.where(exposed[standing.numbers], standing.sure, severe)
