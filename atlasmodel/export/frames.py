"""The tables of an assessment: columns with types, one row for each thing; `docs/assessment.md` says what each holds.

CSV, spreadsheets, Parquet and data frames are four ways to write these tables. Lists stand in one cell, parted by `; `.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, Finding
from atlasmodel.export.machine import one_of
from atlasmodel.export.words import places

if TYPE_CHECKING:
    import pandas as pd

TEXT, NUMBER, COUNT, TRUTH = "string", "float64", "Int64", "boolean"
STATES = ("verified", "in_place", "partial", "planned", "unknown", "absent")
_MARKED = {"#": COUNT, "%": NUMBER, "?": TRUTH}  # in the lists of columns below; text has no mark


@dataclass(frozen=True)
class Table:
    """Be one table: its columns with their types, and how its rows come out of an assessment."""

    columns: Mapping[str, str]
    rows: Callable[[Assessment], Iterable[Sequence[Any]]]


def table(name: str) -> Table:
    """Return a table by name; raise InputError AM147 for none."""
    return TABLES[one_of("table", name, tuple(TABLES))]


def frame(assessment: Assessment, name: str) -> pd.DataFrame:
    """Return a table as a data frame with the documented types."""
    import pandas as pd

    wanted = table(name)
    rows = pd.DataFrame([list(row) for row in wanted.rows(assessment)], columns=list(wanted.columns))
    return rows.astype(dict(wanted.columns))


def _findings(assessment: Assessment) -> Iterable[Sequence[Any]]:
    names = places(assessment)
    for item in assessment.findings:
        yield (
            item.id, item.rule, str(item.technique), item.technique_name, str(item.component), item.scope,
            item.certainty, item.status, item.risk, item.severity, item.title, names.get(item.component),
            _several(item.tactics),
            item.probability.point, item.probability.low, item.probability.high, item.removes,
            _several(f"{who.adversary} ({who.certainty})" for who in item.reachable_by),
            _several(f"{why.fact} at {why.at}" for why in item.because),
            _several(" or ".join(clause) for clause in item.missing), _several(item.lowered_by),
            _several(measure.id for measure in item.mitigations), _several(item.case_studies), item.span,
            item.rationale,
        )  # fmt: skip


def _goals(assessment: Assessment) -> Iterable[Sequence[Any]]:
    names = places(assessment)
    for item in assessment.goals:
        chance = item.probability
        yield (
            item.fact, item.at, names.get(item.at), item.meaning, item.adversary, chance.point, chance.low, chance.high,
            chance.method, chance.standard_error, max(item.impact.values(), default=0),
            _several(f"{dimension} {level}" for dimension, level in sorted(item.impact.items())),
            _several(item.raised_by), item.risk, item.severity, len(item.paths),
        )  # fmt: skip


def _coverage(assessment: Assessment) -> Iterable[Sequence[Any]]:
    found: dict[str, list[Finding]] = {}
    for item in assessment.findings:
        found.setdefault(item.technique, []).append(item)
    tactics = {tactic.id: tactic.name for tactic in assessment.matrix.tactics}
    for row in assessment.matrix.techniques:
        here = found.get(row.id, [])
        # A measure counts once a technique, in the best state that it has anywhere.
        states: dict[str, int] = {}
        for item in here:
            for measure in item.mitigations:
                state = STATES.index(measure.state or "absent")
                states[measure.id] = min(state, states.get(measure.id, state))
        counts = [sum(item.status == status for item in here) for status in ("open", "mitigated", "accepted")]
        worst = min((SEVERITIES.index(item.severity) for item in here), default=None)
        yield (
            row.id, row.name, row.parent, _several(tactics.get(name, name) for name in row.tactics), len(here), *counts,
            max((item.risk for item in here), default=None), None if worst is None else SEVERITIES[worst], len(states),
            *(list(states.values()).count(state) for state in range(len(STATES))),
        )  # fmt: skip


def _paths(assessment: Assessment) -> Iterable[Sequence[Any]]:
    names = places(assessment)
    for goal in assessment.goals:
        for rank, path in enumerate(goal.paths, 1):
            for number, step in enumerate(path.steps, 1):
                yield (
                    goal.fact, goal.adversary, rank, path.probability, path.effort_days, path.proven, path.variants,
                    number, step.id, step.rule, step.technique, step.technique_name, step.title, step.at,
                    names.get(step.at), _several(step.gains), step.probability, step.certainty,
                    _several(f"{fact} {chance:g}" for fact, chance in sorted(path.assumes.items())),
                )  # fmt: skip


def _steps(assessment: Assessment) -> Iterable[Sequence[Any]]:
    for item in assessment.steps:
        chances = (f"{name} {chance:g}" for name, chance in sorted(item.probability.items()))
        yield (
            item.id, item.rule, item.technique, item.technique_name, item.title, item.at, item.certainty,
            _several(" or ".join(clause) for clause in item.needs), _several(item.gains), item.effort_days,
            item.detection, max(item.probability.values(), default=0.0), _several(chances), _several(item.lowered_by),
        )  # fmt: skip


def _questions(assessment: Assessment) -> Iterable[Sequence[Any]]:
    names = places(assessment)
    for item in assessment.questions:
        yield item.component, names.get(item.component), item.attribute, item.text, item.value, _several(item.decides)


def _measures(assessment: Assessment) -> Iterable[Sequence[Any]]:
    names = places(assessment)
    for item in assessment.mitigations:
        yield (
            item.control, item.name, item.origin, item.at, names.get(item.at), item.removes, item.state,
            item.effort_days, item.money, item.delivered_by, _several(item.techniques),
        )  # fmt: skip


def _components(assessment: Assessment) -> Iterable[Sequence[Any]]:
    found: dict[str, list[Finding]] = {}
    for item in assessment.findings:
        found.setdefault(item.component, []).append(item)
    for row in assessment.pipeline.components:
        here = found.get(row["id"], [])
        worst = min((SEVERITIES.index(item.severity) for item in here), default=None)
        yield (
            row["id"], row["title"], row["kind"], row["zone"], row["stage"], row["owner"], row["description"],
            _several(row["holds"]), _several(row["tags"]), _attributes(row), len(here),
            max((item.risk for item in here), default=None), None if worst is None else SEVERITIES[worst], row["span"],
        )  # fmt: skip


def _flows(assessment: Assessment) -> Iterable[Sequence[Any]]:
    for row in assessment.pipeline.flows:
        yield (
            row["id"], row["source"], row["target"], row["kind"], row["title"], _several(row["crosses"]),
            _attributes(row), row["span"],
        )  # fmt: skip


def _several(parts: Iterable[Any]) -> str:
    return "; ".join(map(str, parts))


def _attributes(row: Mapping[str, Any]) -> str:
    return _several(f"{name}={_value(value)}" for name, value in sorted(row["attributes"].items()))


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "+".join(map(str, value))
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _columns(text: str) -> Mapping[str, str]:
    """Return columns with types, written `name`, or with a mark: `name#` a count, `name%` a number, `name?` a truth."""
    return {word.rstrip("#%?"): _MARKED.get(word[-1], TEXT) for word in text.split()}


TABLES: Mapping[str, Table] = {
    "findings": Table(
        _columns(
            "id rule technique technique_name component scope certainty status risk% severity title component_title "
            "tactics probability% probability_low% probability_high% removes% reachable_by because missing lowered_by "
            "mitigations case_studies span rationale"
        ),
        _findings,
    ),
    "goals": Table(
        _columns(
            "goal component component_title meaning adversary probability% probability_low% probability_high% method "
            "standard_error% impact# dimensions raised_by risk% severity paths#"
        ),
        _goals,
    ),
    "coverage": Table(
        _columns(
            "technique technique_name parent tactics findings# open# mitigated# accepted# risk% severity measures# "
            "verified# in_place# partial# planned# unknown# absent#"
        ),
        _coverage,
    ),
    "paths": Table(
        _columns(
            "goal adversary path# path_probability% path_effort_days% proven? variants# step# step_id rule technique "
            "technique_name title component component_title gains probability% certainty assumes"
        ),
        _paths,
    ),
    "steps": Table(
        _columns(
            "id rule technique technique_name title component certainty needs gains effort_days% detection% "
            "probability% probability_by_adversary lowered_by"
        ),
        _steps,
    ),
    "questions": Table(_columns("component component_title attribute text value% decides"), _questions),
    "measures": Table(
        _columns(
            "control name origin component component_title removes% state effort_days% money% delivered_by techniques"
        ),
        _measures,
    ),
    "components": Table(
        _columns("id title kind zone stage owner description holds tags attributes findings# risk% severity span"),
        _components,
    ),
    "flows": Table(_columns("id source target kind title crosses attributes span"), _flows),
}
