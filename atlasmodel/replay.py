"""Replay a case study on a model of its target: which of its techniques are listed, which steps hold in order.

The model is what an architect would have said beforehand; a side file says where each published step happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._located import Record, validate
from atlasmodel.attack.graph import AttackGraph, build_graph
from atlasmodel.attack.starts import start_of
from atlasmodel.catalog import Catalog
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.match.engine import Grounding, match
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


def replay(pipeline: Pipeline, script: Script, workspace: Workspace) -> Replay:
    """Replay a study; raise InputError where the script names a component or adversary that the model lacks."""
    _check(pipeline, script)
    groundings = match(pipeline, workspace.rules, workspace.vocabulary)
    graph = build_graph(groundings, workspace.vocabulary.tokens)
    adversary = next(item for item in pipeline.adversaries if item.id == script.adversary)
    starts = start_of(adversary, pipeline, workspace.vocabulary).names(certain=False)
    stage = _Stage(pipeline, workspace, groundings, graph, starts=starts, steps=script.steps)
    forwards = stage.play(script.steps)
    backwards = stage.play(tuple(reversed(script.steps)))
    findings = [item for item in groundings if item.rule.is_finding and item.rule.technique]
    return Replay(
        case_study=script.case_study,
        steps=tuple(stage.outcome(step, holds) for step, holds in zip(script.steps, forwards, strict=True)),
        reversed_holds=sum(backwards),
        goal_reached=script.goal in graph.reach(starts, certain=False).facts,
        listed=frozenset(str(item.rule.technique) for item in findings if item.certainty == "yes"),
        possible=frozenset(str(item.rule.technique) for item in findings),
    )


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


def family(technique: str, catalog: Catalog) -> frozenset[str]:
    """Return the techniques that count as this one: itself, its sub-techniques, and its parent."""
    if technique not in catalog:
        return frozenset({technique})
    parent = catalog.technique(technique).parent
    children = (child.id for child in catalog.children(technique))
    return frozenset({technique, *children, *([parent] if parent else [])})


class _Stage:
    """Hold what every step is looked up in."""

    def __init__(
        self,
        pipeline: Pipeline,
        workspace: Workspace,
        groundings: Sequence[Grounding],
        graph: AttackGraph,
        *,
        starts: Sequence[str],
        steps: Iterable[PlacedStep],
    ) -> None:
        self.pipeline, self.workspace, self.graph, self.starts = pipeline, workspace, graph, starts
        self._of: dict[str, list[Grounding]] = {}
        for grounding in groundings:
            self._of.setdefault(str(grounding.rule.technique), []).append(grounding)
        self._carriers = [item for item in graph.steps if item.grounding.rule.scope == "propagation"]
        self._private = [item for item in graph.steps if _is_private(item.grounding)]
        self._told = frozenset(fact for step in steps for fact in self._made_by(step))

    def _made_by(self, step: PlacedStep) -> Iterator[str]:
        """Yield what a step gives the attacker to carry about: means and knowledge, at no component."""
        for item in self.candidates(step):
            number = self.graph.number_of.get(item.id)
            for option in self.graph.steps[number].gains if number is not None else ():
                if option.fact.endswith(f"@{ADVERSARY}"):
                    yield option.fact

    def near(self, place: str | None) -> set[str]:
        """Return a place and its direct neighbours; off the system, the adversary and every component."""
        if place is None:
            return {ADVERSARY, *self.pipeline.by_id}
        flows = (*self.pipeline.flows_from(place), *self.pipeline.flows_to(place))
        return {place, *(end for flow in flows for end in (flow.source, flow.target))}

    def candidates(self, step: PlacedStep) -> list[Grounding]:
        """Return the groundings of a step's technique at its place, beside it, or off the system."""
        near = {*self.near(step.at), ADVERSARY}
        found = (
            item for name in sorted(family(step.technique, self.workspace.catalog)) for item in self._of.get(name, ())
        )
        return [item for item in found if item.component in near]

    def outcome(self, step: PlacedStep, holds: bool) -> StepReplay:
        """Return how a step came out."""
        names = family(step.technique, self.workspace.catalog)
        scopes = {rule.scope for rule in self.workspace.rules if rule.technique in names} - {"propagation"}
        scope = next((name for name in ("target", "impact", "exposure", "adversary") if name in scopes), "none")
        found = {item.certainty for item in self.candidates(step) if item.rule.is_finding}
        listed = "certain" if "yes" in found else "possible" if found else "no"
        return StepReplay(step.technique, step.at, scope, listed, holds)

    def play(self, steps: Iterable[PlacedStep]) -> list[bool]:
        """Return for each step whether its needs were met by the start, earlier steps and what carries facts on.

        What happens off the system is seldom told: a study names the prompt that was sent, not that it was written.
        So the attacker's own workshop stands open. But where a study does tell of a means that a step can use, it is
        there from that step on and not before, and no other means that is not told of takes its place.
        """
        held = set(self.starts)
        spare = self._grown(held)
        results = []
        for step in steps:
            able = [item for item in self.candidates(step) if self._met(item, held, spare)]
            results.append(bool(able))
            for item in able:
                number = self.graph.number_of.get(item.id)
                if number is not None:
                    held.update(option.fact for option in self.graph.steps[number].gains)
            spare = self._grown(held)
        return results

    def _grown(self, held: set[str]) -> set[str]:
        """Add what propagation makes of the facts; return what the workshop could add to them."""
        spare: set[str] = set()
        grew = True
        while grew:
            grew = False
            for item in self._carriers:
                if self._met(item.grounding, held, spare):
                    new = {option.fact for option in item.gains} - held
                    grew |= bool(new)
                    held |= new
            for item in self._private:
                if self._met(item.grounding, held, spare):
                    new = {option.fact for option in item.gains} - spare
                    grew |= bool(new)
                    spare |= new
        return spare

    def _met(self, grounding: Grounding, held: set[str], spare: set[str]) -> bool:
        """Tell whether each clause has a fact that is held, or one from the workshop where the study tells of none."""
        return all(self._clause_met([option.fact for option in clause], held, spare) for clause in grounding.clauses)

    def _clause_met(self, facts: list[str], held: set[str], spare: set[str]) -> bool:
        if any(fact in held for fact in facts):
            return True
        return not any(fact in self._told for fact in facts) and any(fact in spare for fact in facts)


def _is_private(grounding: Grounding) -> bool:
    """Tell whether a step takes place on the attacker's own ground, where nobody sees it."""
    return grounding.rule.scope == "adversary" and grounding.component == ADVERSARY
