"""What must hold between the records of an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from atlasmodel._decoding import BAD_TEXT
from atlasmodel.errors import Problem, nearest, shown
from atlasmodel.model.organisation import BY_ID, LISTS, Organisation
from atlasmodel.model.skill import builtin_skills


def unsound(organisation: Organisation) -> list[Problem]:
    """Return every reference inside an organisation that leads nowhere, and every text that is none."""
    problems: list[Problem] = []
    for record, what, names, known in _references(organisation):
        for name in names:
            if name not in known:
                text = f"{what} names `{shown(name)}`, which is not there"
                hint = nearest(name, known) or (f"known: {', '.join(sorted(known)[:12])}" if known else None)
                problems.append(Problem("AM176", text, record.span, hint))
    for record in _records(organisation):
        for name, value in record.__dict__.items():
            texts = value if isinstance(value, tuple) else (value,)
            for text in texts:
                bad = BAD_TEXT.search(text) if isinstance(text, str) else None
                if bad:
                    told = f"`{name}` holds U+{ord(bad.group()):04X}, which is no printable character"
                    problems.append(Problem("AM113", told, record.span))
    return problems


def _records(organisation: Organisation) -> Iterator[Any]:
    for name in (*BY_ID, *LISTS):
        yield from getattr(organisation, name) or ()


def _references(organisation: Organisation) -> Iterator[tuple[Any, str, Iterable[str], Iterable[str]]]:
    """Yield a record, the field that refers, the names in it, and what they may be; unknown sections are not judged."""
    domains = builtin_skills().domains
    teams = None if organisation.teams is None else {team.id for team in organisation.teams}
    people = {person.id for person in organisation.people or ()}
    holders = None if teams is None else {*teams, *people}
    policies = None if organisation.policies is None else {policy.id for policy in organisation.policies}
    projects = None if organisation.projects is None else {project.id for project in organisation.projects}
    holding: tuple[Any, ...] = (*(organisation.teams or ()), *(organisation.people or ()))
    for one in holding:
        yield one, f"`skills` of `{one.id}`", one.skills or (), domains
    for course in organisation.training or ():
        yield course, "`domains`", course.domains, domains
    for known, rows in (
        (teams, ((item, "`team`", [item.team]) for item in organisation.people or ())),
        (teams, ((item, f"`interfaces` of `{item.id}`", item.interfaces or ()) for item in organisation.teams or ())),
        (teams, ((item, "a handover", [item.giver, item.taker]) for item in organisation.handovers or ())),
        (holders, ((item, f"`held_by` of `{item.id}`", item.held_by or ()) for item in organisation.roles or ())),
        (holders, ((item, "`of`", item.of) for item in organisation.training or ())),
        (policies, ((item, "`policy`", [item.policy]) for item in organisation.decisions or () if item.policy)),
        (policies, ((item, "`led_to`", item.led_to or ()) for item in organisation.feedback or ())),
        (policies, ((item, "`led_to`", item.led_to or ()) for item in organisation.incidents or ())),
        (projects, ((item, "`project`", [item.project]) for item in organisation.budget or () if item.project)),
        (organisation.pipelines or None, _pipeline_names(organisation)),
    ):  # fmt: skip
        if known is not None:
            yield from ((record, what, names, known) for record, what, names in rows)


def _pipeline_names(organisation: Organisation) -> Iterator[tuple[Any, str, Iterable[str]]]:
    for project in organisation.projects or ():
        named_ = (*(project.pipelines or ()), *([project.research_pipeline] if project.research_pipeline else []))
        yield project, f"`{project.id}`", named_
