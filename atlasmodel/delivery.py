"""Who delivers a measure, what they have to know, and whether somebody there does; no figure rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel.document import Frozen, RankedMeasure
from atlasmodel.errors import CatalogError, Problem, nearest
from atlasmodel.mitigate.controls import Control, Library
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.organisation_words import FUNCTIONS, Function
from atlasmodel.model.skill import builtin_skills, level_of
from atlasmodel.plan import Plan, PlannedMeasure
from atlasmodel.workspace import Workspace

Answer = Literal["yes", "no", "unknown"]


class Delivery(Record):
    """Say which functions can deliver something, and the level, 1 to 4, they need in which domains."""

    functions: tuple[Function, ...] = ()
    skills: dict[str, int] = Field(min_length=1)
    reason: str


class Deliveries(Record):
    """Hold what is needed by role, class and first phase of a measure, and for single measures."""

    roles: dict[str, Delivery]
    classes: dict[str, Delivery] = Field(default_factory=dict)
    phases: dict[str, Delivery] = Field(default_factory=dict)
    controls: dict[str, Delivery] = Field(default_factory=dict)

    def of(self, control: Control) -> Delivery:
        """Return what a control needs: its own entry, or its role, class and first phase together."""
        if control.id in self.controls:
            return self.controls[control.id]
        role = self.roles.get(control.delivered_by or "")
        parts = [role, self.classes.get(control.category), self.phases.get((*control.phases, "")[0])]
        known = [part for part in parts if part]
        skills: dict[str, int] = {}
        for part in known:
            for domain, level in part.skills.items():
                skills[domain] = max(level, skills.get(domain, 0))
        reason = " ".join(part.reason for part in known)
        return Delivery.model_construct(functions=role.functions if role else (), skills=skills, reason=reason)


class Deliverer(Frozen):
    """Say who can deliver one measure: `team` is that of a fitting function that lacks least, `alone` lacking nothing.

    `exists` is yes where for every domain somebody in the organisation reaches the level, no where nobody does for one,
    unknown where too little is said. `lacks` names what the team does not know, `helped_by` which teams do.
    """

    control: str
    name: str
    at: str
    role: str
    functions: tuple[str, ...]
    skills: dict[str, int]
    exists: Answer
    team: str | None
    alone: bool
    lacks: tuple[str, ...]
    helped_by: dict[str, tuple[str, ...]]


@cache
def builtin_deliveries() -> Deliveries:
    """Return the table that comes with the library; it is read once a process."""
    path = data_root() / "catalogs" / "organisation" / "delivery.yaml"
    document = _yaml.read(path, name=f"organisation/{path.name}")
    found, problems = validate(Deliveries, document.data, document, (), "AM195")
    domains = builtin_skills().domains
    for section in ("roles", "classes", "phases", "controls"):
        entries: Mapping[str, Delivery] = getattr(found, section, {})
        for name, entry in entries.items():
            span = document.key_span(section, name)
            for domain in entry.skills.keys() - domains.keys():
                problems.append(Problem("AM195", f"{name}: no domain `{domain}`", span, nearest(domain, domains)))
    if found is None or problems:
        raise CatalogError(problems)
    return found


def skills_of(control: Control) -> Mapping[str, int]:
    """Return the level, 1 to 4, that delivering a control takes in each domain.

    >>> dict(skills_of(Workspace.builtin().library.controls["human_review"]))
    {'business': 3, 'ethics': 2}
    """
    return builtin_deliveries().of(control).skills


def deliverers(
    measures: Plan | Iterable[RankedMeasure | PlannedMeasure],
    organisation: Organisation,
    library: Library | None = None,
) -> tuple[Deliverer, ...]:
    """Return for each measure of a plan, or of a ranking, who can deliver it; in the same order, changing no figure."""
    listed = measures.measures if isinstance(measures, Plan) else measures
    known = library or Workspace.builtin().library
    return tuple(_deliverer(measure, organisation, known.controls[measure.control]) for measure in listed)


def _deliverer(measure: RankedMeasure | PlannedMeasure, organisation: Organisation, control: Control) -> Deliverer:
    delivery = builtin_deliveries().of(control)
    teams = [team.id for team in organisation.teams or ()]
    fitting = [team for team in teams if organisation.team_by_id[team].function in delivery.functions]
    closest = min(
        fitting,
        key=lambda team: (
            len(_lacking(organisation, team, delivery.skills)),
            # Of teams that lack equally much the one whose function stands first.
            delivery.functions.index(organisation.team_by_id[team].function),
        ),
        default=None,
    )
    lacks = tuple(delivery.skills) if closest is None else _lacking(organisation, closest, delivery.skills)
    able = {domain: _able(organisation, teams, domain, level) for domain, level in delivery.skills.items()}
    return Deliverer(
        control=measure.control,
        name=measure.name,
        at=measure.at,
        role=control.delivered_by or "anyone",
        functions=tuple(name for name in FUNCTIONS if name in delivery.functions),
        skills=dict(sorted(delivery.skills.items())),
        exists=_exists(organisation, teams, delivery.skills, able),
        team=closest,
        alone=not lacks,
        lacks=lacks,
        helped_by={domain: able[domain] for domain in lacks},
    )


def _able(organisation: Organisation, teams: Iterable[str], domain: str, level: int) -> tuple[str, ...]:
    return tuple(team for team in teams if (level_of(organisation, team, domain) or 0) >= level)


def _exists(
    organisation: Organisation,
    teams: Iterable[str],
    skills: Mapping[str, int],
    able: Mapping[str, tuple[str, ...]],
) -> Answer:
    if all(able.values()):
        return "yes"
    missing = [domain for domain in skills if not able[domain]]
    unsaid = any(level_of(organisation, team, domain) is None for team in teams for domain in missing)
    return "unknown" if organisation.teams is None or unsaid else "no"


def _lacking(organisation: Organisation, team: str, skills: Mapping[str, int]) -> tuple[str, ...]:
    """Return the domains in which a team is not known to reach the level."""
    return tuple(domain for domain, needed in skills.items() if (level_of(organisation, team, domain) or 0) < needed)
