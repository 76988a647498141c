"""Turn an analysis into the parts of the assessment document, within stated bounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from atlasmodel._ids import slug
from atlasmodel._unchecked import Unchecked
from atlasmodel.advice.measures import rank_measures
from atlasmodel.advice.questions import ask
from atlasmodel.analysis import Analysis, analyse
from atlasmodel.catalog import Catalog
from atlasmodel.catalog.records import Mitigation, Tactic, Technique
from atlasmodel.document import (
    SCHEMA,
    SEVERITIES,
    Finding,
    GoalResult,
    Matrix,
    MitigationRow,
    PipelineView,
    Source,
    Starts,
    TacticRow,
    TechniqueRow,
    Totals,
    rounded,
)  # fmt: skip
from atlasmodel.errors import InputError, NothingToAssess, Problem, Span
from atlasmodel.findings.listing import findings
from atlasmodel.findings.steps import step_rows
from atlasmodel.goals.results import goal_results
from atlasmodel.goals.rivals import tries_of
from atlasmodel.goals.table import Studies
from atlasmodel.govern.situation import Parts
from atlasmodel.govern.survey import govern_beside
from atlasmodel.match.formula import NO, truth
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline, digest_of
from atlasmodel.model.soundness import implausible
from atlasmodel.options import Options
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace


def assemble(pipeline: Pipeline, workspace: Workspace, options: Options) -> dict[str, Any]:
    """Return every part of the document; raise NothingToAssess or InputError where there can be none."""
    analysis = analysis_of(pipeline, workspace, options)
    credits, unswept = analysis.credits(options.swept_goals)
    listed = findings(analysis, credits, options)
    rows = step_rows(analysis)
    goals = goal_results(analysis, rows, options)
    measures, untried = rank_measures(analysis, credits, options.measures)
    questions, unvalued = ask(analysis, options.questions)
    return {
        "schema_": SCHEMA,
        "tool": {"name": "atlasmodel", "version": tool_version()},
        "catalog": Source(release=workspace.catalog.release, digest=workspace.catalog.digest),
        "matrix": matrix(workspace.catalog),
        "rules": Source(count=len(workspace.rules), digest=workspace.rules_digest),
        "pipeline": view(analysis),
        "findings": listed.shown,
        "goals": goals,
        "totals": Totals(risk=rounded(analysis.total), by_severity=count_severities(listed.shown)),
        "mitigations": measures,
        "questions": questions,
        "steps": tuple(rows.values()),
        "governance": govern_beside(
            pipeline, workspace, Parts(listed.shown, goals, tuple(rows.values())), options.as_of
        ),
        "accepted": listed.accepted,
        "hidden": listed.hidden,
        "notes": (*governance_notes(workspace, options), *notes(analysis, listed.notes)),
        "truncated": tuple(cuts(options, goals, unswept, untried, unvalued)),
    }


def matrix(catalog: Catalog) -> Matrix:
    """Return the matrix of a release as the document shows it."""
    records: tuple[Tactic | Technique | Mitigation, ...] = (*catalog.tactics, *catalog.techniques, *catalog.mitigations)
    studies = Studies.of_catalog(catalog)
    dates = [record.modified for record in records if record.modified]
    return Matrix(
        tactics=tuple(TacticRow(id=tactic.id, name=tactic.name, slug=slug(tactic.name)) for tactic in catalog.tactics),
        techniques=tuple(
            TechniqueRow(
                id=technique.id,
                name=catalog.display_name(technique.id),
                parent=technique.parent,
                tactics=technique.tactics,
                created=str(technique.created) if technique.created else None,
                case_studies=studies.of(technique.id),
            )
            for technique in sorted(catalog.techniques, key=lambda item: item.id)
        ),
        mitigations=tuple(
            MitigationRow(id=item.id, name=item.name, created=str(item.created) if item.created else None)
            for item in sorted(catalog.mitigations, key=lambda item: item.id)
        ),
        date=str(max(dates)) if dates else None,
    )


def analysis_of(pipeline: Pipeline, workspace: Workspace, options: Options) -> Analysis:
    """Return the analysis that an assessment rests on; raise NothingToAssess or InputError where there can be none."""
    if not pipeline.components:
        raise NothingToAssess(
            Problem("AM401", f"`{pipeline.name}` has no components", hint="add some under `components:`")
        )
    analysis = analyse(pipeline, workspace, world_set(workspace, options))
    if analysis.placement.problems:
        raise InputError(analysis.placement.problems)
    return analysis


def world_set(workspace: Workspace, options: Options) -> WorldSet:
    """Return the worlds of an assessment; number and seed come from the scoring data unless the options say."""
    scoring = workspace.scoring
    return WorldSet(
        scoring.worlds.count if options.worlds is None else options.worlds,
        scoring.worlds.seed if options.seed is None else options.seed,
        workspace.vocabulary.attributes,
    )


def tool_version() -> str:
    """Return the version of this library as installed."""
    try:
        return version("atlasmodel")
    except PackageNotFoundError:
        return "unknown"


def count_severities(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings by severity, the worst first."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def notes(analysis: Analysis, further: Iterable[str]) -> Iterable[str]:
    """Yield what a reader should know: odd flows, doubled controls, left-out rules, an unread organisation."""
    if not analysis.ends:
        yield "Nothing that matters can be reached: is nothing exposed, or nothing valuable described?"
    if analysis.pipeline.organisation is not None and analysis.pipeline.around is None:
        yield "The organisation that the pipeline names was not read; assess its file, or use `govern`."
    for problem in (
        *analysis.workspace.problems,
        *implausible(analysis.pipeline, analysis.workspace.vocabulary),
        *analysis.placement.warnings,
    ):
        yield str(problem)
    yield from further


def governance_notes(workspace: Workspace, options: Options) -> Iterable[str]:
    """Yield what the governance factor did, where it was asked for."""
    if not options.governance_factor:
        return
    raised = workspace.governance
    if raised is None:
        yield "No organisation is known, so no governance factor is applied."
    else:
        yield (
            f"Governance factor: base chances of steps are raised {raised.factor:.4g} times, to 1 at most "
            f"({raised.reason}); an assumption, off unless asked for."
        )


def cuts(options: Options, goals: Sequence[GoalResult], unswept: int, untried: int, unvalued: int) -> Iterable[str]:
    """Yield a sentence for every bound that cut something."""
    if len(goals) > options.path_goals:
        found = f"the {options.path_goals} of {len(goals)} goals with the highest risk"
        yield f"paths: found for {found}, each goal counted once for each adversary"
    if unswept:
        swept = f"the {options.swept_goals} ends of highest risk"
        yield f"findings: the risk of a finding counts {swept}; {unswept} further ends are left out"
    if untried:
        yield f"mitigations: {options.measures} measures were tried; {untried} further ones act on less risk"
    if unvalued:
        yield f"questions: {options.questions} answers were valued; {unvalued} further questions follow without a value"


def view(analysis: Analysis) -> PipelineView:
    """Return the pipeline as diagrams and reports need it."""
    pipeline, vocabulary = analysis.pipeline, analysis.workspace.vocabulary
    plain = pipeline.model_dump(mode="json")
    looks = {kind: _look(kind, vocabulary) for kind in dict.fromkeys(item.kind for item in pipeline.components)}
    components = [
        {**data, **looks[item.kind], "line": list(vocabulary.lineage(item.kind)), "span": _place(item.span)}
        for item, data in zip(pipeline.components, plain["components"], strict=True)
    ]
    flows = [
        {**data, "crosses": list(pipeline.crossings(flow)), "span": _place(flow.span)}
        for flow, data in zip(pipeline.flows, plain["flows"], strict=True)
    ]
    # What is made here is of the types that the record asks for, so none is checked and copied.
    return Unchecked(PipelineView)(
        name=pipeline.name,
        version=pipeline.version,
        owner=pipeline.owner,
        description=pipeline.description,
        as_of=pipeline.as_of,
        digest=digest_of(plain),
        zones=tuple(plain["zones"]),
        components=tuple(components),
        flows=tuple(flows),
        controls=tuple(plain["controls"]),
        assets=tuple(plain["assets"]),
        adversaries=tuple(_starts(attack, analysis.workspace) for attack in analysis.attacks),
    )


def _look(kind: str, vocabulary: Vocabulary) -> dict[str, str]:
    """Return how components of a kind are drawn, by the nearest ancestor that says so, and what the kind means."""
    line = [vocabulary.kinds.get(name) or vocabulary.groups[name] for name in vocabulary.lineage(kind)]
    shape = next((entry.shape for entry in line if entry.shape), "box")
    glyph = next((entry.glyph for entry in line if entry.glyph), "")
    return {"shape": shape, "glyph": glyph, "kind_meaning": vocabulary.kinds[kind].meaning}


def _place(span: Span | None) -> str | None:
    return str(span) if span else None


def _starts(attack: Attack, workspace: Workspace) -> Starts:
    return Starts(
        adversary=attack.adversary.id,
        profile=attack.adversary.profile,
        skill=attack.skill,
        tries_per_year=tries_of(attack.adversary, workspace),
        facts={
            fact: "yes" if truth(formula) == "yes" else "unknown"
            for fact, formula in attack.start.facts.items()
            if formula != NO
        },
        chances={fact: chance for fact, chance in attack.held.items() if chance < 1},
    )
