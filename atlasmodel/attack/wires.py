"""What moves need and gain, by number: what a path search reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

Groups = Sequence[Sequence[int]]


class Wires(NamedTuple):
    """Hold what moves need and gain, both ways round, all by number.

    The clauses of move m are first[m] .. first[m + 1], each with its facts in `clauses` and its move in `owner`;
    `waiting` gives the clauses that name a fact, `gained` the moves that gain it.
    """

    clauses: Groups
    owner: list[int]
    first: list[int]
    waiting: Groups
    gains: Groups
    gained: Groups

    @classmethod
    def of(cls, needs: Iterable[Groups], gains: Groups, facts: int) -> Wires:
        """Return the wires of moves, given the clauses and the gains of each, over so many facts."""
        clauses: list[Sequence[int]] = []
        owner: list[int] = []
        first = [0]
        waiting: list[list[int]] = [[] for _ in range(facts)]
        gained: list[list[int]] = [[] for _ in range(facts)]
        for move, needed in enumerate(needs):
            for named in needed:
                for fact in named:
                    waiting[fact].append(len(clauses))
                clauses.append(named)
                owner.append(move)
            first.append(len(clauses))
            for fact in gains[move]:
                gained[fact].append(move)
        return cls(clauses, owner, first, waiting, gains, gained)
