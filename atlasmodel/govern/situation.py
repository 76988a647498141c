"""What a check may read: the organisation, its pipelines with what was found there, the day, and the threat data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from atlasmodel.catalog import Catalog
from atlasmodel.document import Because, Finding, GoalResult, StepRow
from atlasmodel.errors import Span
from atlasmodel.govern.assumption import Assumptions
from atlasmodel.govern.reading import Reading
from atlasmodel.mitigate.controls import Library
from atlasmodel.model.kinds import Value, Vocabulary
from atlasmodel.model.organisation import Organisation, Project
from atlasmodel.model.organisation_words import NEVER
from atlasmodel.model.pipeline import Component, Flow, Pipeline
from atlasmodel.model.skill import Skills, level_of

SEVERE = ("high", "critical")


class Parts(NamedTuple):
    """Be the parts of an assessment that checks read."""

    findings: tuple[Finding, ...]
    goals: tuple[GoalResult, ...]
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, eq=False)
class Technical:
    """Be one pipeline under its id, with what an assessment of it found; that is worked out when first asked for."""

    id: str
    pipeline: Pipeline
    assessed: Callable[[], Parts] = field(repr=False)

    @cached_property
    def parts(self) -> Parts:
        """Return findings, ends and steps."""
        return self.assessed()


@dataclass(frozen=True)
class Place:
    """Be one component of one pipeline."""

    technical: Technical = field(compare=False, repr=False)
    component: Component

    @property
    def id(self) -> str:
        """Return `pipeline/component`, the name under which an organisation may speak of it."""
        return f"{self.technical.id}/{self.component.id}"


@dataclass(frozen=True, eq=False)
class Situation:
    """Hold all that checks read, and answer the questions that several of them ask."""

    organisation: Organisation
    pipelines: tuple[Technical, ...]
    as_of: str | None
    vocabulary: Vocabulary
    catalog: Catalog
    library: Library
    skills: Skills
    assumptions: Assumptions

    @cached_property
    def today(self) -> dt.date | None:
        """Return the day that dates are compared with, if one is given."""
        return dt.date.fromisoformat(self.as_of) if self.as_of else None

    @cached_property
    def released(self) -> dt.date | None:
        """Return the first day of the month of the threat data's release, if its name tells one."""
        year, _, month = self.catalog.release.partition(".")
        return dt.date(int(year), int(month), 1) if year.isdecimal() and len(year) == 4 and month.isdecimal() else None

    @cached_property
    def pipeline_by_id(self) -> Mapping[str, Technical]:
        """Return the pipelines by id."""
        return {technical.id: technical for technical in self.pipelines}

    @cached_property
    def production(self) -> tuple[Technical, ...]:
        """Return the pipelines that no project names as its research pipeline."""
        research = {project.research_pipeline for project in self.organisation.projects or ()}
        return tuple(technical for technical in self.pipelines if technical.id not in research)

    def places(self, kinds: Iterable[str] = ("*",)) -> Iterator[Place]:
        """Yield the components of some kinds or groups in the production pipelines, in the order of the files."""
        wanted = tuple(kinds)
        for technical in self.production:
            for component in technical.pipeline.components:
                if self.vocabulary.is_a(component.kind, wanted):
                    yield Place(technical, component)

    def value(self, place: Place, attribute: str) -> Value:
        """Return the value of an attribute, or None when it is not known; kinds may settle it by their nature."""
        component = place.component
        if attribute in component.attributes:
            return component.attributes[attribute]
        default = self.vocabulary.default(component.kind, attribute)
        return default.value if default else None

    def speaks_of(self, names: Iterable[str], place: Place) -> bool:
        """Tell whether references cover a component: `*`, its id, its pipeline, `pipeline/id`, or a project of it."""
        mine = {"*", place.component.id, place.id, place.technical.id, *self.projects_of(place.technical.id)}
        return not mine.isdisjoint(names)

    def projects_of(self, pipeline: str) -> tuple[str, ...]:
        """Return the ids of the projects that name a pipeline."""
        return tuple(
            project.id for project in self.organisation.projects or () if pipeline in (project.pipelines or ())
        )

    def pipelines_of(self, project: Project) -> tuple[Technical, ...]:
        """Return the pipelines of a project that are at hand."""
        return tuple(self.pipeline_by_id[name] for name in project.pipelines or () if name in self.pipeline_by_id)

    def owner(self, place: Place) -> str | None:
        """Return who owns a component: by its own word, a role over it, an `owns` flow, or the pipeline's owner.

        A role or person stands for its team; a name that the organisation does not know is returned as it is.
        """
        if place.component.owner:
            return self._team(place.component.owner)
        for kind in ("accountable", "responsible"):
            for role in self.organisation.roles or ():
                names = [name for name in getattr(role, kind) if name != "*"]
                if role.held_by and self.speaks_of(names, place):
                    return self._team(role.held_by[0])
        for flow in place.technical.pipeline.flows_to(place.component.id):
            if flow.kind == "owns":
                return self._team(flow.source)
        return self._team(place.technical.pipeline.owner) if place.technical.pipeline.owner else None

    def _team(self, name: str) -> str:
        organisation = self.organisation
        if name in organisation.role_by_id and organisation.role_by_id[name].held_by:
            name = (organisation.role_by_id[name].held_by or (name,))[0]
        return organisation.person_by_id[name].team if name in organisation.person_by_id else name

    def level(self, team: str, domain: str) -> int | None:
        """Return the best level of a team in a domain, 0 to 4, or None when nothing is known of its skills."""
        return level_of(self.organisation, team, domain)


def because(fact: str, at: str, span: Span | None = None) -> Because:
    """Return one reason: the fact, what it is about, where it is written."""
    return Because(fact=fact, at=at, span=str(span) if span else None)


def techniques_at(place: Place) -> set[str]:
    """Return the techniques that apply at a component or lead through it to an end."""
    parts, here = place.technical.parts, place.component.id
    found = {str(finding.technique) for finding in parts.findings if finding.component == here}
    return found | {step.technique for step in parts.steps if step.at == here and step.technique}


def no_pipeline(situation: Situation) -> Reading:
    """Return the reading of a check that follows the graph where there is none."""
    return Reading("pipelines", None, (because("no pipeline is given", situation.organisation.name),))


def day(text: str | None) -> dt.date | None:
    """Return a date, or None when it is unknown or the event never happened.

    >>> day("2026-11-30"), day("never")
    (datetime.date(2026, 11, 30), None)
    """
    return None if text is None or text == NEVER else dt.date.fromisoformat(text)


def arrow(flow: Flow) -> str:
    """Return a flow as people read it."""
    return f"{flow.source} -{flow.kind}-> {flow.target}"
