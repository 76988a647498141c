"""The plan as a document: frozen records, each shown to the user as it stands; see `docs/planning.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from atlasmodel import plugins
from atlasmodel._ids import canonical_json
from atlasmodel.document import Frozen
from atlasmodel.model.pipeline import PlacedControl

SCHEMA = "atlasmodel/plan/1"
Objective = Literal["risk", "best-attack"]
Unit = Literal["risk", "attack", "money"]


class Span(Frozen):
    """Give a low, a likely and a high figure."""

    low: float
    likely: float
    high: float


class Option(Frozen):
    """Be something that could be done: a control at a place, with money, days (likely figures) and role."""

    control: str
    name: str
    at: str
    cost: float
    days: float
    role: str


class PlannedMeasure(Frozen):
    """Be one measure of the plan, in the order of implementation.

    `risk_removed` is what it takes off the total at its turn, `alone` what it would take off today, `last` what would
    come back without it once the rest is there.
    """

    control: str
    name: str
    at: str
    cost: float
    days: float
    role: str
    risk_removed: float
    risk_after: float
    alone: float
    last: float
    cost_range: Span
    days_range: Span
    techniques: tuple[str, ...]
    fixed: bool


class Pair(Frozen):
    """Say how two measures of the plan act on each other: risk removed by each alone, by both, and the difference."""

    one: str
    two: str
    alone: tuple[float, float]
    together: float
    kind: Literal["only together", "more together", "overlap"]


class FrontPoint(Frozen):
    """Be one point of cost against residual risk, with the bound that certifies it."""

    cost: float
    days: float
    residual: float
    bound: float
    measures: tuple[str, ...]


class Return(Frozen):
    """Say what the plan saves a year against what it costs, in money; the ranges are those of losses and costs."""

    loss_today: Span
    loss_after: Span
    avoided: Span
    cost: Span
    per_money: Span
    currency: str


class Sensitivity(Frozen):
    """Name an assumption that would change the plan if it took another value of its range."""

    assumption: str
    value: float
    instead: str


class Limits(Frozen):
    """Say what the plan was asked to keep within."""

    budget: float | None = None
    days: float | None = None
    measures: int | None = None
    by: float | None = None
    roles: tuple[str, ...] = ()
    target: float | None = None
    fixed: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


class Plan(Frozen):
    """Hold what to do, in which order, for what, by whom, what remains, and how near to the best that is.

    `residual` is the total risk that remains. `objective_value`, `bound` and `gap` are in what `measured_in` says: the
    total risk, the risk of the strongest remaining attack, or money where the cheapest plan was asked for.
    """

    schema_: str = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    pipeline: str
    digest: str
    objective: Objective
    goal: str | None = None
    limits: Limits
    measures: tuple[PlannedMeasure, ...]
    candidates: tuple[Option, ...]
    risk: float
    residual: float
    measured_in: Unit
    objective_value: float
    bound: float
    gap: float
    floor: float
    status: Literal["optimal", "feasible with gap"]
    method: str
    cost: Span
    days: Span
    currency: str
    pairs: tuple[Pair, ...] = ()
    front: tuple[FrontPoint, ...] = ()
    returns: Return | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    uncovered: tuple[str, ...] = ()
    changes: tuple[PlacedControl, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json(self) -> str:
        """Return the document as canonical JSON: same input, same bytes."""
        return canonical_json(self.to_dict())

    def export(self, format: str) -> str:
        """Return the plan as `json`, `markdown`, `csv` or `svg`."""
        return str(plugins.shipped("plan").render(self, format))

    def _repr_mimebundle_(self, **_: Any) -> Mapping[str, str]:
        return {"text/plain": str(self), "image/svg+xml": self.export("svg"), "text/markdown": self.export("markdown")}

    def __repr__(self) -> str:
        return f"Plan({self.pipeline!r}, {len(self.measures)} measures, risk {self.risk:g} -> {self.residual:g})"

    def __str__(self) -> str:
        lines = [repr(self)]
        lines += [f"  -{item.risk_removed:<8.4g} {item.control} at {item.at} ({item.role})" for item in self.measures]
        return "\n".join(lines)
