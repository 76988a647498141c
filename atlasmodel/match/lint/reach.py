"""Which facts any adversary can come to hold, and at which kinds: an outer bound that no pipeline exceeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from atlasmodel.match.lint.place import OFF_SYSTEM, Places
from atlasmodel.match.rule import Fact, Rule
from atlasmodel.model.kinds import Vocabulary

_NOWHERE: frozenset[str] = frozenset()


class Reach:
    """Follow the rules from what the adversary profiles start with, kind by kind instead of component by component."""

    def __init__(self, rules: Iterable[Rule], places: Iterable[Places], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._steps = list(zip(rules, places, strict=True))
        self._implied = cache(self._closure)
        self._held: dict[str, frozenset[str]] = {}
        self._start()
        grew = True
        while grew:
            # A sum and not `any`: every rule is taken in every round.
            grew = sum(self._take(rule, place) for rule, place in self._steps) > 0
        self._needed = self._needs()

    def held(self, token: str) -> frozenset[str]:
        """Return the kinds at which some adversary can hold a token."""
        return self._held.get(token, _NOWHERE)

    def gives(self, fact: Fact, kinds: Mapping[str, frozenset[str]]) -> bool:
        """Tell whether some adversary can hold the fact at one of the kinds of its place."""
        return not self.held(fact.token).isdisjoint(kinds.get(fact.place, _NOWHERE))

    def needed(self, token: str, kinds: frozenset[str], besides: Rule) -> bool:
        """Tell whether a rule other than `besides` needs the token, or what it implies, at one of the kinds."""
        return any(
            rule is not besides and not kinds.isdisjoint(at)
            for implied in self._implied(token)
            for rule, at in self._needed.get(implied, ())
        )

    def implied(self, token: str) -> frozenset[str]:
        """Return a token and all that it brings along."""
        return self._implied(token)

    def _closure(self, token: str) -> frozenset[str]:
        found, edge = {token}, [token]
        while edge:
            entry = self._vocabulary.tokens.get(edge.pop())
            new = set(entry.implies if entry else ()) - found
            found |= new
            edge.extend(new)
        return frozenset(found)

    def _hold(self, token: str, kinds: frozenset[str]) -> bool:
        grew = False
        for implied in self._implied(token):
            before = self.held(implied)
            if not kinds <= before:
                self._held[implied] = before | kinds
                grew = True
        return grew

    def _start(self) -> None:
        words = self._vocabulary
        exposed = frozenset(kind for kind in words.kinds if "exposure" in words.attributes_of(kind))
        for profile in words.profiles.values():
            for tokens, kinds in (
                (profile.adversary, OFF_SYSTEM),
                (profile.exposed, exposed),
                (profile.at, words.kinds_under(profile.eligible)),
            ):
                for token in tokens:
                    self._hold(token, kinds)

    def _take(self, rule: Rule, places: Places) -> bool:
        """Gain what a rule gains when each of its clauses can be met; tell whether that is new."""
        if not all(any(self.gives(fact, places.kinds) for fact in clause) for clause in rule.requires):
            return False
        return sum(self._hold(fact.token, kinds) for fact, kinds in places.gained(rule)) > 0

    def _needs(self) -> dict[str, list[tuple[Rule, frozenset[str]]]]:
        needed: dict[str, list[tuple[Rule, frozenset[str]]]] = {}
        for rule, places in self._steps:
            for fact in (fact for clause in rule.requires for fact in clause):
                needed.setdefault(fact.token, []).append((rule, places.kinds.get(fact.place, _NOWHERE)))
        return needed
