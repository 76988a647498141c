"""Checks on flows and neighbours: whether what a rule asks for can be drawn as the flow kinds are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atlasmodel.match.conditions import HasFlow, Neighbour
from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.lint.place import nodes
from atlasmodel.match.rule import Fact, Rule
from atlasmodel.model.kinds import Vocabulary

_ARRIVING = {"in": (True,), "out": (False,), "any": (True, False)}
_ARRIVING |= {"upstream": (True,), "downstream": (False,), "neighbour": (True, False)}


@dataclass(frozen=True)
class _Asked:
    """Be the flows of one sort that a rule asks for: `own` ends at the rule's component, `others` at the far one."""

    flows: tuple[str, ...]
    direction: str
    own: tuple[str, ...]
    others: tuple[str, ...]

    def fits(self, flow: str, other: str, vocabulary: Vocabulary) -> bool:
        """Tell whether a flow kind makes sense with some kind under `other` at the far end."""
        own, others = vocabulary.kinds_under(self.own), vocabulary.kinds_under([other])
        return any(
            _joins(flow, others, own, vocabulary) if arriving else _joins(flow, own, others, vocabulary)
            for arriving in _ARRIVING[self.direction]
        )

    def __str__(self) -> str:
        direction = {"in": "arriving", "out": "leaving", "any": "", "neighbour": ""}.get(self.direction, self.direction)
        return f"{direction} `{_named(self.flows)}`".strip()


def _joins(flow: str, sources: Iterable[str], targets: Iterable[str], vocabulary: Vocabulary) -> bool:
    ends = vocabulary.flow_kinds[flow]
    return any(vocabulary.is_a(kind, ends.source) for kind in sources) and any(
        vocabulary.is_a(kind, ends.target) for kind in targets
    )


def _asked(rule: Rule) -> Iterator[_Asked]:
    """Yield what the rule and its conditions ask of flows; of a longer way, nothing is said."""
    own = rule.target if rule.on else rule.at
    if rule.on:
        yield _Asked(rule.on, "in", own, rule.source)
    for node in nodes(rule):
        if isinstance(node, HasFlow) and node.kinds:
            yield _Asked(node.kinds, node.direction, own, ("*",))
        elif isinstance(node, Neighbour) and node.flows and node.within == 1:
            yield _Asked(node.flows, node.direction, own, node.kinds or ("*",))


class FlowNeverDrawn(Check):
    """A flow that makes no sense between the kinds named is drawn the other way round, or not at all."""

    code = "AM260"
    severity = "warning"
    description = "none of the flows that a rule asks for makes sense between the kinds it names"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield what is asked for and cannot be drawn."""
        for asked in _asked(rule):
            if not any(asked.fits(flow, other, context.vocabulary) for flow in asked.flows for other in asked.others):
                message = f"{asked} makes no sense between {_named(asked.own)} and {_named(asked.others)}"
                yield self.found(rule, message, "mind the direction of the flow kind")


class FlowPartNeverDrawn(Check):
    """A flow kind or a kind of neighbour that fits nothing else in its list is noise, or a slip of the direction."""

    code = "AM261"
    severity = "warning"
    description = "a flow kind or kind of neighbour in a list makes no sense with the rest"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield the parts that never fit, of what fits otherwise."""
        for asked in _asked(rule):
            fits = {
                (flow, other): asked.fits(flow, other, context.vocabulary)
                for flow in asked.flows
                for other in asked.others
            }
            if not any(fits.values()):
                continue
            for flow in asked.flows:
                if not any(fits[flow, other] for other in asked.others):
                    lone = _Asked((flow,), asked.direction, (), ())
                    ends = f"{_named(asked.own)} and {_named(asked.others)}"
                    yield self.found(rule, f"{lone} makes no sense between {ends}", "turn it round or leave it out")
            for other in asked.others:
                if not any(fits[flow, other] for flow in asked.flows):
                    yield self.found(rule, f"{asked} makes no sense with `{other}`", "leave out the kind")


class UnusedName(Check):
    """A neighbour bound to a name that no fact uses was meant for one."""

    code = "AM262"
    severity = "warning"
    description = "a neighbour is given a name (`as`) that no fact uses"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield names that are bound and not used."""
        used = {fact.place for fact in _facts(rule)}
        bound = dict.fromkeys(node.name for node in nodes(rule) if isinstance(node, Neighbour) and node.name)
        for name in bound:
            if name not in used:
                yield self.found(rule, f"no fact uses the name `{name}`", "leave out `as`")


def _facts(rule: Rule) -> Iterator[Fact]:
    for clause in rule.requires:
        yield from clause
    yield from rule.gains
    for part in rule.gains_if:
        yield from part.gains


def _named(names: Iterable[str]) -> str:
    return "/".join("any component" if name == "*" else name for name in names)
