"""Three-valued formulas: what is left of a condition once everything the file says has been used.

A formula is `YES`, `NO`, or a term over `Leaf`s, the facts that the file leaves open. The truth of a term is unknown;
a world (or an answer of the user) that settles the leaves settles the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from atlasmodel.model.kinds import Value

Truth = Literal["yes", "unknown", "no"]
T = TypeVar("T")


@dataclass(frozen=True, order=True)
class Test:
    """Compare a value: `is`, `in`, `at_least` (of an ordered list), `has` (any of a set); `exists` takes any value."""

    op: Literal["is", "in", "at_least", "has", "exists"]
    values: tuple[str | bool | float, ...]
    order: tuple[str, ...] = ()

    def holds(self, value: Value) -> bool:
        """Tell whether a known value passes."""
        if self.op == "exists":
            return True
        if self.op == "has":
            held = value if isinstance(value, tuple) else (value,)
            return not set(held).isdisjoint(self.values)
        if self.op == "at_least":
            if isinstance(value, bool | tuple) or value is None:
                return False
            if isinstance(value, str):
                return value in self.order and self.order.index(value) >= self.order.index(str(self.values[0]))
            return value >= float(self.values[0])
        return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for wanted in self.values)

    def __str__(self) -> str:
        words = ", ".join("yes" if v is True else "no" if v is False else str(v) for v in self.values)
        return {
            "is": f"is {words}",
            "in": f"is one of {words}",
            "at_least": f"is at least {words}",
            "has": f"has {words}",
            "exists": "is known",
        }[self.op]


@dataclass(frozen=True)
class Known:
    """Be settled."""

    value: bool


YES, NO = Known(True), Known(False)


@dataclass(frozen=True, order=True)
class Leaf:
    """Be open: an attribute at a place (a component or flow id) that the file does not settle.

    A leaf that is `quiet` is as open as any other, but no reason by itself to list anything: it is only asked about.
    """

    place: str
    attribute: str
    test: Test
    quiet: bool = False


@dataclass(frozen=True)
class Term:
    """Combine formulas: at least `count` of the parts; `count` is 1 for any, len(parts) for all; or `negated`."""

    count: int
    parts: tuple[Formula, ...]
    negated: bool = False


Formula = Known | Leaf | Term


def every(parts: Iterable[Formula]) -> Formula:
    """Return the conjunction, simplified."""
    items = tuple(parts)
    return at_least(len(items), items)


def some(parts: Iterable[Formula]) -> Formula:
    """Return the disjunction, simplified."""
    return at_least(1, parts)


def at_least(count: int, parts: Iterable[Formula]) -> Formula:
    """Return the formula that holds when at least `count` of the parts do, simplified."""
    items = tuple(parts)
    open_parts = tuple(part for part in items if not isinstance(part, Known))
    needed = count - sum(1 for part in items if part == YES)
    if needed <= 0:
        return YES
    if needed > len(open_parts):
        return NO
    return open_parts[0] if needed == len(open_parts) == 1 else Term(needed, open_parts)


def negate(part: Formula) -> Formula:
    """Return the negation, simplified."""
    if isinstance(part, Known):
        return Known(not part.value)
    if isinstance(part, Term) and part.negated:
        return part.parts[0]
    return Term(1, (part,), negated=True)


def truth(formula: Formula) -> Truth:
    """Return yes, no or unknown.

    >>> truth(every([YES, Leaf("api", "query_limit", Test("is", (False,)))]))
    'unknown'
    """
    return ("yes" if formula.value else "no") if isinstance(formula, Known) else "unknown"


def is_listed(formula: Formula) -> bool:
    """Tell whether a formula is more than a question: it may hold without anything about which the file is silent.

    >>> is_listed(Leaf("api", "proprietary", Test("is", (True,)), quiet=True))
    False
    """
    return unspoken(formula) != NO


def unspoken(formula: Formula) -> Formula:
    """Return what is left of a formula when nothing about which the file is silent holds."""
    return settle(formula, lambda leaf: False if leaf.quiet else None)


def leaves(formula: Formula) -> Iterator[Leaf]:
    """Yield the open facts of a formula, in order, with repeats."""
    stack = [formula]
    while stack:
        here = stack.pop()
        if isinstance(here, Leaf):
            yield here
        elif isinstance(here, Term):
            stack.extend(reversed(here.parts))


def settle(formula: Formula, value: Callable[[Leaf], bool | None]) -> Formula:
    """Return the formula with those leaves settled for which `value` gives an answer.

    >>> leaf = Leaf("api", "query_limit", Test("is", (False,)))
    >>> settle(negate(leaf), lambda leaf: False)
    Known(value=True)
    """
    if isinstance(formula, Known):
        return formula
    if isinstance(formula, Leaf):
        answer = value(formula)
        return formula if answer is None else Known(answer)
    parts = [settle(part, value) for part in formula.parts]
    return negate(parts[0]) if formula.negated else at_least(formula.count, parts)


def bound(formula: Formula, *, favour: bool) -> bool:
    """Return the truth when every open leaf, each time it occurs, is settled for (`True`) or against the attacker.

    A leaf under a negation is settled the other way round, so this is an outer bound: no answer leads beyond it.
    """
    if isinstance(formula, Known):
        return formula.value
    if isinstance(formula, Leaf):
        return favour
    if formula.negated:
        return not bound(formula.parts[0], favour=not favour)
    return sum(bound(part, favour=favour) for part in formula.parts) >= formula.count


def fold(
    formula: Formula,
    known: Callable[[bool], T],
    leaf: Callable[[Leaf], T],
    count: Callable[[int, list[T]], T],
    negation: Callable[[T], T],
) -> T:
    """Compute a formula in another algebra, such as words of bits."""
    if isinstance(formula, Known):
        return known(formula.value)
    if isinstance(formula, Leaf):
        return leaf(formula)
    parts = [fold(part, known, leaf, count, negation) for part in formula.parts]
    return negation(parts[0]) if formula.negated else count(formula.count, parts)
