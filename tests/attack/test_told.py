"""What steps need and gain is told as the steps say it; equal needs are one and the same."""

from __future__ import annotations

from hypothesis import given
from strategies import FAST, pipelines

from atlasmodel.attack.graph import AttackGraph, build_graph
from atlasmodel.attack.told import tell
from atlasmodel.match.engine import match
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace


@FAST
@given(pipelines(3))
def test_all_steps_are_told_as_each_says_it(system: Pipeline) -> None:
    space = Workspace.builtin()
    matched = build_graph(match(system, space.rules, space.vocabulary), space.vocabulary.tokens)
    for graph in (matched, AttackGraph(matched.steps)):  # facts by code, and facts as they are listed
        told = tell(graph.wiring, graph.names)
        for step, needs, gains in zip(graph.steps, told.needs, told.gains, strict=True):
            assert needs == tuple(tuple(option.fact for option in clause) for clause in step.clauses)
            assert gains == tuple(option.fact for option in step.gains)
        for parts in (told.needs, told.gains, [clause for needs in told.needs for clause in needs]):
            assert len({id(part) for part in parts}) == len(set(parts))
        assert graph.names.listed() == [graph.names.name(number) for number in range(len(graph.names))]
