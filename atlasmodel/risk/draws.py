"""In which worlds steps are possible: they exist, and their draw lies below their probability.

`side` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the attacker (`high`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.formula import YES, Formula, bound, leaves
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.sweep import EVERYWHERE
from atlasmodel.risk.worlds import Bits, Drawn, Side, WorldSet

Parts = Sequence[tuple[float, Bits]]  # a figure, and the worlds in which it holds; each world lies in one part


class Draws:
    """Answer for the steps of one graph, in the same worlds; each formula is worked out once."""

    def __init__(self, graph: AttackGraph, worlds: WorldSet, side: Side) -> None:
        self.graph, self.worlds, self.side = graph, worlds, side
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

    def possible(self, scores: Mapping[int, StepScore]) -> dict[int, Bits]:
        """Return the worlds in which some steps are possible with some figures."""
        wanted: list[tuple[int, Bits, Drawn]] = []
        for step, score in scores.items():
            found, there = self.graph.steps[step], self.exists(step)
            technique = found.grounding.rule.technique if score.shared else None
            for threshold, part in self._thresholds(score):
                own = threshold
                if technique is not None and (common := score.shared * threshold) > 0:
                    own = (threshold - common) / (1 - common) if common < 1 else 1.0
                    wanted.append((step, there & part, (common, "technique", technique)))
                wanted.append((step, there & part, (own, "step", found.id)))
        possible = dict.fromkeys(scores, 0)
        drawn = self.worlds.below_each([draw for *_, draw in wanted])
        for (step, part, _), below in zip(wanted, drawn, strict=True):
            possible[step] |= below & part
        return possible

    def _thresholds(self, score: StepScore) -> Parts:
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


def _merged(parts: Iterable[tuple[float, Bits]]) -> Parts:
    """Return parts with each figure once, and none that is nowhere."""
    found: dict[float, Bits] = {}
    for figure, part in parts:
        if part:
            found[figure] = found.get(figure, 0) | part
    return list(found.items())
