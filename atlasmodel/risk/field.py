"""The part of an attack graph that matters, numbered anew: what steps need and gain, and in which worlds.

Connections that exist in no world are left out; those that exist in the same worlds share one mask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.attack.names import FactLevels
from atlasmodel.attack.wiring import NEVER
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.match.table import spread
from atlasmodel.risk.rows import Words
from atlasmodel.risk.sweep import EVERYWHERE, Wire, Wiring, wiring_of
from atlasmodel.risk.worlds import bits_of

Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Links:
    """Be what belongs to owners in turn, each entry a fact and the number of its mask: those of owner n are
    `starts[n]` to `starts[n + 1]`.
    """

    starts: Indices
    facts: Indices
    masks: Indices

    def wires(self, rows: Words) -> list[list[Wire]]:
        """Return the facts of every owner, each with the worlds in which the connection exists."""
        masks = [EVERYWHERE, *bits_of(rows[1:])]
        pairs = list(zip(self.facts.tolist(), [masks[mask] for mask in self.masks.tolist()], strict=True))
        starts = self.starts.tolist()
        return [pairs[first:last] for first, last in pairwise(starts)]


@dataclass(frozen=True)
class Field:
    """Hold steps in the order of their numbers in the graph, with their clauses, the options of those, and gains."""

    steps: Numbers  # their numbers in the graph
    number: dict[str, int]  # of the facts
    clause_starts: Indices
    options: Links  # owned by clauses
    gained: Links  # owned by steps
    masks: Words  # the first is everywhere

    @cached_property
    def clauses(self) -> dict[int, list[list[Wire]]]:
        """Return the clauses of every step, by its number in the graph."""
        found = self.options.wires(self.masks)
        starts = self.clause_starts.tolist()
        parts = (found[first:last] for first, last in pairwise(starts))
        return dict(zip(self.steps.tolist(), parts, strict=True))

    @cached_property
    def gains(self) -> dict[int, list[Wire]]:
        """Return what every step gains, by its number in the graph."""
        return dict(zip(self.steps.tolist(), self.gained.wires(self.masks), strict=True))

    @cached_property
    def wiring(self) -> dict[int, Wiring]:
        """Return what every step needs and gains as a sweep wants it, by its number in the graph."""
        return {step: wiring_of(clauses, self.gains[step]) for step, clauses in self.clauses.items()}

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
        return _starts(self.gained.facts, len(self.number)), rows[np.argsort(self.gained.facts, kind="stable")]


def field_of(graph: AttackGraph, part: Reach, where: Callable[[Numbers], Words], like: Field | None = None) -> Field:
    """Return a part of a graph; `where` gives the worlds of formulas by number, `like` the numbers of facts."""
    wiring = graph.wiring
    fact_levels, step_levels = graph.levels_of(part)
    (steps,), (facts,) = np.nonzero(step_levels != NEVER), np.nonzero(fact_levels != NEVER)
    local = np.full(wiring.facts, -1, dtype=np.int32)
    local[facts] = np.arange(len(facts))
    owners, clauses = spread(wiring.clause_starts, steps)
    rows, options = spread(wiring.option_starts, clauses)
    takers, gains = spread(wiring.gain_starts, steps)
    needed, given = wiring.option_formulas[options], wiring.gain_formulas[gains]
    formulas, places = np.unique(np.concatenate([[ALL], needed, given]), return_inverse=True)
    numbers, masks = _masks(where(formulas))
    of_needed, of_given = np.split(numbers[places[1:]], [len(needed)])
    return Field(
        steps,
        like.number if like else _numbered(graph, part, facts),
        _starts(owners, len(steps)),
        _links(rows, local[wiring.option_facts[options]], of_needed, len(clauses)),
        _links(takers, local[wiring.gain_facts[gains]], of_given, len(steps)),
        masks,
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
    return Links(_starts(owners[kept], count), facts[kept], masks[kept])


def _starts(owners: Numbers | Indices, count: int) -> Indices:
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(owners, minlength=count), out=starts[1:])
    return starts
