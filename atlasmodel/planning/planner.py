"""Make a plan: collect what could be done, search, check the answer on the full graph, and describe it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from atlasmodel.analysis import Analysis, technique_of
from atlasmodel.mitigate.controls import Range
from atlasmodel.mitigate.placement import ADDED
from atlasmodel.model.pipeline import PlacedControl
from atlasmodel.plan import Limits as Asked
from atlasmodel.plan import Option, Plan, PlannedMeasure, Span, Unit
from atlasmodel.planning import describe
from atlasmodel.planning.best_attack import Attacks, find_hardest
from atlasmodel.planning.candidate import Candidate, candidates_of
from atlasmodel.planning.cutoff import find_cut, goal_named
from atlasmodel.planning.drawing import draw_sample
from atlasmodel.planning.front import trace_front
from atlasmodel.planning.greedy import in_order
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.request import Request, limits_of
from atlasmodel.planning.sample import Sample
from atlasmodel.planning.search import Effort, Outcome, find_plan
from atlasmodel.planning.sensitivity import what_would_change
from atlasmodel.planning.target import find_cheapest
from atlasmodel.planning.worth import what_returns

MEASURES = 5  # of a plan that nothing limits
DIGITS = 9
AFFORDED = 14_000_000  # levers x ends x steps of all rounds: about ten seconds
MOST_ROUNDS = 8


def make_plan(
    analysis: Analysis,
    request: Request,
    effort: Effort | None = None,
    *,
    as_of: str | None = None,
    front: int = 0,
    sensitivity: bool = False,
) -> Plan:
    """Return the plan that a request asks for; `front` adds so many points of cost against risk."""
    notes: list[str] = []
    if not request.limited:
        request = replace(request, measures=MEASURES)
        notes.append(f"nothing limits the plan, so it holds {MEASURES} measures at most")
    library = analysis.workspace.library
    candidates = candidates_of(analysis)
    workdays = request.workdays(as_of)
    limits = limits_of(request, candidates, library.controls, workdays)
    sample = draw_sample(analysis, candidates)
    effort = effort_for(sample, limits, effort or Effort(rounds=0))
    goal = None if request.cut is None else goal_named(list(analysis.worst), request.cut)
    unit, outcome = _searched(analysis, sample, candidates, limits, (replace(request, cut=goal), effort))
    chosen = _needed(sample, limits, outcome.chosen, candidates) if unit == "risk" else outcome.chosen
    _check(analysis, sample, candidates, limits, chosen)
    residual, before = sample.risk(chosen), sample.risk(())
    value = residual if unit == "risk" else outcome.value
    bound = value if outcome.proven else min(value, outcome.bound)
    asked = Asked(
        budget=request.budget,
        days=request.days,
        measures=None if request.measures is None else int(request.measures),
        by=workdays,
        roles=tuple(request.people),
        target=request.target,
        fixed=tuple(candidates[lever].id for lever in sorted(limits.fixed)),
        forbidden=tuple(_word(name) for name in request.forbidden),
    )
    taken = [candidates[lever] for lever in sorted(chosen)]
    cost, made = _total([item.cost for item in taken]), changes(analysis, taken)
    returns, said = what_returns(analysis, made, cost)
    return Plan(
        pipeline=analysis.pipeline.name,
        digest=analysis.pipeline.digest,
        objective=request.objective,
        goal=goal,
        measured_in=unit,
        limits=asked,
        measures=_measures(analysis, sample, candidates, limits, chosen),
        candidates=tuple(_option(item) for item in candidates),
        risk=_figure(before),
        residual=_figure(residual),
        objective_value=_figure(value),
        bound=_figure(bound),
        gap=_figure((value - bound) / value if value > 0 else 0.0),
        floor=_figure(sample.bound),
        status="optimal" if outcome.proven else "feasible with gap",
        method=outcome.method,
        cost=cost,
        days=_total([item.days for item in taken]),
        currency=analysis.workspace.scoring.rates.currency,
        pairs=describe.pairs(sample, candidates, chosen),
        front=trace_front(sample, candidates, limits, chosen, front) if front else (),
        returns=returns,
        sensitivity=what_would_change(analysis, sample, candidates, limits, chosen) if sensitivity else (),
        uncovered=describe.uncovered(analysis, sample),
        changes=made,
        notes=(*notes, *outcome.notes, *said),
    )


def _searched(
    analysis: Analysis, sample: Sample, candidates: Sequence[Candidate], limits: Limits, asked: tuple[Request, Effort]
) -> tuple[Unit, Outcome]:
    """Return what the objective is measured in, and the answer of the search that the request is for."""
    request, effort = asked
    if request.cut is not None:
        return "money", find_cut(Attacks(analysis, candidates, request.cut), limits, _prices(candidates), request.below)
    if request.target is not None:
        return "money", find_cheapest(sample, limits, _prices(candidates), request.target, effort)
    if request.objective == "best-attack":
        return "attack", find_hardest(Attacks(analysis, candidates), limits, effort)
    return "risk", find_plan(sample, limits, effort)


def effort_for(sample: Sample, limits: Limits, asked: Effort) -> Effort:
    """Return how much a search does; unless a number of rounds is asked for, much where they are short."""
    size = len(limits.free) * len(sample.worth) * sum(len(ground.nodes) for ground in sample.grounds)
    if asked.rounds:
        return replace(asked, nodes=min(asked.nodes, 100 * asked.rounds), started=time.monotonic())
    rounds = max(1, min(MOST_ROUNDS, AFFORDED // max(1, size)))
    return replace(asked, rounds=rounds, nodes=min(asked.nodes, 30 * rounds), started=time.monotonic())


def changes(analysis: Analysis, chosen: Sequence[Candidate]) -> tuple[PlacedControl, ...]:
    """Return the measures as changes of the pipeline; what is better already where a control stands is said again."""
    found: list[PlacedControl] = []
    weights = analysis.workspace.scoring.states
    for item in chosen:
        found.append(PlacedControl(control=item.control.id, at=(item.at,), state=ADDED))
        if item.at != "*":
            continue
        for placed in analysis.pipeline.controls:
            if placed.control == item.control.id and placed.state is not None:
                better = weights[placed.state].weight * placed.coverage > weights[ADDED].weight
                if better and "*" not in placed.at:
                    found.append(placed)
    return tuple(found)


def _needed(sample: Sample, limits: Limits, chosen: frozenset[int], candidates: Sequence[Candidate]) -> frozenset[int]:
    """Return the levers without those that change nothing, the dearest tried first."""
    kept = frozenset(chosen)
    for lever in sorted(chosen - limits.fixed, key=lambda lever: (-candidates[lever].cost.likely, lever)):
        if sample.risk(kept - {lever}) <= sample.risk(kept):
            kept -= {lever}
    return kept


def _check(
    analysis: Analysis, sample: Sample, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]
) -> None:
    """Confirm limits and value on the full graph, by the way that `assess` goes."""
    if not limits.allow(chosen):
        raise AssertionError("a plan broke its limits")  # our own mistake: no answer is better than that one
    official = analysis.totals_with_sets([[candidates[lever].placed for lever in sorted(chosen)]])[0]
    if abs(official - sample.risk(chosen)) > 1e-6:
        raise AssertionError(f"a plan leaves {official}, and the search counted {sample.risk(chosen)}")


def _measures(
    analysis: Analysis, sample: Sample, candidates: Sequence[Candidate], limits: Limits, chosen: frozenset[int]
) -> tuple[PlannedMeasure, ...]:
    rows = []
    before = sample.risk(())
    for lever, was, now in in_order(sample.risks, chosen):
        item = candidates[lever]
        techniques = {technique_of(analysis.graph.steps[step].grounding, analysis.workspace)[0] for step in item.acted}
        rows.append(
            PlannedMeasure(
                control=item.control.id,
                name=item.control.name,
                at=item.at,
                cost=_figure(item.cost.likely),
                days=_figure(item.days.likely),
                role=item.role,
                risk_removed=_figure(was - now),
                risk_after=_figure(now),
                alone=_figure(before - sample.risk((lever,))),
                last=_figure(sample.risk(chosen - {lever}) - sample.risk(chosen)),
                cost_range=_span(item.cost),
                days_range=_span(item.days),
                techniques=tuple(sorted(technique for technique in techniques if technique)),
                fixed=lever in limits.fixed,
            )
        )
    return tuple(rows)


def _option(item: Candidate) -> Option:
    cost, days = _figure(item.cost.likely), _figure(item.days.likely)
    return Option(control=item.control.id, name=item.control.name, at=item.at, cost=cost, days=days, role=item.role)


def _prices(candidates: Sequence[Candidate]) -> list[float]:
    """Return what is least where the cheapest plan is asked for: money, or the number of measures if all are free."""
    prices = [item.cost.likely for item in candidates]
    return prices if any(prices) else [1.0] * len(prices)


def _total(ranges: Sequence[Range]) -> Span:
    return Span(
        low=_figure(sum(item.low for item in ranges)),
        likely=_figure(sum(item.likely for item in ranges)),
        high=_figure(sum(item.high for item in ranges)),
    )


def _span(item: Range) -> Span:
    return Span(low=_figure(item.low), likely=_figure(item.likely), high=_figure(item.high))


def _figure(value: float) -> float:
    return round(float(value), DIGITS)


def _word(name: str | tuple[str, str]) -> str:
    return name if isinstance(name, str) else f"{name[0]}@{name[1]}"
