"""What further measures would change: asked of the worlds that are there, so that nothing is drawn or matched again."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.document import Frozen, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.mitigate.placement import Named, Placed, apart
from atlasmodel.model.soundness import no_control


class GoalChange(Frozen):
    """Say how likely a goal is and what risk it is, before and after, for the adversary to whom it is likeliest."""

    fact: str
    meaning: str
    chance: float
    chance_after: float
    risk: float
    risk_after: float


class WhatIf(Frozen):
    """Say what some measures together would change, each fully in place.

    `measures` are named `control@place`; `risk` is the total, of which they remove a part. Goals that change come
    first by how much; `unchanged` counts the others.
    """

    measures: tuple[str, ...]
    risk: float
    risk_after: float
    removes: float
    goals: tuple[GoalChange, ...]
    unchanged: int


def what_if(analysis: Analysis, measures: Iterable[Named]) -> WhatIf:
    """Return what some further measures would change together; no figure ever rises.

    `control` alone is enough where it can stand at one place only. Raises InputError with every measure that there is
    not, or that can not stand where it is said to.
    """
    placed = _placed(analysis, measures)
    (shares,) = analysis.shares_with_sets([placed])
    likeliest = [max(shares[end.fact, attack.adversary.id] for attack in analysis.attacks) for end in analysis.ends]
    changes = []
    for end, after in zip(analysis.ends, likeliest, strict=True):
        before = analysis.likeliest[end.fact].point.share(end.fact)
        if after < before:
            scale = RISK_SCALE * end.worst
            changes.append((scale * (before - after), end, before, after, scale))
    changes.sort(key=lambda change: (-change[0], change[1].fact))
    total = analysis.summed(np.array([likeliest]))
    return WhatIf(
        measures=tuple(f"{item.control}@{item.at}" for item in placed),
        risk=rounded(analysis.total),
        risk_after=rounded(total),
        removes=rounded(analysis.total - total),
        goals=tuple(
            GoalChange(
                fact=end.fact,
                meaning=end.meaning,
                chance=rounded(before),
                chance_after=rounded(after),
                risk=rounded(scale * before),
                risk_after=rounded(scale * after),
            )
            for _, end, before, after, scale in changes
        ),
        unchanged=len(analysis.ends) - len(changes),
    )


def _placed(analysis: Analysis, measures: Iterable[Named]) -> list[Placed]:
    problems: list[Problem] = []
    found: dict[tuple[str, str], Placed] = {}
    for measure in measures:
        control, place = apart(measure)
        at = _place(analysis, control, place)
        if isinstance(at, Problem):
            problems.append(at)
        else:
            found[control, at] = Placed.in_full(control, at)
    if problems:
        raise InputError(problems)
    return list(found.values())


def _place(analysis: Analysis, name: str, place: str) -> str | Problem:
    """Return where a measure would stand, or what is wrong with it."""
    controls = analysis.workspace.library.controls
    if name not in controls:
        return no_control(name, controls)
    places = analysis.coverage.places(controls[name])
    if place in places:
        return place
    if not place and len(places) == 1:
        return places[0]
    listed = f"it could at {', '.join(places)}" if places else "it makes no sense anywhere in this pipeline"
    if place:
        return Problem("AM161", f"`{name}` cannot stand at `{place}`", hint=nearest(place, places) or listed)
    return Problem("AM161", f"where should `{name}` stand?", hint=f"write `{name}@PLACE`: {listed}")
