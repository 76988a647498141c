"""Checks on facts: what a rule needs and nobody has, what it gains and nobody needs, and steps that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.lint.place import in_words
from atlasmodel.match.rule import Fact, Rule

# Ends and knowledge are of interest in themselves; these three lower what a defender sees instead of opening a way.
_OWN_WORTH = ("out.", "know.")
_DRESSING = ("cap.stealth", "cap.c2", "cap.verified")


class Unreachable(Check):
    """A clause that no adversary can ever meet makes a step that is never taken."""

    code = "AM263"
    description = "no profile starts with, and no rule that can be taken gains, any fact of a clause"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield clauses of which no alternative can be held."""
        kinds = context.places(rule).kinds
        for clause in rule.requires:
            if not any(context.reach.gives(fact, kinds) for fact in clause):
                facts = " or ".join(str(fact) for fact in clause)
                yield self.found(rule, f"no adversary ever holds {facts}", _where(clause[0], context))


class DeadAlternative(Check):
    """An alternative that no adversary can ever hold is noise in a clause, or shows that a rule is missing."""

    code = "AM264"
    severity = "warning"
    description = "one alternative of a clause can never be held, others can"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield alternatives that cannot be held beside ones that can."""
        kinds = context.places(rule).kinds
        for clause in rule.requires:
            dead = [fact for fact in clause if not context.reach.gives(fact, kinds)]
            for fact in dead if len(dead) < len(clause) else ():
                yield self.found(rule, f"no adversary ever holds {fact} here", _where(fact, context))


def _where(fact: Fact, context: Context) -> str:
    held = context.reach.held(fact.token)
    return f"`{fact.token}` can be held at {in_words(held)}" if held else f"nothing gives `{fact.token}` anywhere"


class Unneeded(Check):
    """A fact that no other rule needs at such a kind opens no way; the way on may be missing."""

    code = "AM265"
    severity = "warning"
    description = "no other rule needs what the rule gains, at the kinds where it gains it"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield gains that no rule needs, but for ends, knowledge and what makes an attack harder to see."""
        for fact, kinds in dict.fromkeys(context.places(rule).gained(rule)):
            if fact.token.startswith(_OWN_WORTH) or fact.token in _DRESSING:
                continue
            if kinds and not context.reach.needed(fact.token, kinds, rule):
                yield self.found(rule, f"no other rule needs {fact}, which stands for {in_words(kinds)}")


class GainsNothing(Check):
    """A rule without gains is no step: nothing follows from it."""

    code = "AM266"
    description = "the rule gains nothing"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield rules without a gain."""
        if not rule.gains and not rule.gains_if:
            yield self.found(rule, "the rule gains nothing", "say what the attacker holds afterwards")


class SelfSupporting(Check):
    """A step that needs what it gives leads nowhere."""

    code = "AM267"
    description = "the rule gains only what one of its clauses needs already"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield rules all of whose gains are held, at the same place, before the step."""
        gains = [*rule.gains, *(fact for part in rule.gains_if for fact in part.gains)]
        held = [fact for fact in gains if any(_gives(clause, fact, rule, context) for clause in rule.requires)]
        if gains and len(held) == len(gains):
            yield self.found(rule, f"the rule needs what it gains: {', '.join(str(fact) for fact in held)}")


class SuperfluousGain(Check):
    """A gain, or an alternative of a clause, that adds nothing makes a rule say more than it does."""

    code = "AM268"
    severity = "warning"
    description = "a gain is held before the step, or an alternative holds all that the rule gains"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield gains that a clause needs anyway, and alternatives under which nothing is gained."""
        gains = [*rule.gains, *(fact for part in rule.gains_if for fact in part.gains)]
        held = [fact for fact in gains if any(_gives(clause, fact, rule, context) for clause in rule.requires)]
        if len(held) == len(gains):
            return
        for fact in held:
            yield self.found(rule, f"{fact} is held before the step", "leave out the gain")
        for fact in (fact for clause in rule.requires for fact in clause if len(clause) > 1):
            if all(_gives((fact,), gain, rule, context) for gain in gains):
                yield self.found(rule, f"whoever holds {fact} gains nothing", "leave out the alternative")


def _gives(clause: tuple[Fact, ...], wanted: Fact, rule: Rule, context: Context) -> bool:
    """Tell whether every alternative of a clause brings the wanted fact along."""
    return all(
        wanted.token in context.reach.implied(fact.token) and _place(fact, rule) == _place(wanted, rule)
        for fact in clause
    )


def _place(fact: Fact, rule: Rule) -> str:
    return "to" if rule.on and fact.place == "self" else fact.place
