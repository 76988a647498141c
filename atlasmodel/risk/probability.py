"""P(goal) by shared worlds: each step is possible or not in a world, and a world's fixed point says what is reached.

The share of worlds that reach a goal is its probability: right on shared steps and on cycles, where multiplying along a
tree is not. Bounds come from the same numbers, with every unknown settled for one side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.worlds import Bits, WorldSet

Mask = Bits | None  # None: holds in every world


@dataclass(frozen=True)
class Estimate:
    """Be a probability with its bounds and its error."""

    low: float
    point: float
    high: float
    method: str
    standard_error: float | None


class Campaigns:
    """Hold what one adversary reaches in every world, for the part of the graph that matters to its goals."""

    def __init__(
        self,
        graph: AttackGraph,
        part: Reach,
        starts: Mapping[str, Formula],
        scores: Mapping[int, StepScore],
        worlds: WorldSet,
        side: str = "point",
    ) -> None:
        self.graph, self.part, self.worlds, self.side = graph, part, worlds, side
        self.scores = dict(scores)
        self._mask: Callable[[Formula], Mask] = self._mask_of(side)
        self.number = {fact: index for index, fact in enumerate(part.facts)}
        self.order = sorted(part.steps, key=lambda step: (part.steps[step], step))
        self._clauses = {step: self._wired_clauses(step) for step in self.order}
        self._gains = {step: self._wired(graph.steps[step].gains) for step in self.order}
        self._waiting: dict[int, list[int]] = {}
        for step in self.order:
            for clause in self._clauses[step]:
                for fact, _ in clause:
                    self._waiting.setdefault(fact, []).append(step)
        self._start = np.zeros((len(self.number), worlds.count // 64), dtype=np.uint64)
        for name, formula in starts.items():
            if name in self.number:
                mask = self._mask(formula)
                self._start[self.number[name]] = worlds.all if mask is None else mask
        self._exists = {step: self._mask(graph.steps[step].formula) for step in self.order}
        self.possible: dict[int, Bits] = {step: self._possible(step, self.scores[step]) for step in self.order}
        self.reached = self._start.copy()
        self._settle(self.order, self.reached, self.possible)

    def share(self, fact: str, reached: Bits | None = None) -> float:
        """Return the share of worlds in which a fact is reached."""
        if fact not in self.number:
            return 0.0
        source = self.reached if reached is None else reached
        return self.worlds.share(source[self.number[fact]])

    def bits(self, fact: str) -> Bits:
        """Return the worlds in which a fact is reached."""
        return self.reached[self.number[fact]] if fact in self.number else self.worlds.none

    def without(self, steps: Iterable[int]) -> Bits:
        """Return what is reached when some steps are taken away."""
        return self._again({step: self.worlds.none for step in steps if step in self.possible})

    def with_scores(self, scores: Mapping[int, StepScore]) -> Bits:
        """Return what is reached when some steps have other figures: the same draws against other thresholds."""
        return self._again(
            {step: self._possible(step, score) for step, score in scores.items() if step in self.possible}
        )

    def _again(self, changed: Mapping[int, Bits]) -> Bits:
        """Recompute only what depends on the changed steps; all else keeps its value."""
        if not changed:
            return self.reached
        affected = self.graph.downstream(changed, self.possible.keys())
        reached = self.reached.copy()
        loose = {fact for step in affected for fact, _ in self._gains[step]}
        for fact in loose:
            reached[fact] = self._start[fact]
        suppliers = {step for fact in loose for step in self._gainers[fact]}
        order = sorted(suppliers, key=lambda step: (self.part.steps[step], step))
        self._settle(order, reached, {**self.possible, **changed})
        return reached

    @property
    def _gainers(self) -> Mapping[int, list[int]]:
        if not hasattr(self, "_gainers_cache"):
            gainers: dict[int, list[int]] = {}
            for step in self.order:
                for fact, _ in self._gains[step]:
                    gainers.setdefault(fact, []).append(step)
            self._gainers_cache = gainers
        return self._gainers_cache

    def shares_of_steps(self, goal: str, useless: Mapping[int, Collection[int]]) -> dict[int, Bits]:
        """Return, for every step, the worlds in which the goal is reached and the step lies on some proof of it.

        One backward sweep. `useless[step]` are the facts that every proof of the step already needs: gaining them again
        proves nothing.
        """
        if goal not in self.number:
            return {}
        needed: dict[int, Bits] = {self.number[goal]: self.reached[self.number[goal]]}
        on_proof: dict[int, Bits] = {}
        queue = deque(needed)
        queued = set(needed)
        while queue:
            fact = queue.popleft()
            queued.discard(fact)
            wanted = needed[fact]
            for step in self._gainers.get(fact, ()):
                if fact in useless.get(step, ()):
                    continue
                gain = next(mask for other, mask in self._gains[step] if other == fact)
                bits = self._fired(step, self.reached, self.possible) & wanted
                if gain is not None:
                    bits = bits & gain
                before = on_proof.get(step, self.worlds.none)
                after = before | bits
                if np.array_equal(before, after):
                    continue
                on_proof[step] = after
                for clause in self._clauses[step]:
                    for other, mask in clause:
                        need = after & self.reached[other]
                        if mask is not None:
                            need = need & mask
                        old = needed.get(other, self.worlds.none)
                        new = old | need
                        if not np.array_equal(old, new):
                            needed[other] = new
                            if other not in queued:
                                queued.add(other)
                                queue.append(other)
        return on_proof

    def _settle(self, order: Sequence[int], reached: Bits, possible: Mapping[int, Bits]) -> None:
        """Fire steps until nothing changes."""
        queue = deque(order)
        queued = set(order)
        while queue:
            step = queue.popleft()
            queued.discard(step)
            bits = self._fired(step, reached, possible)
            if not bits.any():
                continue
            for fact, mask in self._gains[step]:
                gained = reached[fact] | (bits if mask is None else bits & mask)
                if not np.array_equal(gained, reached[fact]):
                    reached[fact] = gained
                    for waiting in self._waiting.get(fact, ()):
                        if waiting not in queued:
                            queued.add(waiting)
                            queue.append(waiting)

    def _fired(self, step: int, reached: Bits, possible: Mapping[int, Bits]) -> Bits:
        bits = possible[step]
        for clause in self._clauses[step]:
            met: Bits | None = None
            for fact, mask in clause:
                option = reached[fact] if mask is None else reached[fact] & mask
                met = option if met is None else met | option
            if met is None:
                return self.worlds.none
            bits = bits & met
        return bits

    def _possible(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step exists and its draw lies below its probability."""
        key = self.graph.steps[step].id
        if self.side == "point":
            threshold: float | np.ndarray = score.base
            for weakening in score.prevents:
                if weakening.formula == YES:
                    threshold = threshold * (1 - weakening.share)
                else:
                    there = self.worlds.unpack(self.worlds.where(weakening.formula))
                    threshold = threshold * np.where(there, 1 - weakening.share, 1.0)
        else:
            threshold = score.probability(favour_attacker=self.side == "high")
        drawn = self.worlds.below(
            threshold if isinstance(threshold, float) else threshold.astype(np.float32), "step", key
        )
        exists = self._exists[step]
        return drawn if exists is None else drawn & exists

    def _wired_clauses(self, step: int) -> list[list[tuple[int, Mask]]]:
        return [self._wired(clause) for clause in self.graph.steps[step].clauses]

    def _wired(self, options: Iterable[object]) -> list[tuple[int, Mask]]:
        wired = []
        for option in options:
            fact, formula = option.fact, option.formula  # type: ignore[attr-defined]
            if fact in self.number:
                mask = self._mask(formula)
                if mask is None or mask.any():
                    wired.append((self.number[fact], mask))
        return wired

    def _mask_of(self, side: str) -> Callable[[Formula], Mask]:
        if side == "point":
            return lambda formula: None if formula == YES else self.worlds.where(formula)
        favour = side == "high"
        return lambda formula: None if bound(formula, favour=favour) else self.worlds.none


def useless_gains(campaigns: Campaigns) -> dict[int, set[int]]:
    """Return, for each step that lies on a cycle, the facts on that cycle that every proof of the step needs.

    Two steps that grant each other's requirement must not both count as used for a goal that needs only one of them.
    Outside cycles no step can need what it gains. Facts of a cycle are numbered as bits of one integer.
    """
    graph = nx.DiGraph()
    for step in campaigns.order:
        for clause in campaigns._clauses[step]:
            graph.add_edges_from((("f", fact), ("s", step)) for fact, _ in clause)
        graph.add_edges_from((("s", step), ("f", fact)) for fact, _ in campaigns._gains[step])
    useless: dict[int, set[int]] = {}
    for part in nx.strongly_connected_components(graph):
        if len(part) > 1:
            useless |= _needed_on_cycle(
                campaigns, sorted(n for kind, n in part if kind == "f"), sorted(n for kind, n in part if kind == "s")
            )
    return useless


def _needed_on_cycle(campaigns: Campaigns, facts: list[int], steps: list[int]) -> dict[int, set[int]]:
    """Return the greatest solution of: a fact needs itself and what all ways to it need; a step, what each clause needs."""
    bit = {fact: 1 << position for position, fact in enumerate(facts)}
    everything = (1 << len(facts)) - 1
    needs_fact = dict.fromkeys(facts, everything)
    needs_step = dict.fromkeys(steps, everything)
    changed = True
    while changed:
        changed = False
        for step in steps:
            need = 0
            for clause in campaigns._clauses[step]:
                common = everything
                for fact, _ in clause:
                    common &= needs_fact.get(fact, 0)
                need |= common
            changed |= need != needs_step[step]
            needs_step[step] = need
        for fact in facts:
            common = 0 if campaigns._start[fact].any() else everything
            for step in campaigns._gainers.get(fact, ()):
                common &= needs_step.get(step, 0)
            changed |= (common | bit[fact]) != needs_fact[fact]
            needs_fact[fact] = common | bit[fact]
    return {step: {fact for fact in facts if needs_step[step] & bit[fact]} for step in steps}
