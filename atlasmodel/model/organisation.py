"""The organisation around the pipeline: who is there, what is agreed, paid, decided, reviewed and learned.

Whatever is not said is unknown: a section that is left out, a field that is not set, `null` and `unknown` alike. A
section that is there is complete: what it does not list is not there. An event that did not happen is written `never`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import ConfigDict, Field

from atlasmodel._located import Record
from atlasmodel.model.organisation_words import (
    FUNCTIONS,
    Category,
    Cause,
    Event,
    Function,
    Level,
    Money,
    PolicyKind,
    ReviewKind,
    Stage,
    Term,
    Texts,
)  # fmt: skip
from atlasmodel.model.values import Currency, Date


class Entry(Record):
    """Be part of an organisation file; its schema is built when the first is read, since most runs read none."""

    model_config = ConfigDict(defer_build=True)


class Team(Entry):
    """Be a group with one function; `headcount` stands where its people are not listed."""

    id: str = ""
    title: str | None = None
    function: Function
    headcount: int | None = Field(default=None, ge=0, le=1_000_000)
    skills: dict[str, Level] | None = None  # the best level in the team, where people are not listed
    interfaces: Texts | None = None  # teams it works with, beyond what the pipelines show


class Person(Entry):
    """Be one person, or `count` people of one profile: a level in each domain that is known."""

    id: str = ""
    title: str | None = None
    team: str
    count: int = Field(default=1, ge=1, le=1_000_000)
    skills: dict[str, Level] | None = None


class Role(Entry):
    """Say who is responsible, accountable, consulted and informed over what.

    What a role is over: a component (`fraud-model` or `cards/fraud-model`), `stage:deployment`, `control:rate_limit`,
    `decision:risk_acceptance`, or `*`.
    """

    id: str = ""
    title: str | None = None
    function: Function
    held_by: Texts | None = None
    responsible: Texts = ()
    accountable: Texts = ()
    consulted: Texts = ()
    informed: Texts = ()
    acknowledged_on: Event | None = None
    trained_on: Event | None = None


class Criterion(Entry):
    """Be one expectation that can be tested: how it is measured, and where it applies."""

    text: str
    measure: str | None = None
    applies_to: Texts = ("*",)


class BacklogItem(Entry):
    """Be one wish for a change of a policy."""

    item: str
    status: Literal["open", "doing", "done", "rejected"]
    opened_on: Date | None = None
    closed_on: Date | None = None


class Change(Entry):
    """Be one change of a policy: when, why, and when that reason was raised."""

    version: str
    on: Date
    because: str | None = None
    raised_on: Date | None = None


class Policy(Entry):
    """Be a rule of the house: what it covers, who wrote it, when it is looked at again."""

    id: str = ""
    title: str | None = None
    kind: PolicyKind
    version: str | None = None
    rules: Texts | None = None
    contributors: tuple[Function, ...] | None = None
    owner: str | None = None
    approved_on: Event | None = None
    last_review: Event | None = None
    review_every_months: int | None = Field(default=None, ge=1, le=120)
    triggers: Texts | None = None
    criteria: tuple[Criterion, ...] | None = None
    backlog: tuple[BacklogItem, ...] | None = None
    changes: tuple[Change, ...] | None = None


class Contract(Entry):
    """Be an agreement with a vendor: what it covers and which terms it has; a term may name its clause."""

    id: str = ""
    vendor: str
    covers: Texts
    ip_rights: Term | None = None
    data_processing: Term | None = None
    liability: Term | None = None
    indemnity: Term | None = None
    sla_performance: Term | None = None
    sla_updates: Term | None = None
    ethics: Term | None = None
    exit_plan: Term | None = None
    migration_tested_on: Event | None = None
    ends_on: Date | None = None
    yearly: Money | None = None


class BudgetLine(Entry):
    """Be money for a stage and a category, once and yearly, of one project or of all."""

    stage: Stage
    category: Category
    project: str | None = None
    one_off: Money | None = None
    yearly: Money | None = None


class Review(Entry):
    """Be one review that took place: of what, by which functions, in which stage."""

    id: str | None = None
    kind: ReviewKind
    on: Date
    of: Texts = ("*",)
    stage: Stage | None = None
    took_part: tuple[Function, ...] | None = None


class Decision(Entry):
    """Be one decision: what, by whom, on which basis, when, about what."""

    id: str | None = None
    what: str
    kind: Literal["design", "data", "deployment", "mode", "risk_acceptance", "procurement", "policy", "other"]
    basis: Literal["policy", "ad_hoc"] | None = None
    policy: str | None = None
    by: tuple[Function, ...] | None = None
    on: Date | None = None
    of: Texts = ("*",)


class Training(Entry):
    """Be one course or exercise: which domains, for which teams or people, when."""

    id: str | None = None
    domains: Texts
    of: Texts
    on: Event | None = None


class Incident(Entry):
    """Be something that went wrong, with its causes and what was changed because of it."""

    id: str | None = None
    what: str
    on: Date
    of: Texts = ("*",)
    causes: tuple[Cause, ...] | None = None
    led_to: Texts | None = None  # policies that were changed


class Gate(Entry):
    """Be the gate at the end of a stage: when it is due, when it was passed."""

    stage: Stage
    due: Date | None = None
    passed_on: Event | None = None
    by: tuple[Function, ...] | None = None


class Plan(Entry):
    """Be the plan to bring a project into operation."""

    on: Event
    covers: tuple[Literal["security", "operations", "data", "people", "money"], ...] | None = None


class Project(Entry):
    """Be one undertaking: its pipelines, where it stands, who takes part since when."""

    id: str = ""
    title: str | None = None
    type: Literal["reuse", "adapt", "new"] | None = None
    status: Literal["research", "prototype", "pilot", "production", "stalled", "stopped", "retired"] | None = None
    started_on: Date | None = None
    development_started_on: Date | None = None
    pipelines: Texts | None = None
    research_pipeline: str | None = None
    operationalisation_plan: Plan | None = None
    gates: tuple[Gate, ...] | None = None
    roster: dict[Function, Date | None] | None = None
    failure_causes: tuple[Cause, ...] | None = None


class Handover(Entry):
    """Be one handing-on of work between teams, and whether the receiving side accepted it."""

    id: str | None = None
    giver: str = Field(alias="from")
    taker: str = Field(alias="to")
    of: Texts = ("*",)
    accepted_on: Event | None = None


class Feedback(Entry):
    """Be one remark of a function: when, when it was answered, which policies changed because of it."""

    id: str | None = None
    by: Function
    what: str
    on: Date
    answered_on: Event | None = None
    led_to: Texts | None = None


class Obligation(Entry):
    """Be one duty by law or agreement, and how it stands."""

    id: str = ""
    title: str
    topic: Literal["privacy", "security", "intellectual_property", "consumer", "sector", "ai_law", "other"]
    applies_to: Texts = ("*",)
    owner: str | None = None
    status: Literal["met", "partly", "open"] | None = None
    evidence: str | None = None
    reviewed_on: Event | None = None


class Risk(Entry):
    """Be one entry of the risk register: a finding, an end or a component, and what is done about it."""

    id: str | None = None
    of: str
    treatment: Literal["mitigate", "accept", "avoid", "transfer"]
    accepted_by: str | None = None
    due: Date | None = None


class Exercise(Entry):
    """Be one rehearsal on a digital twin: when, against which components or techniques."""

    on: Date
    of: Texts


class Twin(Entry):
    """Be what is known of a digital twin beside the pipeline: its component, cost, and what was rehearsed on it."""

    id: str = ""
    component: str
    one_off: Money | None = None
    yearly: Money | None = None
    exercises: tuple[Exercise, ...] | None = None


class HrPractice(Entry):
    """Say whether recruiting, roles and rewards ask for breadth beside depth."""

    role_definitions: bool | None = None
    adverts: bool | None = None
    rewards: bool | None = None
    progression: bool | None = None


class Organisation(Entry):
    """Hold what is known of an organisation; a section that is None is unknown."""

    name: str = "unnamed"
    description: str | None = None
    as_of: Date | None = None
    currency: Currency = "USD"
    pipelines: dict[str, str] = Field(default_factory=dict)
    hr: HrPractice | None = None
    teams: tuple[Team, ...] | None = None
    people: tuple[Person, ...] | None = None
    roles: tuple[Role, ...] | None = None
    policies: tuple[Policy, ...] | None = None
    contracts: tuple[Contract, ...] | None = None
    budget: tuple[BudgetLine, ...] | None = None
    reviews: tuple[Review, ...] | None = None
    decisions: tuple[Decision, ...] | None = None
    training: tuple[Training, ...] | None = None
    incidents: tuple[Incident, ...] | None = None
    projects: tuple[Project, ...] | None = None
    handovers: tuple[Handover, ...] | None = None
    feedback: tuple[Feedback, ...] | None = None
    obligations: tuple[Obligation, ...] | None = None
    risks: tuple[Risk, ...] | None = None
    twins: tuple[Twin, ...] | None = None
    file: str | None = Field(default=None, exclude=True)

    @cached_property
    def team_by_id(self) -> Mapping[str, Team]:
        """Return the teams by id."""
        return {team.id: team for team in self.teams or ()}

    @cached_property
    def person_by_id(self) -> Mapping[str, Person]:
        """Return the people by id."""
        return {person.id: person for person in self.people or ()}

    @cached_property
    def role_by_id(self) -> Mapping[str, Role]:
        """Return the roles by id."""
        return {role.id: role for role in self.roles or ()}

    def people_of(self, team: str) -> tuple[Person, ...]:
        """Return the people of a team, in the order of the file."""
        return tuple(person for person in self.people or () if person.team == team)

    def function_of(self, name: str) -> str | None:
        """Return the function of a role, team or person, or of a name that is itself a function; else None."""
        if name in self.role_by_id:
            return self.role_by_id[name].function
        team = self.person_by_id[name].team if name in self.person_by_id else name
        if team in self.team_by_id:
            return self.team_by_id[team].function
        return name if name in FUNCTIONS else None


BY_ID: Mapping[str, type[Record]] = {
    "teams": Team, "people": Person, "roles": Role, "policies": Policy, "contracts": Contract, "projects": Project,
    "obligations": Obligation, "twins": Twin,
}  # fmt: skip
LISTS: Mapping[str, type[Record]] = {
    "budget": BudgetLine, "reviews": Review, "decisions": Decision, "training": Training, "incidents": Incident,
    "handovers": Handover, "feedback": Feedback, "risks": Risk,
}  # fmt: skip
