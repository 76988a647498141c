"""One rule at every place where its kinds fit, asked alone: to explain it and to test it, also where it says no."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atlasmodel.match.conditions import Outcome, Scope
from atlasmodel.match.engine import Grounding, Option, telling
from atlasmodel.match.formula import NO, YES, Formula, every, some
from atlasmodel.match.rule import ADVERSARY, Fact, Rule
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline


class Index:
    """Find the components of a kind and the flows of a kind without looking at all of them."""

    def __init__(self, pipeline: Pipeline, vocabulary: Vocabulary) -> None:
        self.pipeline, self.vocabulary = pipeline, vocabulary
        self._of_kind: dict[str, list[Component]] = {}
        for component in pipeline.components:
            for name in (*vocabulary.lineage(component.kind), "*"):
                self._of_kind.setdefault(name, []).append(component)
        self._flows: dict[str, list[Flow]] = {}
        for flow in pipeline.flows:
            self._flows.setdefault(flow.kind, []).append(flow)

    def components(self, kinds: Iterable[str]) -> Iterator[Component]:
        """Yield the components of some kinds or groups, each once."""
        seen: set[str] = set()
        for kind in kinds:
            for component in self._of_kind.get(kind, ()):
                if component.id not in seen:
                    seen.add(component.id)
                    yield component

    def flows(self, kinds: Iterable[str], source: Iterable[str], target: Iterable[str]) -> Iterator[Flow]:
        """Yield the flows of some kinds between components of some kinds."""
        for kind in dict.fromkeys(kinds):
            for flow in self._flows.get(kind, ()):
                ends = self.pipeline.by_id[flow.source], self.pipeline.by_id[flow.target]
                if self.vocabulary.is_a(ends[0].kind, source) and self.vocabulary.is_a(ends[1].kind, target):
                    yield flow


def ground(rule: Rule, index: Index) -> Iterator[Grounding]:
    """Yield a rule at every place where its kinds fit, also where its condition then says no."""
    pipeline = index.pipeline
    if rule.on:
        for flow in index.flows(rule.on, rule.source, rule.target):
            yield ground_at(rule, index, pipeline.by_id[flow.target], flow)
    elif rule.at:
        for component in index.components(rule.at):
            yield ground_at(rule, index, component)
    else:
        clauses = tuple(tuple(Option(str(fact)) for fact in clause) for clause in rule.requires)
        gains = tuple(Option(str(fact)) for fact in rule.gains)
        yield Grounding(rule, ADVERSARY, None, YES, (), clauses, gains, rule.span)


def ground_at(rule: Rule, index: Index, component: Component, flow: Flow | None = None) -> Grounding:
    """Return a rule at one component or flow, whatever its condition says there."""
    scope = Scope(index.pipeline, index.vocabulary, component, flow)
    outcome = rule.when.evaluate(scope)
    places = _Places(scope, outcome)
    clauses = tuple(places.options(clause) for clause in rule.requires)
    gains = list(places.options(rule.gains))
    for extra in rule.gains_if:
        further = extra.when.evaluate(scope)
        inner = _Places(scope, Outcome(outcome.formula, (), (*outcome.bindings, *further.bindings)))
        gains += [
            Option(option.fact, every([further.formula, option.formula])) for option in inner.options(extra.gains)
        ]
    return Grounding(
        rule=rule,
        component=component.id,
        flow=flow.id if flow else None,
        formula=outcome.formula,
        evidence=telling(outcome, rule, component, flow),
        clauses=clauses,
        gains=_merged(gains),
        span=flow.span if flow else component.span,
    )


class _Places:
    """Turn the places of a rule's facts into components."""

    def __init__(self, scope: Scope, outcome: Outcome) -> None:
        self._fixed = {ADVERSARY: ADVERSARY, "self": scope.component.id}
        if scope.flow:
            self._fixed |= {"from": scope.flow.source, "to": scope.flow.target}
        self._bound: dict[str, dict[str, list[Formula]]] = {}
        for name, component, formula in outcome.bindings:
            self._bound.setdefault(name, {}).setdefault(component, []).append(formula)

    def options(self, facts: Iterable[Fact]) -> tuple[Option, ...]:
        """Return the facts with components for places; a bound name gives one option a component."""
        options = []
        for fact in facts:
            if fact.place in self._fixed:
                options.append(Option(f"{fact.token}@{self._fixed[fact.place]}"))
            else:
                fits = sorted(self._bound.get(fact.place, {}).items())
                options += [Option(f"{fact.token}@{component}", some(formulas)) for component, formulas in fits]
        return tuple(options)


def _merged(gains: Iterable[Option]) -> tuple[Option, ...]:
    """Return each gained fact once, under the disjunction of its formulas."""
    merged: dict[str, list[Formula]] = {}
    for option in gains:
        merged.setdefault(option.fact, []).append(option.formula)
    return tuple(Option(fact, some(formulas)) for fact, formulas in merged.items() if some(formulas) != NO)
