"""Which controls that an unset attribute would tell of act on the way to an end, and on which techniques."""

from __future__ import annotations

import numpy as np

from atlasmodel.analysis import Analysis
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask
from atlasmodel.mitigate.placement import Placed


def acting_unasked(analysis: Analysis) -> list[tuple[Placed, list[str]]]:
    """Return each control that nobody was asked about with the techniques it acts on, those that act on most first."""
    unasked = analysis.placement.unasked
    alike: dict[str, list[int]] = {}
    for row, item in enumerate(unasked):
        alike.setdefault(item.control, []).append(row)
    near = _Near(analysis)
    decided: dict[int, list[str]] = {}
    for control, rows in alike.items():
        places = np.array([analysis.coverage.number[unasked[row].at] for row in rows])
        decided |= zip(rows, near.decided(control, places), strict=True)
    found = [(item, decided[row]) for row, item in enumerate(unasked) if decided[row]]
    found.sort(key=lambda pair: (-len(pair[1]), pair[0].at, pair[0].control))
    return found


class _Near:
    """Know the techniques of the steps on the way to an end, by component."""

    def __init__(self, analysis: Analysis) -> None:
        self._library, self._coverage = analysis.workspace.library, analysis.coverage
        numbers = np.sort(analysis.graph.grounding_of[analysis.steps])
        batches = analysis.groundings.batches
        components = np.concatenate([np.zeros(0, np.int64), *(batch.components for batch in batches)])[numbers]
        self._techniques = sorted({batch.rule.technique for batch in batches if batch.rule.technique})
        column = {technique: number for number, technique in enumerate(self._techniques)}
        self._at: Mask = np.zeros((len(self._coverage.names), len(column)), dtype=np.bool_)
        for batch, rows in analysis.groundings.by_batch(numbers):
            if batch.rule.technique:
                self._at[components[rows], column[batch.rule.technique]] = True

    def decided(self, name: str, places: Numbers) -> list[list[str]]:
        """Return the techniques that a control at each of some places acts on, sorted."""
        control = self._library.controls[name]
        named = [number for number, technique in enumerate(self._techniques) if technique in control.effects]
        rows, covered = self._coverage.of_each(control, places)
        acts = np.zeros((len(places), len(named)), dtype=np.bool_)
        for column, technique in enumerate(named):
            acts[rows[self._at[covered, technique]], column] = True
        told: dict[bytes, list[str]] = {}
        found = []
        for kind, flags in zip(map(bytes, np.packbits(acts, axis=1)), acts, strict=True):
            if kind not in told:
                told[kind] = [self._techniques[named[column]] for column in np.flatnonzero(flags)]
            found.append(told[kind])
        return found
