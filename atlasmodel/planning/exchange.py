"""Local search: give one or two measures of a plan for one or two others while that leaves less risk."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from atlasmodel.planning.greedy import Risks, greedy
from atlasmodel.planning.limits import Limits

WORK = 1_000  # plans that are tried
RIVALS = 24  # measures outside the plan that come in question, those first that help most beside it
COUPLES = 6  # of them, of which two come in at once


def improve(risks: Risks, limits: Limits, chosen: Collection[int], work: int = WORK) -> frozenset[int]:
    """Return a plan that no exchange of few measures betters, or the best after `work` plans; never a worse one."""
    best = frozenset(chosen)
    now = risks([best])[0]
    while work > 0:
        outside = [lever for lever in limits.free if lever not in best]
        beside = risks([best | {lever} for lever in outside])
        rivals = [lever for _, lever in sorted(zip(beside, outside, strict=True))[:RIVALS]]
        tried = list(dict.fromkeys(plan for plan in _exchanges(best, rivals, limits) if limits.allow(plan)))[:work]
        work -= len(outside) + len(tried)
        left = risks(tried)
        first = min(range(len(tried)), key=left.__getitem__, default=None)
        if first is None or left[first] >= now:
            break
        best = greedy(risks, limits, tried[first])  # what an exchange saves may pay for more
        now = risks([best])[0]
    return best


def _exchanges(chosen: frozenset[int], rivals: list[int], limits: Limits) -> Iterator[frozenset[int]]:
    """Yield the plans with one measure for another, one for two, and two for one."""
    free = sorted(chosen - limits.fixed)
    for lever in free:
        yield from (chosen - {lever} | {rival} for rival in rivals)
    for lever in free:
        yield from (chosen - {lever} | set(pair) for pair in combinations(rivals[:COUPLES], 2))
    for couple in combinations(free, 2):
        yield from (chosen - set(couple) | {rival} for rival in rivals[:COUPLES])
