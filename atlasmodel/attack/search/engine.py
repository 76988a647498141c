"""How a graph holds its numbers: as arrays where kernels are compiled for it, as lists where they run as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from atlasmodel._compiled import Kernel, is_available, plain
from atlasmodel.match.pool import Numbers

LARGE = 3_000  # moves from which compiled kernels are worth loading
Number = TypeVar("Number", int, float)


class Engine(NamedTuple):
    """Make columns for kernels, and run these; a column is typed as the list that it is where nothing is compiled."""

    is_compiled: bool

    @classmethod
    def of(cls, moves: int) -> Engine:
        """Return the engine for a graph of so many moves."""
        return cls(moves >= LARGE and is_available())

    def run(self, kernel: Kernel) -> Kernel:
        """Return a kernel as it is to be run."""
        return kernel if self.is_compiled else plain(kernel)

    def numbers(self, array: Numbers) -> list[int]:
        """Return an array of numbers as a column."""
        return cast(list[int], array) if self.is_compiled else array.tolist()

    def floats(self, values: Sequence[float]) -> list[float]:
        """Return figures as a column."""
        return cast(list[float], np.array(values, dtype=np.float64)) if self.is_compiled else list(values)

    def all(self, value: Number, count: int) -> list[Number]:
        """Return a column that holds one number everywhere."""
        return cast(list[Number], np.full(count, value)) if self.is_compiled else [value] * count

    def read(self, column: list[Number]) -> Sequence[Number]:
        """Return a column to be read one by one, as Python's own numbers."""
        return cast(Any, memoryview(cast(Any, column))) if self.is_compiled else column

    def marked(self, column: list[int], mark: int) -> list[int]:
        """Return where a column holds some mark."""
        if self.is_compiled:
            return np.flatnonzero(np.asarray(column) == mark).tolist()
        return [place for place, value in enumerate(column) if value == mark]
