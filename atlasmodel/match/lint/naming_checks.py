"""Checks on what a rule names: techniques, case studies, other rules that say the same, and its own tests."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from atlasmodel.errors import nearest
from atlasmodel.match.conditions import HasAttribute, HasFlow, Neighbour
from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.lint.place import nodes
from atlasmodel.match.rule import Fact, Rule

_NEEDED_TESTS = {"fires": "no test shows where it fires", "silent": "no test shows where it stays silent"}


class UnknownTechnique(Check):
    """A technique id that ATLAS does not have, or no longer has."""

    code = "AM270"
    description = "the technique is unknown or retired"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield a technique that the release in use does not have."""
        if rule.technique is None or rule.technique in context.techniques:
            return
        if rule.technique in context.retired:
            successor = context.retired[rule.technique]
            yield self.found(rule, f"{rule.technique} is retired", f"use {successor}" if successor else None)
        else:
            yield self.found(
                rule, f"there is no technique {rule.technique}", nearest(rule.technique, context.techniques)
            )


class UnknownReference(Check):
    """A reference names a case study or a technique, so that a reader can look it up."""

    code = "AM271"
    description = "a reference is no case study and no technique"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield references that nothing in ATLAS bears, and those that stand twice."""
        known = context.case_studies | context.techniques
        for name in dict.fromkeys(rule.references):
            if name not in known:
                yield self.found(rule, f"`{name}` is no case study and no technique", nearest(name, known))
            elif rule.references.count(name) > 1:
                yield self.found(rule, f"the reference {name} stands twice")


class Duplicate(Check):
    """Two rules that say the same give two findings for one thing."""

    code = "AM272"
    description = "another rule has the same technique, place, condition, requirements and gains"

    def finalize(self, context: Context) -> Iterator[LintProblem]:
        """Yield every rule that repeats an earlier one."""
        first: dict[Hashable, Rule] = {}
        for rule in context.rules:
            before = first.setdefault(_content(rule), rule)
            if before is not rule:
                yield self.found(
                    rule, f"the rule says the same as {before.id}", f"at {before.span}" if before.span else None
                )


def _content(rule: Rule) -> Hashable:
    requires = frozenset(frozenset(clause) for clause in rule.requires)
    extra = frozenset((part.when, frozenset(part.gains)) for part in rule.gains_if)
    kinds = tuple(frozenset(names) for names in (rule.at, rule.on, rule.source, rule.target))
    gains: frozenset[Fact] = frozenset(rule.gains)
    return (rule.technique, kinds, rule.when, requires, gains, extra)


class MissingTest(Check):
    """A rule about the system shows in small pipelines where it fires and where it does not."""

    code = "AM273"
    description = "the rule has no test that fires, or none that stays silent"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield which of the two is missing."""
        has = {test.verdict for test in rule.tests}
        for verdict, message in _NEEDED_TESTS.items() if rule.at or rule.on else ():
            if verdict not in has:
                yield self.found(rule, message)


class MissingQuestion(Check):
    """A finding that rests on an attribute becomes a question where it is not set; the question must be written."""

    code = "AM274"
    description = "a finding reads attributes and has no question"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield findings that ask without words."""
        reads = any(isinstance(node, HasAttribute) or _attributes(node) for node in nodes(rule))
        if rule.is_finding and reads and not (rule.question or "").strip():
            yield self.found(rule, "the rule reads attributes and asks no question")


def _attributes(node: object) -> bool:
    return isinstance(node, HasFlow | Neighbour) and bool(node.attributes)


class ScopeAmiss(Check):
    """Each scope has a meaning for time, chance and gains; a rule keeps to that of its own."""

    code = "AM275"
    description = "effort, base rate or gains do not fit the scope"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield what does not fit."""
        gains = [*rule.gains, *(fact for part in rule.gains_if for fact in part.gains)]
        low, likely, high = rule.effort_days
        if not low <= likely <= high:
            yield self.found(rule, "the effort should grow from `low` over `likely` to `high`")
        if rule.scope == "impact" and (high > 0 or rule.base not in (None, "certain")):
            yield self.found(rule, "an impact is certain and free once its cause is there", "leave out effort and base")
        if rule.scope == "impact" and any(not fact.token.startswith("out.") for fact in gains):
            yield self.found(rule, "an impact gains ends (out.*) only", "write a rule of scope target beside it")
        if rule.scope == "exposure" and any(fact.token.startswith("out.") for fact in gains):
            yield self.found(rule, "an exposure carries no risk, so it gains no end (out.*)", "use scope target")
        if rule.scope == "propagation" and rule.technique is None and rule.base is None:
            yield self.found(rule, "a step without a technique needs a base rate", "write `base: likely`")


class FreeStep(Check):
    """What an attacker does takes time; a step at no effort is taken at once by everybody.

    A step that is certain (`base: certain`) is no work of its own: it follows from the one before.
    """

    code = "AM276"
    severity = "warning"
    description = "a step of the attacker costs no effort"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield rules of scope target and adversary without effort."""
        if rule.scope in ("target", "adversary") and rule.effort_days[2] == 0 and rule.base != "certain":
            yield self.found(rule, "the step costs no effort", "write `effort_days`, or scope impact or propagation")


class Unruled(Check):
    """Every technique has a rule, or a reason why it has none."""

    code = "AM277"
    description = "a technique has neither rule nor reason, or a reason beside a rule"

    def finalize(self, context: Context) -> Iterator[LintProblem]:
        """Yield techniques without a rule or reason, and reasons that are void."""
        ruled = {rule.technique for rule in context.rules}
        for technique in sorted(context.techniques - ruled):
            if not (context.unruled.get(technique) or "").strip():
                yield self.found(None, f"{technique} has no rule", "write one, or a reason in catalogs/unruled.yaml")
        for technique in sorted(context.unruled):
            if technique in ruled:
                yield self.found(None, f"catalogs/unruled.yaml gives a reason for {technique}, which has a rule")
            elif technique not in context.techniques:
                yield self.found(None, f"catalogs/unruled.yaml names {technique}, which is no technique")
