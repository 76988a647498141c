"""Where a rule can stand: the kinds of its own component, of a flow's ends and of the neighbours it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atlasmodel.match.conditions import All, Condition, Neighbour, walk
from atlasmodel.match.lint.possible import Possible, neighbour_kinds
from atlasmodel.match.rule import ADVERSARY, Fact, Rule
from atlasmodel.model.kinds import Vocabulary

OFF_SYSTEM = frozenset({ADVERSARY})


@dataclass(frozen=True)
class Places:
    """Hold the kinds of each place that a rule's facts may name."""

    kinds: Mapping[str, frozenset[str]]
    extra: tuple[Mapping[str, frozenset[str]], ...]  # the same under the condition of each `gains_if`

    def gained(self, rule: Rule) -> Iterator[tuple[Fact, frozenset[str]]]:
        """Yield every fact the rule may gain with the kinds at which it gains it."""
        for fact in rule.gains:
            yield fact, self.kinds.get(fact.place, frozenset())
        for part, kinds in zip(rule.gains_if, self.extra, strict=True):
            for fact in part.gains:
                yield fact, kinds.get(fact.place, frozenset())


def settings(rule: Rule, vocabulary: Vocabulary) -> list[tuple[str, str | None]]:
    """Return the kinds at which a rule is asked: (kind, None), or on flows (kind of `to`, kind of `from`)."""
    if rule.on:
        sources = sorted(vocabulary.kinds_under(rule.source))
        return [(kind, source) for kind in sorted(vocabulary.kinds_under(rule.target)) for source in sources]
    return [(kind, None) for kind in sorted(vocabulary.kinds_under(rule.at))]


def places_of(rule: Rule, vocabulary: Vocabulary) -> Places:
    """Return the kinds of every place, as narrow as the kinds and attributes of the conditions make them."""
    return Places(
        _kinds(rule, rule.when, vocabulary),
        tuple(_kinds(rule, All((rule.when, part.when)), vocabulary) for part in rule.gains_if),
    )


def _kinds(rule: Rule, when: Condition, vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    found = {ADVERSARY: OFF_SYSTEM}
    if rule.at or rule.on:
        possible = Possible(when, vocabulary)
        fitting = [pair for pair in settings(rule, vocabulary) if True in possible.at(*pair)]
        found["self"] = frozenset(kind for kind, _ in fitting)
        if rule.on:
            found |= {"to": found["self"], "from": frozenset(source for _, source in fitting if source)}
    for node in walk(when):
        if isinstance(node, Neighbour) and node.name:
            found[node.name] = found.get(node.name, frozenset()) | neighbour_kinds(node, vocabulary)
    return found


def conditions(rule: Rule) -> list[Condition]:
    """Return the condition of a rule and those of its further gains."""
    return [rule.when, *(part.when for part in rule.gains_if)]


def nodes(rule: Rule) -> Iterator[Condition]:
    """Yield every node of every condition of a rule."""
    for condition in conditions(rule):
        yield from walk(condition)


def binds(condition: Condition) -> bool:
    """Tell whether a condition names a neighbour: `any` of the own kind and a neighbour finds one if there is one."""
    return any(isinstance(node, Neighbour) and node.name for node in walk(condition))


def in_words(names: frozenset[str], most: int = 4) -> str:
    """Return some names as a list that stays short.

    >>> in_words(frozenset("abcdef"))
    'a, b, c, d and 2 more'
    """
    listed = sorted(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
