"""Where teams and systems meet: edges between them, handovers, and whether somebody speaks both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.document import Because, rounded
from atlasmodel.govern.reading import Reading, Truth, every, share
from atlasmodel.govern.situation import Place, Situation, Technical, arrow, because, day, no_pipeline
from atlasmodel.model.organisation import Handover
from atlasmodel.model.organisation_words import NEVER
from atlasmodel.model.pipeline import Flow

INTEGRATING = ("data_flow", "invokes", "retrieves_from", "depends_on", "feeds_back", "delegates_to")
HANDING_OVER = ("registers", "deploys", "supplies", "produces")


def _ends(situation: Situation, technical: Technical, flow: Flow) -> tuple[Place, Place]:
    by_id = technical.pipeline.by_id
    return Place(technical, by_id[flow.source]), Place(technical, by_id[flow.target])


def _is_person(situation: Situation, place: Place) -> bool:
    return situation.vocabulary.is_a(place.component.kind, ["people"])


def edges(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every link between systems that crosses a boundary or changes its owner whether it is sound.

    Sound: the caller is authenticated, what arrives is validated, errors are handled, both ends have an owner.
    """
    if not situation.pipelines:
        yield no_pipeline(situation)
    for technical in situation.production:
        for flow in technical.pipeline.flows:
            source, target = _ends(situation, technical, flow)
            if flow.kind not in INTEGRATING or _is_person(situation, source) or _is_person(situation, target):
                continue
            owners = situation.owner(source), situation.owner(target)
            if technical.pipeline.crossings(flow) or owners[0] != owners[1]:
                yield _edge(situation, flow, source, target, owners)


def _edge(
    situation: Situation, flow: Flow, source: Place, target: Place, owners: tuple[str | None, str | None]
) -> Reading:
    authn = flow.attributes.get("authn", situation.value(target, "authn"))
    asked: dict[str, Truth] = {
        "authentication of the caller": "unknown" if authn is None else "no" if authn == "none" else "yes",
        "validation of what arrives": _told(flow.attributes.get("validated")),
        "an owner at both ends": "yes" if all(owners) else "no",
    }
    if "error_handling" in situation.vocabulary.attributes_of(target.component.kind):
        asked["error handling"] = _told(situation.value(target, "error_handling"))
    answer = every(asked.values())
    wrong = [fact for fact, truth in asked.items() if truth == answer] if answer != "yes" else []
    word = "lacks" if answer == "no" else "does not say:"
    text = f"{arrow(flow)} {word} {', '.join(wrong)}" if wrong else f"{arrow(flow)} is sound"
    value = None if answer == "unknown" else answer == "yes"
    return Reading(f"{source.technical.id}/{flow.id}", value, (because(text, source.technical.id, flow.span),))


def _told(value: Any) -> Truth:
    return "unknown" if value is None else "yes" if value else "no"


def interfaces(situation: Situation) -> dict[tuple[str, str], list[Because]]:
    """Return the pairs of teams that have to work together, with what shows it: flows, handovers, or their word."""
    teams = situation.organisation.team_by_id
    found: dict[tuple[str, str], list[Because]] = {}

    def add(one: str | None, other: str | None, reason: Because) -> None:
        if one in teams and other in teams and one != other:
            found.setdefault((min(str(one), str(other)), max(str(one), str(other))), []).append(reason)

    for technical in situation.production:
        for flow in technical.pipeline.flows:
            source, target = _ends(situation, technical, flow)
            reason = because(arrow(flow), technical.id, flow.span)
            add(situation.owner(source), situation.owner(target), reason)
    for handover in situation.organisation.handovers or ():
        add(handover.giver, handover.taker, because("a handover", handover.giver, handover.span))
    for team in situation.organisation.teams or ():
        for other in team.interfaces or ():
            add(team.id, other, because("named as an interface", team.id, team.span))
    return dict(sorted(found.items()))


def bridges(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every pair of teams that meet whether somebody in them is competent in both fields."""
    if situation.organisation.teams is None or not situation.pipelines:
        yield _no_teams(situation)
        return
    level = situation.assumptions["bridge_level"].likely
    for (one, other), reasons in interfaces(situation).items():
        fields = [situation.skills.functions[situation.organisation.team_by_id[team].function] for team in (one, other)]
        people = [*situation.organisation.people_of(one), *situation.organisation.people_of(other)]
        able = [
            person
            for person in people
            if person.skills and all(person.skills.get(field, 0) >= level for field in fields)
        ]
        name = f"{one} and {other}"
        if able:
            told = because(f"{able[0].title or able[0].id} speaks {fields[0]} and {fields[1]}", name, able[0].span)
            yield Reading(name, True, (told,))
        elif fields[0] == fields[1]:
            yield Reading(name, True, (because(f"both are at home in {fields[0]}", name),))
        else:
            unknown = not people or any(person.skills is None for person in people)
            text = f"nobody {'is said to be' if unknown else 'is'} competent in both {fields[0]} and {fields[1]}"
            yield Reading(name, None if unknown else False, (because(text, name), *reasons[:2]))


def _no_teams(situation: Situation) -> Reading:
    if situation.organisation.teams is None:
        return Reading("teams", None, (because("`teams` is not in the file", situation.organisation.name),))
    return no_pipeline(situation)


def collaboration(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of pairs of teams that meet between which work was handed over and accepted."""
    organisation = situation.organisation
    if organisation.teams is None:
        yield _no_teams(situation)
        return
    truths, facts, rows = [], [], []
    for one, other in interfaces(situation):
        truth, accepted = _accepted(organisation.handovers, {one, other})
        truths.append(truth)
        rows.append({"one": one, "other": other, "handover": truth})
        if truth == "yes":
            facts += [because(f"handed over and accepted on {item.accepted_on}", f"{one} and {other}", item.span)
                      for item in accepted[:1]]  # fmt: skip
        else:
            text = "no accepted handover" if truth == "no" else "whether work was handed over is not said"
            facts.append(because(text, f"{one} and {other}"))
    bounds = share(truths)
    if bounds is not None:
        text = f"between {truths.count('yes')} of {len(truths)} pairs of teams work was handed over and accepted"
        first = because(text, organisation.name)
        yield Reading(
            organisation.name, (rounded(bounds[0]), rounded(bounds[1])), (first, *facts), {"interfaces": rows}
        )


def _accepted(handovers: tuple[Handover, ...] | None, pair: set[str]) -> tuple[Truth, list[Handover]]:
    if handovers is None:
        return "unknown", []
    between = [item for item in handovers if {item.giver, item.taker} == pair]
    accepted = [item for item in between if day(item.accepted_on)]
    if accepted:
        return "yes", accepted
    return ("unknown" if any(item.accepted_on != NEVER for item in between) else "no"), []


def handover_owners(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every artefact that is handed on towards production whether both ends have an owner."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for technical in situation.production:
        for flow in technical.pipeline.flows:
            if flow.kind not in HANDING_OVER:
                continue
            ends = _ends(situation, technical, flow)
            nobody = [end.component.id for end in ends if not _is_person(situation, end) and not situation.owner(end)]
            text = f"{arrow(flow)}: " + (f"nobody owns {' and '.join(nobody)}" if nobody else "owned at both ends")
            yield Reading(f"{technical.id}/{flow.id}", not nobody, (because(text, technical.id, flow.span),))
