"""Replay a case study on a model of its target: which of its techniques are listed, which steps hold in order.

The model is what an architect would have said beforehand; a side file says where each published step happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._located import Record, validate
from atlasmodel.attack.graph import build_graph
from atlasmodel.attack.starts import start_of
from atlasmodel.cases.procedure import Stage, scope_of
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.match.engine import Grounding, match
from atlasmodel.match.formula import is_listed
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace


class PlacedStep(Record):
    """Say where one step of a case study happened; None: off the system."""

    technique: str
    at: str | None


class Script(Record):
    """Hold a side file: the steps of a study in their published order, who attacks, and what for."""

    case_study: str
    adversary: str
    goal: str
    steps: tuple[PlacedStep, ...] = Field(min_length=1)


@dataclass(frozen=True)
class StepReplay:
    """Say how one step came out: whether its technique is listed near its place, and whether its needs were met."""

    technique: str
    at: str | None
    scope: str  # of the rules that speak of it: exposure, target, impact, adversary; none
    listed: str  # certain, possible, no: at the place or a direct neighbour
    holds: bool


@dataclass(frozen=True)
class Replay:
    """Hold the result of one study."""

    case_study: str
    steps: tuple[StepReplay, ...]
    reversed_holds: int
    goal_reached: bool
    listed: frozenset[str]  # techniques listed as applying, certainly
    possible: frozenset[str]  # techniques listed as applying or possibly applying

    @property
    def counted(self) -> tuple[StepReplay, ...]:
        """Return the steps whose technique acts on, or is shown by, a component: a listing is held against those."""
        return tuple(step for step in self.steps if step.scope not in ("adversary", "none") and step.at is not None)

    def recall(self, *, certain: bool) -> float | None:
        """Return the share of the counted techniques that are listed near their place; None without any."""
        wanted = {(step.technique, step.at): step.listed for step in self.counted}
        if not wanted:
            return None
        hits = sum(listed == "certain" or (listed == "possible" and not certain) for listed in wanted.values())
        return hits / len(wanted)

    @property
    def held(self) -> float:
        """Return the share of steps whose needs were met in the published order."""
        return sum(step.holds for step in self.steps) / len(self.steps)


def read_script(path: Path) -> Script:
    """Read a side file; raise InputError with every mistake."""
    document = _yaml.read(path)
    script, problems = validate(Script, document.data, document, ())
    if script is None:
        raise InputError(problems)
    return script


@dataclass(frozen=True)
class Reading:
    """Say how strictly a replay is read; `docs/case-studies.md` says why each is free by default."""

    workshop: bool = True  # means made on the attacker's own ground are had even where the study tells of none
    beside: bool = True  # a step also holds at a direct neighbour of its place; off the system, at any component
    certain: bool = False  # only what is certainly there counts


STRICT = Reading(workshop=False, beside=False, certain=True)


def replay(pipeline: Pipeline, script: Script, workspace: Workspace, reading: Reading | None = None) -> Replay:
    """Replay a study; raise InputError where the script names a component or adversary that the model lacks.

    `reading` says when a step counts as held; what is listed near its place does not depend on it.
    """
    _check(pipeline, script)
    strictly = reading or Reading()
    # What only an answer would bring is not held for or against the rules: it is asked, and not listed.
    groundings = [item for item in match(pipeline, workspace.rules, workspace.vocabulary) if is_listed(item.formula)]
    graph = build_graph(groundings, workspace.vocabulary.tokens)
    adversary = next(item for item in pipeline.adversaries if item.id == script.adversary)
    start = start_of(adversary, pipeline, workspace.vocabulary)
    stage = Stage(groundings, graph, workspace.catalog, certain=strictly.certain, workshop=strictly.workshop)
    opening = stage.opening(start.names(certain=strictly.certain))
    moves = [_candidates(step, stage, pipeline, beside=strictly.beside) for step in script.steps]
    forwards, backwards = stage.play(moves, opening), stage.play(moves[::-1], opening)
    whole = Stage(groundings, graph, workspace.catalog)
    findings = [item for item in groundings if item.rule.is_finding and item.rule.technique]
    return Replay(
        case_study=script.case_study,
        steps=tuple(
            StepReplay(
                technique=step.technique,
                at=step.at,
                scope=scope_of(step.technique, workspace.catalog, workspace.rules),
                listed=_listed(step, whole, pipeline),
                holds=bool(able),
            )
            for step, able in zip(script.steps, forwards, strict=True)
        ),
        reversed_holds=sum(map(bool, backwards)),
        goal_reached=script.goal in graph.reach(start.names(certain=False), certain=False).facts,
        listed=frozenset(str(item.rule.technique) for item in findings if item.certainty == "yes"),
        possible=frozenset(str(item.rule.technique) for item in findings),
    )


def _places(step: PlacedStep, pipeline: Pipeline, *, beside: bool) -> set[str]:
    """Return where a step may have acted: at its place or beside it; off the system, at the adversary or anywhere."""
    if step.at is None:
        return {ADVERSARY, *(pipeline.by_id if beside else ())}
    flows = (*pipeline.flows_from(step.at), *pipeline.flows_to(step.at)) if beside else ()
    return {ADVERSARY, step.at, *(end for flow in flows for end in (flow.source, flow.target))}


def _candidates(step: PlacedStep, stage: Stage, pipeline: Pipeline, *, beside: bool) -> list[Grounding]:
    """Return the groundings of a step's technique where it may have acted."""
    near = _places(step, pipeline, beside=beside)
    return [item for item in stage.candidates(step.technique) if item.component in near]


def _listed(step: PlacedStep, stage: Stage, pipeline: Pipeline) -> str:
    near = _candidates(step, stage, pipeline, beside=True)
    found = {item.certainty for item in near if item.rule.is_finding}
    return "certain" if "yes" in found else "possible" if found else "no"


def _check(pipeline: Pipeline, script: Script) -> None:
    problems = [
        Problem(
            "AM170",
            f"the script names a component `{step.at}` that is not there",
            step.span,
            nearest(step.at, pipeline.by_id),
        )
        for step in script.steps
        if step.at is not None and step.at not in pipeline.by_id
    ]
    if script.adversary not in {item.id for item in pipeline.adversaries}:
        problems.append(Problem("AM170", f"there is no adversary `{script.adversary}`", script.span))
    if problems:
        raise InputError(problems)
