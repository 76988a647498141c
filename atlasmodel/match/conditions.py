"""The closed condition language: what a rule may ask of a component, its zone, assets, flows and neighbours.

No expression is executed: a condition is a tree of the nodes below, evaluated to a three-valued formula with evidence.
"""

# ruff: noqa: D102 -- `evaluate` and `children` say what they return once, in `Condition`.

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from atlasmodel.errors import Span
from atlasmodel.match.formula import NO, YES, Formula, Leaf, Test, at_least, every, negate, some, truth
from atlasmodel.model.kinds import Attribute, Value, Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline

Direction = Literal["upstream", "downstream", "neighbour"]
WORDS = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Evidence:
    """Say one thing that was read: the fact in words, where it is true, where it is written, and how it came out."""

    fact: str
    at: str
    span: Span | None
    formula: Formula


@dataclass(frozen=True)
class Outcome:
    """Be the result of a condition: a formula, what it rests on, and the neighbours it bound to names."""

    formula: Formula
    evidence: tuple[Evidence, ...] = ()
    bindings: tuple[tuple[str, str, Formula], ...] = ()  # (name, component id, condition under which it fits)


@dataclass(frozen=True)
class Scope:
    """Be what a condition is asked about: a component, and the flow it came by in a flow rule."""

    pipeline: Pipeline
    vocabulary: Vocabulary
    component: Component
    flow: Flow | None = None


class Condition:
    """Be one node of the language."""

    def evaluate(self, scope: Scope) -> Outcome:
        """Return the formula, evidence and bindings of this node for a component."""
        raise TypeError(f"{type(self).__name__} is abstract")

    def children(self) -> tuple[Condition, ...]:
        """Return the nodes directly below."""
        return ()


@dataclass(frozen=True)
class All(Condition):
    """Hold when every part does."""

    parts: tuple[Condition, ...]

    def evaluate(self, scope: Scope) -> Outcome:
        outcomes = [part.evaluate(scope) for part in self.parts]
        formula = every(outcome.formula for outcome in outcomes)
        return Outcome(formula, _all_evidence(outcomes), _all_bindings(outcomes))

    def children(self) -> tuple[Condition, ...]:
        return self.parts


@dataclass(frozen=True)
class AtLeast(Condition):
    """Hold when at least `count` of the parts do; `any` is at least one."""

    count: int
    parts: tuple[Condition, ...]

    def evaluate(self, scope: Scope) -> Outcome:
        outcomes = [part.evaluate(scope) for part in self.parts]
        formula = at_least(self.count, [outcome.formula for outcome in outcomes])
        telling = [outcome for outcome in outcomes if (outcome.formula == NO) == (formula == NO)]
        return Outcome(formula, _all_evidence(telling), _all_bindings(telling))

    def children(self) -> tuple[Condition, ...]:
        return self.parts


@dataclass(frozen=True)
class Not(Condition):
    """Hold when the part does not; the part asks of attributes, kinds and zones only."""

    part: Condition

    def evaluate(self, scope: Scope) -> Outcome:
        outcome = self.part.evaluate(scope)
        flipped = tuple(Evidence(f"not: {e.fact}", e.at, e.span, negate(e.formula)) for e in outcome.evidence)
        return Outcome(negate(outcome.formula), flipped)

    def children(self) -> tuple[Condition, ...]:
        return (self.part,)


@dataclass(frozen=True)
class IsKind(Condition):
    """Hold when the component is of one of the kinds, children included."""

    kinds: tuple[str, ...]

    def evaluate(self, scope: Scope) -> Outcome:
        fits = scope.vocabulary.is_a(scope.component.kind, self.kinds)
        formula = YES if fits else NO
        return Outcome(
            formula, (Evidence(f"kind is {scope.component.kind}", scope.component.id, scope.component.span, formula),)
        )


@dataclass(frozen=True)
class HasAttribute(Condition):
    """Hold when an attribute of the component, or of the flow or its ends in a flow rule, passes a test.

    With `stated`, a file that is silent gives a question and no finding; what it calls unknown is listed all the same.
    """

    name: str
    test: Test
    of: Literal["self", "flow", "from", "to"] = "self"
    stated: bool = False

    def evaluate(self, scope: Scope) -> Outcome:
        place = _place(self.of, scope)
        known, value, span = _look_up(place, self.name, scope)
        where = place.id
        if not known:
            fact = f"{self.name} does not apply"
            return Outcome(NO, (Evidence(fact, where, span, NO),))
        if value is None:
            quiet = self.stated and self.name not in place.attributes
            formula: Formula = Leaf(where, self.name, self.test, quiet)
            return Outcome(
                formula,
                (Evidence(f"{self.name} is not known; it matters whether it {self.test}", where, span, formula),),
            )
        formula = YES if self.test.holds(value) else NO
        return Outcome(formula, (Evidence(f"{self.name} is {_in_words(value)}", where, span, formula),))


@dataclass(frozen=True)
class ZoneTrust(Condition):
    """Hold when the trust level of the component's zone lies within the bounds."""

    at_most: int | None = None
    at_least: int | None = None

    def evaluate(self, scope: Scope) -> Outcome:
        trust = scope.pipeline.trust_of(scope.component.id)
        fits = (self.at_most is None or trust <= self.at_most) and (self.at_least is None or trust >= self.at_least)
        formula = YES if fits else NO
        fact = f"zone {scope.component.zone} has trust {trust}"
        return Outcome(formula, (Evidence(fact, scope.component.id, scope.component.span, formula),))


@dataclass(frozen=True)
class Holds(Condition):
    """Hold when the component holds an asset, of at least some worth in some dimension if asked."""

    dimension: str | None = None
    worth: str | None = None

    def evaluate(self, scope: Scope) -> Outcome:
        for asset in scope.pipeline.assets_at(scope.component.id):
            worths = [
                getattr(asset, name)
                for name in ("confidentiality", "integrity", "availability", "safety")
                if self.dimension in (None, name)
            ]
            known = [WORDS.index(worth) for worth in worths if worth is not None]
            enough = self.worth is None or (known and max(known) >= WORDS.index(self.worth))
            if enough and (known or self.dimension is None):
                return Outcome(YES, (Evidence(f"holds {asset.id}", scope.component.id, scope.component.span, YES),))
        return Outcome(NO, (Evidence("holds no such asset", scope.component.id, scope.component.span, NO),))


@dataclass(frozen=True)
class HasFlow(Condition):
    """Hold when the component has a flow of some kind, direction, crossing or attribute."""

    kinds: tuple[str, ...] = ()
    direction: Literal["in", "out", "any"] = "any"
    crosses: bool | None = None
    attributes: tuple[HasAttribute, ...] = ()

    def evaluate(self, scope: Scope) -> Outcome:
        outcomes = []
        for flow in _flows(scope, self.direction):
            if self.kinds and flow.kind not in self.kinds:
                continue
            if self.crosses is not None and bool(scope.pipeline.crossings(flow)) != self.crosses:
                continue
            inner = [
                attribute.evaluate(Scope(scope.pipeline, scope.vocabulary, scope.component, flow))
                for attribute in self.attributes
            ]
            formula = every(outcome.formula for outcome in inner)
            evidence = Evidence(_arrow(flow), flow.id, flow.span, formula)
            outcomes.append(Outcome(formula, (evidence, *_all_evidence(inner))))
        return _best(outcomes, "no such flow", scope)


@dataclass(frozen=True)
class Neighbour(Condition):
    """Hold when a component that passes stands up or down some flow, up to `within` away; may bind it to a name."""

    direction: Direction
    flows: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    within: int = 1
    crosses: bool | None = None
    attributes: tuple[HasAttribute, ...] = ()
    name: str | None = None

    def evaluate(self, scope: Scope) -> Outcome:
        outcomes: list[Outcome] = []
        for flow, other in self._reach(scope):
            if self.kinds and not scope.vocabulary.is_a(other.kind, self.kinds):
                continue
            inner = [
                attribute.evaluate(Scope(scope.pipeline, scope.vocabulary, other, flow))
                for attribute in self.attributes
            ]
            formula = every(outcome.formula for outcome in inner)
            evidence = Evidence(_arrow(flow), other.id, flow.span, formula)
            bindings = ((self.name, other.id, formula),) if self.name and formula != NO else ()
            outcomes.append(Outcome(formula, (evidence, *_all_evidence(inner)), bindings))
        wanted = "/".join(self.kinds) or "component"
        return _best(
            outcomes, f"no {self.direction} {wanted}{' by ' + '/'.join(self.flows) if self.flows else ''}", scope
        )

    def _reach(self, scope: Scope) -> Iterator[tuple[Flow, Component]]:
        """Yield every flow up to `within` flows away with the component at its far end, nearest first.

        Parallel flows are all there is to see of a neighbour, so each is asked; the component itself counts as its own
        neighbour only by a flow to itself.
        """
        start = scope.component.id
        seen = {start}
        edge = [start]
        for _ in range(self.within):
            following = []
            for here in edge:
                for flow, other in self._steps(scope.pipeline, here):
                    if other != start or here == start:
                        yield flow, scope.pipeline.by_id[other]
                    if other not in seen:
                        seen.add(other)
                        following.append(other)
            edge = following

    def _steps(self, pipeline: Pipeline, here: str) -> Iterator[tuple[Flow, str]]:
        arriving = ((flow, flow.source) for flow in pipeline.flows_to(here))
        leaving = ((flow, flow.target) for flow in pipeline.flows_from(here))
        both = {"upstream": [arriving], "downstream": [leaving], "neighbour": [arriving, leaving]}
        for flow, other in (pair for pairs in both[self.direction] for pair in pairs):
            if self.flows and flow.kind not in self.flows:
                continue
            if self.crosses is None or bool(pipeline.crossings(flow)) == self.crosses:
                yield flow, other


@dataclass(frozen=True)
class Always(Condition):
    """Hold: the kinds of the rule say all there is to say."""

    parts: tuple[Condition, ...] = field(default=())

    def evaluate(self, scope: Scope) -> Outcome:
        return Outcome(YES)


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every node below it, parents first."""
    stack = [condition]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.children()))


def _place(of: str, scope: Scope) -> Component | Flow:
    if of == "self" or scope.flow is None:
        return scope.component
    if of == "flow":
        return scope.flow
    return scope.pipeline.by_id[scope.flow.source if of == "from" else scope.flow.target]


def _look_up(place: Component | Flow, name: str, scope: Scope) -> tuple[bool, Value, Span | None]:
    """Return whether the attribute can stand there, its value (None: unknown) and where it is written."""
    span = place.attribute_span.get(name, place.span)
    allowed = (
        scope.vocabulary.flow_attributes if isinstance(place, Flow) else scope.vocabulary.attributes_of(place.kind)
    )
    if name in place.attributes:
        return True, place.attributes[name], span
    if name not in allowed:
        return False, None, span
    default = scope.vocabulary.default(place.kind, name) if isinstance(place, Component) else None
    return True, default.value if default else None, span


def _flows(scope: Scope, direction: str) -> Iterator[Flow]:
    if direction in ("in", "any"):
        yield from scope.pipeline.flows_to(scope.component.id)
    if direction in ("out", "any"):
        yield from scope.pipeline.flows_from(scope.component.id)


def _best(outcomes: list[Outcome], missing: str, scope: Scope) -> Outcome:
    """Return the disjunction; its evidence is that of what fits, or of what failed where nothing does."""
    if not outcomes:
        return Outcome(NO, (Evidence(missing, scope.component.id, scope.component.span, NO),))
    formula = some(outcome.formula for outcome in outcomes)
    telling = [outcome for outcome in outcomes if truth(outcome.formula) == truth(formula)] or outcomes
    return Outcome(formula, _all_evidence(telling), _all_bindings(outcomes))


def _all_evidence(outcomes: Iterable[Outcome]) -> tuple[Evidence, ...]:
    return tuple(evidence for outcome in outcomes for evidence in outcome.evidence)


def _all_bindings(outcomes: Iterable[Outcome]) -> tuple[tuple[str, str, Formula], ...]:
    return tuple(binding for outcome in outcomes for binding in outcome.bindings)


def _arrow(flow: Flow) -> str:
    return f"{flow.source} -{flow.kind}-> {flow.target}"


def _in_words(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "empty"
    return "yes" if value is True else "no" if value is False else str(value)


def make_test(attribute: Attribute, op: str, wanted: object) -> Test:
    """Return the test of an attribute that a rule writes as `is`, `in`, `at_least` or `has`."""
    values = tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)
    order = tuple(attribute.values) if attribute.ordered else ()
    return Test(op, values, order)  # type: ignore[arg-type]
