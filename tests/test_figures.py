"""Figures, places and controls by the many are what each step alone would be given."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from strategies import FAST, pipelines

from atlasmodel.analysis import Analysis, score_grounding, technique_of
from atlasmodel.document import StepRow, rounded
from atlasmodel.findings.describer import in_words
from atlasmodel.findings.listing import findings
from atlasmodel.findings.steps import step_rows
from atlasmodel.match.engine import match
from atlasmodel.match.formula import YES
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import Coverage, places_of
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.options import Options
from atlasmodel.risk.score import Weakening
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace


def test_steps_are_scored_as_each_alone(analysed: Analysis) -> None:
    best = analysed.weakenings.with_further(analysed.placement.unasked)
    for attack in analysed.attacks:
        for number, score in attack.scores.items():
            grounding = analysed.graph.steps[number].grounding
            assert score == score_grounding(grounding, attack.skill, analysed.weakenings, analysed.workspace)
            assert attack.hoped[number] == score_grounding(grounding, attack.skill, best, analysed.workspace)


def test_steps_on_which_nothing_more_acts_are_hoped_to_be_as_they_are(analysed: Analysis) -> None:
    shared = 0
    for attack in analysed.attacks:
        for number, score in attack.scores.items():
            same = attack.hoped[number].weakenings == score.weakenings
            assert (attack.hoped[number] is score) == same
            shared += same
    assert shared


def test_what_a_further_control_acts_on_is_what_it_does_to_each_step(analysed: Analysis) -> None:
    numbers = sorted({number for attack in analysed.attacks for number in attack.scores})
    acted = 0
    for control in analysed.workspace.library.controls.values():
        for place in analysed.coverage.places(control):
            placed, plain = Placed(control.id, place, "in_place", 1.0, None), dict[int, list[Weakening]]()
            for number in numbers:
                grounding = analysed.graph.steps[number].grounding
                technique, parent = technique_of(grounding, analysed.workspace)
                if technique and not analysed.coverage.of(control, place).isdisjoint(places_of(grounding)):
                    plain[number] = analysed.weakenings.effects(placed, technique, parent)
            found = analysed.acted_on(placed)
            assert found == {number: effects for number, effects in plain.items() if effects}
            acted += len(found)
    assert acted


def test_rows_show_the_figures_of_each_step(analysed: Analysis) -> None:
    rows = step_rows(analysed)
    worlds = analysed.attacks[0].point.worlds
    numbers = {number for attack in analysed.attacks for number in attack.scores}
    assert list(rows) == sorted(analysed.graph.steps[number].id for number in numbers)
    for number in numbers:
        step = analysed.graph.steps[number]
        row, grounding = rows[step.id], step.grounding
        scores = {attack.adversary.id: attack.scores[number] for attack in analysed.attacks if number in attack.scores}
        first, there = next(iter(scores.values())), worlds.unpack(worlds.where(grounding.formula))
        assert (row.rule, row.technique, row.at) == (grounding.rule.id, grounding.rule.technique, grounding.component)
        assert row.certainty == ("yes" if grounding.certainty == "yes" else "unknown")
        assert row.terms == tuple(f"{term.name}: x{term.factor:.4g} ({term.reason})" for term in first.terms)
        assert row.lowered_by == tuple(in_words(item) for item in first.weakenings if item.share > 0)
        for name, score in scores.items():
            chance = score.base * float((there * _left(score.weakenings, worlds)).mean())
            assert row.probability[name] == pytest.approx(chance, rel=1e-3)
        assert row.probability.keys() == scores.keys()
        needed = {option.fact for clause in step.clauses for option in clause if option.formula != YES}
        gained = {option.fact for option in step.gains if option.formula != YES}
        assert row.unsure.keys() == {fact for fact in needed | gained if row.unsure.get(fact, 1) < 1}
        for option in (*step.gains, *(option for clause in step.clauses for option in clause)):
            assert row.unsure.get(option.fact, 1.0) >= rounded(worlds.share(worlds.where(option.formula)))
        assert StepRow.model_validate(row.model_dump()) == row  # nothing checks a row as it is made


def _left(weakenings: Iterable[Weakening], worlds: WorldSet) -> NDArray[np.float64]:
    """Return what controls leave in each world, worked out world by world: of a control, its strongest form there."""
    strongest: dict[str, NDArray[np.float64]] = {}
    for item in weakenings:
        if item.how == "prevent":
            here = item.share * worlds.unpack(worlds.where(item.formula))
            strongest[item.control] = np.maximum(strongest.get(item.control, np.zeros(worlds.count)), here)
    return np.prod([1 - share for share in strongest.values()] or [np.ones(worlds.count)], axis=0)


def test_findings_name_the_mitigations_of_their_technique_and_where_each_is_placed(analysed: Analysis) -> None:
    library, listed = analysed.workspace.library, 0
    for finding in findings(analysed, {}, Options(persona="auditor")).shown:
        grounding = next(item for item in analysed.groundings if item.id == finding.id)
        technique, parent = technique_of(grounding, analysed.workspace)
        known = {control.id for control in library.controls.values() if control.on(str(technique), parent)}
        assert {measure.id for measure in finding.mitigations} == known
        for measure in finding.mitigations:
            control = library.controls[measure.id]
            here = {
                item.at
                for item in analysed.placement.placed
                if item.control == control.id
                and not analysed.coverage.of(control, item.at).isdisjoint(places_of(grounding))
            }
            assert (measure.at in here) if here else (measure.at, measure.state) == (None, None)
            listed += bool(here)
    assert listed


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


def test_the_factors_of_a_figure_make_its_probability(analysed: Analysis) -> None:
    lowered = 0
    for attack in analysed.attacks:
        for number, score in attack.scores.items():
            if all(item.formula == YES for item in score.weakenings):
                product = prod(term.factor for term in score.terms)
                assert product == pytest.approx(score.probability(favour_attacker=True)), analysed.graph.steps[
                    number
                ].id
                lowered += analysed.graph.steps[number].grounding.rule.scope == "impact" and product < 1
    if analysed.pipeline.name == "Card fraud scoring":
        assert lowered  # an end state too is lowered by what stops it
