"""Which truth values a condition can take at a component of a kind, whatever its pipeline and attributes are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import chain, combinations, islice, product
from typing import Any

from atlasmodel.match.conditions import (
    All,
    Always,
    AtLeast,
    Condition,
    HasAttribute,
    HasFlow,
    IsKind,
    Neighbour,
    Not,
    ZoneTrust,
    walk,
)
from atlasmodel.model.kinds import Vocabulary

BOTH = frozenset({True, False})
_MOST = 20_000  # combinations tried; a condition with more is given the benefit of the doubt
_OTHER = "something else"


def can_stand(test: HasAttribute, kind: str, source: str | None, vocabulary: Vocabulary) -> bool:
    """Tell whether the attribute that is asked for can be said of the place at all."""
    if test.of == "flow" and source is not None:
        return test.name in vocabulary.flow_attributes
    return test.name in vocabulary.attributes_of(source if test.of == "from" and source is not None else kind)


def neighbour_kinds(node: Neighbour, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the kinds of neighbours that can pass, as far as their attributes decide."""
    kinds = vocabulary.kinds_under(node.kinds or ("*",))
    asked = [test.name for test in node.attributes if test.of == "self"]
    return frozenset(kind for kind in kinds if all(name in vocabulary.attributes_of(kind) for name in asked))


class Possible:
    """Ask one condition at several kinds; kinds at which it reads the same are asked once."""

    def __init__(self, condition: Condition, vocabulary: Vocabulary) -> None:
        self._condition, self._vocabulary = condition, vocabulary
        self._leaves = [node for node in walk(condition) if not isinstance(node, All | AtLeast | Not | Always)]
        self._domains = _domains(self._leaves, vocabulary)
        self._dead = {id(leaf) for leaf in self._leaves if not _stands(leaf, vocabulary)}
        self._asks_source = any(isinstance(leaf, HasAttribute) and leaf.of == "from" for leaf in self._leaves)
        self._known: dict[tuple[bool | None, ...], frozenset[bool]] = {}
        self._asked: dict[tuple[str, str | None], frozenset[bool]] = {}

    def at(self, kind: str, source: str | None = None) -> frozenset[bool]:
        """Return the truth values the condition can take at a kind; `source` is that of a flow's other end."""
        place = (kind, source if self._asks_source or source is None else "")
        if place not in self._asked:
            fixed = tuple(self._fixed(leaf, kind, source) for leaf in self._leaves)
            if fixed not in self._known:
                self._known[fixed] = self._try(fixed)
            self._asked[place] = self._known[fixed]
        return self._asked[place]

    def _fixed(self, leaf: Condition, kind: str, source: str | None) -> bool | None:
        """Return the truth of a leaf where the kind alone settles it."""
        if isinstance(leaf, IsKind):
            return self._vocabulary.is_a(kind, leaf.kinds)
        if isinstance(leaf, HasAttribute):
            return None if can_stand(leaf, kind, source, self._vocabulary) else False
        return False if id(leaf) in self._dead else None

    def _try(self, fixed: tuple[bool | None, ...]) -> frozenset[bool]:
        settled = {id(leaf): value for leaf, value in zip(self._leaves, fixed, strict=True) if value is not None}
        together: dict[Hashable, list[Condition]] = {}
        for leaf in self._leaves:
            if id(leaf) not in settled:
                together.setdefault(_key(leaf), []).append(leaf)
        seen: set[bool] = set()
        tried = 0
        for truths in islice(product(*(self._told_apart(key, group) for key, group in together.items())), _MOST):
            seen.add(_holds(self._condition, dict(chain(settled.items(), *truths))))
            tried += 1
            if len(seen) == len(BOTH):
                break
        return BOTH if tried == _MOST else frozenset(seen)

    def _told_apart(self, key: Hashable, group: list[Condition]) -> list[tuple[tuple[int, bool], ...]]:
        """Return the truths that the leaves of one key can have together, each once."""
        values = self._domains[key]
        return list(dict.fromkeys(tuple((id(leaf), _truth(leaf, value)) for leaf in group) for value in values))


def _stands(leaf: Condition, vocabulary: Vocabulary) -> bool:
    """Tell whether the attributes that a flow or a neighbour must have can stand there."""
    if isinstance(leaf, HasFlow):
        return all(test.name in vocabulary.flow_attributes for test in leaf.attributes)
    return not isinstance(leaf, Neighbour) or bool(neighbour_kinds(leaf, vocabulary))


def _truth(leaf: Condition, value: Any) -> bool:
    if isinstance(leaf, HasAttribute) and leaf.test.op != "exists":
        return leaf.test.holds(value)
    if isinstance(leaf, ZoneTrust):
        low, high = leaf.at_least, leaf.at_most
        return (low is None or value >= low) and (high is None or value <= high)
    return bool(value)


def _holds(condition: Condition, truths: dict[int, bool]) -> bool:
    if isinstance(condition, All):
        return all(_holds(part, truths) for part in condition.parts)
    if isinstance(condition, AtLeast):
        return sum(_holds(part, truths) for part in condition.parts) >= condition.count
    if isinstance(condition, Not):
        return not _holds(condition.part, truths)
    return True if isinstance(condition, Always) else truths[id(condition)]


def _key(leaf: Condition) -> Hashable:
    """Return what a leaf depends on: equal keys are settled together."""
    if isinstance(leaf, HasAttribute):
        return (leaf.of, leaf.name, leaf.test.op == "exists")
    return "zone" if isinstance(leaf, ZoneTrust) else leaf


def _domains(leaves: Iterable[Condition], vocabulary: Vocabulary) -> dict[Hashable, tuple[Any, ...]]:
    asked: dict[Hashable, list[Condition]] = {}
    for leaf in leaves:
        asked.setdefault(_key(leaf), []).append(leaf)
    return {key: tuple(_values(group, vocabulary)) for key, group in asked.items()}


def _values(group: list[Condition], vocabulary: Vocabulary) -> Iterator[Any]:
    """Yield one value of every sort that the leaves of one key tell apart."""
    first = group[0]
    if isinstance(first, ZoneTrust):
        bounds = [bound for leaf in group if isinstance(leaf, ZoneTrust) for bound in (leaf.at_most, leaf.at_least)]
        yield from _around(bound for bound in bounds if bound is not None)
        return
    tests = [leaf.test for leaf in group if isinstance(leaf, HasAttribute) and leaf.test.op != "exists"]
    if not isinstance(first, HasAttribute) or not tests:
        yield from (False, True)
        return
    attribute = vocabulary.attributes[first.name]
    named = list(dict.fromkeys(value for test in tests for value in test.values))
    if attribute.type == "bool":
        yield from (False, True)
    elif attribute.type == "set":
        yield from chain.from_iterable(combinations(named, size) for size in range(len(named) + 1))
    elif attribute.type == "number":
        yield from _around(float(value) for value in named)
    else:
        yield from attribute.values or (*named, _OTHER)


def _around(bounds: Iterable[float]) -> Iterator[float]:
    yield from sorted({bound + step for bound in bounds for step in (-1, 0, 1)})
