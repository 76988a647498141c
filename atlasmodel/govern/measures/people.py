"""People: what the pipelines call for, who knows it, how broad teams and people are, how fresh their training is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from atlasmodel.document import rounded
from atlasmodel.govern.reading import Reading, Truth, share
from atlasmodel.govern.situation import Place, Situation, because, day, no_pipeline, techniques_at
from atlasmodel.model.organisation import Person
from atlasmodel.model.organisation_words import STAGES

THREAT_DOMAINS = ("security", "adversarial_ml", "language_models", "agents")
ACTIVITIES = ("responsible", "accountable", "review", "budget")


class Required(NamedTuple):
    """Be a level in a domain that components call for, and which ones."""

    domain: str
    level: int
    reason: str
    places: tuple[Place, ...]


def required(situation: Situation, places: list[Place]) -> list[Required]:
    """Return what some components call for: the highest level in each domain, in the order of the domains."""
    found: dict[str, Required] = {}
    for need in situation.skills.needs:
        fitting = tuple(place for place in places if situation.vocabulary.is_a(place.component.kind, need.kinds))
        if not fitting:
            continue
        before = found.get(need.domain)
        where = tuple(dict.fromkeys((*(before.places if before else ()), *fitting)))
        higher = before is None or need.level > before.level
        level, reason = (need.level, need.reason) if higher or before is None else (before.level, before.reason)
        found[need.domain] = Required(need.domain, level, reason, where)
    return [found[domain] for domain in situation.skills.domains if domain in found]


def _missing_teams(situation: Situation) -> Reading | None:
    if situation.organisation.teams is None and situation.organisation.people is None:
        name = situation.organisation.name
        return Reading("teams", None, (because("neither `teams` nor `people` is in the file", name),))
    return None if situation.pipelines else no_pipeline(situation)


def skills_fit(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every domain that the components in use call for whether somebody reaches the level."""
    missing = _missing_teams(situation)
    if missing:
        yield missing
        return
    for need in required(situation, list(situation.places())):
        level, who = _best(situation, need.domain)
        names = ", ".join(place.id for place in need.places[:3])
        text = f"{need.domain} {need.level} is called for by {names}"
        have = "not said" if level is None else f"best is {level}" + (f", {who}" if who else "")
        row = {"domain": need.domain, "needed": need.level, "best": level, "for": names, "reason": need.reason}
        yield Reading(
            need.domain, None if level is None else level >= need.level, (because(f"{text}; {have}", need.domain),), row
        )


def _best(situation: Situation, domain: str) -> tuple[int | None, str | None]:
    """Return the best level in the organisation and whose it is; None where nobody's is known to reach far."""
    levels = [(situation.level(team.id, domain), team.id) for team in situation.organisation.teams or ()]
    known = [(level, team) for level, team in levels if level is not None]
    if not known:
        return None, None
    level, team = max(known, key=lambda item: item[0])
    return (None, None) if level == 0 and len(known) < len(levels) else (level, team)


def role_briefs(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Write a role brief for every gap: the depth that is called for and the breadth that would join the teams."""
    for reading in skills_fit(situation, options):
        if reading.value is None or reading.value is True:
            yield Reading(reading.at, reading.value, reading.because)
            continue
        fields = {situation.skills.functions[team.function] for team in situation.organisation.teams or ()}
        row = reading.row
        brief = {
            "depth": f"{row['domain']} {row['needed']}",
            "breadth": [f"{field} 2" for field in situation.skills.domains if field in fields - {row["domain"]}][:4],
            "works_on": row["for"],
            "because": row["reason"],
        }
        yield Reading(reading.at, False, reading.because, brief)


def breadth(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every team that owns components the share of the domains they call for in which it can work."""
    missing = _missing_teams(situation)
    if missing:
        yield missing
        return
    for team, places in _owned(situation).items():
        needs = required(situation, places)
        if not needs:
            continue
        levels = [situation.level(team, need.domain) for need in needs]
        truths: list[Truth] = ["unknown" if level is None else "yes" if level >= 2 else "no" for level in levels]
        bounds = share(truths) or (0.0, 1.0)
        lacking = [need.domain for need, truth in zip(needs, truths, strict=True) if truth != "yes"]
        text = f"at home in {truths.count('yes')} of {len(needs)} fields that its components call for"
        text += f"; not in {', '.join(lacking)}" if lacking else ""
        where = situation.organisation.team_by_id[team].span
        yield Reading(team, (rounded(bounds[0]), rounded(bounds[1])), (because(text, team, where),))


def _owned(situation: Situation) -> dict[str, list[Place]]:
    """Return the components of every team of the organisation that owns some."""
    found: dict[str, list[Place]] = {team.id: [] for team in situation.organisation.teams or ()}
    for place in situation.places():
        owner = situation.owner(place)
        if owner in found:
            found[str(owner)].append(place)
    return {team: places for team, places in found.items() if places}


def training_recency(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every team that owns components whether its last training on threats is younger than its threats.

    The age of a threat is the day ATLAS first published the technique; `grace_days` are left to train on new ones.
    """
    missing = _missing_teams(situation)
    if missing:
        yield missing
        return
    grace = dt.timedelta(days=int(options.get("grace_days", 180)))
    for team, places in _owned(situation).items():
        newest = _newest_technique(situation, places)
        if newest is None:
            continue
        published, technique, at = newest
        called = f"{situation.catalog.display_name(technique)} ({technique}), published on {published}, applies to {at}"
        if situation.organisation.training is None:
            yield Reading(team, None, (because(f"{called}; `training` is not in the file", team),))
            continue
        mine = {team, *(person.id for person in situation.organisation.people_of(team))}
        days = [day(one.on) for one in situation.organisation.training
                if not mine.isdisjoint(one.of) and not set(one.domains).isdisjoint(THREAT_DOMAINS)]  # fmt: skip
        last = max((one for one in days if one is not None), default=None)
        where = situation.organisation.team_by_id[team].span
        text = f"{called}; last training on threats: {last or 'none'}"
        fresh: bool | None = last is not None and last >= published
        if not fresh:
            today = situation.today
            fresh = None if today is None else last is not None and today <= published + grace
        yield Reading(team, fresh, (because(text, team, where),))


def _newest_technique(situation: Situation, places: list[Place]) -> tuple[dt.date, str, str] | None:
    found = []
    for place in places:
        for technique in techniques_at(place):
            published = situation.catalog.technique(technique).created if technique in situation.catalog else None
            if published:
                found.append((published, technique, place.id))
    return max(found, default=None)


def t_shaped(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of people who are deep in one domain and can work in several others."""
    people = situation.organisation.people
    name = situation.organisation.name
    if people is None:
        yield Reading(name, None, (because("`people` is not in the file", name),))
        return
    truths: list[Truth] = []
    facts, rows = [], []
    for person in people:
        truth, depth, width = _shape(situation, person)
        truths += [truth] * person.count
        rows.append({"person": person.id, "team": person.team, "count": person.count, "depth": depth, "breadth": width,
                     "t_shaped": truth})  # fmt: skip
        text = {"yes": "deep and broad", "no": f"deepest {depth}, {width} other fields", "unknown": "skills not said"}
        facts.append(because(text[truth], person.id, person.span))
    bounds = share(truths)
    if bounds:
        first = because(f"{truths.count('yes')} of {len(truths)} people are deep and broad", name)
        yield Reading(name, (rounded(bounds[0]), rounded(bounds[1])), (first, *facts), {"people": rows})


def _shape(situation: Situation, person: Person) -> tuple[Truth, int | None, int | None]:
    if person.skills is None:
        return "unknown", None, None
    levels = sorted(person.skills.values(), reverse=True)
    depth = levels[0] if levels else 0
    width = sum(level >= situation.assumptions["t_breadth_level"].likely for level in levels[1:])
    fits = (
        depth >= situation.assumptions["t_depth"].likely and width >= situation.assumptions["t_breadth_domains"].likely
    )
    return "yes" if fits else "no", depth, width


def lifecycle(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of cells that are filled: six stages by who does it, who answers, who reviews, who pays."""
    organisation = situation.organisation
    truths: list[Truth] = []
    facts, rows = [], []
    for stage in STAGES:
        cells: dict[str, Truth] = {}
        for activity in ACTIVITIES:
            cells[activity] = _cell(situation, stage, activity)
        truths += cells.values()
        rows.append({"stage": stage, **cells})
        empty = [activity for activity, truth in cells.items() if truth != "yes"]
        if empty:
            word = "lacks" if "unknown" not in cells.values() else "lacks, or does not say,"
            facts.append(because(f"{stage.replace('_', ' ')} {word} {', '.join(empty)}", organisation.name))
    bounds = share(truths) or (0.0, 1.0)
    all_filled = because("every stage has somebody who does, answers, reviews and pays", organisation.name)
    yield Reading(organisation.name, (rounded(bounds[0]), rounded(bounds[1])), tuple(facts) or (all_filled,),
                  {"matrix": rows})  # fmt: skip


def _cell(situation: Situation, stage: str, activity: str) -> Truth:
    organisation = situation.organisation
    if activity in ("responsible", "accountable"):
        rows: Any = organisation.roles
        hits = (f"stage:{stage}" in getattr(role, activity) or "*" in getattr(role, activity) for role in rows or ())
    elif activity == "review":
        rows = organisation.reviews
        hits = (review.stage == stage for review in rows or ())
    else:
        rows = organisation.budget
        hits = (line.stage == stage for line in rows or ())
    return "unknown" if rows is None else "yes" if any(hits) else "no"


def stages(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every stage of the life cycle whether components stand in it and somebody answers for it."""
    if not situation.pipelines:
        yield no_pipeline(situation)
        return
    places = list(situation.places())
    unstaged = [place.id for place in places if place.component.stage is None]
    for stage in STAGES:
        here = [place.id for place in places if place.component.stage == stage]
        owned = _cell(situation, stage, "accountable")
        word = stage.replace("_", " ")
        if not here and not unstaged:
            yield Reading(stage, False, (because(f"{word}: no component stands in it", situation.organisation.name),))
            continue
        where = f"in it {', '.join(here[:3])}" if here else f"no component says so, {len(unstaged)} name no stage"
        told = {"yes": "somebody answers for it", "no": "nobody answers for it", "unknown": "roles are not said"}[owned]
        value = False if owned == "no" else None if not here or owned == "unknown" else True
        yield Reading(stage, value, (because(f"{word}: {where}; {told}", situation.organisation.name),))
