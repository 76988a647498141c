"""The ground that a campaign crosses: one adversary's part of the attack graph, as rows of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
from numpy.typing import NDArray

ALWAYS = -1
NOWHERE = -1
Rows = NDArray[np.int32]
Wired = tuple[str, int]


@dataclass(frozen=True)
class Attempt:
    """Be one step as something that takes time: what it needs and gains, how long it takes, how often it is noticed.

    Needs and gains are facts with the row of the flag that says in which worlds the link is there (ALWAYS: in all).
    `days` are low, likely and high; `probability` is that of being possible at all; `place` is None off the system.
    """

    id: str
    needs: tuple[tuple[Wired, ...], ...]
    gains: tuple[Wired, ...]
    days: tuple[float, float, float]
    probability: float = 1.0
    noticed: float = 0.0
    place: str | None = None
    level: int = 0

    @property
    def is_free(self) -> bool:
        """Tell whether the step takes no time, so that it is done as soon as it can be."""
        return self.days[2] <= 0


@dataclass(frozen=True)
class Terrain:
    """Hold the steps of one adversary, its starting facts and the goals that are watched."""

    attempts: tuple[Attempt, ...]
    starts: Mapping[str, int]
    goals: tuple[str, ...]
    aims: tuple[str, ...] = ()  # the goals the adversary is after, for strategies that plan
    known_paths: int = 12

    @cached_property
    def fact(self) -> dict[str, int]:
        """Return the row of every fact, in the order in which it is first named."""
        named = [*self.starts, *self.goals]
        for attempt in self.attempts:
            named += [fact for clause in attempt.needs for fact, _ in clause]
            named += [fact for fact, _ in attempt.gains]
        return {fact: row for row, fact in enumerate(dict.fromkeys(named))}

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Return the places at which steps are done, by name."""
        return tuple(sorted({attempt.place for attempt in self.attempts if attempt.place is not None}))

    @cached_property
    def place_of(self) -> Rows:
        """Return the row of each step's place, NOWHERE off the system."""
        row = {place: index for index, place in enumerate(self.places)}
        return _rows(NOWHERE if attempt.place is None else row[attempt.place] for attempt in self.attempts)

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Tell for each step whether it takes no time."""
        return np.array([attempt.is_free for attempt in self.attempts], dtype=np.bool_)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Return the steps so that what feeds a step comes before it, but on a cycle: there by level, then by name."""
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(self.attempts)))
        for step, gains in enumerate(self.gains):
            graph.add_edges_from((step, other) for fact, _ in gains for other in self.waiting[fact])
        whole = nx.condensation(graph)
        members = (whole.nodes[part]["members"] for part in nx.lexicographical_topological_sort(whole))
        return tuple(step for part in members for step in sorted(part, key=lambda one: (self.attempts[one].level, one)))

    @cached_property
    def nearness(self) -> tuple[int, ...]:
        """Return the steps from the start outwards: by level, then as they are named."""
        return tuple(sorted(range(len(self.attempts)), key=lambda step: self.attempts[step].level))

    @cached_property
    def clauses(self) -> tuple[tuple[tuple[tuple[int, int], ...], ...], ...]:
        """Return for each step its clauses as (fact, flag) rows."""
        return tuple(
            tuple(tuple((self.fact[fact], flag) for fact, flag in clause) for clause in attempt.needs)
            for attempt in self.attempts
        )

    @cached_property
    def distinct(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return the clauses once each: many steps wait for the same."""
        return tuple(dict.fromkeys(clause for clauses in self.clauses for clause in clauses))

    @cached_property
    def clause_rows(self) -> tuple[tuple[int, ...], ...]:
        """Return for each step the rows of its clauses among the distinct ones."""
        row = {clause: number for number, clause in enumerate(self.distinct)}
        return tuple(tuple(row[clause] for clause in clauses) for clauses in self.clauses)

    @cached_property
    def clauses_with(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return for each fact the distinct clauses it stands in, as (row, flag)."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.fact]
        for row, clause in enumerate(self.distinct):
            for fact, flag in clause:
                found[fact].append((row, flag))
        return tuple(tuple(pairs) for pairs in found)

    @cached_property
    def gains(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return for each step its gains as (fact, flag) rows."""
        return tuple(tuple((self.fact[fact], flag) for fact, flag in attempt.gains) for attempt in self.attempts)

    @cached_property
    def waiting(self) -> tuple[tuple[int, ...], ...]:
        """Return for each fact the steps that it may help."""
        found: list[dict[int, None]] = [{} for _ in self.fact]
        for step, clauses in enumerate(self.clauses):
            for clause in clauses:
                for fact, _ in clause:
                    found[fact][step] = None
        return tuple(tuple(steps) for steps in found)

    @cached_property
    def clause_step(self) -> Rows:
        """Return the step of each clause, the clauses counted through."""
        return _rows(step for step, clauses in enumerate(self.clauses) for _ in clauses)

    @cached_property
    def gain_table(self) -> Table:
        """Return (fact, flag) by step."""
        return Table.of(self.gains)

    @cached_property
    def need_table(self) -> Table:
        """Return (clause, flag) by fact."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.fact]
        clauses = (clause for clauses in self.clauses for clause in clauses)
        for number, clause in enumerate(clauses):
            for fact, flag in clause:
                found[fact].append((number, flag))
        return Table.of(found)


@dataclass(frozen=True)
class Table:
    """Hold a list of (row, flag) pairs for each of many keys, end to end."""

    first: Rows
    rows: Rows
    flags: Rows

    @classmethod
    def of(cls, lists: Sequence[Sequence[tuple[int, int]]]) -> Table:
        """Lay lists of pairs end to end."""
        first = np.zeros(len(lists) + 1, dtype=np.int32)
        first[1:] = np.cumsum([len(pairs) for pairs in lists], dtype=np.int32)
        return cls(
            first,
            _rows(row for pairs in lists for row, _ in pairs),
            _rows(flag for pairs in lists for _, flag in pairs),
        )

    def spread(self, keys: Rows, campaigns: Rows) -> tuple[Rows, Rows, Rows]:
        """Return rows, flags and campaigns of all pairs under some keys, one key a campaign given."""
        counts = self.first[keys + 1] - self.first[keys]
        total = int(counts.sum())
        within = np.arange(total, dtype=np.int32) - np.repeat(np.cumsum(counts, dtype=np.int32) - counts, counts)
        at = np.repeat(self.first[keys], counts) + within
        return self.rows[at], self.flags[at], np.repeat(campaigns, counts)


def _rows(values: Iterable[int]) -> Rows:
    return np.fromiter(values, dtype=np.int32)
