"""The domains of knowledge and the needs that parts of a pipeline have, read from data."""

from __future__ import annotations

from functools import cache

from pydantic import Field

from atlasmodel._located import Record, packaged
from atlasmodel.model.organisation import Organisation


class Domain(Record):
    """Name something that people can know."""

    meaning: str


class Need(Record):
    """Say that parts of some kinds call for somebody with at least a level in a domain, and why."""

    kinds: tuple[str, ...]
    domain: str
    level: int = Field(ge=1, le=4)
    reason: str


class Skills(Record):
    """Hold the domains, the domain that each function is at home in, and the needs.

    >>> builtin_skills().domains["adversarial_ml"].meaning[:3]
    'How'
    """

    domains: dict[str, Domain]
    functions: dict[str, str]
    needs: tuple[Need, ...]


@cache
def builtin_skills() -> Skills:
    """Return the domains and needs that come with the library; they are read once a process."""
    return packaged(Skills, "organisation/skills.yaml", "AM290")


def level_of(organisation: Organisation, team: str, domain: str) -> int | None:
    """Return the best level of a team in a domain, 0 to 4, or None when nothing is known of its skills."""
    people = organisation.people_of(team)
    known = [person.skills for person in people if person.skills is not None]
    own = organisation.team_by_id[team].skills if team in organisation.team_by_id else None
    profiles = [*known, *([own] if own is not None else [])]
    if not profiles:
        return None
    best = max(profile.get(domain, 0) for profile in profiles)
    # Somebody whose skills are not told may know what nobody else is said to know.
    return best if best or len(known) == len(people) else None
