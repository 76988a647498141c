"""How likely steps are to be there and to work, and what serves them or follows from them only with luck."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from atlasmodel._once import Once
from atlasmodel.analysis import Analysis
from atlasmodel.document import rounded
from atlasmodel.match.formula import YES
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.risk.score import Weakening, left_of, preventing

Floats = NDArray[np.float64]


def chances_of_steps(analysis: Analysis) -> Iterator[dict[str, float]]:
    """Yield how likely each step on the way to an end is to be there and to work, by adversary.

    What is not known is as likely as it is drawn. Equal answers are one and the same.
    """
    names, left = [attack.adversary.id for attack in analysis.attacks], _Left(analysis)
    columns = []
    for attack in analysis.attacks:
        which = attack.scores.columns(analysis.steps)
        base = np.array([*(score.base for score in attack.scores.distinct), nan])
        columns.append(_rounded(base[which] * left.of([score.weakenings for score in attack.scores.distinct], which)))
    known: dict[tuple[float | None, ...], dict[str, float]] = {}
    for row in zip(*columns, strict=True):
        if row not in known:
            known[row] = {name: chance for name, chance in zip(names, row, strict=True) if chance is not None}
        yield known[row]


class _Left:
    """Say what is left of 1 where a step is there only if its formula holds, and controls act on it."""

    def __init__(self, analysis: Analysis) -> None:
        self._graph, self._draws = analysis.graph, analysis.attacks[0].point.draws
        self._formulas = analysis.graph.wiring.step_formulas[analysis.steps]
        self._there = _shares(analysis, self._formulas)
        self._sure = Once[tuple[Weakening, ...], float | None](_left_for_sure)
        self._open: dict[tuple[int, int], float] = {}  # by formula and controls: adversaries share them

    def of(self, sets: list[tuple[Weakening, ...]], which: Numbers) -> Floats:
        """Return it of each step, given the sets of controls and which of them acts on it, -1 where there is none."""
        sure = [self._sure(acting) for acting in sets]
        left = np.array([*(nan if share is None else share for share in sure), nan])[which] * self._there
        for place in np.nonzero(np.isin(which, [number for number, share in enumerate(sure) if share is None]))[0]:
            acting = sets[which[place]]
            key = int(self._formulas[place]), id(acting)
            if key not in self._open:
                self._open[key] = self._draws.likely(self._graph.formula(key[0]), acting)
            left[place] = self._open[key]
        return left


def _left_for_sure(acting: tuple[Weakening, ...]) -> float | None:
    """Return what controls leave of 1, or None where it is not known whether all of them are there."""
    if any(form.formula != YES for forms in preventing(acting) for form in forms):
        return None
    return left_of(acting, favour_attacker=True)


def unsure_facts(analysis: Analysis) -> dict[int, dict[str, float]]:
    """Return, by the place of a step, what serves or follows only if an unknown turns out so, and how likely."""
    wiring, name = analysis.graph.wiring, analysis.graph.names.name
    owners, sides, options, gainers, gains = wiring.of_steps(analysis.steps)
    likely: dict[tuple[int, int], float] = {}
    _note(likely, analysis, owners[sides], wiring.option_facts[options], wiring.option_formulas[options])
    _note(likely, analysis, gainers, wiring.gain_facts[gains], wiring.gain_formulas[gains])
    found: dict[int, dict[str, float]] = {}
    for (place, fact), share in likely.items():
        if share < 1:
            found.setdefault(place, {})[name(fact)] = rounded(share)
    return found


def _note(
    likely: dict[tuple[int, int], float], analysis: Analysis, steps: Numbers, facts: Numbers, formulas: Numbers
) -> None:
    """Note how likely facts serve steps or follow from them, for the steps of which that is open for some."""
    (some,) = np.nonzero(np.isin(steps, steps[formulas != ALL]))
    keys = zip(steps[some].tolist(), facts[some].tolist(), strict=True)
    for key, share in zip(keys, _shares(analysis, formulas[some]).tolist(), strict=True):
        likely[key] = max(share, likely.get(key, 0.0))


def _shares(analysis: Analysis, formulas: Numbers) -> Floats:
    """Return how likely formulas of the graph hold, given by number, what is not known as drawn."""
    point = analysis.attacks[0].point
    distinct, place = np.unique(formulas, return_inverse=True)
    shares: Floats = point.worlds.shares(point.draws.there(distinct))[place]
    return shares


def _rounded(values: Floats) -> list[float | None]:
    """Return figures as they are shown, and None for NaN."""
    distinct, place = np.unique(values, return_inverse=True)
    figures = [None if isnan(value) else rounded(value) for value in distinct.tolist()]
    return [figures[number] for number in place.tolist()]
