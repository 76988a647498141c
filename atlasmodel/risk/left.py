"""What controls leave of the probability of steps, part by part of the worlds where it hangs on what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.formula import Formula
from atlasmodel.match.pool import Numbers
from atlasmodel.risk.rows import Rows, Words
from atlasmodel.risk.score import Weakening, preventing
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import Bits, WorldSet

Parts = Sequence[tuple[float, Bits]]  # a figure, and the worlds in which it holds; each world lies in one part
EVERY = 0  # the number of the mask that is everywhere


class Left:
    """Keep the parts that sets of weakenings leave, each set worked out once; `where` says where a control is there."""

    def __init__(self, where: Callable[[Formula], Bits], worlds: WorldSet) -> None:
        self._where = where
        self._sets: list[tuple[Weakening, ...]] = []  # held, so that their identity stays theirs
        self._number: dict[int, int] = {}
        self._parts: list[list[tuple[float, int]]] = []
        self._masks: dict[Bits, int] = {EVERYWHERE: EVERY}
        self._bits: list[Bits] = [EVERYWHERE]
        self.worlds: Callable[[Numbers], Words] = Rows(
            lambda masks: worlds.rows_of(self._bits[mask] for mask in masks.tolist())
        ).of

    def parts(
        self, sets: Sequence[tuple[Weakening, ...]], which: Numbers
    ) -> Iterator[tuple[Numbers, NDArray[np.float64], Numbers]]:
        """Yield places in `which`, what the set there leaves of 1 in one part, and its mask; then the next parts.

        Each set has a first part. `worlds` tells the worlds of masks, which are numbers; EVERY is everywhere.
        """
        numbers = np.array([self._numbered(weakenings) for weakenings in sets], dtype=np.int64)
        used, which = np.unique(numbers[which], return_inverse=True)
        parts = [self._parts[number] for number in used.tolist()]
        shares = np.array([share for some in parts for share, _ in some])
        masks = np.array([mask for some in parts for _, mask in some])
        counts = np.array(list(map(len, parts)), dtype=np.int64)
        first, counts = (np.cumsum(counts) - counts)[which], counts[which]
        for level in range(counts.max(initial=0)):
            (places,) = np.nonzero(counts > level)
            numbers = first[places] + level
            yield places, shares[numbers], masks[numbers]

    def _numbered(self, weakenings: tuple[Weakening, ...]) -> int:
        number = self._number.get(id(weakenings))
        if number is None:
            number = self._number[id(weakenings)] = len(self._sets)
            self._sets.append(weakenings)
            self._parts.append([(share, self._mask(part)) for share, part in parts_left_by(weakenings, self._where)])
        return number

    def _mask(self, part: Bits) -> int:
        if part not in self._masks:
            self._masks[part] = len(self._bits)
            self._bits.append(part)
        return self._masks[part]


def parts_left_by(weakenings: Iterable[Weakening], where: Callable[[Formula], Bits]) -> Parts:
    """Return what preventing controls leave of 1: where several forms of one may be there, the strongest counts."""
    left: Parts = [(1.0, EVERYWHERE)]
    for forms in preventing(weakenings):
        if len(forms) == 1 and (there := where(forms[0].formula)) in (0, EVERYWHERE):
            if there:
                left = [(one * (1 - forms[0].share), part) for one, part in left]
            continue
        shares: Parts = [(0.0, EVERYWHERE)]
        for form in forms:  # the weakest first: a stronger one takes its place where it is there
            there = where(form.formula)
            shares = _merged([*((share, part & ~there) for share, part in shares), (form.share, there)])
        left = _merged((one * (1 - share), part & there) for one, part in left for share, there in shares)
    return left


def _merged(parts: Iterable[tuple[float, Bits]]) -> Parts:
    """Return parts with each figure once, and none that is nowhere."""
    found: dict[float, Bits] = {}
    for figure, part in parts:
        if part:
            found[figure] = found.get(figure, 0) | part
    return list(found.items())
