"""Which measure, put where, would remove most of the total risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from atlasmodel.analysis import Analysis, Credit, technique_of_rule
from atlasmodel.document import RankedMeasure, rounded
from atlasmodel.match.formula import YES
from atlasmodel.mitigate.controls import Control
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import places_at

Steps = dict[str, list[tuple[int, float]]]  # by technique: the number of each, and the risk that it carries


def rank_measures(
    analysis: Analysis, credits: Mapping[int, Credit], limit: int
) -> tuple[tuple[RankedMeasure, ...], int]:
    """Return the measures not yet fully in place by how much risk each alone removes, and how many were not tried.

    Every measure is tried on the same worlds as today's figures, at its full strength (`in_place`). Which are tried is
    decided by the risk of the steps they act on, times their strength.
    """
    candidates = _candidates(analysis, credits)
    candidates.sort(key=lambda item: (-item[0], item[1].id, item[2]))
    tried = candidates[:limit]
    totals = analysis.totals_with([Placed(control.id, place, "in_place", 1.0, None) for _, control, place, _ in tried])
    ranked = [
        _row(control, place, analysis.total - after, techniques, analysis)
        for (_, control, place, techniques), after in zip(tried, totals, strict=True)
        if after < analysis.total
    ]
    ranked.sort(key=lambda row: (-row.removes, row.effort_days, row.control, row.at))
    return tuple(ranked), max(0, len(candidates) - limit)


def _row(
    control: Control, place: str, removed: float, techniques: tuple[str, ...], analysis: Analysis
) -> RankedMeasure:
    here = next((item for item in analysis.placement.placed if (item.control, item.at) == (control.id, place)), None)
    state = "absent" if here is None else here.state if here.formula == YES else "unknown"
    return RankedMeasure(
        control=control.id,
        name=control.name,
        origin=control.origin,
        at=place,
        removes=rounded(removed),
        state=state,
        effort_days=control.effort_days.once.likely + control.effort_days.yearly.likely,
        money=control.money.once.likely + control.money.yearly.likely,
        delivered_by=control.delivered_by,
        techniques=techniques,
    )


def _candidates(analysis: Analysis, credits: Mapping[int, Credit]) -> list[tuple[float, Control, str, tuple[str, ...]]]:
    """Return every (weight, control, place, techniques) whose control would lower a step that carries risk.

    An official mitigation that one of our own controls carries out in more detail is left to that control.
    """
    library, coverage = analysis.workspace.library, analysis.coverage
    full = {
        (item.control, item.at)
        for item in analysis.placement.placed
        if item.state in ("in_place", "verified") and item.coverage >= 1 and item.formula == YES
    }
    steps, parents = _carrying(analysis, credits)
    found = []
    for control in library.controls.values():
        if control.id in library.carried_out:
            continue
        strengths = {
            name: strength for name, parent in parents.items() if (strength := _prevents(control, name, parent))
        }
        for place in coverage.places(control) if strengths else ():
            if (control.id, place) in full:
                continue
            here = [steps[name] for name in coverage.of(control, place) if name in steps]
            weight, techniques = _weight(strengths, here) if here else (0, ())
            if weight > 0:
                found.append((weight, control, place, techniques))
    return found


def _carrying(analysis: Analysis, credits: Mapping[int, Credit]) -> tuple[dict[str, Steps], dict[str, str | None]]:
    """Return the steps that carry risk by the places where a control would act, and the parents of their techniques."""
    steps: dict[str, Steps] = {}
    parents: dict[str, str | None] = {}
    carrying = np.array(sorted(step for step, credit in credits.items() if credit.total > 0), dtype=np.int64)
    numbers, (components, flows) = analysis.graph.grounding_of[carrying], analysis.groundings.sites
    for batch, rows in analysis.groundings.by_batch(numbers):
        technique, parent = technique_of_rule(batch.rule, analysis.workspace)
        if technique is None:
            continue
        parents[technique] = parent
        for step, number in zip(carrying[rows].tolist(), numbers[rows].tolist(), strict=True):
            entry = (step, credits[step].total)
            for place in places_at(components[number], flows[number]):
                steps.setdefault(place, {}).setdefault(technique, []).append(entry)
    return steps, parents


def _prevents(control: Control, technique: str, parent: str | None) -> float:
    """Return how strongly a control prevents a technique."""
    effects = control.on(technique, parent)
    return max((effect.strength.likely for effect in effects if effect.how == "prevent"), default=0.0)


def _weight(strengths: Mapping[str, float], places: Iterable[Steps]) -> tuple[float, tuple[str, ...]]:
    """Return the risk of the steps at some places times the strength on their techniques, and those techniques."""
    acted: dict[int, float] = {}
    techniques: set[str] = set()
    for steps in places:
        for technique in strengths.keys() & steps.keys():
            strength = strengths[technique]
            acted |= {number: strength * total for number, total in steps[technique]}
            techniques.add(technique)
    return sum(acted[number] for number in sorted(acted)), tuple(sorted(techniques))
