"""Placed controls as columns, by the places that each covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.formula import YES
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask
from atlasmodel.mitigate.controls import Library
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import Coverage
from atlasmodel.risk.scoring import Scoring


class Stock(NamedTuple):
    """Hold some placed controls, and which of them cover each place."""

    number: dict[str, int]  # of every place, also of those outside the pipeline where something stands
    starts: Numbers  # of those that cover each place
    order: Numbers
    items: Numbers  # what number each has among all that were ever placed
    controls: Numbers  # which control of the library each is
    coverages: NDArray[np.float64]
    weights: NDArray[np.float64]  # of their states
    unsure: Mask

    @classmethod
    def of(
        cls, items: Numbers, every: Sequence[Placed], library: Library, coverage: Coverage, scoring: Scoring
    ) -> Stock:
        """Return some of all placed controls, by their numbers."""
        placed = [every[item] for item in items.tolist()]
        number, kind_of = dict(coverage.number), {name: kind for kind, name in enumerate(library.controls)}
        at = np.array([number.setdefault(item.at, len(number)) for item in placed], dtype=np.int64)
        kinds = np.array([kind_of[item.control] for item in placed], dtype=np.int64)
        weights = {name: state.weight for name, state in scoring.states.items()}
        found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        by_kind = np.argsort(kinds, kind="stable")
        for mine in np.split(by_kind, np.nonzero(np.diff(kinds[by_kind]))[0] + 1) if placed else ():
            rows, covered = coverage.of_each(library.controls[placed[mine[0]].control], at[mine])
            found.append((mine[rows], covered))
        rows, covered = map(np.concatenate, zip(*found, strict=True))
        order = np.lexsort((rows, covered))
        return cls(
            number,
            np.searchsorted(covered[order], np.arange(len(number) + 1)),
            rows[order],
            items,
            kinds,
            np.array([item.coverage for item in placed], dtype=np.float64),
            np.array([weights[item.state] for item in placed], dtype=np.float64),
            np.array([item.formula is not YES and item.formula != YES for item in placed], dtype=np.bool_),
        )
