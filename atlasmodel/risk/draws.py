"""In which worlds steps are possible: they exist, and their draw lies below their probability.

`side` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the attacker (`high`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.formula import YES, Formula, bound, leaves
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.risk.left import EVERY, Left, parts_left_by
from atlasmodel.risk.rows import Rows, Words
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.scores import Scores, joined
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import LEVELS, Bits, Side, WorldSet, bits_of, levels_of


@dataclass(frozen=True, eq=False)
class StepRows(Mapping[int, Bits]):
    """Be steps, sorted, with the worlds in which each is possible: a row of words each, which is also read as bits."""

    steps: Numbers
    words: Words

    @classmethod
    def of(cls, steps: Mapping[int, Bits], worlds: WorldSet) -> StepRows:
        """Return the same of steps whose worlds are given as bits."""
        if isinstance(steps, cls):
            return steps
        numbers = sorted(steps)
        return cls(np.array(numbers, dtype=np.int64), worlds.rows_of(steps[number] for number in numbers))

    def __getitem__(self, step: int) -> Bits:
        row = int(np.searchsorted(self.steps, step))
        if row == len(self.steps) or self.steps[row] != step:
            raise KeyError(step)
        (bits,) = bits_of(self.words[row])
        return bits

    def __iter__(self) -> Iterator[int]:
        return iter(self.steps.tolist())

    def __len__(self) -> int:
        return len(self.steps)


class Draws:
    """Answer for the steps of one graph, in the same worlds; each formula and each comparison is worked out once.

    `streams` hold the comparisons of numbers with thresholds, which sides and adversaries share.
    """

    def __init__(self, graph: AttackGraph, worlds: WorldSet, side: Side, streams: Rows | None = None) -> None:
        self.graph, self.worlds, self.side = graph, worlds, side
        self.streams: Rows = Rows(self._compared) if streams is None else streams
        self._formulas = Rows(self._wherever)
        self._left = Left(lambda formula: self.where(formula, favour=side == "low"), worlds)

    def where(self, formula: Formula, *, favour: bool | None = None) -> Bits:
        """Return the worlds in which a formula holds; EVERYWHERE for one that is settled so.

        `favour` tells whether what is unknown is settled for the formula, where it is settled: what is bad for the
        attacker, such as a control, holds on the side of the defender.
        """
        if formula is YES or formula == YES:
            return EVERYWHERE
        if self.side == "point":
            return self.worlds.where(formula)
        return EVERYWHERE if bound(formula, favour=self.side == "high" if favour is None else favour) else 0

    def there(self, formulas: Numbers) -> Words:
        """Return rows of the worlds in which formulas of the graph hold, by their numbers there."""
        return self._formulas.of(formulas)

    def _wherever(self, formulas: Numbers) -> Words:
        known = [self.graph.formula(number) for number in formulas.tolist()]
        if self.side == "point":
            self.worlds.draw((leaf.place, leaf.attribute) for formula in known for leaf in leaves(formula))
        return self.worlds.rows_of(map(self.where, known))

    def exists(self, step: int) -> Bits:
        """Return the worlds in which a step is there at all, likely or not."""
        (bits,) = bits_of(self.there(self.graph.wiring.step_formulas[step : step + 1]))
        return bits

    def likely(self, formula: Formula, weakenings: tuple[Weakening, ...]) -> float:
        """Return what is left of 1 where something is there only if a formula holds, and controls act on it."""
        there = self.where(formula) & self.worlds.all
        parts = parts_left_by(weakenings, self.where)
        return sum(left * self.worlds.share(part & there) for left, part in parts)

    def possible(self, scores: Mapping[int, StepScore]) -> StepRows:
        """Return the worlds in which some steps are possible with some figures."""
        (found,) = self.possible_each([scores])
        return found

    def possible_each(self, questions: Sequence[Mapping[int, StepScore]]) -> list[StepRows]:
        """Return the same for several questions at once."""
        several = list(map(Scores.of, questions))
        steps, which, distinct = joined(several)
        words = self._possible(steps, which, distinct)
        ends = list(accumulate(map(len, several), initial=0))
        return [StepRows(steps[first:last], words[first:last]) for first, last in pairwise(ends)]

    def _possible(self, steps: Numbers, which: Numbers, figures: Sequence[StepScore]) -> Words:
        base = np.array([score.base for score in figures])[which]
        shared = np.array([score.shared for score in figures])[which]
        possible = self.worlds.rows_of(())
        for places, left, parts in self._left.parts([score.weakenings for score in figures], which):
            below = self._below(steps[places], base[places] * left, shared[places])
            _confine(below, parts, EVERY, self._left.worlds)
            if len(possible):
                possible[places] |= below
            else:
                possible = below  # each step has a first part
        _confine(possible, self.graph.wiring.step_formulas[steps], ALL, self.there)
        return possible

    def _below(self, steps: Numbers, chances: NDArray[np.float64], shared: NDArray[np.float64]) -> Words:
        """Return rows of the worlds in which steps work with some chances, of which techniques may share a part."""
        if not shared.any():
            return self.streams.of(steps * (LEVELS + 1) + levels_of(chances))
        techniques = [self.graph.steps[step].grounding.rule.technique for step in steps.tolist()]
        common = np.where([technique is not None for technique in techniques], shared * chances, 0.0)
        own = np.divide(chances - common, 1 - common, out=np.ones_like(chances), where=common < 1)
        below = self.streams.of(steps * (LEVELS + 1) + levels_of(own))
        below |= self.worlds.rows_below(levels_of(common), [("technique", str(technique)) for technique in techniques])
        return below

    def _compared(self, codes: Numbers) -> Words:
        """Return rows of the worlds in which the number of a step lies below a level, both coded as one number."""
        steps, levels = np.divmod(codes, LEVELS + 1)
        return self.worlds.rows_below(levels, [("step", self.graph.step_ids[step]) for step in steps.tolist()])


def draws_of(graph: AttackGraph, worlds: WorldSet) -> dict[Side, Draws]:
    """Return the draws of a graph by side; comparisons of numbers are made once for all."""
    point = Draws(graph, worlds, "point")
    sides: tuple[Side, ...] = ("low", "high")
    return {"point": point, **{side: Draws(graph, worlds, side, point.streams) for side in sides}}


def _confine(rows: Words, masks: Numbers, everywhere: int, worlds: Callable[[Numbers], Words]) -> None:
    """Leave of each row only the worlds of its mask, which is given by number."""
    (confined,) = np.nonzero(masks != everywhere)
    rows[confined] &= worlds(masks[confined])
