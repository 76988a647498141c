"""Third parties and duties: how much hangs on one vendor, which duties the data in use brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.document import rounded
from atlasmodel.govern.reading import Reading
from atlasmodel.govern.situation import Place, Situation, because, no_pipeline

PERSONAL = ("personal", "restricted")


def third_party(situation: Situation) -> Iterator[Place]:
    """Yield the components that somebody else made or runs: by their origin, or because a vendor supplies them."""
    for place in situation.places():
        if situation.vocabulary.is_a(place.component.kind, ["people"]):
            continue
        supplied = any(
            situation.vocabulary.is_a(place.technical.pipeline.by_id[flow.source].kind, ["vendor"])
            for flow in place.technical.pipeline.flows_to(place.component.id)
            if flow.kind == "supplies"
        )
        if supplied or situation.value(place, "origin") == "third_party":
            yield place


def contracts(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every component of a third party whether a contract covers it."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    known = situation.organisation.contracts
    for place in third_party(situation):
        covering = [one for one in known or () if situation.speaks_of(one.covers, place)]
        if covering:
            told = because(f"covered by {covering[0].id} with {covering[0].vendor}", place.id, covering[0].span)
            yield Reading(place.id, True, (told,))
        else:
            text = "`contracts` is not in the file" if known is None else "no contract covers it"
            yield Reading(place.id, None if known is None else False, (because(text, place.id, place.component.span),))


def concentration(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of third-party components that hang on the vendor with most of them."""
    if not situation.pipelines:
        yield no_pipeline(situation)
        return
    places = list(third_party(situation))
    if len(places) < int(options.get("least", 3)):
        return
    vendors: dict[str, list[str]] = {}
    for place in places:
        vendors.setdefault(_vendor(situation, place), []).append(place.id)
    unknown = len(vendors.pop("", ()))
    largest = max(vendors, key=lambda name: (len(vendors[name]), name), default="")
    most = len(vendors.get(largest, ()))
    low, high = most / len(places), (most + unknown) / len(places)
    text = f"{most} of {len(places)} third-party components come from {largest or 'vendors that are not named'}"
    text += f"; {unknown} name no vendor" if unknown else ""
    names = because(", ".join(vendors.get(largest, ())[:6]), largest or "vendors")
    yield Reading(largest or "vendors", (rounded(low), rounded(high)), (because(text, largest or "vendors"), names))


def _vendor(situation: Situation, place: Place) -> str:
    for contract in situation.organisation.contracts or ():
        if situation.speaks_of([name for name in contract.covers if name != "*"], place):
            return contract.vendor
    by_id = place.technical.pipeline.by_id
    for flow in place.technical.pipeline.flows_to(place.component.id):
        if flow.kind == "supplies" and situation.vocabulary.is_a(by_id[flow.source].kind, ["vendor"]):
            return by_id[flow.source].name
    return ""


def duties(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for all data in use whether the register of duties covers what it brings.

    Personal data brings privacy, what carries a licence or another owner brings intellectual property.
    """
    if not situation.pipelines:
        yield no_pipeline(situation)
    register = situation.organisation.obligations
    for place in situation.places(["data", "model", "artifact"]):
        topics = []
        if situation.value(place, "data_class") in PERSONAL:
            topics.append("privacy")
        if situation.value(place, "licence") or situation.value(place, "origin") in ("third_party", "open_source"):
            topics.append("intellectual_property")
        for topic in topics:
            covering = [
                one for one in register or () if one.topic == topic and situation.speaks_of(one.applies_to, place)
            ]
            word = topic.replace("_", " ")
            if covering:
                told = because(f"{word}: {covering[0].title}", place.id, covering[0].span)
                yield Reading(place.id, True, (told,))
            else:
                text = f"{word}: " + (
                    "`obligations` is not in the file" if register is None else "no duty is registered"
                )
                where = (because(text, place.id, place.component.span),)
                yield Reading(place.id, None if register is None else False, where)
