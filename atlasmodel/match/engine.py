"""Match rules against a pipeline: every rule at every place it could stand, with its formula, evidence and facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, overload

import numpy as np

from atlasmodel.errors import Span
from atlasmodel.match.batch import Batch, Choices, spread_rule
from atlasmodel.match.census import Census
from atlasmodel.match.changes import changes
from atlasmodel.match.conditions import Evidence, Outcome, Scope
from atlasmodel.match.formula import YES, Formula, Truth, truth
from atlasmodel.match.pool import Numbers
from atlasmodel.match.revision import Outlook, outlook, revise
from atlasmodel.match.rule import ADVERSARY, Rule
from atlasmodel.match.table import Table
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline


@dataclass(frozen=True)
class Option:
    """Be one fact at a component that fits a clause or is gained, under a formula."""

    fact: str  # token@component
    formula: Formula = YES


@dataclass(frozen=True)
class Grounding:
    """Be a rule at a place: whether it applies there, why, and what it needs and gives in that place's facts."""

    rule: Rule
    component: str  # component id, or `adversary`
    flow: str | None
    formula: Formula
    evidence: tuple[Evidence, ...]
    clauses: tuple[tuple[Option, ...], ...]
    gains: tuple[Option, ...]
    span: Span | None

    @property
    def id(self) -> str:
        """Return `RULE@component`, or `RULE@from>to:kind#n` for a rule on flows."""
        return f"{self.rule.id}@{self.flow or self.component}"

    @property
    def certainty(self) -> Truth:
        """Return yes, unknown or no."""
        return truth(self.formula)


class Matched(Grounding):
    """Be a grounding that was found with many others: each part of it is looked up when it is asked for."""

    matches: Matches
    census: Census
    batch: Batch
    row: int

    def __init__(self, matches: Matches, batch: Batch, row: int) -> None:
        self.__dict__.update(rule=batch.rule, matches=matches, census=matches.census, batch=batch, row=row)

    @cached_property
    def component(self) -> str:
        """Return the id of the component, or `adversary`."""
        components = self.census.table.components
        number = self.batch.components[self.row]
        return components[number].id if number < len(components) else ADVERSARY

    @cached_property
    def flow(self) -> str | None:
        """Return the id of the flow of a rule on flows."""
        return None if self._flow is None else self._flow.id

    @cached_property
    def formula(self) -> Formula:
        """Return the condition under which the rule applies."""
        return self.census.pool.formula(int(self.batch.formulas[self.row]))

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return what the verdict rests on; the condition is asked again for it, here alone."""
        component = self.census.table.pipeline.by_id.get(self.component)
        if component is None:
            return ()
        scope = Scope(self.census.table.pipeline, self.census.table.vocabulary, component, self._flow)
        return telling(self.rule.when.evaluate(scope), self.rule, component, self._flow)

    @cached_property
    def clauses(self) -> tuple[tuple[Option, ...], ...]:
        """Return what it needs: one option of each clause."""
        return tuple(self._options(clause) for clause in self.batch.clauses)

    @cached_property
    def gains(self) -> tuple[Option, ...]:
        """Return what it gains."""
        return self._options(self.batch.gains)

    @cached_property
    def span(self) -> Span | None:
        """Return where the place is written."""
        if self._flow is not None:
            return self._flow.span
        component = self.census.table.pipeline.by_id.get(self.component)
        return component.span if component else self.rule.span

    @cached_property
    def _flow(self) -> Flow | None:
        return None if self.batch.flows is None else self.census.table.flows[self.batch.flows[self.row]]

    def _options(self, choices: Choices) -> tuple[Option, ...]:
        return self.matches.options(choices.row(self.row))


class Sites(NamedTuple):
    """Hold the component of every grounding, and the flow of those of rules on flows."""

    components: list[str]
    flows: list[str | None]


class Matches(Sequence[Grounding]):
    """Hold every grounding that applies or may apply, sorted by id; each is made when it is asked for."""

    def __init__(self, census: Census, rules: tuple[Rule, ...], batches: Iterable[Batch]) -> None:
        self.rules = rules
        # `@` ends the name of a rule in the id of a grounding, and places are sorted within their rule.
        self.census, self.batches = census, tuple(sorted(batches, key=lambda batch: f"{batch.rule.id}@"))
        self.starts = tuple(accumulate((len(batch) for batch in self.batches), initial=0))
        self._made: dict[int, Matched] = {}
        self._options: dict[tuple[int, int, int], Option] = {}

    def __len__(self) -> int:
        return self.starts[-1]

    @overload
    def __getitem__(self, number: int) -> Grounding: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Grounding, ...]: ...
    def __getitem__(self, number: int | slice) -> Grounding | tuple[Grounding, ...]:
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        made = self._made.get(number)
        if made is None:
            number = range(len(self))[number]
            made = self._made[number] = Matched(self, *self.at(number))
        return made

    def at(self, number: int) -> tuple[Batch, int]:
        """Return the batch of a grounding, and its row there."""
        place = bisect_right(self.starts, number) - 1
        return self.batches[place], number - self.starts[place]

    @cached_property
    def sites(self) -> Sites:
        """Return where the groundings stand, all at once."""
        table = self.census.table
        names = np.array([*(item.id for item in table.components), ADVERSARY], dtype=object)
        ways = np.array([*(flow.id for flow in table.flows), None], dtype=object)
        components: list[str] = []
        flows: list[str | None] = []
        for batch in self.batches:
            components += names[batch.components].tolist()
            flows += [None] * len(batch) if batch.flows is None else ways[batch.flows].tolist()
        return Sites(components, flows)

    @cached_property
    def ids(self) -> list[str]:
        """Return the ids of the groundings, all at once."""
        rules = (batch.rule.id for batch in self.batches for _ in range(len(batch)))
        components, flows = self.sites
        return [f"{rule}@{flow or component}" for rule, component, flow in zip(rules, components, flows, strict=True)]

    def by_batch(self, numbers: Numbers) -> Iterator[tuple[Batch, Numbers]]:
        """Yield each batch with the places among some sorted numbers of groundings where its own stand."""
        bounds = np.searchsorted(numbers, self.starts)
        for batch, first, last in zip(self.batches, bounds, bounds[1:], strict=False):
            if first < last:
                yield batch, np.arange(first, last)

    def options(self, facts: Iterable[tuple[int, int, int]]) -> tuple[Option, ...]:
        """Return facts by the numbers of their tokens, places and formulas; equal ones are one and the same."""
        made = self._options
        return tuple([made.get(fact) or self._option(fact) for fact in facts])

    def _option(self, fact: tuple[int, int, int]) -> Option:
        token, place, formula = fact
        made = self._options[fact] = Option(self.census.fact(token, place), self.census.pool.formula(formula))
        return made

    def revised(self, pipeline: Pipeline) -> Matches:
        """Return what `match` would for a changed pipeline, asking again only what the change can reach.

        These same matches where nothing changed that a rule reads, such as when a control was added; everything is
        asked again where components, flows, zones or assets came or went.
        """
        table = self.census.table
        changed = changes(table.pipeline, pipeline)
        if changed is None:
            return match(pipeline, self.rules, table.vocabulary)
        if not changed.components and not changed.flows:
            return self
        census, batches = revise(self._outlooks, self.batches, self.census, pipeline, changed)
        found = Matches(census, self.rules, batches)
        found._outlooks = self._outlooks
        return found

    @cached_property
    def _outlooks(self) -> tuple[Outlook, ...]:
        return tuple(map(outlook, self.rules))

    def __repr__(self) -> str:
        return f"Matches({len(self)} groundings of {len(self.batches)} rules)"


def match(pipeline: Pipeline, rules: Iterable[Rule], vocabulary: Vocabulary) -> Matches:
    """Return every grounding that applies or may apply, sorted by id."""
    census = Census(Table(pipeline, vocabulary))
    asked = tuple(rules)
    return Matches(census, asked, (batch for rule in asked if (batch := spread_rule(rule, census)) is not None))


def telling(outcome: Outcome, rule: Rule, component: Component, flow: Flow | None) -> tuple[Evidence, ...]:
    """Return what the verdict rests on: never empty, since a rule without a condition rests on the kind."""
    verdict = truth(outcome.formula)
    telling = [item for item in outcome.evidence if truth(item.formula) == verdict]
    kept = list(dict.fromkeys(telling or outcome.evidence))
    if kept:
        return tuple(kept)
    if flow is not None:
        return (Evidence(f"{flow.source} -{flow.kind}-> {flow.target}", component.id, flow.span, YES),)
    return (Evidence(f"kind is {component.kind}", component.id, component.span, YES),)
