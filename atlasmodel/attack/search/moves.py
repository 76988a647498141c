"""Moves: the steps of a path search, listed or made when they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True)
class Move:
    """Be one step for the search: what it needs (clauses of facts), what it gains, what it costs (>= 0).

    `key` is what the step counts as where paths are told apart: its own id if None, nothing if empty (a step off the
    system, of which there are many that serve as well).
    """

    id: str
    needs: tuple[tuple[str, ...], ...]
    gains: tuple[str, ...]
    weight: float
    key: str | None = None

    @property
    def name(self) -> str:
        """Return the key, or the id where there is none."""
        return self.id if self.key is None else self.key


class Moves(Protocol):
    """Be moves by number, sorted by id."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, number: int) -> Move:
        """Return a move."""

    def id(self, number: int) -> str:
        """Return the id of a move."""

    def name(self, number: int) -> str:
        """Return the name of a move."""

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names."""


class ListedMoves:
    """Be moves that are all there."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self._moves = moves

    def __len__(self) -> int:
        return len(self._moves)

    def __getitem__(self, number: int) -> Move:
        return self._moves[number]

    def id(self, number: int) -> str:
        """Return the id of a move."""
        return self._moves[number].id

    def name(self, number: int) -> str:
        """Return the name of a move."""
        return self._moves[number].name

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names."""
        return [number for name in names for number in self._named.get(name, ())]

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        named: dict[str, list[int]] = {}
        for number, move in enumerate(self._moves):
            named.setdefault(move.name, []).append(number)
        return named


class SomeMoves:
    """Be some of other moves, with numbers of their own in the same order."""

    def __init__(self, moves: Moves, origin: Sequence[int]) -> None:
        self._moves, self._origin = moves, origin

    def __len__(self) -> int:
        return len(self._origin)

    def __getitem__(self, number: int) -> Move:
        return self._moves[self._origin[number]]

    def id(self, number: int) -> str:
        """Return the id of a move."""
        return self._moves.id(self._origin[number])

    def name(self, number: int) -> str:
        """Return the name of a move."""
        return self._moves.name(self._origin[number])

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names."""
        place = self._place
        return [place[number] for number in self._moves.called(names) if number in place]

    @cached_property
    def _place(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self._origin)}
