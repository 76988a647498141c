"""Cost against risk: for rising budgets the least risk found, each point with the bound that certifies it."""

from __future__ import annotations

from collections.abc import Sequence

from atlasmodel.plan import FrontPoint
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.limits import Limit, Limits
from atlasmodel.planning.sample import Sample
from atlasmodel.planning.search import Effort, Search

WIDER = 2.0  # the front goes up to so many times what the plan costs
ROUNDS, NODES = 2, 60  # for each point: the next one takes over the proofs that this one found


def trace_front(
    sample: Sample, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int], points: int
) -> tuple[FrontPoint, ...]:
    """Return points from no money to twice what the plan costs; none is dearer and worse than another."""
    prices = tuple(item.cost.likely for item in candidates)
    rows = tuple(row for row in limits.rows if row.name.startswith("days of"))
    reach = WIDER * sum(prices[lever] for lever in sorted(chosen)) or max(prices, default=0.0)
    plans = [frozenset(limits.fixed), chosen]
    cuts: list[Search] = []
    found: dict[float, tuple[frozenset[int], float]] = {}
    for number in range(points):
        budget = reach * number / max(1, points - 1)
        asked = Limits(limits.levers, (*rows, Limit("budget", prices, budget)), limits.fixed, limits.closed)
        if not asked.allow(limits.fixed):
            continue
        search = Search(sample, asked, Effort(rounds=ROUNDS, nodes=NODES))
        if cuts:
            search.adopt(cuts[-1])
        for plan in plans:
            search.offer(plan)
        outcome = search.run()
        cuts.append(search)
        plans.append(outcome.chosen)
        found[budget] = (outcome.chosen, outcome.bound)
    front: list[FrontPoint] = []
    for plan, bound in found.values():
        point = FrontPoint(
            cost=round(sum(prices[lever] for lever in sorted(plan)), 9),
            days=round(sum(candidates[lever].days.likely for lever in sorted(plan)), 9),
            residual=round(sample.risk(plan), 9),
            bound=round(min(bound, sample.risk(plan)), 9),
            measures=tuple(candidates[lever].id for lever in sorted(plan)),
        )
        if not front or point.residual < front[-1].residual:
            front.append(point)
    return tuple(front)
