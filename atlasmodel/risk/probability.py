"""What one adversary reaches in every world: each step is possible or not, and the fixed point says what follows.

The share of worlds that reach a goal estimates its probability: right on shared steps and on cycles, where multiplying
along a tree is not. Bounds come from the same numbers, with every unknown settled for one side.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.engine import Option
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.risk.proofs import shares_of_steps
from atlasmodel.risk.regions import Regions
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.sweep import EVERYWHERE, Order, Wire, Wiring, fired, ranks_of, settle, wiring_of
from atlasmodel.risk.what_if import shares_in
from atlasmodel.risk.worlds import Bits, Floats, Side, WorldSet


class Campaigns:
    """Hold what one adversary reaches in every world, for the part of the graph that matters to its goals.

    `side` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the attacker (`high`).
    What `others` on the same graph and worlds know is not worked out again: those of the same side have drawn and wired
    what is alike, another side of the same part has wired what is certain, and what those that can do no more have
    reached (see `contains`) is where these go on from.
    """

    def __init__(
        self,
        graph: AttackGraph,
        part: Reach,
        starts: Mapping[str, Formula],
        scores: Mapping[int, StepScore],
        worlds: WorldSet,
        *,
        side: Side = "point",
        others: Sequence[Campaigns] = (),
    ) -> None:
        self.graph, self.part, self.worlds, self.side, self._scores = graph, part, worlds, side, scores
        like = next((other for other in others if other.side == side), None)
        other_side = next((other for other in others if other.part is part), None)
        self.number: dict[str, int] = other_side.number if other_side else _numbered(part, like)
        self.clauses: dict[int, list[list[Wire]]] = {}
        self.gains: dict[int, list[Wire]] = {}
        self.wiring: dict[int, Wiring] = {}
        self._wire(like, other_side)
        self.start = [0] * len(self.number)
        for fact, formula in starts.items():
            if fact in self.number:
                self.start[self.number[fact]] = self._where(formula) & worlds.all
        known = {} if like is None else {step: like.possible[step] for step in like.alike(scores)}
        self.possible: dict[int, Bits] = {
            step: known[step] if step in known else self._possible(step, scores[step]) for step in self.clauses
        }
        self.reached = list(self.start)
        for other in others:
            if self.contains(other):
                for fact, number in other.number.items():
                    self.reached[self.number[fact]] |= other.reached[number]
        self._fired: dict[int, Bits] = {}
        settle(self.clauses, self.reached, self.possible, wiring=self.wiring, order=self.order, waiting=self.waiting)

    def share(self, fact: str) -> float:
        """Return the share of worlds in which a fact is reached."""
        return self.worlds.share(self.bits(fact))

    def bits(self, fact: str) -> Bits:
        """Return the worlds in which a fact is reached."""
        return self.reached[self.number[fact]] if fact in self.number else 0

    def what_if(self, scenarios: Sequence[Mapping[int, Bits]], facts: Sequence[str]) -> list[list[float]]:
        """Return, for each scenario, the shares of worlds in which some facts are reached.

        A scenario gives the worlds in which some steps are possible instead of today's (see `possible_with`). Only what
        depends on those steps is computed again.
        """
        return shares_in(self, scenarios, facts)

    def shares_of_steps(self, goals: Sequence[str], useless: Mapping[int, Collection[int]]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it.

        `useless[step]` are the facts that every proof of the step already needs: gaining them again proves nothing.
        """
        return shares_of_steps(self, goals, useless)

    def contains(self, other: Campaigns) -> bool:
        """Tell whether all that other campaigns on the same graph start with and can do, these can in the same worlds.

        The sides may differ: what is certain for `low` is drawn everywhere for `point`, and what is drawn for `point`
        is there for `high`. Then these reach whatever the others reach.
        """
        return (
            self.number.keys() >= other.number.keys()
            and self.possible.keys() >= other.possible.keys()
            and not any(other.start[number] & ~self.start[self.number[fact]] for fact, number in other.number.items())
            and not any(bits & ~self.possible[step] for step, bits in other.possible.items())
        )

    def alike(self, scores: Mapping[int, StepScore]) -> Iterator[int]:
        """Yield the steps that have the very same figures elsewhere."""
        return (step for step in self.possible if scores.get(step) is self._scores[step])

    def possible_with(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step would be possible with other figures: the same draw, another threshold."""
        return self._possible(step, score)

    @cached_property
    def gained_by(self) -> Mapping[int, list[int]]:
        """Return the steps that gain each fact."""
        gainers: dict[int, list[int]] = {}
        for step, gains in self.gains.items():
            for fact, _ in gains:
                gainers.setdefault(fact, []).append(step)
        return gainers

    @cached_property
    def waiting(self) -> Mapping[int, list[int]]:
        """Return the steps that each fact may help."""
        waiting: dict[int, list[int]] = {}
        for step, clauses in self.clauses.items():
            for fact in dict.fromkeys(fact for clause in clauses for fact, _ in clause):
                waiting.setdefault(fact, []).append(step)
        return waiting

    @cached_property
    def feeds(self) -> Mapping[int, Sequence[int]]:
        """Return the steps that each step may help."""
        return {
            step: tuple(dict.fromkeys(other for fact, _ in gains for other in self.waiting.get(fact, ())))
            for step, gains in self.gains.items()
        }

    @cached_property
    def ranks(self) -> Mapping[int, int]:
        """Return the steps' places in an order in which, cycles apart, each comes after those that feed it."""
        return ranks_of(self.feeds)

    @cached_property
    def order(self) -> Order:
        """Return the steps in the order in which a sweep from the start comes to them."""
        return Order(self.ranks)

    @cached_property
    def backward_order(self) -> Order:
        """Return the facts in the order of a sweep from the goals: first those that the last steps gain."""
        ranks = dict.fromkeys(self.number.values(), 1)
        for step, gains in self.gains.items():
            for fact, _ in gains:
                ranks[fact] = min(ranks[fact], -self.ranks[step])
        return Order(ranks)

    @cached_property
    def regions(self) -> Regions:
        """Return which steps may depend on which."""
        return Regions(self.feeds, self.ranks)

    def exists(self, step: int) -> Bits:
        """Return the worlds in which a step is there at all, likely or not."""
        return self._where(self.graph.steps[step].formula) & self.worlds.all

    def fired(self, step: int) -> Bits:
        """Return the worlds in which a step is made."""
        if step not in self._fired:
            self._fired[step] = fired(self.possible[step], self.wiring[step], self.reached)
        return self._fired[step]

    def _wire(self, like: Campaigns | None, other_side: Campaigns | None) -> None:
        """Connect the steps with their facts; what other campaigns have connected in the very same way is taken."""
        fresh = set() if like is None else self.number.keys() - like.number.keys()
        for step in sorted(self.part.steps):
            found = self.graph.steps[step]
            options = [option for clause in (*found.clauses, found.gains) for option in clause]
            source = None
            if like is not None and step in like.wiring and not (fresh and any(one.fact in fresh for one in options)):
                source = like
            elif other_side is not None and all(option.formula is YES or option.formula == YES for option in options):
                source = other_side
            if source is None:
                self.clauses[step] = [self._wired(clause) for clause in found.clauses]
                self.gains[step] = self._wired(found.gains)
                self.wiring[step] = wiring_of(self.clauses[step], self.gains[step])
            else:
                self.clauses[step], self.gains[step] = source.clauses[step], source.gains[step]
                self.wiring[step] = source.wiring[step]

    def _possible(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step exists and its draw lies below its probability."""
        threshold: float | Floats
        if self.side == "point":
            left: float | NDArray[np.float64] = 1.0
            for forms in score.prevents:
                left = left * (1 - self._share(forms))
            threshold = score.base * left if isinstance(left, float) else (score.base * left).astype(np.float32)
        else:
            threshold = score.probability(favour_attacker=self.side == "high")
        found = self.graph.steps[step]
        where = self._where(found.formula)
        if score.shared == 0 or found.grounding.rule.technique is None:
            return self.worlds.below(threshold, "step", found.id) & where
        common = score.shared * threshold
        own = threshold - common
        own = (
            np.divide(own, 1 - common, out=np.ones_like(own), where=common < 1)
            if isinstance(own, np.ndarray)
            else (own / (1 - common) if common < 1 else 1.0)
        )
        alike = self.worlds.below(common, "technique", found.grounding.rule.technique)
        return (alike | self.worlds.below(own, "step", found.id)) & where

    def _share(self, forms: Iterable[Weakening]) -> float | NDArray[np.float64]:
        """Return how much a control takes away, world by world where it is not known in which form it is there."""
        share: float | NDArray[np.float64] = 0.0
        for form in forms:  # the weakest first: a stronger one takes its place where it is there
            if form.formula == YES:
                share = form.share
            else:
                share = np.where(self.worlds.unpack(self.worlds.where(form.formula)), form.share, share)
        return share

    def _wired(self, options: Iterable[Option]) -> list[Wire]:
        wires = ((option.fact, self._where(option.formula)) for option in options if option.fact in self.number)
        return [(self.number[fact], mask) for fact, mask in wires if mask]

    @cached_property
    def _where(self) -> Callable[[Formula], Bits]:
        if self.side == "point":
            return lambda formula: EVERYWHERE if formula is YES or formula == YES else self.worlds.where(formula)
        favour = self.side == "high"
        return lambda formula: EVERYWHERE if formula is YES or bound(formula, favour=favour) else 0


def _numbered(part: Reach, like: Campaigns | None) -> dict[str, int]:
    """Return the numbers of the facts of a part: those of `like`, and one more for each that it lacks."""
    number = {} if like is None else dict(like.number)
    for fact in part.facts:
        number.setdefault(fact, len(number))
    return number
