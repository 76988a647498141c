"""Ask a condition of many places at once: the same answers as `Condition.evaluate`, without the evidence.

What takes a look at each place takes, place by place, far longer than the rest of an assessment; here each node of a
condition is one operation on columns. A node that is not known here is asked place by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

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
    Scope,
)
from atlasmodel.match.formula import Formula, unspoken
from atlasmodel.match.pool import ALL, NONE, Numbers, Pool
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.match.table import KNOWN, OPEN, SILENT, Mask, Table, spread


@dataclass(frozen=True)
class Bound:
    """Hold what a condition bound to a name: at which row, to which component, under which formula."""

    name: str
    rows: Numbers
    components: Numbers
    formulas: Numbers

    def where(self, kept: Mask) -> Bound:
        """Return what was bound at some rows, which take new numbers."""
        mine = kept[self.rows]
        renumbered = np.cumsum(kept) - 1
        return Bound(self.name, renumbered[self.rows[mine]], self.components[mine], self.formulas[mine])


@dataclass(frozen=True)
class Answers:
    """Hold the formula of every place that was asked, and what was bound there."""

    formulas: Numbers
    bound: tuple[Bound, ...] = ()


@dataclass(frozen=True)
class Places:
    """Be the places that are asked: components, and for rules on flows the flow that each was come to by."""

    components: Numbers
    flows: Numbers | None = None

    def __len__(self) -> int:
        return len(self.components)


class Census:
    """Ask conditions of the components and flows of one pipeline.

    With `stated`, what would hold only by something about which the file is silent does not (see `is_listed`).
    """

    def __init__(self, table: Table, *, stated: bool = False) -> None:
        self.table, self.pool, self.stated = table, Pool(table.places), stated
        self.tokens: dict[str, int] = {}  # the words of facts, numbered as they are met
        self._words: list[str] = []
        self._facts: dict[int, str] = {}
        self.span = len(table.components) + 1  # places of facts: the components, and the adversary after them

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Return the number of every place that a fact may stand at."""
        return {item.id: number for number, item in enumerate(self.table.components)} | {ADVERSARY: self.span - 1}

    def token(self, name: str) -> int:
        """Return the number of a token."""
        return self.tokens.setdefault(name, len(self.tokens))

    def fact(self, token: int, place: int) -> str:
        """Return the fact of a token at a component, or at the adversary whose number is one more than the last's."""
        code = token * self.span + place
        fact = self._facts.get(code)
        if fact is None:
            components = self.table.components
            if len(self._words) < len(self.tokens):
                self._words = list(self.tokens)
            name = components[place].id if place < len(components) else ADVERSARY
            fact = self._facts[code] = f"{self._words[token]}@{name}"
        return fact

    def facts(self, codes: Numbers) -> list[str]:
        """Return the facts of many tokens at places, given as token x `span` + place."""
        words, places = list(self.tokens), [*(item.id for item in self.table.components), ADVERSARY]
        tokens, at = np.divmod(codes, self.span)
        facts = [f"{words[token]}@{places[place]}" for token, place in zip(tokens.tolist(), at.tolist(), strict=True)]
        self._facts.update(zip(codes.tolist(), facts, strict=True))
        return facts

    def ask(self, node: Condition, at: Places) -> Answers:  # noqa: PLR0911 -- one line a node reads best
        """Return what a condition says at some places."""
        match node:
            case Always():
                return Answers(np.full(len(at), ALL, dtype=np.int64))
            case All():
                return self._count(node.parts, len(node.parts), at, choosy=False)
            case AtLeast():
                return self._count(node.parts, node.count, at, choosy=True)
            case Not():
                return Answers(self.pool.negated(self.ask(node.part, at).formulas))
            case IsKind():
                return Answers(self.table.is_a(node.kinds)[at.components].astype(np.int64))
            case HasAttribute():
                return Answers(self._attribute(node, at))
            case HasFlow():
                return self._flow(node, at)
            case Neighbour():
                return self._neighbour(node, at)
        return self._one_by_one(node, at)

    def _count(self, parts: Sequence[Condition], count: int, at: Places, *, choosy: bool) -> Answers:
        """Return where at least `count` parts hold; a choosy node forgets what was bound by parts that cannot."""
        answers = [self.ask(part, at) for part in parts]
        bound = []
        for answer in answers:
            for item in answer.bound:
                kept = answer.formulas[item.rows] != NONE
                whole = not choosy or bool(kept.all())
                bound.append(
                    item if whole else Bound(item.name, item.rows[kept], item.components[kept], item.formulas[kept])
                )
        formulas = self.pool.at_least(count, [answer.formulas for answer in answers], len(at))
        return Answers(formulas, tuple(bound))

    def _attribute(self, node: HasAttribute, at: Places) -> Numbers:
        of_flow = node.of == "flow" and at.flows is not None
        column = self.table.column(node.name, "flow" if of_flow else "component")
        where = self._standing(node.of, at)
        passes = np.array([NONE, ALL + 1, ALL + 1, *map(node.test.holds, column.values)], dtype=np.int64)
        numbers = column.numbers[where]
        found = passes[numbers + KNOWN]
        places = where + len(self.table.components) if of_flow else where
        for state, quiet in ((SILENT, node.stated), (OPEN, False)):
            (still,) = np.nonzero(numbers == state)
            if quiet and self.stated:
                found[still] = NONE
            elif len(still):
                found[still] = self.pool.leaves(places[still], node.name, node.test, quiet=quiet)
        return found

    def _standing(self, of: str, at: Places) -> Numbers:
        """Return the components or flows that a test speaks of."""
        if of == "self" or at.flows is None:
            return at.components
        if of == "flow":
            return at.flows
        return (self.table.source if of == "from" else self.table.target)[at.flows]

    def _flow(self, node: HasFlow, at: Places) -> Answers:
        starts, flows, _ = self.table.beside(node.direction)
        rows, entries = spread(starts, at.components)
        fits = self._passable(node.kinds, node.crosses)[flows[entries]]
        rows, found = rows[fits], flows[entries[fits]]
        formulas = self._every(node.attributes, Places(at.components[rows], found))
        return Answers(self.pool.at_least_of(1, formulas, rows, len(at)))

    def _neighbour(self, node: Neighbour, at: Places) -> Answers:
        rows, flows, others = self._reach(node, at.components)
        if node.kinds:
            fits = self.table.is_a(node.kinds)[others]
            rows, flows, others = rows[fits], flows[fits], others[fits]
        formulas = self._every(node.attributes, Places(others, flows))
        bound: tuple[Bound, ...] = ()
        if node.name:
            kept = formulas != NONE
            bound = (Bound(node.name, rows[kept], others[kept], formulas[kept]),)
        return Answers(self.pool.at_least_of(1, formulas, rows, len(at)), bound)

    def _every(self, attributes: Sequence[HasAttribute], at: Places) -> Numbers:
        return self.pool.every([self._attribute(attribute, at) for attribute in attributes], len(at))

    def _passable(self, kinds: Sequence[str], crosses: bool | None) -> Mask:
        passable = self.table.flow_is(kinds) if kinds else np.ones(len(self.table.flows), dtype=np.bool_)
        return passable if crosses is None else passable & (self.table.crosses == crosses)

    def _reach(self, node: Neighbour, components: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return every flow up to `within` flows away with the component at its far end, row by row, nearest first.

        A component is its own neighbour only by a flow to itself.
        """
        starts, flows, far = self.table.beside(node.direction)
        passable = self._passable(node.flows, node.crosses)
        count = len(self.table.components)
        owners, here = np.arange(len(components)), components
        seen = owners * count + here
        found: list[tuple[Numbers, Numbers, Numbers]] = []
        for away in range(1, node.within + 1):
            members, entries = spread(starts, here)
            fits = passable[flows[entries]]
            members, entries = members[fits], entries[fits]
            rows, ends = owners[members], far[entries]
            told = (ends != components[rows]) | (here[members] == components[rows])
            found.append((rows[told], flows[entries[told]], ends[told]))
            if away == node.within:
                break
            keys, first = np.unique(rows * count + ends, return_index=True)
            new = ~_among(keys, seen)
            fresh = np.sort(first[new])
            if not len(fresh):
                break
            owners, here = rows[fresh], ends[fresh]
            seen = np.sort(np.concatenate([seen, keys[new]]), kind="stable")
        if len(found) == 1:
            return found[0]
        rows, reached, others = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(rows, kind="stable")
        return rows[order], reached[order], others[order]

    def _one_by_one(self, node: Condition, at: Places) -> Answers:
        """Return what a node says that is asked place by place."""
        table = self.table
        flows = [None] * len(at) if at.flows is None else [table.flows[number] for number in at.flows]
        outcomes = [
            node.evaluate(Scope(table.pipeline, table.vocabulary, table.components[number], flow))
            for number, flow in zip(at.components, flows, strict=True)
        ]
        bound = [
            (name, row, self.place_of[component], formula)
            for row, outcome in enumerate(outcomes)
            for name, component, formula in outcome.bindings
        ]
        names = dict.fromkeys(name for name, *_ in bound)
        by_name = [[item for item in bound if item[0] == name] for name in names]
        return Answers(
            self.pool.intern(self._kept(outcome.formula) for outcome in outcomes),
            tuple(
                Bound(
                    items[0][0],
                    np.array([row for _, row, _, _ in items], dtype=np.int64),
                    np.array([component for _, _, component, _ in items], dtype=np.int64),
                    self.pool.intern(self._kept(formula) for *_, formula in items),
                )
                for items in by_name
            ),
        )

    def _kept(self, formula: Formula) -> Formula:
        return unspoken(formula) if self.stated else formula


def _among(keys: Numbers, others: Numbers) -> Mask:
    """Return which keys are among others, both sorted and each there once."""
    if not len(others):
        return np.zeros(len(keys), dtype=np.bool_)
    return np.asarray(others[np.minimum(np.searchsorted(others, keys), len(others) - 1)] == keys)
