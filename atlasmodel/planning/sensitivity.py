"""Which assumption, at the other end of its range, would change the plan: strengths and costs, one at a time.

For each strength that matters most the problem is drawn again and planned anew, by the next best measure and exchanges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from atlasmodel.analysis import Analysis
from atlasmodel.mitigate.controls import Control
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.plan import Sensitivity
from atlasmodel.planning.candidate import Candidate, candidates_of
from atlasmodel.planning.drawing import draw_sample
from atlasmodel.planning.exchange import improve
from atlasmodel.planning.greedy import best_greedy
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.sample import Sample

MEMBERS = 8  # measures of the plan whose strength is tried at its low end, those first that would be missed most
RIVALS = 4  # measures outside whose strength is tried at its high end, those first that would help most
MATTERS = 1e-9


def what_would_change(
    analysis: Analysis, sample: Sample, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]
) -> tuple[Sensitivity, ...]:
    """Return the assumptions that would change the plan, in the order of their names."""
    tried = [(candidates[lever].control, "low") for lever in _members(sample, limits, chosen)]
    tried += [(candidates[lever].control, "high") for lever in _rivals(sample, limits, chosen)]
    found = _costs(candidates, limits, chosen)
    for control, side in dict.fromkeys(tried):
        best = _replanned(_varied(analysis, control, side), candidates, limits, chosen)
        if best != chosen:
            word = f"strength of {control.id}"
            new, old = (_named(candidates, levers) for levers in (best - chosen, chosen - best))
            instead = f"{new} instead of {old}" if new and old else f"{new} too" if new else f"without {old}"
            found.append(Sensitivity(assumption=word, value=_strength(control, side), instead=instead))
    return tuple(sorted(found, key=lambda item: (item.assumption, item.instead)))


def _members(sample: Sample, limits: Limits, chosen: frozenset[int]) -> list[int]:
    """Return the measures of the plan without which most risk would come back."""
    free = sorted(chosen - limits.fixed)
    without = sample.risks([chosen - {lever} for lever in free])
    return [lever for _, lever in sorted(zip(without, free, strict=True), key=lambda pair: (-pair[0], pair[1]))][
        :MEMBERS
    ]


def _rivals(sample: Sample, limits: Limits, chosen: frozenset[int]) -> list[int]:
    """Return the measures outside the plan that would remove most beside it."""
    outside = [lever for lever in limits.free if lever not in chosen]
    left = sample.risks([chosen | {lever} for lever in outside])
    return [lever for _, lever in sorted(zip(left, outside, strict=True))[:RIVALS]]


def _replanned(
    analysis: Analysis, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]
) -> frozenset[int]:
    """Return the plan that would be made now, or the chosen one where none leaves less."""
    now = {item.id: item for item in candidates_of(analysis)}
    sample = draw_sample(analysis, [now.get(item.id, replace(item, acted={})) for item in candidates])
    plans = [chosen, *(improve(sample.risks, limits, plan) for plan in (chosen, best_greedy(sample.risks, limits)))]
    left = sample.risks(plans)
    best = min(range(len(plans)), key=left.__getitem__)
    return plans[best] if left[best] < left[0] - MATTERS else chosen


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


def _named(candidates: Sequence[Candidate], levers: frozenset[int]) -> str:
    return ", ".join(candidates[lever].id for lever in sorted(levers))
