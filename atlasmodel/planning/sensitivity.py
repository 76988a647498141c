"""Which assumption, at the other end of its range, would change the plan: strengths and costs, one at a time.

A full plan for every assumption would take as long as many plans; what is tried is whether one measure of the plan
would give way to one outside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from atlasmodel.analysis import Analysis
from atlasmodel.mitigate.controls import Control
from atlasmodel.mitigate.placement import Weakenings
from atlasmodel.plan import Sensitivity
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.sample import Sample

RIVALS = 12
MATTERS = 1e-9


def what_would_change(
    analysis: Analysis, sample: Sample, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]
) -> tuple[Sensitivity, ...]:
    """Return the assumptions that would swap a measure of the plan for another, in the order of their names."""
    rivals = _rivals(sample, limits, chosen)
    found: list[Sensitivity] = []
    for lever in sorted(chosen - limits.fixed):
        control = candidates[lever].control
        weak = _varied(analysis, control, "low")
        swaps = [chosen - {lever} | {rival} for rival in rivals if limits.allow(chosen - {lever} | {rival})]
        best = _better(weak, candidates, chosen, swaps)
        if best is not None:
            new = next(iter(best - chosen))
            found.append(
                _said(f"strength of {control.id}", _strength(control, "low"), candidates[lever], candidates[new])
            )
    for rival in rivals:
        control = candidates[rival].control
        strong = _varied(analysis, control, "high")
        swaps = [chosen - {lever} | {rival} for lever in sorted(chosen - limits.fixed)]
        best = _better(strong, candidates, chosen, [swap for swap in swaps if limits.allow(swap)])
        if best is not None:
            old = next(iter(chosen - best))
            word = f"strength of {control.id}"
            found.append(_said(word, _strength(control, "high"), candidates[old], candidates[rival]))
    found += _costs(candidates, limits, chosen)
    return tuple(sorted(found, key=lambda item: (item.assumption, item.instead)))


def _rivals(sample: Sample, limits: Limits, chosen: frozenset[int]) -> list[int]:
    """Return the measures outside the plan that would remove most beside it."""
    outside = [lever for lever in limits.free if lever not in chosen]
    left = sample.risks([chosen | {lever} for lever in outside])
    return [lever for _, lever in sorted(zip(left, outside, strict=True))[:RIVALS]]


def _varied(analysis: Analysis, control: Control, side: str) -> Analysis:
    """Return the analysis as if a control had the low or the high strength of its range."""
    library = analysis.workspace.library
    weakens = tuple(
        item.model_copy(update={"strength": item.strength.model_copy(update={"likely": getattr(item.strength, side)})})
        for item in control.weakens
    )
    changed = Control.model_construct(None, **{**dict(control), "weakens": weakens})
    varied = library.model_construct(None, controls=library.controls | {control.id: changed})
    workspace = replace(analysis.workspace, library=varied)
    weakenings = Weakenings(analysis.placement.placed, varied, analysis.coverage, workspace.scoring)
    return replace(analysis, workspace=workspace, weakenings=weakenings)


def _better(
    analysis: Analysis, candidates: Sequence[Candidate], chosen: frozenset[int], swaps: Sequence[frozenset[int]]
) -> frozenset[int] | None:
    """Return the swap that leaves least, if that is less than the plan leaves."""
    sets = [[candidates[lever].placed for lever in sorted(one)] for one in (chosen, *swaps)]
    now, *left = analysis.totals_with_sets(sets)
    if not left:
        return None
    best = min(range(len(left)), key=left.__getitem__)
    return swaps[best] if left[best] < now - MATTERS else None


def _costs(candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]) -> list[Sensitivity]:
    """Return the costs at whose high end the plan would no longer keep the budget."""
    found = []
    for row in limits.rows:
        if row.name not in ("budget", "days"):
            continue
        for lever in sorted(chosen - limits.fixed):
            item = candidates[lever]
            figure = item.cost if row.name == "budget" else item.days
            if row.of(chosen) - figure.likely + figure.high > row.most:
                word = "cost" if row.name == "budget" else "days"
                text = f"the plan would not keep its limit of {row.most:g}"
                found.append(Sensitivity(assumption=f"{word} of {item.id}", value=figure.high, instead=text))
    return found


def _strength(control: Control, side: str) -> float:
    return max((getattr(item.strength, side) for item in control.weakens if item.how == "prevent"), default=0.0)


def _said(assumption: str, value: float, old: Candidate, new: Candidate) -> Sensitivity:
    return Sensitivity(assumption=assumption, value=value, instead=f"{new.id} instead of {old.id}")
