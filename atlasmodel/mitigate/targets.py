"""Which steps a control would act on, by the place that it covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.mitigate.reach import Coverage

Technique = tuple[str, str | None]  # with its parent


class Targets:
    """Hold steps by the places where a control would act on them, and by technique.

    They are given by the numbers of their groundings, sorted, and go by names that are numbers, too.
    """

    def __init__(
        self,
        groundings: Matches,
        numbers: Numbers,
        names: Numbers,
        coverage: Coverage,
        parents: Mapping[str, str | None],
    ) -> None:
        known: dict[Technique, int] = {}
        techniques = np.full(len(numbers), -1, dtype=np.int64)
        for batch, members in groundings.by_batch(numbers):
            if (name := batch.rule.technique) is not None:
                techniques[members] = known.setdefault((name, parents.get(name)), len(known))
        (acted,) = np.nonzero(techniques >= 0)
        rows, places = coverage.acted_at(coverage.sites(groundings)[numbers[acted]])
        codes = places * len(known) + techniques[acted[rows]]
        order = np.argsort(codes, kind="stable")
        groups, first = np.unique(codes[order], return_index=True)
        of_place = np.searchsorted(groups, np.arange(len(coverage.names) + 1) * len(known))
        # One after the other: a list for each place and technique would be tens of thousands.
        self._number, self._techniques, self._steps = coverage.number, list(known), names[acted[rows[order]]].tolist()
        self._of_place: list[int] = of_place.tolist()
        self._kinds: list[int] = (groups % max(1, len(known))).tolist()
        self._starts: list[int] = [*first.tolist(), len(self._steps)]

    def at(self, place: str) -> Iterator[tuple[Technique, list[int]]]:
        """Yield each technique with the steps of it on which a control that covers a place would act."""
        number = self._number.get(place)
        for group in () if number is None else range(self._of_place[number], self._of_place[number + 1]):
            yield self._techniques[self._kinds[group]], self._steps[self._starts[group] : self._starts[group + 1]]
