"""govern(): run every check on an organisation and its pipelines, and score what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from atlasmodel._ids import slug
from atlasmodel.errors import InputError, Problem, Span, nearest, shown
from atlasmodel.govern.assumption import builtin_assumptions
from atlasmodel.govern.check import VERDICTS, Check
from atlasmodel.govern.engine import run
from atlasmodel.govern.measures.risk import factor
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.govern.result import Governance
from atlasmodel.govern.score import actions, raises, scorecard
from atlasmodel.govern.situation import Parts, Situation, Technical
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.skill import builtin_skills
from atlasmodel.model.values import is_date
from atlasmodel.risk.score import Term
from atlasmodel.workspace import Workspace


def govern(
    organisation: Organisation,
    pipelines: Sequence[Technical] = (),
    workspace: Workspace | None = None,
    as_of: str | None = None,
    checks: Iterable[Check] | None = None,
) -> Governance:
    """Return the report for an organisation on one day (`as_of`, or the file's own; without one dates stay unknown).

    Pure and deterministic. Raises InputError for an `as_of` that is no date.

    >>> from atlasmodel.model.read_organisation import parse_organisation
    >>> report = govern(parse_organisation("atlasmodel_organisation: 1\\nname: x\\nhr: {rewards: false}"))
    >>> report["HR-REWARDS-BREADTH"].result
    'fail'
    """
    if as_of is not None and not is_date(as_of):
        raise InputError(Problem("AM180", f"`{shown(as_of)}` is no day", hint="write a date such as 2026-11-30"))
    space = workspace or Workspace.builtin()
    situation = situation_of(organisation, pipelines, space, as_of or organisation.as_of)
    wanted = tuple(builtin_checks() if checks is None else checks)
    results = run(wanted, situation)
    scored = actions(wanted, results)
    every = (*results, *(result for _, result in scored))
    counts = Counter(result.result for result in every)
    return Governance(
        organisation=organisation.name,
        as_of=situation.as_of,
        pipelines=tuple(technical.id for technical in pipelines),
        counts={verdict: counts[verdict] for verdict in VERDICTS},
        results=every,
        scorecard=scorecard(results),
        scores=tuple(score for score, _ in scored),
        raises=raises(wanted, results),
        notes=tuple(_notes(situation)),
    )


def factor_beside(pipeline: Pipeline, workspace: Workspace, as_of: str | None) -> Term | None:
    """Return by how much the governance around a pipeline raises the chances of steps; None where nothing is known.

    That is the lower end of GOVERNANCE-FACTOR: the likely width, and nothing for what is not said; from 1 to its bound.
    """
    if pipeline.around is None:
        return None
    beside = [_beside(pipeline, pipeline.around, Parts((), (), ()))]
    (reading,) = factor(situation_of(pipeline.around, beside, workspace, as_of or pipeline.around.as_of), {})
    low = reading.value[0] if isinstance(reading.value, tuple) else 1.0
    return Term("governance factor", low, "; ".join(reason.fact for reason in reading.because))


def _beside(pipeline: Pipeline, around: Organisation, parts: Parts) -> Technical:
    """Return a pipeline under the id by which the organisation around it speaks of it."""
    span = next((component.span for component in pipeline.components if component.span), None)
    file = Path(span.file).name if span else ""
    named = (name for name, entry in around.pipelines.items() if Path(entry).name == file)
    return Technical(next(named, slug(pipeline.name)), pipeline, lambda: parts)


def govern_beside(
    pipeline: Pipeline, workspace: Workspace, parts: Parts, as_of: str | None
) -> tuple[dict[str, Any], ...]:
    """Return the results for the organisation that a pipeline names, as plain data; none where it names none.

    Only this pipeline is looked at; no technical figure rests on the results.
    """
    around: Organisation | None = pipeline.around
    if around is None:
        return ()
    report = govern(around, [_beside(pipeline, around, parts)], workspace, as_of or around.as_of or pipeline.as_of)
    return tuple(result.model_dump(mode="json") for result in report.results)


def situation_of(
    organisation: Organisation, pipelines: Sequence[Technical], workspace: Workspace, as_of: str | None
) -> Situation:
    """Return what the checks read."""
    return Situation(
        organisation=organisation,
        pipelines=tuple(pipelines),
        as_of=as_of,
        vocabulary=workspace.vocabulary,
        catalog=workspace.catalog,
        library=workspace.library,
        skills=builtin_skills(),
        assumptions=builtin_assumptions(),
    )


def _notes(situation: Situation) -> Iterable[str]:
    if situation.as_of is None:
        yield "No day is given (`as_of` in the file, or --as-of), so checks on dates are unknown."
    if not situation.pipelines:
        yield "No pipeline is given, so checks that follow the graph are unknown."
    missing = [name for name in situation.organisation.pipelines if name not in situation.pipeline_by_id]
    if missing and situation.pipelines:
        yield f"The organisation has further pipelines that were not read: {', '.join(missing)}."
    for problem in unknown_references(situation):
        yield str(problem)


def unknown_references(situation: Situation) -> list[Problem]:
    """Return the references to components that are in none of the pipelines at hand, with the nearest right ones.

    Only references that name a pipeline at hand are judged, unless every pipeline of the organisation is there.
    """
    here = situation.pipeline_by_id
    complete = bool(here) and set(situation.organisation.pipelines) <= set(here)
    known = {"*", *here, *(project.id for project in situation.organisation.projects or ())}
    for technical in situation.pipelines:
        known |= set(technical.pipeline.by_id) | {f"{technical.id}/{name}" for name in technical.pipeline.by_id}
    problems = []
    for name, span in _references(situation.organisation):
        pipeline, slash, _ = name.partition("/")
        judged = pipeline in here if slash else complete
        if judged and name not in known and not name.startswith(("stage:", "control:", "decision:", "AML.")):
            text = f"`{shown(name)}` is no component of the pipelines at hand"
            problems.append(Problem("AM177", text, span, nearest(name, known)))
    return problems


def _references(organisation: Organisation) -> Iterable[tuple[str, Span | None]]:
    for contract in organisation.contracts or ():
        yield from ((name, contract.span) for name in contract.covers)
    for twin in organisation.twins or ():
        yield twin.component, twin.span
        yield from ((name, exercise.span) for exercise in twin.exercises or () for name in exercise.of)
    for duty in organisation.obligations or ():
        yield from ((name, duty.span) for name in duty.applies_to)
    for role in organisation.roles or ():
        yield from ((name, role.span) for name in (*role.responsible, *role.accountable))
    for review in organisation.reviews or ():
        yield from ((name, review.span) for name in review.of)
