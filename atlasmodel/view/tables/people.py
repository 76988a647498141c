"""People: which knowledge the pipelines call for, which roles to fill, how broad teams are, when they were trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atlasmodel.govern.measures.people import THREAT_DOMAINS
from atlasmodel.govern.situation import day
from atlasmodel.view.desk import Desk


def skills(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield every field of knowledge that the parts in use call for: level needed, 0 to 4, and best there is."""
    for row in desk.report["EXPERTISE-FIT"].rows:
        best, needed = row["best"], row["needed"]
        yield {
            "field": desk.names.word(row["domain"]),
            "needed": needed,
            "best": best,
            "people": _people(desk, row["domain"], needed),
            "enough": None if best is None else best >= needed,
            "why": row["reason"],
        }


def _people(desk: Desk, domain: str, level: int) -> str:
    """Return how many people reach a level; of a team whose people are not listed one is sure."""
    organisation = desk.situation.organisation
    people = organisation.people or ()
    known = sum(one.count for one in people if (one.skills or {}).get(domain, 0) >= level)
    listed = {one.team for one in people}
    teams = [one for one in organisation.teams or () if (one.skills or {}).get(domain, 0) >= level]
    sure = known + sum(team.id not in listed for team in teams)
    open_ended = bool(teams) or organisation.people is None or any(one.skills is None for one in people)
    return f"at least {sure}" if open_ended else str(sure)


def briefs(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the roles to fill: the depth, the breadth, the work and the reason."""
    for row in desk.report["ROLE-BRIEFS"].rows:
        domain, _, level = row["depth"].partition(" ")
        breadth = [desk.names.word(one.partition(" ")[0]) for one in row["breadth"]]
        works_on = [desk.names.name(name) for name in row["works_on"].split(", ")]
        yield {
            "field": desk.names.word(domain), "level": int(level), "breadth": breadth, "works_on": works_on,
            "why": row["because"],
        }  # fmt: skip


def breadth(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield for every team whose people are listed how many there are and how many are deep and broad."""
    counts: dict[str, list[int]] = {}
    for row in (one for matrix in desk.report["T-SHARE"].rows for one in matrix["people"]):
        found = counts.setdefault(row["team"], [0, 0, 0])
        found[0] += row["count"]
        found[1] += row["count"] if row["t_shaped"] == "yes" else 0
        found[2] += row["count"] if row["t_shaped"] == "unknown" else 0
    for team, (people, broad, unsaid) in counts.items():
        yield {"team": desk.names.name(team), "people": people, "broad": broad, "unsaid": unsaid}


def training(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield for every team when it was last trained against attacks, and on what."""
    organisation = desk.situation.organisation
    for team in organisation.teams or ():
        people = {person.id for person in organisation.people_of(team.id)} | {team.id, "*"}
        courses = [
            (when, course)
            for course in organisation.training or ()
            if people & set(course.of) and (when := day(course.on)) and set(course.domains) & set(THREAT_DOMAINS)
        ]
        last = max(courses, key=lambda pair: pair[0], default=None)
        yield {
            "team": desk.names.name(team.id),
            "last": str(last[0]) if last else "none on record" if organisation.training is not None else None,
            "on": [desk.names.word(domain) for domain in last[1].domains] if last else "",
        }
