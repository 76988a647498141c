"""The twin that an organisation owns: which risky paths it can exercise, how far it has drifted, what to try next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.document import AttackPath, Frozen, GoalResult, PathStep, StepRow, rounded
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.model.pipeline import Pipeline

TWIN = "digital_twin"
MIRRORS = "mirrors"


class Twin(Frozen):
    """Be one digital twin of the pipeline: what it mirrors, how closely, and when it was last brought up to date."""

    id: str
    mirrors: tuple[str, ...]
    fidelity: str | None
    last_sync: str | None


class Coverage(Frozen):
    """Say which share of the risk on the paths of an assessment can be exercised on a twin, 0 to 1.

    A path can be exercised when one twin mirrors every component at which a step of it is done.
    """

    twins: tuple[Twin, ...]
    paths: int
    exercised: int
    share_of_risk: float
    blind: tuple[str, ...]  # components on risky paths that no twin mirrors, the riskiest first


class ExpectedStep(Frozen):
    """Say what to expect of one step of an exercise, 0 to 1: how often it works, how often somebody notices."""

    rule: str
    technique: str | None
    title: str
    at: str
    gains: tuple[str, ...]
    works: float
    noticed: float
    days: float


class Exercise(Frozen):
    """Be one attack path to try on the twin; `informs` says how much uncertain risk it settles, in points of risk."""

    goal: str
    adversary: str
    informs: float
    twin: str | None
    steps: tuple[ExpectedStep, ...]


class Drift(Frozen):
    """Name one thing in which a twin differs from what it mirrors."""

    component: str
    what: str
    system: str | None
    twin: str | None


def twins_of(assessment: Assessment) -> tuple[Twin, ...]:
    """Return the digital twins of the assessed pipeline, by id."""
    view = assessment.pipeline
    found = []
    for row in sorted(view.components, key=lambda row: str(row["id"])):
        if row["kind"] == TWIN:
            mirrored = (
                flow["target"] for flow in view.flows if flow["source"] == row["id"] and flow["kind"] == MIRRORS
            )
            attributes: Mapping[str, Any] = row.get("attributes", {})
            found.append(
                Twin(
                    id=row["id"],
                    mirrors=tuple(sorted(set(mirrored))),
                    fidelity=_text(attributes.get("fidelity")),
                    last_sync=_text(attributes.get("last_sync")),
                )
            )
    return tuple(found)


def coverage(assessment: Assessment) -> Coverage:
    """Return how much of the risk on the paths of an assessment its twins can exercise."""
    twins = twins_of(assessment)
    total = covered = 0.0
    exercised = 0
    blind: dict[str, float] = {}
    paths = list(_risky(assessment))
    for goal, path in paths:
        weight = goal.risk * path.probability
        total += weight
        if _twin_for(path, twins) is not None:
            covered += weight
            exercised += 1
        seen = {place for twin in twins for place in twin.mirrors}
        for place in _places(path) - seen:
            blind[place] = blind.get(place, 0.0) + weight
    return Coverage(
        twins=twins,
        paths=len(paths),
        exercised=exercised,
        share_of_risk=rounded(covered / total) if total else 0.0,
        blind=tuple(sorted(blind, key=lambda place: (-blind[place], place))),
    )


def exercises(assessment: Assessment, limit: int = 3) -> tuple[Exercise, ...]:
    """Return the attack paths that would teach most when tried: those that settle most uncertain risk, one by one.

    A step teaches as much as the risk it carries times how open its outcome is, 4 p (1 - p); once. Paths that a twin
    can exercise come before those that none can.
    """
    twins = twins_of(assessment)
    risk = {(finding.rule, finding.component.id): finding.risk for finding in assessment.findings}
    rows = {(row.rule, row.at): row for row in assessment.steps}
    left = list(_risky(assessment))
    taught: set[tuple[str, str]] = set()
    chosen: list[Exercise] = []

    def informs(path: AttackPath) -> float:
        fresh = {(step.rule, step.at): step for step in path.steps if (step.rule, step.at) not in taught}
        return sum(risk.get(key, 0.0) * 4 * step.probability * (1 - step.probability) for key, step in fresh.items())

    while left and len(chosen) < limit:
        ranked = sorted(
            range(len(left)),
            key=lambda index: (_twin_for(left[index][1], twins) is None, -informs(left[index][1]), index),
        )
        goal, path = left.pop(ranked[0])
        worth = informs(path)
        if worth <= 0:
            continue
        twin = _twin_for(path, twins)
        chosen.append(
            Exercise(
                goal=goal.fact,
                adversary=goal.adversary,
                informs=rounded(worth),
                twin=twin.id if twin else None,
                steps=tuple(_expected(step, rows) for step in path.steps if step.at != ADVERSARY),
            )
        )
        taught |= {(step.rule, step.at) for step in path.steps}
    return tuple(chosen)


def drift(system: Pipeline, replica: Pipeline, only: Iterable[str] | None = None) -> tuple[Drift, ...]:
    """Return where a twin, described as a pipeline of its own, differs from the system.

    Compared are parts, kinds, settings and controls. `only` names the components that the twin is to mirror; without
    it, all of the system.
    """
    found: list[Drift] = []
    for name in sorted(system.by_id if only is None else set(only)):
        mine, theirs = system.by_id.get(name), replica.by_id.get(name)
        if mine is None or theirs is None:
            missing = None if theirs is None else "there"
            found.append(Drift(component=name, what="component", system="there" if mine else None, twin=missing))
            continue
        if mine.kind != theirs.kind:
            found.append(Drift(component=name, what="kind", system=mine.kind, twin=theirs.kind))
        for key in sorted({*mine.attributes, *theirs.attributes}):
            found += _differing(name, key, mine.attributes.get(key), theirs.attributes.get(key))
        ours, others = _controls(system, name), _controls(replica, name)
        for key in sorted({*ours, *others}):
            found += _differing(name, f"control {key}", ours.get(key), others.get(key))
    return tuple(found)


def _differing(component: str, what: str, system: Any, twin: Any) -> list[Drift]:
    if system == twin:
        return []
    return [Drift(component=component, what=what, system=_text(system), twin=_text(twin))]


def _controls(pipeline: Pipeline, component: str) -> dict[str, str]:
    there = (item for item in pipeline.controls if component in item.at or "*" in item.at)
    return {item.control: item.state or "unknown" for item in there}


def _risky(assessment: Assessment) -> Iterable[tuple[GoalResult, AttackPath]]:
    return ((goal, path) for goal in assessment.goals for path in goal.paths)


def _places(path: AttackPath) -> set[str]:
    return {step.at for step in path.steps if step.at != ADVERSARY}


def _twin_for(path: AttackPath, twins: Sequence[Twin]) -> Twin | None:
    places = _places(path)
    return next((twin for twin in twins if places <= set(twin.mirrors)), None)


def _expected(step: PathStep, rows: Mapping[tuple[str, str], StepRow]) -> ExpectedStep:
    row = rows[step.rule, step.at]
    return ExpectedStep(
        rule=step.rule,
        technique=step.technique,
        title=step.title,
        at=step.at,
        gains=step.gains,
        works=step.probability,
        noticed=row.detection,
        days=row.effort_days,
    )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
