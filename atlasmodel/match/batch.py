"""One rule at every place where it stands: its formula, clauses and gains there, as arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlasmodel.match.census import Answers, Bound, Census, Places
from atlasmodel.match.pool import ALL, NONE, Numbers
from atlasmodel.match.rule import ADVERSARY, Fact, Rule
from atlasmodel.match.table import begins, spread


@dataclass(frozen=True)
class Choices:
    """Hold some facts of every row, one row after the other: what it needs one of, or what it gains.

    The facts of row r are at `starts[r]` to `starts[r + 1]`: number of the token, number of the place (that of the
    adversary is one more than the last component's), number of the formula.
    """

    starts: Numbers
    tokens: Numbers
    places: Numbers
    formulas: Numbers

    def row(self, number: int) -> Iterable[tuple[int, int, int]]:
        """Return the token, place and formula of each fact of a row."""
        starts, tokens, places, formulas = self._lists
        entries = slice(starts[number], starts[number + 1])
        return zip(tokens[entries], places[entries], formulas[entries], strict=True)

    @cached_property
    def _lists(self) -> tuple[list[int], ...]:
        return tuple(column.tolist() for column in (self.starts, self.tokens, self.places, self.formulas))

    def taken(self, rows: Numbers) -> Choices:
        """Return the choices of some rows, in their order."""
        row_of, entries = spread(self.starts, rows)
        return Choices(begins(row_of, len(rows)), self.tokens[entries], self.places[entries], self.formulas[entries])

    def then(self, other: Choices) -> Choices:
        """Return these rows and, after them, those of others."""
        return Choices(
            np.concatenate([self.starts, self.starts[-1] + other.starts[1:]]),
            np.concatenate([self.tokens, other.tokens]),
            np.concatenate([self.places, other.places]),
            np.concatenate([self.formulas, other.formulas]),
        )

    def merged(self, rows: int, census: Census) -> Choices:
        """Return each fact of a row once, under the disjunction of its formulas, and none under NO."""
        row_of = np.repeat(np.arange(rows), np.diff(self.starts))
        keys = (row_of * len(census.tokens) + self.tokens) * census.span + self.places
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        if len(first) == len(keys) and not (self.formulas == NONE).any():
            return self
        order = np.argsort(group, kind="stable")
        formulas = census.pool.at_least_of(1, self.formulas[order], group[order], len(first))
        by_appearance = np.argsort(first)
        kept = by_appearance[formulas[by_appearance] != NONE]
        at = first[kept]
        return Choices(begins(row_of[at], rows), self.tokens[at], self.places[at], formulas[kept])


@dataclass(frozen=True)
class Batch:
    """Hold the groundings of one rule, sorted by id."""

    rule: Rule
    components: Numbers  # that of the adversary is one more than the last
    flows: Numbers | None
    formulas: Numbers
    clauses: tuple[Choices, ...]
    gains: Choices

    def __len__(self) -> int:
        return len(self.formulas)

    def taken(self, rows: Numbers) -> Batch:
        """Return some rows, in their order."""
        return Batch(
            self.rule,
            self.components[rows],
            None if self.flows is None else self.flows[rows],
            self.formulas[rows],
            tuple(clause.taken(rows) for clause in self.clauses),
            self.gains.taken(rows),
        )

    def then(self, other: Batch) -> Batch:
        """Return these rows and, after them, those of another batch of the rule."""
        return Batch(
            self.rule,
            np.concatenate([self.components, other.components]),
            None if self.flows is None or other.flows is None else np.concatenate([self.flows, other.flows]),
            np.concatenate([self.formulas, other.formulas]),
            tuple(one.then(more) for one, more in zip(self.clauses, other.clauses, strict=True)),
            self.gains.then(other.gains),
        )


def spread_rule(rule: Rule, census: Census) -> Batch | None:
    """Return a rule wherever it applies or may apply, or None where that is nowhere."""
    if not rule.on and not rule.at:
        return _off_system(rule, census)
    return batch_at(rule, census, _places(rule, census))


def batch_at(rule: Rule, census: Census, at: Places) -> Batch | None:
    """Return a rule at those of some places where it applies or may apply."""
    if not len(at):
        return None
    answers = census.ask(rule.when, at)
    kept = answers.formulas != NONE
    if not kept.any():
        return None
    if not kept.all():
        at = Places(at.components[kept], None if at.flows is None else at.flows[kept])
        answers = Answers(answers.formulas[kept], tuple(bound.where(kept) for bound in answers.bound))
    clauses = tuple(_chosen(clause, at, answers.bound, census) for clause in rule.requires)
    gains = _gained(rule, at, answers.bound, census)
    return Batch(rule, at.components, at.flows, answers.formulas, clauses, gains)


def _off_system(rule: Rule, census: Census) -> Batch:
    nowhere = Places(np.array([len(census.table.components)]))
    clauses = tuple(_chosen(clause, nowhere, (), census) for clause in rule.requires)
    return Batch(rule, nowhere.components, None, np.array([ALL]), clauses, _chosen(rule.gains, nowhere, (), census))


def _places(rule: Rule, census: Census) -> Places:
    """Return where the kinds of a rule fit, sorted by id."""
    table = census.table
    if rule.at:
        order = table.component_order
        return Places(order[table.is_a(rule.at)[order]])
    fits = table.flow_is(rule.on)
    fits &= table.is_a(rule.source)[table.source] & table.is_a(rule.target)[table.target]
    flows = table.flow_order[fits[table.flow_order]]
    return Places(table.target[flows], flows)


def _gained(rule: Rule, at: Places, bound: Sequence[Bound], census: Census) -> Choices:
    rows = len(at)
    parts = [_chosen(rule.gains, at, bound, census)]
    for extra in rule.gains_if:
        further = census.ask(extra.when, at)
        inner = _chosen(extra.gains, at, (*bound, *further.bound), census)
        under = np.repeat(further.formulas, np.diff(inner.starts))
        both = census.pool.every([under, inner.formulas], len(under))
        parts.append(Choices(inner.starts, inner.tokens, inner.places, both))
    return _joined(parts, rows).merged(rows, census)


def _chosen(facts: Iterable[Fact], at: Places, bound: Sequence[Bound], census: Census) -> Choices:
    """Return facts with components for places; a bound name gives one choice a component."""
    rows = len(at)
    parts = []
    for fact in facts:
        if fact.place in ("self", ADVERSARY) or (at.flows is not None and fact.place in ("from", "to")):
            row_of, places = np.arange(rows), _fixed(fact.place, at, census)
            formulas = np.full(rows, ALL, dtype=np.int64)
        else:
            row_of, places, formulas = _fits([item for item in bound if item.name == fact.place], rows, census)
        tokens = np.full(len(places), census.token(fact.token), dtype=np.int64)
        parts.append(Choices(begins(row_of, rows), tokens, places, formulas))
    return _joined(parts, rows)


def _fixed(place: str, at: Places, census: Census) -> Numbers:
    table = census.table
    if place == ADVERSARY:
        return np.full(len(at), len(table.components), dtype=np.int64)
    if place == "self" or at.flows is None:
        return at.components
    return (table.source if place == "from" else table.target)[at.flows]


def _fits(bound: Sequence[Bound], rows: int, census: Census) -> tuple[Numbers, Numbers, Numbers]:
    """Return the components that fit a name, by row and then id, each under the disjunction of its formulas."""
    if not bound:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, nothing
    row_of, components, formulas = (
        np.concatenate([getattr(item, name) for item in bound]) for name in ("rows", "components", "formulas")
    )
    count = len(census.table.components)
    keys, group = np.unique(row_of * count + census.table.component_rank[components], return_inverse=True)
    order = np.argsort(group, kind="stable")
    merged = census.pool.at_least_of(1, formulas[order], group[order], len(keys))
    return keys // count, census.table.component_order[keys % count], merged


def _joined(parts: Sequence[Choices], rows: int) -> Choices:
    """Return several choices as one, row by row."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return Choices(np.zeros(rows + 1, dtype=np.int64), nothing, nothing, nothing)
    row_of = np.concatenate([np.repeat(np.arange(rows), np.diff(part.starts)) for part in parts])
    order = np.argsort(row_of, kind="stable")
    tokens, places, formulas = (
        np.concatenate([getattr(part, name) for part in parts])[order] for name in ("tokens", "places", "formulas")
    )
    return Choices(begins(row_of, rows), tokens, places, formulas)
