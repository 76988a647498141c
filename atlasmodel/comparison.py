"""What differs between two assessments of a pipeline, and how much does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import Field

from atlasmodel import plugins
from atlasmodel.document import Finding, Frozen, GoalResult, PipelineView

T = TypeVar("T")


class Outline(NamedTuple):
    """Be what is compared of an assessment: risks of findings and goals, states of measures, all by name."""

    risk: float
    findings: Mapping[str, float]
    goals: Mapping[str, float]
    measures: Mapping[str, str]


def outline(risk: float, findings: Iterable[Finding], goals: Iterable[GoalResult], pipeline: PipelineView) -> Outline:
    """Return what is compared of an assessment, given its parts."""
    return Outline(
        risk,
        {finding.id: finding.risk for finding in findings},
        {f"{goal.fact} by {goal.adversary}": goal.risk for goal in goals},
        {f"{row['control']}@{place}": row["state"] or "unknown" for row in pipeline.controls for place in row["at"]},
    )


class Comparison(Frozen):
    """Say what differs between two assessments, and how much does not.

    `changed` holds findings with their risk before and after, `goals` those of (goal, adversary) as `fact by adversary`
    (0 where it cannot be reached), `measures` controls as `control@place` with their state (None where there is none).
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: dict[str, tuple[float, float]]
    risk: tuple[float, float]
    unchanged: int = 0
    goals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    goals_unchanged: int = 0
    measures: dict[str, tuple[str | None, str | None]] = Field(default_factory=dict)
    measures_unchanged: int = 0

    def to_markdown(self) -> str:
        """Return the comparison as a page."""
        return str(plugins.shipped("comparison").markdown(self))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self.to_markdown()}

    def __repr__(self) -> str:
        counts = f"{len(self.added)} added, {len(self.removed)} removed, {len(self.changed)} changed"
        return f"Comparison(risk {self.risk[0]:g} -> {self.risk[1]:g}, findings: {counts}, {self.unchanged} unchanged)"


def compare(before: Outline, after: Outline) -> Comparison:
    """Return what the second assessment adds, removes and changes."""
    risks = {name: (risk, after.findings[name]) for name, risk in before.findings.items() if name in after.findings}
    goals = {
        name: (before.goals.get(name, 0.0), after.goals.get(name, 0.0)) for name in {**before.goals, **after.goals}
    }
    names = sorted({*before.measures, *after.measures})
    measures = {name: (before.measures.get(name), after.measures.get(name)) for name in names}
    return Comparison(
        added=tuple(name for name in after.findings if name not in before.findings),
        removed=tuple(name for name in before.findings if name not in after.findings),
        changed=_changed(risks),
        risk=(before.risk, after.risk),
        unchanged=len(risks) - len(_changed(risks)),
        goals=_changed(goals),
        goals_unchanged=len(goals) - len(_changed(goals)),
        measures=_changed(measures),
        measures_unchanged=len(measures) - len(_changed(measures)),
    )


def _changed(pairs: Mapping[str, tuple[T, T]]) -> dict[str, tuple[T, T]]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
