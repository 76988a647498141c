"""The part of an attack graph that matters, numbered anew: what steps need and gain, and in which worlds.

Connections that exist in no world are left out; those that exist in the same worlds share one mask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.attack.names import FactLevels
from atlasmodel.attack.wiring import NEVER
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import begins
from atlasmodel.risk.rows import Words

Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Links:
    """Be what belongs to owners in turn, each entry a fact and the number of its mask: those of owner n are
    `starts[n]` to `starts[n + 1]`.
    """

    starts: Indices
    facts: Indices
    masks: Indices


@dataclass(frozen=True)
class Field:
    """Hold steps in the order of their numbers in the graph, with their clauses, the options of those, and gains."""

    steps: Numbers  # their numbers in the graph
    number: dict[str, int]  # of the facts
    clause_starts: Indices
    options: Links  # owned by clauses
    gained: Links  # owned by steps
    masks: Words  # the first is everywhere

    def is_led_to_by(self, fact: str, most: int) -> bool:
        """Tell whether at most so many steps may lead to a fact."""
        found: set[int] = set()
        stack = [self.number[fact]] if fact in self.number else []
        seen = set(stack)
        starts, takers = self._takers
        while stack and len(found) <= most:
            here = stack.pop()
            for row in takers[starts[here] : starts[here + 1]].tolist():
                if row not in found:
                    found.add(row)
                    first, last = self.options.starts[self.clause_starts[row : row + 2]]
                    fresh = set(self.options.facts[first:last].tolist()) - seen
                    seen |= fresh
                    stack += fresh
        return len(found) <= most

    @cached_property
    def _takers(self) -> tuple[Indices, Indices]:
        """Return, fact by fact, the rows of the steps that gain it: where each fact's begin, and the rows."""
        rows = np.repeat(np.arange(len(self.steps), dtype=np.int32), np.diff(self.gained.starts))
        return starts_of(self.gained.facts, len(self.number)), rows[np.argsort(self.gained.facts, kind="stable")]


@dataclass(frozen=True)
class Layout:
    """Hold a part of a graph, numbered anew, with the formulas of its connections: alike for every side of it."""

    steps: Numbers
    number: dict[str, int]
    clause_starts: Indices
    owners: tuple[Numbers, Numbers]  # of what clauses need, of what steps gain
    facts: tuple[Indices, Indices]  # -1 for one outside the part
    places: tuple[Numbers, Numbers]  # among the formulas
    formulas: Numbers

    def field(self, where: Callable[[Numbers], Words]) -> Field:
        """Return the part in some worlds; `where` gives those of formulas by number."""
        numbers, masks = _masks(where(self.formulas))
        (of_needs, of_gains), (needs, gains), (needed, gained) = self.owners, self.facts, self.places
        return Field(
            self.steps,
            self.number,
            self.clause_starts,
            _links(of_needs, needs, numbers[needed], int(self.clause_starts[-1])),
            _links(of_gains, gains, numbers[gained], len(self.steps)),
            masks,
        )


def layout_of(graph: AttackGraph, part: Reach) -> Layout:
    """Return a part of a graph, numbered anew."""
    wiring = graph.wiring
    fact_levels, step_levels = graph.levels_of(part)
    (steps,), (facts,) = np.nonzero(step_levels != NEVER), np.nonzero(fact_levels != NEVER)
    local = np.full(wiring.facts, -1, dtype=np.int32)
    local[facts] = np.arange(len(facts))
    owners, rows, options, takers, gains = wiring.of_steps(steps)
    named = np.concatenate([wiring.option_formulas[options], wiring.gain_formulas[gains]])
    formulas, places = np.unique(named, return_inverse=True)
    return Layout(
        steps,
        _numbered(graph, part, facts),
        starts_of(owners, len(steps)),
        (rows, takers),
        (local[wiring.option_facts[options]], local[wiring.gain_facts[gains]]),
        (places[: len(options)], places[len(options) :]),
        formulas,
    )


def _numbered(graph: AttackGraph, part: Reach, facts: Numbers) -> dict[str, int]:
    """Return the facts of a part by name: those that steps name in the order of the graph, then the others."""
    number = {graph.names.name(fact): place for place, fact in enumerate(facts.tolist())}
    for name in part.facts.aside if isinstance(part.facts, FactLevels) else part.facts:
        number.setdefault(name, len(number))
    return number


def _masks(rows: Words) -> tuple[Indices, Words]:
    """Return the number of the mask of each row, -1 for nowhere and 0 for everywhere, and each mask once."""
    numbers = np.where(rows.any(axis=1), 0, -1).astype(np.int32)
    (some,) = np.nonzero((numbers == 0) & (rows != ~np.uint64(0)).any(axis=1))
    known: dict[bytes, int] = {}
    numbers[some] = [known.setdefault(rows[row].tobytes(), len(known) + 1) for row in some.tolist()]
    everywhere = np.full((1, rows.shape[1]), ~np.uint64(0))
    kept = np.frombuffer(b"".join(known), dtype=np.uint64).reshape(-1, rows.shape[1])
    return numbers, np.concatenate([everywhere, kept])


def _links(owners: Numbers, facts: Indices, masks: Indices, count: int) -> Links:
    kept = (facts >= 0) & (masks >= 0)
    return Links(starts_of(owners[kept], count), facts[kept], masks[kept])


def starts_of(owners: Numbers | Indices, count: int) -> Indices:
    """Return where the entries of each of so many owners begin."""
    return begins(owners, count).astype(np.int32)
