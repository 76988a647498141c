"""assess() runs the layers; Assessment is the frozen, versioned document that it answers with.

Exporters and diagrams read this document and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import Field

from atlasmodel import plugins
from atlasmodel._collector import resting_collector
from atlasmodel._files import check_target, write_whole
from atlasmodel._ids import canonical_json
from atlasmodel.advice.what_if import WhatIf, what_if
from atlasmodel.analysis import Analysis
from atlasmodel.assembly import analysis_of, assemble, world_set
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.tree import AttackTree
from atlasmodel.cases.case import STATUSES, SimilarCase
from atlasmodel.cases.similarity import similar_cases
from atlasmodel.comparison import Comparison, compare, outline
from atlasmodel.coverage import TechniqueCoverage, coverage
from atlasmodel.crosswalk.compliance import Compliance, compliance
from atlasmodel.crosswalk.read import crosswalk
from atlasmodel.document import (
    SCHEMA,
    Accepted,
    AttackPath,
    Certainty,
    Finding,
    Frozen,
    GoalResult,
    Matrix,
    PipelineView,
    Question,
    RankedMeasure,
    Source,
    Starts,
    StepRow,
    Totals,
)  # fmt: skip
from atlasmodel.errors import InputError, Problem
from atlasmodel.goals import barriers
from atlasmodel.goals.footholds import Foothold, footholds
from atlasmodel.goals.rivals import Rivals, match_up, yearly_by_anybody
from atlasmodel.goals.routes import By, Front, Routes, find_front, find_goal, find_routes, least_effort
from atlasmodel.goals.table import Studies, Table
from atlasmodel.goals.unfolding import unfold
from atlasmodel.govern.survey import factor_beside
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.options import Options
from atlasmodel.plan import Plan
from atlasmodel.tabled import Tabled, table_of
from atlasmodel.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd


class Inputs(NamedTuple):
    """Be what an assessment was made from: enough to run the layers again and get the same worlds."""

    pipeline: Pipeline
    workspace: Workspace
    options: Options


class Assessment(Frozen, Tabled):
    """Hold the whole answer; see `docs/assessment.md` for every field."""

    schema_: str = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    tool: dict[str, str]
    catalog: Source
    matrix: Matrix = Matrix()
    rules: Source
    pipeline: PipelineView
    findings: tuple[Finding, ...]
    goals: tuple[GoalResult, ...]
    totals: Totals
    mitigations: tuple[RankedMeasure, ...]
    questions: tuple[Question, ...]
    steps: tuple[StepRow, ...]
    governance: tuple[dict[str, Any], ...] = ()
    accepted: tuple[Accepted, ...] = ()
    hidden: dict[str, int]
    notes: tuple[str, ...]
    truncated: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data in the shape of the published schema."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json(self) -> str:
        """Return the document as canonical JSON: same input, same bytes."""
        return canonical_json(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Assessment:
        """Read a document that `to_json` wrote."""
        return cls.model_validate_json(text)

    @cached_property
    def inputs(self) -> Inputs:
        """Return the pipeline, workspace and options that were assessed; raise InputError for a document read back."""
        raise InputError(
            Problem(
                "AM155",
                "this assessment was read from a document, which does not hold what it was made from",
                hint="assess the pipeline again",
            )
        )

    @cached_property
    def analysis(self) -> Analysis:
        """Return the layers' own results, run again on the same worlds: for planning and what-if questions."""
        return analysis_of(*self.inputs)

    def moves(self, adversary: str) -> list[Move]:
        """Return the steps for a path search, weighted by minus the logarithm of their probability.

        What may be needed, gained or held only if an unknown turns out so counts as if it were.
        """
        return self.table(adversary).moves()

    def table(self, adversary: str) -> Table:
        """Return the steps as an adversary sees them."""
        studies = Studies({row.id: row.case_studies for row in self.matrix.techniques})
        return Table(self.step_by_id, adversary, self._start(adversary).held(), studies)

    def starts(self, adversary: str) -> dict[str, Certainty]:
        """Return the facts an adversary starts with."""
        return self._start(adversary).facts

    def _start(self, adversary: str) -> Starts:
        return next(start for start in self.pipeline.adversaries if start.adversary == adversary)

    def goal(self, goal: str | None = None, at: str | None = None, adversary: str | None = None) -> GoalResult:
        """Return the result of a goal, given as fact or token and place; without one, that of the highest risk."""
        known = [start.adversary for start in self.pipeline.adversaries]
        return find_goal(self.goals, goal, at, adversary, known=known)

    def tree(
        self,
        goal: str | None = None,
        at: str | None = None,
        *,
        depth: int = 14,
        width: int = 3,
        adversary: str | None = None,
        chances: bool = False,
    ) -> AttackTree:
        """Return the attack tree of a goal, for the adversary to whom it offers most unless one is named.

        With `chances` every fact has its probability, for which the layers run again; otherwise only the goal has.
        """
        result = self.goal(goal, at, adversary)
        attacks = {attack.adversary.id: attack for attack in self.analysis.attacks} if chances else {}
        return unfold(
            self.table(result.adversary),
            result,
            self.pipeline,
            self.mitigations,
            self.measure_names,
            depth=depth,
            width=width,
            chance=attacks[result.adversary].point.share if attacks else None,
        )

    def paths(
        self, goal: str | None = None, at: str | None = None, limit: int = 5, *, by: By = "probability"
    ) -> tuple[AttackPath, ...]:
        """Return the `limit` best attack paths to a goal: likeliest, least effort or time, or fewest steps."""
        return self.routes(goal, at, limit, by=by).paths

    def routes(
        self,
        goal: str | None = None,
        at: str | None = None,
        limit: int = 5,
        *,
        by: By = "probability",
        adversary: str | None = None,
    ) -> Routes:
        """Return the best paths, whether the search was cut short, and what the goal takes at least."""
        result = self.goal(goal, at, adversary)
        return find_routes(self.table(result.adversary), result.fact, by, limit)

    def front(
        self, goal: str | None = None, at: str | None = None, limit: int = 20, *, adversary: str | None = None
    ) -> Front:
        """Return the paths that none of those found outdoes in probability, effort and detection together."""
        result = self.goal(goal, at, adversary)
        return find_front(self.table(result.adversary), result.fact, limit)

    def choke_points(
        self, goal: str | None = None, at: str | None = None, *, adversary: str | None = None
    ) -> tuple[barriers.ChokePoint, ...]:
        """Return the steps and facts on every path to a goal, exactly, with the risk of all goals that rest on them."""
        result = self.goal(goal, at, adversary)
        risks = {other.fact: other.risk for other in self.goals if other.adversary == result.adversary}
        return barriers.find_choke_points(self.table(result.adversary), result.fact, risks)

    def cuts(
        self,
        goal: str | None = None,
        at: str | None = None,
        *,
        of: barriers.Of = "steps",
        size: int = 4,
        adversary: str | None = None,
    ) -> barriers.Cuts:
        """Return the minimal sets of steps, or of controls taken as wholly effective, that leave no path to a goal."""
        result = self.goal(goal, at, adversary)
        elements = barriers.step_elements(self.steps) if of == "steps" else barriers.control_elements(self.analysis)[0]
        return barriers.find_cuts(self.table(result.adversary), result.fact, of, elements, size)

    def element_titles(self, cuts: barriers.Cuts) -> dict[str, str]:
        """Return what the elements of some cuts are, in words: technique and title of steps, names of controls."""
        elements = {name: self.step_by_id.get(name) for names in cuts.sets for name in names}
        steps = {name: barriers.title_of(row) for name, row in elements.items() if row is not None}
        controls = {name.partition("@")[0] for name, row in elements.items() if row is None}
        return dict(sorted((steps | {name: self.measure_names.get(name, name) for name in controls}).items()))

    def cheapest_cut(
        self, goal: str | None = None, at: str | None = None, *, adversary: str | None = None
    ) -> barriers.CheapestCut:
        """Return the controls of least effort that leave no path to a goal, each taken as wholly effective."""
        result = self.goal(goal, at, adversary)
        return barriers.find_cheapest_cut(
            self.table(result.adversary), result.fact, *barriers.control_elements(self.analysis)
        )

    def adversaries_matrix(self) -> Rivals:
        """Return what every adversary can do to every goal, and how likely each is reached in a year by anybody."""
        tables = {start.adversary: self.table(start.adversary) for start in self.pipeline.adversaries}
        tries = {start.adversary: start.tries_per_year for start in self.pipeline.adversaries}
        shared = None if "inputs" not in self.__dict__ else partial(yearly_by_anybody, self.analysis)
        return match_up(self.goals, tries, lambda goal, who: least_effort(tables[who], goal), shared)

    def footholds(self, profile: str = "insider", at: Iterable[str] = (), limit: int = 50) -> tuple[Foothold, ...]:
        """Return what an adversary of a profile could do from each component, the most dangerous first."""
        pipeline, workspace, options = self.inputs
        return footholds(pipeline, workspace, world_set(workspace, options), profile, at, limit=limit)

    @cached_property
    def step_by_id(self) -> Mapping[str, StepRow]:
        """Return the steps by id."""
        return {step.id: step for step in self.steps}

    @cached_property
    def measure_names(self) -> Mapping[str, str]:
        """Return the names of the mitigations in this document."""
        listed = {measure.id: measure.name for finding in self.findings for measure in finding.mitigations}
        return listed | {row.control: row.name for row in self.mitigations}

    def plan(
        self,
        budget: float | None = None,
        *,
        days: float | None = None,
        measures: int | None = None,
        by: float | str | None = None,
        roles: Iterable[str] | Mapping[str, float] | None = None,
        fixed: Sequence[str | tuple[str, str]] = (),
        forbidden: Sequence[str | tuple[str, str]] = (),
        objective: Literal["risk", "best-attack"] = "risk",
        target: float | None = None,
        cut: str | None = None,
        below: float = 0.01,
        front: int = 0,
        sensitivity: bool = False,
        effort: Any = None,
    ) -> Plan:
        """Return what to do under a budget (money or person-days of the first year, or a number of measures).

        `by` is a number of working days or a date, `roles` who is available (or how many people of each); `target` asks
        for the cheapest plan that reaches a risk, `cut` for the cheapest that leaves no way to a goal likelier than
        `below`; `front` adds so many points of cost against risk. Raises InputError for what cannot be kept or reached.
        """
        planner = plugins.part("planning.planner")
        asked = planner.Request(
            budget, days, measures, by, roles, tuple(fixed), tuple(forbidden), objective, target, cut, below
        )
        as_of = self.inputs.options.as_of or self.inputs.pipeline.as_of
        plan: Plan = planner.make_plan(self.analysis, asked, effort, as_of=as_of, front=front, sensitivity=sensitivity)
        return plan

    def what_if(self, *measures: str | tuple[str, str]) -> WhatIf:
        """Return what further measures (`control@place`) would change together, on the worlds of this assessment.

        Fast: nothing is matched or drawn again. `assess(pipeline.with_changes(...))` makes the whole document instead.
        Raises InputError for measures that there are not, or not there.
        """
        return what_if(self.analysis, measures)

    def compare(self, other: Assessment) -> Comparison:
        """Return what an assessment of the changed pipeline adds, removes and changes."""
        return compare(*(outline(doc.totals.risk, doc.findings, doc.goals, doc.pipeline) for doc in (self, other)))

    def similar_cases(self, limit: int = 5) -> tuple[SimilarCase, ...]:
        """Return the published attacks that the pipeline would permit, step by step; see `docs/case-studies.md`."""
        return similar_cases(self.inputs.pipeline, self.inputs.workspace, limit)

    def similar_cases_frame(self, limit: int = 5) -> pd.DataFrame:
        """Return the published attacks that the pipeline would permit as a table: one row each, with step counts."""
        import pandas as pd

        told = ["id", "name", "adversary", "score", "goal", "probability"]
        rows = [
            [*(getattr(case, name) for name in told), *(case.count(status) for status in STATUSES)]
            for case in self.similar_cases(limit)
        ]
        return pd.DataFrame(rows, columns=[*told, *STATUSES])

    def coverage(self) -> tuple[TechniqueCoverage, ...]:
        """Return for each technique found the measures against it by state, and why nothing acts where none does."""
        return coverage(self.findings)

    def compliance(self, framework: str) -> Compliance:
        """Return, entry by entry of a framework, what speaks for it, what against it, what is unknown.

        `framework` is an id of `catalogs/crosswalk`, such as `eu-ai-act`. It never claims compliance. Raises InputError
        AM249 for an unknown framework.
        """
        workspace = self.inputs.workspace if "inputs" in self.__dict__ else None
        return compliance(crosswalk(framework, workspace), self.findings, self.governance)

    def choke_points_frame(self, goal: str | None = None, at: str | None = None) -> pd.DataFrame:
        """Return the choke points of a goal as a table: one row each."""
        return table_of(self.choke_points(goal, at))

    def cuts_frame(self, goal: str | None = None, at: str | None = None, **options: Any) -> pd.DataFrame:
        """Return the minimal cuts of a goal as a table: one row for each element of each set."""
        return table_of(self.cuts(goal, at, **options).rows())

    def adversaries_frame(self) -> pd.DataFrame:
        """Return the matrix adversary x goal as a table: one row a cell."""
        return table_of(self.adversaries_matrix().rows())

    def footholds_frame(self, profile: str = "insider", at: Iterable[str] = ()) -> pd.DataFrame:
        """Return what a foothold at each component is worth as a table: one row each."""
        return table_of(self.footholds(profile, at))

    def export(self, format: str, path: Path | str, *, overwrite: bool = False, **options: Any) -> Path:
        """Write the assessment in a format (`plugins.names()` lists them) and return the path of the file.

        `options` are those of the format; one that it does not have is an InputError.
        """
        target = Path(path)
        exporter = plugins.exporter(format)
        check_target(target, overwrite=overwrite)
        return write_whole(target, exporter.render(self, **options), overwrite=overwrite)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        dot = plugins.shipped("diagram").pipeline_dot
        bundle: dict[str, str] = plugins.shipped("render").mimebundle(str(self), lambda: str(dot(self)))
        return bundle

    def __repr__(self) -> str:
        return f"Assessment({self.pipeline.name!r}, {len(self.findings)} findings, risk {self.totals.risk:g})"

    def __str__(self) -> str:
        lines = [repr(self)]
        lines += [
            f"  {finding.severity:8} {finding.risk:7g} {finding.id}: {finding.technique_name}"
            for finding in self.findings
        ]
        return "\n".join(lines)


def assess(pipeline: Pipeline, workspace: Workspace | None = None, options: Options | None = None) -> Assessment:
    """Assess a pipeline: which techniques apply where, how they chain, how likely and how bad, what to do.

    Pure, offline and deterministic. Raises InputError for contradictions in the controls, NothingToAssess for a
    pipeline without components.
    """
    space, bounds = workspace or Workspace.builtin(), options or Options()
    if bounds.governance_factor:
        space = replace(space, governance=factor_beside(pipeline, space, bounds.as_of))
    inputs = Inputs(pipeline, space, bounds)
    with resting_collector():
        assessment = Assessment.model_construct(None, **assemble(*inputs))
    assessment.__dict__["inputs"] = inputs  # beside the fields: a document read back is equal without it
    return assessment


def assessment_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the assessment document."""
    schema = Assessment.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA} | schema
