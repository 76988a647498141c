"""Decisions that models support or take: how they are taken, who looks, who may stop them, when that was set."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.govern.measures.projects import development_start
from atlasmodel.govern.reading import Reading
from atlasmodel.govern.situation import Place, Situation, arrow, because, day, no_pipeline
from atlasmodel.model.pipeline import Flow

ALONG = ("decides", "informs", "renders", "data_flow", "produces", "delegates_to")
BACK = ("serves", "invokes")  # an answer travels against the call
GRAVE = ("high", "legal")
RUBBER_STAMP = 0.005  # fewer changed outcomes than one in two hundred: nobody is looking, or nobody may differ


def decisions(situation: Situation) -> Iterator[Place]:
    """Yield the decision processes of all production pipelines."""
    yield from situation.places(["decision_process"])


def drift(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every decision whether it is taken as it was designed; what reviewers can do speaks beside the words."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in decisions(situation):
        designed = situation.value(place, "decision_mode_designed")
        actual = situation.value(place, "decision_mode_actual")
        shown = _shown_mode(situation, place)
        said = f"designed for {designed or 'an unknown mode'}, used as {actual or 'is not said'}"
        reasons = (because(said, place.id, place.component.span), *shown[1])
        if designed is None or (actual is None and shown[0] is None):
            yield Reading(place.id, None, reasons)
        else:
            automated = "automated" in (actual, shown[0])
            yield Reading(place.id, not (designed == "support" and automated), reasons)


def _shown_mode(situation: Situation, place: Place) -> tuple[str | None, tuple[Any, ...]]:
    """Return the mode that flows, rates and hours show, with the reasons; None where they show nothing."""
    rate = situation.value(place, "override_rate")
    flows = _arriving(place, "reviews")
    automatic = [flow for flow in _arriving(place, "decides") if flow.attributes.get("automatic") is True]
    if automatic and not flows:
        return "automated", tuple(
            because(f"{arrow(flow)} is automatic and nobody reviews", place.id, flow.span) for flow in automatic
        )
    if isinstance(rate, float | int) and not isinstance(rate, bool) and rate < RUBBER_STAMP and flows:
        return "automated", (because(f"people changed {rate:.1%} of the outcomes", place.id, place.component.span),)
    needed, free, reasons = _hours(situation, place)
    if needed is not None and free is not None and needed > free and _everything_reviewed(situation, place):
        return "automated", reasons
    return None, ()


def reviewer_on_every_path(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every decision about people whether each way from a model to it leads past a human reviewer.

    For grave decisions the reviewer has to see all of them, for others a sample.
    """
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in decisions(situation):
        affected = situation.value(place, "affects_individuals")
        if affected is False:
            continue
        path, open_guards = _unguarded(situation, place)
        models = [one for one in _ancestors(situation, place) if situation.vocabulary.is_a(one[1], ["model"])]
        if not models:
            continue
        if path:
            reason = because(f"no reviewer on {' > '.join(path)}", place.id, place.component.span)
            yield Reading(place.id, None if affected is None else False, (reason,))
        else:
            fact = "every way from a model leads past a reviewer"
            reason = because("whether the reviewer sees enough is not said" if open_guards else fact, place.id,
                             place.component.span)  # fmt: skip
            yield Reading(place.id, None if open_guards else True, (reason,))


def _unguarded(situation: Situation, place: Place) -> tuple[list[str], bool]:
    """Return a way from a model to the decision that no reviewer guards, and whether some guard is not known."""
    pipeline = place.technical.pipeline
    wanted = "all" if situation.value(place, "decision_impact") in GRAVE else "sample"
    unknown = False

    def guarded(component: str) -> bool:
        nonlocal unknown
        here = Place(place.technical, pipeline.by_id[component])
        reviewers = [flow.source for flow in pipeline.flows_to(component) if flow.kind == "reviews"]
        if situation.vocabulary.is_a(here.component.kind, ["human_reviewer"]):
            reviewers.append(component)
        for name in reviewers:
            reviewer = Place(place.technical, pipeline.by_id[name])
            if not situation.vocabulary.is_a(reviewer.component.kind, ["human_reviewer", "staff"]):
                continue
            review = situation.value(reviewer, "review")
            unknown |= review is None
            if review in (None, "all", wanted):
                return True
        return False

    if guarded(place.component.id):
        return [], unknown
    came: dict[str, str | None] = {place.component.id: None}
    queue = deque([place.component.id])
    while queue:
        here = queue.popleft()
        if situation.vocabulary.is_a(pipeline.by_id[here].kind, ["model"]):
            path: list[str] = []
            step: str | None = here
            while step is not None:
                path.append(step)
                step = came[step]
            return path, unknown
        for before in _before(situation, place, here):
            if before not in came and not guarded(before):
                came[before] = here
                queue.append(before)
    return [], unknown


def _before(situation: Situation, place: Place, here: str) -> Iterator[str]:
    """Yield the components whose output may arrive at one: along the data, and back along calls."""
    pipeline = place.technical.pipeline
    for flow in pipeline.flows_to(here):
        if flow.kind in ALONG:
            yield flow.source
    if not situation.vocabulary.is_a(pipeline.by_id[here].kind, ["person"]):
        for flow in pipeline.flows_from(here):
            if flow.kind in BACK:
                yield flow.target


def _ancestors(situation: Situation, place: Place) -> Iterator[tuple[str, str]]:
    seen, queue = {place.component.id}, deque([place.component.id])
    while queue:
        here = queue.popleft()
        yield here, place.technical.pipeline.by_id[here].kind
        for before in _before(situation, place, here):
            if before not in seen:
                seen.add(before)
                queue.append(before)


def capacity(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every reviewed decision whether the reviewers' hours are enough: volume x minutes against hours."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in decisions(situation):
        if _arriving(place, "reviews"):
            needed, free, reasons = _hours(situation, place)
            yield Reading(place.id, None if needed is None or free is None else needed <= free, reasons)


def _hours(situation: Situation, place: Place) -> tuple[float | None, float | None, tuple[Any, ...]]:
    """Return the hours a day that reviews take and those that are free, with the sum in words."""
    flows = _arriving(place, "reviews")
    reviewers = [Place(place.technical, place.technical.pipeline.by_id[flow.source]) for flow in flows]
    hours = [_number(situation.value(one, "review_hours_per_day")) for one in reviewers]
    minutes = [_number(situation.value(one, "minutes_per_review")) for one in (*reviewers, place)]
    rates = [_number(flow.attributes.get("rate")) for flow in flows]
    volume = _number(situation.value(place, "decisions_per_day")) if _everything_reviewed(situation, place) else None
    if volume is None and all(rate is not None for rate in rates):
        volume = sum(rate for rate in rates if rate is not None)
    each = max((one for one in minutes if one is not None), default=None)
    if volume is None or each is None or not hours or None in hours:
        missing = "reviews a day" if volume is None else "minutes a review" if each is None else "hours a day"
        return None, None, (because(f"{missing}: not said", place.id, place.component.span),)
    needed, free = volume * each / 60, sum(hour for hour in hours if hour is not None)
    text = f"{volume:g} reviews a day x {each:g} minutes = {needed:.1f} hours; {free:g} hours are free"
    return needed, free, (because(text, place.id, place.component.span),)


def _everything_reviewed(situation: Situation, place: Place) -> bool:
    sources = [place.technical.pipeline.by_id[flow.source] for flow in _arriving(place, "reviews")]
    return any(situation.value(Place(place.technical, one), "review") == "all" for one in sources)


def override(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every decision about people whether a person is drawn who can change or stop its outcome."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in decisions(situation):
        if situation.value(place, "affects_individuals") is False:
            continue
        by_id = place.technical.pipeline.by_id
        able = [flow for flow in _arriving(place, "overrides")
                if situation.vocabulary.is_a(by_id[flow.source].kind, ["people"])]  # fmt: skip
        facts = [because(arrow(flow), place.id, flow.span) for flow in able]
        nobody = because("nobody can change or stop the outcome", place.id, place.component.span)
        yield Reading(place.id, bool(able), tuple(facts) or (nobody,))


def mode_timing(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every decision whether its mode was set before development began, or changed by a recorded decision."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in decisions(situation):
        written = situation.value(place, "mode_decided_on")
        decided = day(written if isinstance(written, str) else None)
        started = development_start(situation, place.technical.id)
        if decided is None or started is None:
            missing = "the day the mode was set" if decided is None else "the day development began"
            yield Reading(place.id, None, (because(f"{missing} is not said", place.id, place.component.span),))
            continue
        modes = (one for one in situation.organisation.decisions or () if one.kind == "mode")
        records = [one for one in modes if situation.speaks_of([name for name in one.of if name != "*"], place)]
        text = f"mode set on {decided}, development began on {started}"
        if decided <= started or records:
            found = (because(f"recorded: {one.what}", place.id, one.span) for one in records)
            yield Reading(place.id, True, (because(text, place.id, place.component.span), *found))
        else:
            unknown = situation.organisation.decisions is None
            yield Reading(place.id, None if unknown else False, (because(text, place.id, place.component.span),))


def _arriving(place: Place, kind: str) -> list[Flow]:
    return [flow for flow in place.technical.pipeline.flows_to(place.component.id) if flow.kind == kind]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
