"""The indexed engine and the naive twin say the same of every rule on random pipelines."""

from __future__ import annotations

from functools import cache
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atlasmodel._yaml import parse
from atlasmodel.errors import Problem
from atlasmodel.match.engine import Grounding, match
from atlasmodel.match.formula import NO, Formula, Term, leaves
from atlasmodel.match.ground import Index, ground
from atlasmodel.match.read_rules import read_rules
from atlasmodel.match.rule import Rule
from atlasmodel.model.pipeline import Component, Flow, Pipeline
from atlasmodel.workspace import Workspace
from match.naive import Found, match_naively
from match.strategies import VOCABULARY, pipelines

steady = settings(derandomize=True, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))

fewer = settings(steady, max_examples=40)  # where every packaged rule is matched


# Rules with every node of the language and every place, whatever the packaged ones happen to use.
TWINS = """
- {id: AM-TWIN-01, title: Every node at a component, scope: target, technique: AML.T0051, at: ['*'],
   rationale: For the twin.,
   when: {any: [{all: [{zone: {at_least: 2}}, {neighbour: {within: 3, crosses: true, as: near}}]},
                {at_least: {count: 2, of: [{holds: {at_least: high}}, {flow: {crosses: true}}, {not: {kind: data}}]}},
                {upstream: {within: 2, kind: [store, person], as: up,
                            attribute: {name: encrypted, is: false, of: flow}}}]},
   requires: [{any: [acc.query@near, acc.content@up, acc.network@self]}, {any: [cap.infra@adversary]}],
   gains: [acc.query@self, acc.query@near],
   gains_if: [{when: {downstream: {as: below, kind: model}}, gains: [acc.query@below]}]}
- {id: AM-TWIN-02, title: Every node at a flow, scope: propagation, on: [data_flow, serves, invokes, retrieves_from],
   from: ['*'], to: [model, data, serving], rationale: For the twin.,
   when: {any: [{attribute: {name: encrypted, is: true, of: flow}}, {attribute: {name: exposure, is: public, of: from}},
                {attribute: {name: exposure, exists: true, of: to}}, {holds: {dimension: integrity}}]},
   requires: [{any: [acc.query@from]}], gains: [acc.query@to, acc.content@from]}
- {id: AM-TWIN-03, title: Off the system, scope: adversary, technique: AML.T0051, rationale: For the twin.,
   gains: [cap.infra@adversary]}
"""


@cache
def packaged() -> tuple[Rule, ...]:
    return Workspace.builtin().rules


@cache
def twins() -> tuple[Rule, ...]:
    problems: list[Problem] = []
    found = read_rules(parse(TWINS.encode(), "twins.yaml"), VOCABULARY, problems)
    assert not problems
    return tuple(found)


def as_found(grounding: Grounding) -> Found:
    clauses = tuple(frozenset((o.fact, o.formula) for o in clause) for clause in grounding.clauses)
    return Found(grounding.id, grounding.formula, clauses, frozenset((o.fact, o.formula) for o in grounding.gains))


def plainly(found: Found) -> Found:
    """The same with every formula in a form that does not show in which order, or how often, its parts were found."""
    return Found(
        found.id,
        ordered(found.formula),
        tuple(frozenset((fact, ordered(under)) for fact, under in clause) for clause in found.clauses),
        frozenset((fact, ordered(under)) for fact, under in found.gains),
    )


def ordered(formula: Formula) -> Formula:
    if not isinstance(formula, Term):
        return formula
    if formula.negated:
        return Term(1, (ordered(formula.parts[0]),), negated=True)
    all_of = formula.count == len(formula.parts)
    if formula.count > 1 and not all_of:
        return Term(formula.count, tuple(sorted((ordered(part) for part in formula.parts), key=repr)))
    flat: list[Formula] = []
    for part in map(ordered, formula.parts):
        same = isinstance(part, Term) and not part.negated and part.count == (len(part.parts) if all_of else 1)
        flat += part.parts if same and isinstance(part, Term) else (part,)
    once = tuple(dict.fromkeys(sorted(flat, key=repr)))
    return once[0] if len(once) == 1 else Term(len(once) if all_of else 1, once)


@steady
@given(pipelines(), st.integers(0, 2**32))
def test_indexed_is_naive(pipeline: Pipeline, seed: int) -> None:
    some = [*Random(seed).sample(packaged(), k=40), *twins()]
    indexed = [plainly(as_found(item)) for item in match(pipeline, some, VOCABULARY)]
    assert indexed == [plainly(item) for item in match_naively(pipeline, some, VOCABULARY)]


@fewer
@given(pipelines(5), st.integers(0, 2**32))
def test_a_grounding_found_with_others_is_the_one_found_alone(pipeline: Pipeline, seed: int) -> None:
    """All at once, by columns, and place by place: the same formulas, options, evidence and order."""
    some = [*Random(seed).sample(packaged(), k=20), *twins()]
    index = Index(pipeline, VOCABULARY)
    every = (item for rule in some for item in ground(rule, index) if item.formula != NO)
    alone = sorted(every, key=lambda item: item.id)
    for one, other in zip(match(pipeline, some, VOCABULARY), alone, strict=True):
        for name in ("id", "component", "flow", "formula", "evidence", "clauses", "gains", "span"):
            assert getattr(one, name) == getattr(other, name)


@fewer
@given(pipelines(5))
def test_every_grounding_has_evidence_that_agrees_with_it(pipeline: Pipeline) -> None:
    for grounding in match(pipeline, packaged(), VOCABULARY):
        assert grounding.certainty in ("yes", "unknown")
        assert grounding.evidence or grounding.component == "adversary"
        assert (grounding.certainty == "unknown") == any(True for _ in leaves(grounding.formula))


@fewer
@given(pipelines(6), st.data())
def test_more_structure_never_makes_a_rule_less_true(pipeline: Pipeline, data: st.DataObject) -> None:
    """A further flow or component leaves every grounding there, as certain as it was."""
    ids = st.sampled_from([item.id for item in pipeline.components])
    kind = data.draw(st.sampled_from(sorted(VOCABULARY.flow_kinds)))
    added = Flow(id="new#1", source=data.draw(ids), target=data.draw(ids), kind=kind)
    other = Component(id="zz", kind="llm", zone="inside")
    grown = Pipeline(
        name="grown",
        zones=pipeline.zones,
        assets=pipeline.assets,
        components=(*pipeline.components, other),
        flows=(*pipeline.flows, added),
    )
    order = {"no": 0, "unknown": 1, "yes": 2}
    after = {item.id: order[item.certainty] for item in match(grown, packaged(), VOCABULARY)}
    for item in match(pipeline, packaged(), VOCABULARY):
        assert after.get(item.id, 0) >= order[item.certainty], item.id
