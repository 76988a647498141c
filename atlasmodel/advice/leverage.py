"""Which controls, put where, act on the most risk: for every control, all its places at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.analysis import Analysis, Credit
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import spread
from atlasmodel.mitigate.controls import Control

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """Be a control at a place, with the techniques of the steps that it would prevent there."""

    control: Control
    at: str
    techniques: tuple[str, ...]


def heaviest(analysis: Analysis, credits: Mapping[int, Credit], limit: int) -> tuple[list[Candidate], int]:
    """Return the controls and places that act on the most risk, and how many further ones act on any.

    What a control acts on is the risk of the steps it would prevent, times its strength. An official mitigation that
    one of our own controls carries out in more detail is left to that control.
    """
    library, coverage, carrying = analysis.workspace.library, analysis.coverage, _Carrying(analysis, credits)
    controls = [
        control for name, control in library.controls.items()
        if name in carrying.strengths and name not in library.carried_out
    ]  # fmt: skip
    found = [(np.zeros(0, dtype=np.float64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for number, control in enumerate(controls):
        numbers = coverage.places_numbered(control).tolist()
        left = [number for number in numbers if not analysis.placement.is_full(control.id, coverage.names[number])]
        places = np.array(left, dtype=np.int64)
        weights = carrying.weights(control, places)
        lowering = weights > 0
        found.append((weights[lowering], places[lowering], np.full(np.count_nonzero(lowering), number)))
    weights, places, which = map(np.concatenate, zip(*found, strict=True))
    # Of those of equal weight the names decide, so all that are as heavy as the last one are looked at.
    least = -np.partition(-weights, limit - 1)[limit - 1] if 0 < limit <= len(weights) else 0.0
    (near,) = np.nonzero(weights >= least)
    named = [(-weights[row], controls[which[row]].id, coverage.names[places[row]]) for row in near.tolist()]
    first = [(library.controls[name], at) for _, name, at in sorted(named)[:limit]]
    chosen = [Candidate(control, at, carrying.techniques(control, at)) for control, at in first]
    return chosen, len(weights) - len(chosen)


class _Carrying:
    """Hold the steps that carry risk by the places where a control would act on them."""

    def __init__(self, analysis: Analysis, credits: Mapping[int, Credit]) -> None:
        self._coverage, matches, catalog = analysis.coverage, analysis.groundings, analysis.workspace.catalog
        steps = np.array(sorted(step for step, credit in credits.items() if credit.total > 0), dtype=np.int64)
        numbers = analysis.graph.grounding_of[steps]
        self._totals = np.array([credits[step].total for step in steps.tolist()], dtype=np.float64)
        self._names: list[str] = []
        self._technique = np.full(len(steps), -1, dtype=np.int64)
        for batch, rows in matches.by_batch(numbers):
            if batch.rule.technique is not None:
                if batch.rule.technique not in self._names:
                    self._names.append(batch.rule.technique)
                self._technique[rows] = self._names.index(batch.rule.technique)
        entries, places = self._coverage.acted_at(self._coverage.sites(matches)[numbers])
        acted = self._technique[entries] >= 0
        entries, places = entries[acted], places[acted]
        order = np.argsort(places, kind="stable")
        self._steps = entries[order]
        self._starts = np.searchsorted(places[order], np.arange(len(self._coverage.names) + 1))
        self.strengths: dict[str, Floats] = {}  # how strongly each control prevents each technique, where it does
        for place, name in enumerate(self._names):
            for control, effects in analysis.workspace.library.against(name, catalog.parents.get(name)).items():
                strength = max((effect.strength.likely for effect in effects if effect.how == "prevent"), default=0.0)
                if strength > 0:
                    self.strengths.setdefault(control, np.zeros(len(self._names)))[place] = strength

    def weights(self, control: Control, places: Numbers) -> Floats:
        """Return the risk of the steps that a control would prevent at each of some places, times its strength."""
        rows, steps = self._prevented(control, places)
        parts = self.strengths[control.id][self._technique[steps]] * self._totals[steps]
        return np.asarray(np.bincount(rows, weights=parts, minlength=len(places)), dtype=np.float64)

    def techniques(self, control: Control, at: str) -> tuple[str, ...]:
        """Return the techniques of the steps that a control would prevent at a place."""
        _, steps = self._prevented(control, np.array([self._coverage.number[at]]))
        return tuple(sorted(self._names[place] for place in set(self._technique[steps].tolist())))

    def _prevented(self, control: Control, places: Numbers) -> tuple[Numbers, Numbers]:
        """Return the steps that a control would prevent at each of some places, each once: at which of them, and it."""
        rows, covered = self._coverage.of_each(control, places)
        near, entries = spread(self._starts, covered)
        rows, steps = rows[near], self._steps[entries]
        prevented = self.strengths[control.id][self._technique[steps]] > 0
        pairs = np.unique(rows[prevented] * len(self._totals) + steps[prevented])
        found, steps = np.divmod(pairs, max(1, len(self._totals)))
        return found, steps
