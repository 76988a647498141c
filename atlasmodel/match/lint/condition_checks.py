"""Checks on what a rule asks of its own component: conditions that say nothing, contradict themselves or ask amiss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atlasmodel.match.conditions import (
    All,
    Always,
    AtLeast,
    Condition,
    HasAttribute,
    HasFlow,
    Holds,
    IsKind,
    Neighbour,
    Not,
    walk,
)
from atlasmodel.match.formula import Test
from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.lint.place import binds, conditions, in_words, nodes, settings
from atlasmodel.match.lint.possible import BOTH, Possible, neighbour_kinds
from atlasmodel.match.rule import Rule


def _seen(condition: Condition, rule: Rule, context: Context) -> frozenset[bool]:
    """Return the truth values a condition can take over all places of the rule; nothing when there is no place."""
    possible = Possible(condition, context.vocabulary)
    seen: set[bool] = set()
    for pair in settings(rule, context.vocabulary):
        seen |= possible.at(*pair)
        if len(seen) == len(BOTH):
            break
    return frozenset(seen)


class AlwaysTrue(Check):
    """A condition that nothing can fail says nothing: it hides that the kinds alone decide."""

    code = "AM250"
    description = "a condition holds at every place whatever the file says"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield conditions that cannot fail."""
        if not isinstance(rule.when, Always) and not binds(rule.when) and _seen(rule.when, rule, context) == {True}:
            yield self.found(rule, "`when` is always true at the kinds of the rule", "leave it out, or ask more")
        for number, extra in enumerate(rule.gains_if, 1):
            gaining = AtLeast(1, (Not(rule.when), extra.when))
            if not binds(extra.when) and _seen(gaining, rule, context) == {True}:
                yield self.found(rule, f"`gains_if` {number} always holds where `when` does", "move it to `gains`")


class NeverTrue(Check):
    """A condition that contradicts itself or its kinds makes a rule, or one of its alternatives, dead."""

    code = "AM251"
    description = "a condition, or an alternative of it, can never hold"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield conditions and alternatives that cannot hold."""
        if not (rule.at or rule.on):
            return
        if True not in _seen(rule.when, rule, context):
            yield self.found(
                rule, "`when` can never hold at the kinds of the rule", "see which kinds have what it asks"
            )
            return
        for number, extra in enumerate(rule.gains_if, 1):
            if True not in _seen(All((rule.when, extra.when)), rule, context):
                yield self.found(rule, f"`gains_if` {number} can never hold together with `when`")
        for node in nodes(rule):
            for number, part in enumerate(node.parts if isinstance(node, AtLeast) else (), 1):
                alone = isinstance(part, HasAttribute | HasFlow | Neighbour)  # AM253 tells of those
                if not alone and True not in _seen(part, rule, context):
                    yield self.found(rule, f"alternative {number} of {len(node.children())} can never hold")


class KindNeverFits(Check):
    """A kind that is named but cannot fulfil the condition promises a finding that never comes."""

    code = "AM252"
    severity = "warning"
    description = "the rule names a kind at which its condition can never hold"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield names in `at`, `from` and `to` that never fit, unless none does."""
        fitting = context.places(rule).kinds
        sides = (("at", rule.at, "self"), ("to", rule.target, "to"), ("from", rule.source, "from"))
        for key, names, place in sides:
            for name in names if fitting.get("self") else ():
                if context.vocabulary.kinds_under([name]).isdisjoint(fitting.get(place, frozenset())):
                    yield self.found(
                        rule, f"`when` can never hold with `{name}` in `{key}`", "its attributes cannot stand there"
                    )


class AttributeNotThere(Check):
    """An attribute that cannot stand where it is asked for is a plain no, never a question."""

    code = "AM253"
    description = "an attribute is asked of a place where it cannot stand"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield attribute tests of the component, of flows and of neighbours that come out no everywhere."""
        for node in nodes(rule):
            if isinstance(node, HasAttribute):
                yield from self._own(node, rule, context)
            elif isinstance(node, HasFlow):
                yield from self._along(node.attributes, rule, context)
            elif isinstance(node, Neighbour):
                yield from self._along((test for test in node.attributes if test.of == "flow"), rule, context)
                yield from self._beside(node, rule, context)

    def _own(self, test: HasAttribute, rule: Rule, context: Context) -> Iterator[LintProblem]:
        if test.of != "self" and not rule.on:
            yield self.found(
                rule, f"`of: {test.of}` in a rule that does not stand on flows", "use `on` instead of `at`"
            )
        elif True not in _seen(HasAttribute(test.name, Test("exists", ()), test.of), rule, context):
            where = (
                "a flow"
                if test.of == "flow"
                else ", ".join(rule.source if test.of == "from" else rule.at or rule.target)
            )
            yield self.found(rule, f"`{test.name}` cannot stand on {where}", self._home(test.name, context))

    def _along(self, tests: Iterable[HasAttribute], rule: Rule, context: Context) -> Iterator[LintProblem]:
        for test in tests:
            if test.name not in context.vocabulary.flow_attributes:
                yield self.found(rule, f"`{test.name}` cannot stand on a flow", self._home(test.name, context))

    def _beside(self, node: Neighbour, rule: Rule, context: Context) -> Iterator[LintProblem]:
        for name in node.kinds or ("*",):
            alone = Neighbour(node.direction, kinds=(name,), attributes=node.attributes)
            if not neighbour_kinds(alone, context.vocabulary):
                asked = ", ".join(f"`{test.name}`" for test in node.attributes if test.of == "self")
                yield self.found(rule, f"no {node.direction} `{name}` can have {asked}")

    @staticmethod
    def _home(name: str, context: Context) -> str:
        words = context.vocabulary
        return f"it stands on {in_words(frozenset(kind for kind in words.kinds if name in words.attributes_of(kind)))}"


class KindAsked(Check):
    """A test of the kind that every place of the rule passes repeats what `at` says."""

    code = "AM254"
    severity = "warning"
    description = "a test of the kind is passed by every kind of the rule"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield tests of the kind that tell nothing apart."""
        optional = {
            id(part)
            for node in nodes(rule)
            if isinstance(node, AtLeast) and node.count == 1 and any(map(binds, node.parts))
            for part in node.parts
        }
        for node in nodes(rule):
            if isinstance(node, IsKind) and id(node) not in optional and _seen(node, rule, context) == {True}:
                yield self.found(
                    rule, f"`kind: {', '.join(node.kinds)}` is what the rule stands at anyway", "leave it out"
                )


class ControlAsked(Check):
    """An attribute that says a control is there lowers a probability; in a condition it would hide the finding."""

    code = "AM255"
    description = "a condition reads an attribute that speaks of a control"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield control attributes in any condition, also of flows and neighbours."""
        for node in nodes(rule):
            for name in (test.name for test in _tests(node)):
                attribute = context.vocabulary.attributes.get(name)
                if attribute and attribute.implies:
                    message = f"`{name}` speaks of the control `{attribute.implies.control}`"
                    yield self.found(rule, message, "leave it out: the control lowers the step's probability")


class HearsayAsked(Check):
    """Whether the file speaks of something is no property of the system; what it says is."""

    code = "AM284"
    severity = "warning"
    description = "a condition asks whether an attribute is set, not what it is"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield attribute tests with `exists`."""
        tests = (test for node in nodes(rule) for test in _tests(node))
        for name in dict.fromkeys(test.name for test in tests if test.test.op == "exists"):
            hint = "test its value; with `stated: true` silence gives a question and no finding"
            yield self.found(rule, f"`exists` asks whether `{name}` is set", hint)


def _tests(node: Condition) -> tuple[HasAttribute, ...]:
    """Return the attribute tests of one node."""
    if isinstance(node, HasAttribute):
        return (node,)
    return node.attributes if isinstance(node, HasFlow | Neighbour) else ()


class NotOverStructure(Check):
    """More structure must never make a condition less true, so `not` asks of no flow, neighbour or asset."""

    code = "AM256"
    description = "`not` holds a flow, a neighbour or an asset"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield every `not` that holds structure."""
        for condition in conditions(rule):
            for node in walk(condition):
                if isinstance(node, Not) and any(isinstance(part, HasFlow | Neighbour | Holds) for part in walk(node)):
                    yield self.found(rule, "`not` holds attributes, kinds and zones only")
