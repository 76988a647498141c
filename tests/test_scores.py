"""Figures, places and controls by the many are what each step alone would be given."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from strategies import FAST, pipelines

from atlasmodel.analysis import Analysis, analyse, score_grounding, technique_of
from atlasmodel.match.engine import match
from atlasmodel.mitigate.placement import Coverage, Placed, places_of
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.score import Weakening
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module", params=["fraud-scoring.yaml", "support-assistant.yaml"])
def analysis(request: pytest.FixtureRequest) -> Analysis:
    space = Workspace.builtin()
    pipeline = read_pipeline(EXAMPLES / request.param, space.vocabulary)
    return analyse(pipeline, space, WorldSet(256, 3, space.vocabulary.attributes))


def test_steps_are_scored_as_each_alone(analysis: Analysis) -> None:
    best = analysis.weakenings.with_further(analysis.placement.unasked)
    for attack in analysis.attacks:
        for number, score in attack.scores.items():
            grounding = analysis.graph.steps[number].grounding
            assert score == score_grounding(grounding, attack.skill, analysis.weakenings, analysis.workspace)
            assert attack.hoped[number] == score_grounding(grounding, attack.skill, best, analysis.workspace)


def test_steps_on_which_nothing_more_acts_are_hoped_to_be_as_they_are(analysis: Analysis) -> None:
    shared = 0
    for attack in analysis.attacks:
        for number, score in attack.scores.items():
            same = attack.hoped[number].weakenings == score.weakenings
            assert (attack.hoped[number] is score) == same
            shared += same
    assert shared


def test_what_a_further_control_acts_on_is_what_it_does_to_each_step(analysis: Analysis) -> None:
    numbers = sorted({number for attack in analysis.attacks for number in attack.scores})
    acted = 0
    for control in analysis.workspace.library.controls.values():
        for place in analysis.coverage.places(control):
            placed, plain = Placed(control.id, place, "in_place", 1.0, None), dict[int, list[Weakening]]()
            for number in numbers:
                grounding = analysis.graph.steps[number].grounding
                technique, parent = technique_of(grounding, analysis.workspace)
                if technique and not analysis.coverage.of(control, place).isdisjoint(places_of(grounding)):
                    plain[number] = analysis.weakenings.effects(placed, technique, parent)
            found = analysis.acted_on(placed)
            assert found == {number: effects for number, effects in plain.items() if effects}
            acted += len(found)
    assert acted


@FAST
@given(pipelines(2))
def test_groundings_are_named_and_found_all_at_once(system: Pipeline) -> None:
    space = Workspace.builtin()
    matches = match(system, space.rules, space.vocabulary)
    assert matches.ids == [item.id for item in matches]
    assert matches.ids == sorted(matches.ids)
    assert matches.sites.components == [item.component for item in matches]
    assert matches.sites.flows == [item.flow for item in matches]


@FAST
@given(pipelines(3))
def test_a_control_covers_what_flows_lead_to(system: Pipeline) -> None:
    coverage = Coverage(system, Workspace.builtin().vocabulary)
    for control in Workspace.builtin().library.controls.values():
        for component in system.components:
            plain = {component.id}
            for covers in control.reach:
                edge = {component.id}
                for _ in range(covers.within):
                    pairs = [(flow.source, flow.target) for flow in system.flows if flow.kind in covers.flow]
                    if covers.direction == "upstream":
                        pairs = [(target, source) for source, target in pairs]
                    edge |= {other for here, other in pairs if here in edge}
                plain |= edge
            assert coverage.of(control, component.id) == plain
        assert coverage.of(control, "*") == {"*"}
