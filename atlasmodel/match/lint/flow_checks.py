"""Checks on flows and neighbours: whether what a rule asks for can be drawn as the flow kinds are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atlasmodel.match.conditions import HasFlow, Neighbour
from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.lint.place import nodes
from atlasmodel.match.rule import Fact, Rule
from atlasmodel.model.kinds import Vocabulary

_ARRIVING = {"in": (True,), "out": (False,), "any": (True, False)}
_ARRIVING |= {"upstream": (True,), "downstream": (False,), "neighbour": (True, False)}


def _joins(flow: str, sources: Iterable[str], targets: Iterable[str], vocabulary: Vocabulary) -> bool:
    """Tell whether a flow kind makes sense from one of the sources to one of the targets."""
    ends = vocabulary.flow_kinds[flow]
    return any(vocabulary.is_a(kind, ends.source) for kind in sources) and any(
        vocabulary.is_a(kind, ends.target) for kind in targets
    )


def _fits(flow: str, direction: str, own: Iterable[str], others: Iterable[str], vocabulary: Vocabulary) -> bool:
    return any(
        _joins(flow, others, own, vocabulary) if arriving else _joins(flow, own, others, vocabulary)
        for arriving in _ARRIVING[direction]
    )


class FlowNeverDrawn(Check):
    """A flow that makes no sense between the kinds named is drawn the other way round, or not at all."""

    code = "AM260"
    severity = "warning"
    description = "a flow kind makes no sense between the kinds that the rule names"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield flow kinds of the rule and of its conditions that cannot join the kinds named."""
        words = context.vocabulary
        own = words.kinds_under(rule.target if rule.on else rule.at)
        for flow in rule.on:
            if not _joins(flow, words.kinds_under(rule.source), own, words):
                yield self.found(rule, f"`{flow}` makes no sense from {_named(rule.source)} to {_named(rule.target)}")
        for node in nodes(rule):
            if isinstance(node, HasFlow):
                odd = [flow for flow in node.kinds if not _fits(flow, node.direction, own, words.kinds, words)]
                for flow in odd:
                    yield self.found(
                        rule, f"`{flow}` ({node.direction}) makes no sense at {_named(rule.at or rule.target)}"
                    )
            elif isinstance(node, Neighbour) and node.within == 1:
                yield from self._neighbour(node, rule, own, context)

    def _neighbour(self, node: Neighbour, rule: Rule, own: frozenset[str], context: Context) -> Iterator[LintProblem]:
        words = context.vocabulary
        others = words.kinds_under(node.kinds or ("*",))
        odd = [flow for flow in node.flows if not _fits(flow, node.direction, own, others, words)]
        if odd:
            here, there = _named(rule.at or rule.target), _named(node.kinds)
            message = (
                f"{node.direction} {', '.join(f'`{flow}`' for flow in odd)} makes no sense between {here} and {there}"
            )
            yield self.found(rule, message, "mind the direction of the flow kind")
        for name in node.kinds if node.flows and len(odd) < len(node.flows) else ():
            kinds = words.kinds_under([name])
            if not any(_fits(flow, node.direction, own, kinds, words) for flow in node.flows):
                yield self.found(rule, f"no {node.direction} {_named(node.flows)} makes sense with `{name}`")


class UnusedName(Check):
    """A neighbour bound to a name that no fact uses was meant for one."""

    code = "AM261"
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
    return "/".join(names) or "any component"
