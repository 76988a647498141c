"""Rows of words: truths in all worlds, 64 a word, kept by number and each made once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]


class Rows:
    """Keep rows by number; `make` makes those of some numbers when they are first asked for."""

    def __init__(self, make: Callable[[NDArray[np.int64]], Words]) -> None:
        self._make = make
        self._place: dict[int, int] = {}
        self._rows: Words | None = None

    def of(self, numbers: NDArray[np.int64]) -> Words:
        """Return a copy of the rows of some numbers."""
        listed = numbers.tolist()
        fresh = [number for number in dict.fromkeys(listed) if number not in self._place]
        if fresh or self._rows is None:
            self._keep(fresh)
        kept: Words = self._rows[[self._place[number] for number in listed]]  # type: ignore[index]
        return kept

    def _keep(self, fresh: list[int]) -> None:
        made = self._make(np.array(fresh, dtype=np.int64))
        first, last = len(self._place), len(self._place) + len(fresh)
        if self._rows is None:
            self._rows = made
        elif last > len(self._rows):  # room for as many again, so that rows are seldom moved
            grown = np.empty((max(last, 2 * first), made.shape[1]), dtype=np.uint64)
            grown[:first] = self._rows[:first]
            self._rows = grown
        self._rows[first:last] = made
        self._place.update(zip(fresh, range(first, last), strict=True))
