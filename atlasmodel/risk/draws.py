"""In which worlds steps are possible: they exist, and their draw lies below their probability.

`side` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the attacker (`high`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.formula import YES, Formula, bound, leaves
from atlasmodel.match.pool import Numbers
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.streams import Streams
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import Bits, Side, Words, WorldSet

Parts = Sequence[tuple[float, Bits]]  # a figure, and the worlds in which it holds; each world lies in one part


@dataclass(frozen=True, eq=False)
class StepRows(Mapping[int, Bits]):
    """Be steps with the worlds in which each is possible: a row of words each, which is also read as bits.

    `steps` are sorted.
    """

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
        return int.from_bytes(self.words[row].tobytes(), "little")

    def __iter__(self) -> Iterator[int]:
        return iter(self.steps.tolist())

    def __len__(self) -> int:
        return len(self.steps)


class Draws:
    """Answer for the steps of one graph, in the same worlds; each formula is worked out once."""

    def __init__(self, graph: AttackGraph, worlds: WorldSet, side: Side, streams: Streams | None = None) -> None:
        self.graph, self.worlds, self.side = graph, worlds, side
        self.streams: Streams = Streams(graph, worlds) if streams is None else streams
        self._known: dict[int, Bits] = {}

    def where(self, formula: Formula) -> Bits:
        """Return the worlds in which a formula holds; EVERYWHERE for one that is settled so."""
        if formula is YES or formula == YES:
            return EVERYWHERE
        if self.side == "point":
            return self.worlds.where(formula)
        return EVERYWHERE if bound(formula, favour=self.side == "high") else 0

    def where_numbered(self, formula: int) -> Bits:
        """Return the worlds in which a formula of the graph holds, by its number there."""
        if formula not in self._known:
            self._known[formula] = self.where(self.graph.formula(formula))
        return self._known[formula]

    def ready(self, formulas: Iterable[int]) -> None:
        """Draw together what formulas of the graph leave open, by their numbers."""
        if self.side == "point":
            fresh = (self.graph.formula(number) for number in formulas if number not in self._known)
            self.worlds.draw((leaf.place, leaf.attribute) for formula in fresh for leaf in leaves(formula))

    def exists(self, step: int) -> Bits:
        """Return the worlds in which a step is there at all, likely or not."""
        return self.where_numbered(int(self.graph.wiring.step_formulas[step])) & self.worlds.all

    def possible(self, scores: Mapping[int, StepScore]) -> StepRows:
        """Return the worlds in which some steps are possible with some figures."""
        numbers = sorted(scores)
        steps, figures = np.array(numbers, dtype=np.int64), _Figures(self, [scores[number] for number in numbers])
        words = self._there(steps)
        possible = np.zeros_like(words)
        for rows, parts in figures.levels():
            drawn = self._drawn(steps[rows], figures, parts)
            drawn &= figures.masks[figures.mask[parts]]
            drawn &= words[rows]
            possible[rows] |= drawn
        return StepRows(steps, possible)

    def _drawn(self, steps: Numbers, figures: _Figures, parts: Numbers) -> Words:
        """Return the rows of the worlds in which the numbers of steps lie below those parts of their figures."""
        if not figures.common.any():
            return self.streams.below(steps, figures.whole[parts])
        techniques = [self.graph.steps[step].grounding.rule.technique for step in steps.tolist()]
        common = np.where([technique is not None for technique in techniques], figures.common[parts], 0.0)
        whole, rest = figures.whole[parts], 1 - common
        drawn = self.streams.below(steps, np.divide(whole - common, rest, out=np.ones_like(whole), where=rest > 0))
        shared = [(chance, "technique", str(name)) for chance, name in zip(common.tolist(), techniques, strict=True)]
        drawn |= self.worlds.rows_of(self.worlds.below_each(shared))
        return drawn

    def _there(self, steps: Numbers) -> Words:
        """Return the rows of the worlds in which steps are there at all."""
        formulas, places = np.unique(self.graph.wiring.step_formulas[steps], return_inverse=True)
        return self.worlds.rows_of(map(self.where_numbered, formulas.tolist()))[places]

    def thresholds(self, score: StepScore) -> Parts:
        """Return the probability of a step, part by part where it hangs on what is not known."""
        if self.side != "point":
            return [(score.probability(favour_attacker=self.side == "high"), EVERYWHERE)]
        left: Parts = [(1.0, EVERYWHERE)]
        for forms in score.prevents:
            shares = self._shares(forms)
            left = _merged((one * (1 - share), part & there) for one, part in left for share, there in shares)
        return [(score.base * one, part) for one, part in left]

    def _shares(self, forms: Iterable[Weakening]) -> Parts:
        """Return how much a control takes away, part by part where it is not known in which form it is there."""
        shares: Parts = [(0.0, EVERYWHERE)]
        for form in forms:  # the weakest first: a stronger one takes its place where it is there
            there = self.where(form.formula)
            shares = _merged([*((share, part & ~there) for share, part in shares), (form.share, there)])
        return shares


class _Figures:
    """Lay out the probabilities of steps as parts, each with a mask of worlds; steps of the same figures share them."""

    def __init__(self, draws: Draws, scores: Sequence[StepScore]) -> None:
        distinct = {id(score): score for score in scores}
        number = {key: place for place, key in enumerate(distinct)}
        self._which = np.array([number[id(score)] for score in scores], dtype=np.int64)
        parts = [draws.thresholds(score) for score in distinct.values()]
        self._starts = np.cumsum([0, *map(len, parts)])
        listed = [(score.shared, *part) for score, some in zip(distinct.values(), parts, strict=True) for part in some]
        self.whole = np.array([threshold for _, threshold, _ in listed])
        self.common = np.array([shared for shared, _, _ in listed]) * self.whole
        places: dict[Bits, int] = {}
        self.mask = np.array([places.setdefault(part, len(places)) for *_, part in listed], dtype=np.int64)
        self.masks = draws.worlds.rows_of(places)

    def levels(self) -> Iterator[tuple[Numbers, Numbers]]:
        """Yield the rows of the steps that have a first part, with it, then of those that have a second one, ..."""
        counts = np.diff(self._starts)
        for level in range(counts.max(initial=0)):
            (rows,) = np.nonzero(counts[self._which] > level)
            yield rows, self._starts[self._which[rows]] + level


def _merged(parts: Iterable[tuple[float, Bits]]) -> Parts:
    """Return parts with each figure once, and none that is nowhere."""
    found: dict[float, Bits] = {}
    for figure, part in parts:
        if part:
            found[figure] = found.get(figure, 0) | part
    return list(found.items())
