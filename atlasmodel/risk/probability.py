"""P(goal) by shared worlds: each step is possible or not in a world, and a world's fixed point says what is reached.

The share of worlds that reach a goal is its probability: right on shared steps and on cycles, where multiplying along a
tree is not. Bounds come from the same numbers, with every unknown settled for one side.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.engine import Option
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.worlds import Bits, Floats, WorldSet

Side = Literal["point", "low", "high"]
_BEFORE_ALL = (-(2**62), 0)
Wire = tuple[int, Bits]  # a fact, and the worlds in which the connection exists


@dataclass(frozen=True)
class Estimate:
    """Be a probability with its bounds and its error."""

    low: float
    point: float
    high: float
    method: str
    standard_error: float | None


class Campaigns:
    """Hold what one adversary reaches in every world, for the part of the graph that matters to its goals.

    `side` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the attacker (`high`).
    """

    def __init__(
        self,
        graph: AttackGraph,
        part: Reach,
        starts: Mapping[str, Formula],
        scores: Mapping[int, StepScore],
        worlds: WorldSet,
        side: Side = "point",
    ) -> None:
        self.graph, self.worlds, self.side = graph, worlds, side
        self.number = {fact: index for index, fact in enumerate(part.facts)}
        self.clauses = {
            step: [self._wired(clause) for clause in graph.steps[step].clauses] for step in sorted(part.steps)
        }
        self.gains = {step: self._wired(graph.steps[step].gains) for step in self.clauses}
        self.start = [0] * len(self.number)
        for fact, formula in starts.items():
            if fact in self.number:
                self.start[self.number[fact]] = self._where(formula)
        self.possible: dict[int, Bits] = {step: self._possible(step, scores[step]) for step in self.clauses}
        self.reached = list(self.start)
        self._settle(self.clauses, self.reached, self.possible)

    def share(self, fact: str, reached: Sequence[Bits] | None = None) -> float:
        """Return the share of worlds in which a fact is reached, today or in a result of a what-if."""
        if fact not in self.number:
            return 0.0
        return self.worlds.share((self.reached if reached is None else reached)[self.number[fact]])

    def bits(self, fact: str) -> Bits:
        """Return the worlds in which a fact is reached."""
        return self.reached[self.number[fact]] if fact in self.number else 0

    def without(self, steps: Iterable[int]) -> list[Bits]:
        """Return what is reached when some steps are taken away, by number of the fact."""
        return self._again({step: 0 for step in steps if step in self.possible})

    def with_scores(self, scores: Mapping[int, StepScore]) -> list[Bits]:
        """Return what is reached when some steps have other figures: the same draws against other thresholds."""
        return self._again(
            {step: self._possible(step, score) for step, score in scores.items() if step in self.possible}
        )

    def _again(self, changed: Mapping[int, Bits]) -> list[Bits]:
        """Recompute only what depends on the changed steps; all else keeps its value."""
        changed = {step: bits for step, bits in changed.items() if bits != self.possible[step]}
        if not changed:
            return self.reached
        affected = self.graph.downstream(changed, self.possible.keys())
        reached = list(self.reached)
        loose = {fact for step in affected for fact, _ in self.gains[step]}
        for fact in loose:
            reached[fact] = self.start[fact]
        suppliers = {step for fact in loose for step in self.gained_by[fact]}
        self._settle(suppliers, reached, {**self.possible, **changed})
        return reached

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

    def shares_of_steps(self, goal: str, useless: Mapping[int, Collection[int]]) -> dict[int, Bits]:
        """Return, for every step, the worlds in which the goal is reached and the step lies on some proof of it.

        One backward sweep. `useless[step]` are the facts that every proof of the step already needs: gaining them again
        proves nothing.
        """
        if goal not in self.number:
            return {}
        needed: dict[int, Bits] = {self.number[goal]: self.reached[self.number[goal]]}
        on_proof: dict[int, Bits] = {}
        queue = _Queue({fact: -rank for fact, rank in self._fact_ranks.items()}, needed)
        for fact in queue:
            for step in self.gained_by.get(fact, ()):
                if fact in useless.get(step, ()):
                    continue
                gain = next(mask for other, mask in self.gains[step] if other == fact)
                before = on_proof.get(step, 0)
                after = before | (self._fired(step, self.reached, self.possible) & needed[fact] & gain)
                if after == before:
                    continue
                on_proof[step] = after
                for other, mask in (wire for clause in self.clauses[step] for wire in clause):
                    old = needed.get(other, 0)
                    new = old | (after & self.reached[other] & mask)
                    if new != old:
                        needed[other] = new
                        queue.add(other)
        return on_proof

    def _settle(self, steps: Iterable[int], reached: list[Bits], possible: Mapping[int, Bits]) -> None:
        """Fire steps, those nearer to the start first, until nothing changes."""
        queue = _Queue(self._ranks, steps)
        for step in queue:
            bits = self._fired(step, reached, possible)
            if not bits:
                continue
            for fact, mask in self.gains[step]:
                before = reached[fact]
                after = before | (bits & mask)
                if after != before:
                    reached[fact] = after
                    for waiting in self.waiting.get(fact, ()):
                        queue.add(waiting)

    def _fired(self, step: int, reached: Sequence[Bits], possible: Mapping[int, Bits]) -> Bits:
        bits = possible[step]
        for clause in self.clauses[step]:
            met = 0
            for fact, mask in clause:
                met |= reached[fact] & mask
            bits &= met
            if not bits:
                return 0
        return bits

    @cached_property
    def _ranks(self) -> Mapping[int, int]:
        """Return the steps' places in an order in which, cycles apart, each comes after those that feed it."""
        seen: set[int] = set()
        finished: list[int] = []
        for root in self.clauses:
            if root in seen:
                continue
            seen.add(root)
            stack = [(root, self._fed_by(root))]
            while stack:
                step, following = stack[-1]
                child = next((other for other in following if other not in seen), None)
                if child is None:
                    stack.pop()
                    finished.append(step)
                else:
                    seen.add(child)
                    stack.append((child, self._fed_by(child)))
        return {step: rank for rank, step in enumerate(reversed(finished))}

    def _fed_by(self, step: int) -> Iterator[int]:
        return (other for fact, _ in self.gains[step] for other in self.waiting.get(fact, ()))

    @cached_property
    def _fact_ranks(self) -> Mapping[int, int]:
        """Return for each fact the rank of the last step that gains it."""
        ranks = dict.fromkeys(self.number.values(), -1)
        for step, gains in self.gains.items():
            for fact, _ in gains:
                ranks[fact] = max(ranks[fact], self._ranks[step])
        return ranks

    def _possible(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step exists and its draw lies below its probability."""
        threshold: float | Floats
        if self.side == "point":
            threshold = score.base
            for weakening in score.prevents:
                if weakening.formula == YES:
                    threshold = threshold * (1 - weakening.share)
                else:
                    there = self.worlds.unpack(self.worlds.where(weakening.formula))
                    threshold = (threshold * np.where(there, 1 - weakening.share, 1.0)).astype(np.float32)
        else:
            threshold = score.probability(favour_attacker=self.side == "high")
        found = self.graph.steps[step]
        return self.worlds.below(threshold, "step", found.id) & self._where(found.formula)

    def _wired(self, options: Iterable[Option]) -> list[Wire]:
        wires = ((option.fact, self._where(option.formula)) for option in options if option.fact in self.number)
        return [(self.number[fact], mask) for fact, mask in wires if mask]

    @cached_property
    def _where(self) -> Callable[[Formula], Bits]:
        everywhere = self.worlds.all
        if self.side == "point":
            return lambda formula: everywhere if formula == YES else self.worlds.where(formula)
        favour = self.side == "high"
        return lambda formula: everywhere if bound(formula, favour=favour) else 0


class _Queue:
    """Hand out items in sweeps by rank, each once until it is added again; items may be added while it is read.

    What is added behind the sweep waits for the next one: on cycles that takes far fewer rounds than starting over.
    """

    def __init__(self, ranks: Mapping[int, int], items: Iterable[int]) -> None:
        self._ranks = ranks
        self._queued = set(items)
        self._sweep = [(ranks[item], item) for item in self._queued]
        self._next: list[tuple[int, int]] = []
        self._at = _BEFORE_ALL
        heapq.heapify(self._sweep)

    def add(self, item: int) -> None:
        if item not in self._queued:
            self._queued.add(item)
            place = (self._ranks[item], item)
            if place > self._at:
                heapq.heappush(self._sweep, place)
            else:
                self._next.append(place)

    def __iter__(self) -> Iterator[int]:
        while self._sweep:
            self._at = heapq.heappop(self._sweep)
            self._queued.discard(self._at[1])
            yield self._at[1]
            if not self._sweep:
                self._sweep, self._next = self._next, []
                self._at = _BEFORE_ALL if self._sweep else self._at
                heapq.heapify(self._sweep)
