"""Unknowns as draws: a formula over what the file leaves open becomes a fact of a network, held where it is true.

Both sides of every open leaf are facts, so a negation needs nothing but the other side and everything stays monotone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atlasmodel.match.formula import Formula, Leaf, fold
from atlasmodel.model.kinds import Attribute, Value
from atlasmodel.risk.network.network import Draw, step
from atlasmodel.risk.worlds import attribute_of, beliefs, unlisted

HELD, NEVER = 0, 1
Sides = tuple[int, int]  # the fact that something is so, and the fact that it is not


class Unknowns:
    """Number facts, and give the draws that say which of the facts for formulas are held."""

    def __init__(self, attributes: Mapping[str, Attribute]) -> None:
        self.attributes = attributes
        self.draws: list[Draw] = []
        self.count = 2  # HELD and NEVER
        self._leaves: dict[Leaf, Sides] = {}

    def fact(self) -> int:
        """Return the number of a new fact."""
        self.count += 1
        return self.count - 1

    def where(self, formula: Formula) -> int:
        """Return the fact that a formula holds."""
        return self.sides(formula)[0]

    def sides(self, formula: Formula) -> Sides:
        """Return the fact that a formula holds, and the fact that it does not."""
        return fold(formula, lambda so: (HELD, NEVER) if so else (NEVER, HELD), self._leaf, self._at_least, _turned)

    def both(self, first: int, second: int) -> int:
        """Return the fact that two facts are held."""
        if HELD in (first, second):
            return max(first, second)
        return NEVER if NEVER in (first, second) else self._gained([[first], [second]])

    def any(self, facts: Iterable[int]) -> int:
        """Return the fact that one of some facts is held."""
        found = dict.fromkeys(fact for fact in facts if fact != NEVER)
        if HELD in found:
            return HELD
        return self._gained([found]) if len(found) > 1 else next(iter(found), NEVER)

    def settle(self) -> list[Draw]:
        """Return all draws: one an attribute at a place, for a set one a value, and the steps that follow from them."""
        places: dict[tuple[str, str], list[Leaf]] = {}
        for leaf in self._leaves:
            places.setdefault((leaf.place, leaf.attribute), []).append(leaf)
        for (place, name), found in places.items():
            attribute = attribute_of(self.attributes, name)
            if unlisted(attribute):
                for leaf in found:
                    self._draw(f"{place}.{name} {leaf.test}", [(0.5, [leaf]), (0.5, [])], [leaf])
            elif attribute.type == "set":
                self._members(f"{place}.{name}", beliefs(attribute), found)
            else:
                chances = [(p, [leaf for leaf in found if leaf.test.holds(value)]) for value, p in beliefs(attribute)]
                self._draw(f"{place}.{name}", chances, found)
        return self.draws

    def _draw(self, name: str, chances: Sequence[tuple[float, list[Leaf]]], asked: Sequence[Leaf]) -> None:
        """Add one draw, given the leaves that hold by its outcomes."""
        outcomes = tuple(
            (chance, frozenset(self._leaves[leaf][leaf not in holding] for leaf in asked))
            for chance, holding in chances
        )
        self.draws.append(Draw((), outcomes, name))

    def _members(self, name: str, chances: Sequence[tuple[Value, float]], asked: Sequence[Leaf]) -> None:
        """Add a draw for each value that may be in a set; a leaf holds by any one of its values."""
        sides = [(self.fact(), self.fact()) for _ in chances]
        for (value, chance), (inside, outside) in zip(chances, sides, strict=True):
            outcomes = ((chance, frozenset({inside})), (1 - chance, frozenset({outside})))
            self.draws.append(Draw((), outcomes, f"{name} {value}"))
        for leaf in asked:
            by = [side for (value, _), side in zip(chances, sides, strict=True) if leaf.test.holds((str(value),))]
            held, missing = self._leaves[leaf]
            self.draws.append(step(1.0, [[inside for inside, _ in by]], [held]))
            self.draws.append(step(1.0, [[outside] for _, outside in by], [missing]))

    def _gained(self, needs: Iterable[Iterable[int]]) -> int:
        fact = self.fact()
        self.draws.append(step(1.0, needs, [fact]))
        return fact

    def _leaf(self, leaf: Leaf) -> Sides:
        if leaf not in self._leaves:
            self._leaves[leaf] = self.fact(), self.fact()
        return self._leaves[leaf]

    def _at_least(self, count: int, parts: list[Sides]) -> Sides:
        return (
            self._of([so for so, _ in parts], count),
            self._of([not_so for _, not_so in parts], len(parts) - count + 1),
        )

    def _of(self, facts: list[int], count: int) -> int:
        """Return the fact that at least `count` of some facts are held."""
        reached = [HELD] + [NEVER] * count
        for fact in facts:
            for level in range(count, 0, -1):
                reached[level] = self.any([reached[level], self.both(reached[level - 1], fact)])
        return reached[count]


def _turned(sides: Sides) -> Sides:
    return sides[1], sides[0]
