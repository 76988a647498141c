"""What there is to say about a plan: the order of its measures, how they act on each other, what nothing covers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Literal

from atlasmodel.analysis import Analysis
from atlasmodel.plan import Pair
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.sample import Sample

PAIRS = 10
UNCOVERED = 5
MATTERS = 0.05  # of what both remove together: less is no news


def pairs(sample: Sample, candidates: Sequence[Candidate], chosen: Collection[int]) -> tuple[Pair, ...]:
    """Return the pairs of the plan that remove more or less together than apart, the largest difference first."""
    before = sample.risk(())
    couples = list(combinations(sorted(chosen), 2))
    together = sample.risks(couples)
    found: list[tuple[float, Pair]] = []
    for (one, two), left in zip(couples, together, strict=True):
        alone = (before - sample.risk((one,)), before - sample.risk((two,)))
        both = before - left
        extra = both - sum(alone)
        kind: Literal["only together", "more together", "overlap"]
        if both > 0 and max(alone) <= 0:
            kind = "only together"
        elif abs(extra) <= MATTERS * both or both <= 0:
            continue
        else:
            kind = "more together" if extra > 0 else "overlap"
        pair = Pair(
            one=candidates[one].id,
            two=candidates[two].id,
            alone=(round(alone[0], 9), round(alone[1], 9)),
            together=round(both, 9),
            kind=kind,
        )
        found.append((extra, pair))
    # Complements are worth knowing whatever their size; of the overlaps the largest.
    found.sort(key=lambda item: (item[0] <= 0, -abs(item[0]), item[1].one, item[1].two))
    return tuple(pair for _, pair in found[:PAIRS])


def uncovered(analysis: Analysis, sample: Sample) -> tuple[str, ...]:
    """Return the ends that stay likely whatever is done, by the risk that stays."""
    shares = sample.shares([range(sample.levers)])[0]
    rows = sorted(zip(analysis.worst, sample.worth, shares, strict=True), key=lambda row: (-row[1] * row[2], row[0]))
    return tuple(
        f"{fact}: {worth * share:.4g} of risk stays with every measure of the library in place"
        for fact, worth, share in rows[:UNCOVERED]
        if share > 0
    )
