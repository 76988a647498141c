"""What moves need and gain, both ways round, by number: what a path search reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import overload

import numpy as np

from atlasmodel.attack.kernels.net import Net
from atlasmodel.attack.search.engine import Engine
from atlasmodel.match.pool import Numbers
from atlasmodel.match.table import Mask, begins, spread, summed

Groups = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Wires:
    """Hold the clauses of moves, the facts of clauses, the gains of moves; what belongs to n is at n to n + 1."""

    first: Numbers  # where the clauses of each move begin
    option_starts: Numbers
    options: Numbers
    waiting_starts: Numbers
    waiting: Numbers  # fact by fact, the clauses that name it
    gain_starts: Numbers
    gains: Numbers
    gained_starts: Numbers
    gained: Numbers  # fact by fact, the moves that gain it

    @classmethod
    def of(cls, needs: Sequence[Groups], gains: Groups, facts: int) -> Wires:
        """Return the wires of moves, given the clauses and the gains of each, over so many facts."""
        first, clauses = _starts(needs), list(chain.from_iterable(needs))
        return cls.joined(
            first=first,
            option_starts=_starts(clauses),
            options=_listed(clauses),
            gain_starts=_starts(gains),
            gains=_listed(gains),
            facts=facts,
        )

    @classmethod
    def joined(
        cls,
        *,
        first: Numbers,
        option_starts: Numbers,
        options: Numbers,
        gain_starts: Numbers,
        gains: Numbers,
        facts: int,
    ) -> Wires:
        """Return wires of which one way round is known."""
        waiting, gained = _turned(option_starts, options, facts), _turned(gain_starts, gains, facts)
        return cls(first, option_starts, options, *waiting, gain_starts, gains, *gained)

    def part(self, moves: Numbers, facts: Numbers) -> Wires:
        """Return the wires between some moves and facts, numbered anew in the same order; all needs are among these."""
        place = np.full(len(self.waiting_starts) - 1, -1, dtype=np.int64)
        place[facts] = np.arange(len(facts))
        owners, clauses = spread(self.first, moves)
        sides, entries = spread(self.option_starts, clauses)
        gainers, gaining = spread(self.gain_starts, moves)
        gains = place[self.gains[gaining]]
        inside = gains >= 0
        return Wires.joined(
            first=begins(owners, len(moves)),
            option_starts=begins(sides, len(clauses)),
            options=place[self.options[entries]],
            gain_starts=begins(gainers[inside], len(moves)),
            gains=gains[inside],
            facts=len(facts),
        )

    def without(self, absent: Mask) -> Wires:
        """Return wires in which nothing is gained by moves that are absent."""
        there = ~absent[self.gained]
        facts = np.repeat(np.arange(len(self.gained_starts) - 1), np.diff(self.gained_starts))
        return replace(self, gained_starts=begins(facts[there], len(self.gained_starts) - 1), gained=self.gained[there])

    def net(self, engine: Engine) -> Net:
        """Return the wires for kernels."""
        owner = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        return Net(
            *map(engine.numbers, (self.first, owner, self.option_starts, self.options)),
            *map(engine.numbers, (self.waiting_starts, self.waiting)),
            *map(engine.numbers, (self.gain_starts, self.gains, self.gained_starts, self.gained)),
        )


def rows(starts: list[int], members: list[int], engine: Engine) -> Groups:
    """Return what belongs to each of many, to be read one by one: listed where there are few."""
    if engine.is_compiled:
        return _Rows(engine.read(starts), engine.read(members))
    return [tuple(members[begin:end]) for begin, end in pairwise(starts)]


class _Rows(Sequence[Sequence[int]]):
    """Be the rows of a table of which few are read; each is made when it is asked for."""

    def __init__(self, starts: Sequence[int], members: Sequence[int]) -> None:
        self._starts, self._members = starts, members

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> Sequence[int]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Sequence[int]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[int] | Sequence[Sequence[int]]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        starts = self._starts
        return tuple(self._members[starts[place] : starts[place + 1]])

    def __iter__(self) -> Iterator[Sequence[int]]:
        members = self._members
        return (tuple(members[begin:end]) for begin, end in pairwise(self._starts))


def _turned(starts: Numbers, members: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Return the members as groups, each with the groups that it was in."""
    groups = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return begins(members, count), groups[np.argsort(members, kind="stable")]


def _starts(groups: Sequence[Sequence[object]]) -> Numbers:
    """Return where each group begins among all members."""
    return summed(np.fromiter(map(len, groups), dtype=np.int64, count=len(groups)))


def _listed(groups: Groups) -> Numbers:
    return np.fromiter(chain.from_iterable(groups), dtype=np.int64)
