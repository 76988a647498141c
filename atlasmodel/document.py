"""The parts of the assessment document: frozen records, each shown to the user as it stands."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from atlasmodel import plugins

SCHEMA = "atlasmodel/assessment/1"
Certainty = Literal["yes", "unknown"]
SEVERITIES = ("critical", "high", "medium", "low", "none")


class Frozen(BaseModel):
    """Be one part of the document."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)

    def __repr__(self) -> str:
        name = getattr(self, "id", None) or getattr(self, "fact", None) or ""
        return f"{type(self).__name__}({name!r})"


class Ref(str):
    """Be an id as text that also answers to `.id`, so that `finding.technique.id` reads as it is spoken.

    >>> Ref("AML.T0020").id
    'AML.T0020'
    """

    __slots__ = ()

    @property
    def id(self) -> str:
        """Return the id as plain text."""
        return str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class Source(Frozen):
    """Name data that figures rest on, with its digest."""

    release: str | None = None
    count: int | None = None
    digest: str


class Because(Frozen):
    """Say one thing a verdict rests on and where it is written (`file:line:column`)."""

    fact: str
    at: str
    span: str | None = None


class ReachableBy(Frozen):
    """Say which adversary can reach a finding, and how surely."""

    adversary: str
    certainty: Certainty


class Interval(Frozen):
    """Be a probability, 0 to 1, with the bounds that the unknowns leave.

    `low`, `point` and `high` are shares of worlds; `exact` is what `point` estimates, where `method` could solve it.
    """

    low: float
    point: float
    high: float
    method: str | None = None
    standard_error: float | None = None
    at_most: float | None = None
    exact: float | None = None


class Measure(Frozen):
    """Name a mitigation of a finding: where it comes from, how it acts, in which state it is here."""

    id: str
    name: str
    origin: Literal["atlas", "parent", "own"]
    how: str
    strength: float
    state: str | None = None
    at: str | None = None


class Finding(Frozen):
    """Be one technique that applies, or may apply, at one place."""

    id: str
    rule: str
    title: str
    technique: Ref
    technique_name: str
    tactics: tuple[str, ...]
    component: Ref
    scope: str
    certainty: Certainty
    reachable_by: tuple[ReachableBy, ...]
    status: Literal["open", "mitigated", "accepted"]
    probability: Interval
    risk: float
    removes: float | None
    severity: str
    because: tuple[Because, ...]
    missing: tuple[tuple[str, ...], ...]
    lowered_by: tuple[str, ...]
    mitigations: tuple[Measure, ...]
    case_studies: tuple[str, ...]
    rationale: str
    false_positives: tuple[str, ...]
    question: str | None
    span: str | None = None


class PathStep(Frozen):
    """Be one step of an attack path; `id` names it in the table of steps, `needs` are the facts that it rests on.

    `certainty` is unknown where the step applies only if what is not known turns out so.
    """

    id: str
    rule: str
    technique: str | None
    technique_name: str | None
    title: str
    at: str
    gains: tuple[str, ...]
    probability: float
    needs: tuple[str, ...] = ()
    case_studies: tuple[str, ...] = ()
    certainty: Certainty = "yes"


class AttackPath(Frozen):
    """Be one minimal way to a goal; its probability is that all its steps succeed, which is not the goal's.

    `detection` is the probability that at least one step is noticed, `skill` the highest that a step needs; `proven`
    says that no path but those before it is better. `assumes` are the facts that the path counts on though it is not
    known whether they are held, serve or follow, each with how likely that is: the probability includes it.
    """

    probability: float
    effort_days: float
    detection: float | None = None
    skill: str | None = None
    proven: bool
    variants: int
    steps: tuple[PathStep, ...]
    assumes: dict[str, float] = {}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        bundle: dict[str, str] = plugins.shipped("attack_path").mimebundle(self)
        return bundle


class GoalResult(Frozen):
    """Say how likely and how bad it is that an adversary reaches an end."""

    fact: str
    meaning: str
    adversary: str
    probability: Interval
    impact: dict[str, int]
    raised_by: tuple[str, ...]
    risk: float
    severity: str
    paths: tuple[AttackPath, ...]

    @property
    def at(self) -> str:
        """Return the component at which the goal stands."""
        return self.fact.partition("@")[2]


class StepRow(Frozen):
    """Be one step of the attack graph: the table that paths and trees are made from.

    `probability` says how likely the step is there and works, by adversary; what is not known is taken as drawn.
    `unsure` are those of its needs and gains that serve or follow only if an unknown turns out so, and how likely.
    """

    id: str
    rule: str
    title: str
    technique: str | None
    technique_name: str | None
    at: str
    needs: tuple[tuple[str, ...], ...]
    gains: tuple[str, ...]
    certainty: Certainty
    effort_days: float
    skill: str | None = None
    detection: float
    probability: dict[str, float]
    terms: tuple[str, ...]
    lowered_by: tuple[str, ...]
    unsure: dict[str, float] = {}


class RankedMeasure(Frozen):
    """Say how much of the total risk one measure at one place would remove."""

    control: str
    name: str
    origin: str
    at: str
    removes: float
    state: str
    effort_days: float
    money: float
    delivered_by: str | None
    techniques: tuple[str, ...]


class Question(Frozen):
    """Ask what the file leaves open, with what depends on it; `value` is the mean change of the total by an answer."""

    component: str
    attribute: str
    text: str
    decides: tuple[str, ...]
    value: float | None


class Starts(Frozen):
    """Say what an adversary holds at the start: fact -> certainty; `chances` are those of the facts not known."""

    adversary: str
    profile: str
    skill: str
    tries_per_year: float = 1.0
    facts: dict[str, Certainty]
    chances: dict[str, float] = {}

    def held(self) -> dict[str, float]:
        """Return the facts with how likely each is held."""
        return {fact: self.chances.get(fact, 1.0) for fact in self.facts}


class PipelineView(Frozen):
    """Show the pipeline as far as diagrams and reports need it."""

    name: str
    version: str | None
    owner: str | None
    description: str | None
    as_of: str | None = None
    digest: str
    zones: tuple[dict[str, Any], ...]
    components: tuple[dict[str, Any], ...]
    flows: tuple[dict[str, Any], ...]
    controls: tuple[dict[str, Any], ...]
    assets: tuple[dict[str, Any], ...]
    adversaries: tuple[Starts, ...]


class TacticRow(Frozen):
    """Name a column of the ATLAS matrix; `slug` is its name in kill chains and layers."""

    id: str
    name: str
    slug: str


class TechniqueRow(Frozen):
    """Name a technique of the release, its place in the matrix, since when, and who used it; dates as YYYY-MM-DD."""

    id: str
    name: str
    parent: str | None
    tactics: tuple[str, ...]
    created: str | None
    case_studies: tuple[str, ...] = ()


class MitigationRow(Frozen):
    """Name a mitigation of the release, and since when it is in it."""

    id: str
    name: str
    created: str | None


class Matrix(Frozen):
    """Show the release as far as exports need it: tactics in the order of the matrix, the rest by id, its last date."""

    tactics: tuple[TacticRow, ...] = ()
    techniques: tuple[TechniqueRow, ...] = ()
    mitigations: tuple[MitigationRow, ...] = ()
    date: str | None = None


class Totals(Frozen):
    """Sum up: total risk, and the number of findings by severity."""

    risk: float
    by_severity: dict[str, int]


class Accepted(Frozen):
    """Show a decision to live with a finding."""

    finding: str
    reason: str
    by: str | None
    until: str | None
    in_force: bool


def rounded(value: float) -> float:
    """Return a figure with 4 significant digits.

    >>> rounded(0.123456), rounded(12345.6)
    (0.1235, 12350.0)
    """
    return float(f"{value:.4g}")
