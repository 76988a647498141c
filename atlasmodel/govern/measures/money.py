"""Money: what twins rehearse and cost, and what each stage costs beside the loss that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.document import AttackPath, rounded
from atlasmodel.govern.measures.risk import severe_paths
from atlasmodel.govern.reading import Bounds, Reading
from atlasmodel.govern.situation import Place, Situation, Technical, because, day, no_pipeline
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.model.organisation import Exercise, Twin
from atlasmodel.model.organisation_words import STAGES, Amount

SOURCES_OF_PATHS = ("people", "source")  # what stands outside: nobody mirrors a person or a partner's feed
YEARS_OF_USE = 3  # over which what was bought once is spread


def mirrored(technical: Technical) -> set[str]:
    """Return the components that a digital twin of the pipeline mirrors."""
    return {flow.target for flow in technical.pipeline.flows if flow.kind == "mirrors"}


def twins(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every digital twin whether it mirrors something, closely enough, and is up to date."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in situation.places(["digital_twin"]):
        pipeline = place.technical.pipeline
        copies = [flow.target for flow in pipeline.flows_from(place.component.id) if flow.kind == "mirrors"]
        fidelity, synced = situation.value(place, "fidelity"), situation.value(place, "last_sync")
        when = day(synced if isinstance(synced, str) else None)
        text = f"mirrors {', '.join(copies) or 'nothing'}; "
        text += f"fidelity {fidelity or 'not said'}; last sync {when or 'not said'}"
        fresh = None
        if when and situation.today:
            fresh = (situation.today - when).days <= int(options.get("within_days", 90))
        enough = None if fidelity is None else fidelity != "sketch"
        value = False if not copies or False in (fresh, enough) else None if None in (fresh, enough) else True
        yield Reading(place.id, value, (because(text, place.id, place.component.span),))


def twin_coverage(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of severe attack paths that a twin mirrors whole and on which an attack was rehearsed."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for technical in situation.production:
        paths = list(severe_paths(technical))
        if not paths:
            continue
        known, exercises = _exercises(situation, technical)
        copies = mirrored(technical)
        whole = [(fact, path) for fact, path in paths if _mirrors(situation, technical, path, copies)]
        done = [path for _, path in whole if any(_rehearses(exercise, path, technical.id) for exercise in exercises)]
        low, high = len(done) / len(paths), len(done if known else whole) / len(paths)
        text = f"{len(whole)} of {len(paths)} severe paths are mirrored whole, {len(done)} were rehearsed"
        text += "" if known else "; rehearsals are not said"
        missing = sorted({step.at for _, path in paths for step in path.steps} - copies - {ADVERSARY})
        more = (because(f"not mirrored: {', '.join(missing[:6])}", technical.id),) if missing else ()
        yield Reading(technical.id, (rounded(low), rounded(high)), (because(text, technical.id), *more))


def _mirrors(situation: Situation, technical: Technical, path: AttackPath, copies: set[str]) -> bool:
    by_id = technical.pipeline.by_id
    steps = [step.at for step in path.steps if step.at in by_id]
    inside = [
        at for at in steps if not situation.vocabulary.is_a(by_id[at].kind, (*SOURCES_OF_PATHS, "decision_process"))
    ]
    return bool(inside) and all(at in copies for at in inside)


def _rehearses(exercise: Exercise, path: AttackPath, pipeline: str) -> bool:
    names = {name for step in path.steps for name in (step.at, f"{pipeline}/{step.at}", step.technique)}
    return not names.isdisjoint(exercise.of)


def _of(situation: Situation, technical: Technical) -> list[Twin]:
    """Return the records of the twins that stand in a pipeline."""
    places = [Place(technical, component) for component in technical.pipeline.components]
    return [one for one in situation.organisation.twins or ()
            if any(situation.speaks_of([one.component], place) for place in places)]  # fmt: skip


def _exercises(situation: Situation, technical: Technical) -> tuple[bool, list[Exercise]]:
    records = _of(situation, technical)
    known = situation.organisation.twins is not None and all(one.exercises is not None for one in records)
    return known, [exercise for one in records for exercise in one.exercises or ()]


def twin_return(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every pipeline with a twin the loss a year it may avoid, divided by what it costs a year; ranges."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    avoids = situation.assumptions["twin_avoids"]
    for technical in situation.production:
        copies = mirrored(technical)
        if not copies:
            continue
        records = _of(situation, technical)
        costs = [_yearly(one) for one in records]
        if not costs or None in costs:
            yield Reading(technical.id, None, (because("the cost of the twin is not said", technical.id),))
            continue
        cost = _sum(one for one in costs if one is not None)
        loss = _sum(_losses(technical, copies).values())
        if loss[1] == 0:
            text = "what it mirrors is worth no money in the file"
            yield Reading(technical.id, None, (because(text, technical.id),))
            continue
        ratio = (avoids.low * loss[0] / max(cost[1], 1.0), avoids.high * loss[1] / max(cost[0], 1.0))
        unit = situation.organisation.currency
        text = f"expected loss {loss[0]:,.0f} to {loss[1]:,.0f} {unit} a year on what it mirrors, "
        text += f"of which {avoids.low:.0%} to {avoids.high:.0%} avoided; "
        text += f"it costs {cost[0]:,.0f} to {cost[1]:,.0f} {unit} a year"
        reason = because(text, technical.id, records[0].span)
        yield Reading(technical.id, (rounded(ratio[0]), rounded(ratio[1])), (reason,))


def _yearly(twin: Twin) -> Bounds | None:
    if twin.yearly is None:
        return None
    once = twin.one_off or Amount(low=0, likely=0, high=0)
    return twin.yearly.low + once.low / YEARS_OF_USE, twin.yearly.high + once.high / YEARS_OF_USE


def _losses(technical: Technical, places: set[str] | None = None) -> dict[str, Bounds]:
    """Return the expected loss a year by asset: loss x probability x campaigns a year, for its worst end.

    An asset counts once, at the end that costs it most, so that ends on one asset do not add up.
    """
    pipeline = technical.pipeline
    tries = {adversary.id: adversary.tries_per_year for adversary in pipeline.adversaries}
    found: dict[str, Bounds] = {}
    for goal in technical.parts.goals:
        if goal.at not in pipeline.by_id or (places is not None and goal.at not in places):
            continue
        times = tries.get(goal.adversary)
        campaigns = 1.0 if times is None else times
        for asset in pipeline.assets_at(goal.at):
            if asset.loss:
                low = asset.loss.low * goal.probability.low * campaigns
                high = asset.loss.high * goal.probability.high * campaigns
                before = found.get(asset.id, (0.0, 0.0))
                found[asset.id] = (max(before[0], low), max(before[1], high))
    return found


def _sum(parts: Any) -> Bounds:
    known = list(parts)
    return sum(low for low, _ in known), sum(high for _, high in known)


def stage_report(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Show for every stage what it costs and the expected loss a year that hangs on its components."""
    organisation = situation.organisation
    if organisation.budget is None:
        yield Reading("budget", None, (because("`budget` is not in the file", organisation.name),))
        return
    for stage in STAGES:
        lines = [line for line in organisation.budget if line.stage == stage]
        money = [amount for line in lines for amount in (line.one_off, line.yearly) if amount]
        cost = (sum(one.low for one in money), sum(one.high for one in money))
        loss = (0.0, 0.0)
        for technical in situation.production:
            here = {item.id for item in technical.pipeline.components if item.stage == stage}
            part = _sum(_losses(technical, here).values())
            loss = (loss[0] + part[0], loss[1] + part[1])
        unit = organisation.currency
        text = f"{stage.replace('_', ' ')}: {cost[0]:,.0f} to {cost[1]:,.0f} {unit} in {len(lines)} lines; "
        text += f"expected loss {loss[0]:,.0f} to {loss[1]:,.0f} {unit} a year hangs on it"
        row = {
            "stage": stage, "lines": len(lines), "cost_low": rounded(cost[0]), "cost_high": rounded(cost[1]),
            "loss_low": rounded(loss[0]), "loss_high": rounded(loss[1]),
        }  # fmt: skip
        value = None if lines and not money else bool(money)
        yield Reading(stage, value, (because(text, organisation.name, lines[0].span if lines else None),), row)
