"""Which steps a control would act on, by the place that it covers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.mitigate.reach import Coverage

Technique = tuple[str, str | None]  # with its parent


def by_place(
    groundings: Matches, numbers: Numbers, names: Numbers, coverage: Coverage, parents: Mapping[str, str | None]
) -> dict[str, dict[Technique, list[int]]]:
    """Return steps by the places where a control would act on them, and by technique.

    They are given by the numbers of their groundings, sorted, and go by names that are numbers, too.
    """
    known: dict[Technique, int] = {}
    techniques = np.full(len(numbers), -1, dtype=np.int64)
    for batch, members in groundings.by_batch(numbers):
        if (name := batch.rule.technique) is not None:
            techniques[members] = known.setdefault((name, parents.get(name)), len(known))
    (acted,) = np.nonzero(techniques >= 0)
    rows, places = coverage.acted_at(coverage.sites(groundings)[numbers[acted]])
    codes = places * len(known) + techniques[acted[rows]]
    order = np.argsort(codes, kind="stable")
    groups, first = np.unique(codes[order], return_index=True)
    told, steps = list(known), names[acted[rows[order]]].tolist()
    found: dict[str, dict[Technique, list[int]]] = {}
    for group, (start, end) in zip(groups.tolist(), pairwise([*first.tolist(), len(steps)]), strict=True):
        place, technique = divmod(group, len(told))
        found.setdefault(coverage.names[place], {})[told[technique]] = steps[start:end]
    return found
