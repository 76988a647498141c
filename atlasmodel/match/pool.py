"""Formulas by number: the formulas of all places at once, as arrays, and each as an object only when it is asked for.

`NO` is 0 and `YES` is 1, whatever is open is 2 and above; so a number says whether a formula is settled, and how.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.formula import NO, YES, Formula, Known, Leaf, Term, Test, negate

Numbers = NDArray[np.int64]
NONE, ALL = 0, 1  # the numbers of NO and YES


class Pool:
    """Hold open formulas in blocks that were made together; `places` names what leaves stand at."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = places
        self._starts: list[int] = []
        self._makers: list[Callable[[int], Formula]] = []
        self._next = 2
        self._made: dict[int, Formula] = {NONE: NO, ALL: YES}

    def formula(self, number: int) -> Formula:
        """Return a formula by its number."""
        known = self._made.get(number)
        if known is None:
            block = bisect_right(self._starts, number) - 1
            known = self._made[number] = self._makers[block](number - self._starts[block])
        return known

    def intern(self, formulas: Iterable[Formula]) -> Numbers:
        """Return the numbers of formulas that were made elsewhere."""
        kept: list[Formula] = []
        numbers: list[int] = []
        for formula in formulas:
            if isinstance(formula, Known):
                numbers.append(int(formula.value))
            else:
                numbers.append(self._next + len(kept))
                kept.append(formula)
        self._block(len(kept), kept.__getitem__)
        return np.array(numbers, dtype=np.int64)

    def leaves(self, places: Numbers, attribute: str, test: Test, **more: Any) -> Numbers:
        """Return one open leaf a place."""
        return self._block(len(places), lambda row: Leaf(self.places[places[row]], attribute, test, **more))

    def negated(self, parts: Numbers) -> Numbers:
        """Return the negation of each formula."""
        found = 1 - parts
        (still,) = np.nonzero(parts > ALL)
        open_parts = parts[still]
        found[still] = self._block(len(still), lambda row: negate(self.formula(int(open_parts[row]))))
        return found

    def every(self, parts: Sequence[Numbers], rows: int) -> Numbers:
        """Return, row by row, the conjunction of some columns."""
        return self.at_least(len(parts), parts, rows)

    def at_least(self, count: int, parts: Sequence[Numbers], rows: int) -> Numbers:
        """Return, row by row, the formula that holds when at least `count` of some columns do."""
        if not parts:
            return np.full(rows, ALL if count <= 0 else NONE, dtype=np.int64)
        if len(parts) == 1 and count == 1:
            return parts[0]
        table = np.stack(parts, axis=1)
        return self.at_least_of(count, table.ravel(), np.repeat(np.arange(rows), len(parts)), rows)

    def at_least_of(self, count: int, parts: Numbers, rows_of: Numbers, rows: int) -> Numbers:
        """Return, row by row, the formula that holds when at least `count` of its parts do; `rows_of` is sorted."""
        still = parts > ALL
        needed = count - np.bincount(rows_of[parts == ALL], minlength=rows)
        open_parts, open_rows = parts[still], rows_of[still]
        opened = np.bincount(open_rows, minlength=rows)
        found = np.full(rows, NONE, dtype=np.int64)
        found[needed <= 0] = ALL
        undecided = (needed > 0) & (needed <= opened)
        alone = undecided & (opened == 1)
        taken = alone[open_rows]
        found[open_rows[taken]] = open_parts[taken]
        (terms,) = np.nonzero(undecided & ~alone)
        if len(terms):
            ends = np.cumsum(opened)
            first, last, least = (ends - opened)[terms], ends[terms], needed[terms]

            def make(row: int) -> Formula:
                members = open_parts[first[row] : last[row]]
                return Term(int(least[row]), tuple(self.formula(int(number)) for number in members))

            found[terms] = self._block(len(terms), make)
        return found

    def _block(self, count: int, make: Callable[[int], Formula]) -> Numbers:
        start = self._next
        if count:
            self._starts.append(start)
            self._makers.append(make)
            self._next += count
        return np.arange(start, start + count, dtype=np.int64)
