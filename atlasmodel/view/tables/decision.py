"""Decisions about people, and what people said about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atlasmodel.govern.situation import Place
from atlasmodel.view.desk import Desk

REDRESS = "redress"  # the control by which people object


def decisions(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the decisions that touch individuals: meant and actual way, how many, who looks, who can overrule."""
    situation, names = desk.situation, desk.names
    for place in situation.places(["decision_process"]):
        if situation.value(place, "affects_individuals") is False:
            continue
        pipeline, here = place.technical.pipeline, place.component.id
        into = [flow for flow in pipeline.flows_to(here) if flow.kind in ("reviews", "overrides")]
        who = {kind: [names.name(f"{place.technical.id}/{flow.source}").partition(" (")[0]
                      for flow in into if flow.kind == kind] for kind in ("reviews", "overrides")}  # fmt: skip
        people = {flow.source for flow in into}
        looks = [
            situation.value(one, "review")
            for one in situation.places(["human_reviewer"])
            if one.technical is place.technical and one.component.id in people
        ]
        yield {
            "decision": names.name(place.id),
            "meant": _word(desk, situation.value(place, "decision_mode_designed")),
            "actual": _word(desk, situation.value(place, "decision_mode_actual")),
            "a_day": situation.value(place, "decisions_per_day"),
            "looks": [_word(desk, look) for look in looks] or "nobody",
            "overrules": who["overrides"] or "nobody",
            "objections": _objections(desk, place),
            "assessed": situation.value(place, "impact_assessment"),
        }


def _objections(desk: Desk, place: Place) -> str:
    """Return in which state the way to object stands at a decision, as the pipeline's controls say."""
    found = (one for one in place.technical.pipeline.controls
             if one.control == REDRESS and {place.component.id, "*"} & set(one.at))  # fmt: skip
    placed = next(found, None)
    if placed is None:
        return "no way on record"
    return _word(desk, placed.state) or "on record, its state is not said"


def remarks(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield what was remarked, by whom, and when it was answered."""
    for one in desk.situation.organisation.feedback or ():
        answered = {None: None, "never": "no answer yet"}.get(one.answered_on, one.answered_on)
        yield {"what": one.what, "by": desk.names.word(one.by), "on": one.on, "answered": answered}


def _word(desk: Desk, value: Any) -> str | None:
    return desk.names.word(str(value)) if value is not None else None
