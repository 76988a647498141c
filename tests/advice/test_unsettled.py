"""What the file leaves open is found by numbers just as it is by looking at every grounding."""

from __future__ import annotations

from atlasmodel.advice.measures import rank_measures
from atlasmodel.advice.unsettled import waiting
from atlasmodel.analysis import Analysis, technique_of
from atlasmodel.match.formula import Formula, leaves
from atlasmodel.mitigate.reach import places_of


def test_every_open_formula_is_told_in_order_and_none_is_made_twice(analysed: Analysis) -> None:
    near = {number for attack in analysed.attacks for number in attack.scores}
    steps = [analysed.graph.steps[number].grounding for number in sorted(near)]
    known = {step.id for step in steps}
    plain: list[tuple[str | None, Formula]] = []
    for grounding in [*steps, *(item for item in analysed.groundings if item.id not in known)]:
        options = [option.formula for clause in (*grounding.clauses, grounding.gains) for option in clause]
        acting = analysed.weakenings.on(grounding, *technique_of(grounding, analysed.workspace))
        formulas = [grounding.formula, *options, *(item.formula for item in acting)]
        plain += [(grounding.rule.technique, formula) for formula in formulas if any(leaves(formula))]
    told = list(waiting(analysed))
    assert all(any(leaves(formula)) for _, formula in told)
    assert list(dict.fromkeys(told)) == list(dict.fromkeys(plain))
    assert len({(name, id(formula)) for name, formula in told}) == len(told) > 0


def test_what_steps_need_and_gain_is_told_without_making_them(analysed: Analysis) -> None:
    graph = analysed.graph
    for number, step in enumerate(graph.steps):
        assert graph.needs(number) == tuple(tuple(option.fact for option in clause) for clause in step.clauses)
        assert graph.gains(number) == tuple(option.fact for option in step.gains)


def test_measures_are_tried_where_they_act_on_risk(analysed: Analysis) -> None:
    credits, _ = analysed.credits(8)
    ranked, _ = rank_measures(analysed, credits, 10)
    assert ranked
    for row in ranked:
        control = analysed.workspace.library.controls[row.control]
        found = set()
        for number, credit in credits.items():
            grounding = analysed.graph.steps[number].grounding
            technique, parent = technique_of(grounding, analysed.workspace)
            acts = technique and any(effect.how == "prevent" for effect in control.on(technique, parent))
            here = not analysed.coverage.of(control, row.at).isdisjoint(places_of(grounding))
            if credit.total > 0 and acts and here:
                found.add(technique)
        assert row.techniques == tuple(sorted(str(name) for name in found))
