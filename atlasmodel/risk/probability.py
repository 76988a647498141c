"""P(goal) by shared worlds: each step is possible or not in a world, and a world's fixed point says what is reached.

The share of worlds that reach a goal is its probability: right on shared steps and on cycles, where multiplying along a
tree is not. Bounds come from the same numbers, with every unknown settled for one side.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.engine import Option
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.worlds import Bits, Floats, Side, WorldSet

EVERYWHERE = -1  # as a mask: every bit is set, however many worlds there are
MOST_TOGETHER = 32  # scenarios side by side
ALIKE = 1.3  # how much larger than the larger part two parts together may be, to be worked on side by side
SPACE = 512 * 1024 * 1024  # bytes that worlds side by side may take
_BEFORE_ALL = (-(2**62), 0)
Facts = Mapping[int, Bits] | Sequence[Bits]
MutableFacts = MutableMapping[int, Bits] | list[Bits]
Wire = tuple[int, Bits]  # a fact, and the worlds in which the connection exists


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
        *,
        side: Side = "point",
    ) -> None:
        self.graph, self.part, self.worlds, self.side = graph, part, worlds, side
        self.number = {fact: index for index, fact in enumerate(part.facts)}
        self.clauses = {
            step: [self._wired(clause) for clause in graph.steps[step].clauses] for step in sorted(part.steps)
        }
        self.gains = {step: self._wired(graph.steps[step].gains) for step in self.clauses}
        self.start = [0] * len(self.number)
        for fact, formula in starts.items():
            if fact in self.number:
                self.start[self.number[fact]] = self._where(formula) & worlds.all
        self.possible: dict[int, Bits] = {step: self._possible(step, scores[step]) for step in self.clauses}
        self.reached = list(self.start)
        self._settle(self.clauses, self.reached, self.possible, self.clauses, self.gains)

    def share(self, fact: str) -> float:
        """Return the share of worlds in which a fact is reached."""
        return self.worlds.share(self.bits(fact))

    def bits(self, fact: str) -> Bits:
        """Return the worlds in which a fact is reached."""
        return self.reached[self.number[fact]] if fact in self.number else 0

    def what_if(self, scenarios: Sequence[Mapping[int, Bits]], facts: Sequence[str]) -> list[list[float]]:
        """Return, for each scenario, the shares of worlds in which some facts are reached.

        A scenario gives the worlds in which some steps are possible instead of today's (see `possible_with`). Only what
        depends on those steps is computed again. Scenarios that touch the same part of the graph are laid side by side
        as further worlds, so that many cost little more than one.
        """
        today = [self.share(fact) for fact in facts]
        place = {self.number[fact]: index for index, fact in enumerate(facts) if fact in self.number}
        results = [list(today) for _ in scenarios]
        touched: dict[int, set[int]] = {}
        for number, scenario in enumerate(scenarios):
            changed = [step for step, bits in scenario.items() if bits != self.possible[step]]
            if changed:
                touched[number] = self._downstream(changed)
        for some, affected in self._batches(touched):
            shares = self._side_by_side([scenarios[number] for number in some], affected, place.keys())
            for number, found in zip(some, shares, strict=True):
                for fact, share in found.items():
                    results[number][place[fact]] = share
        return results

    def _batches(self, touched: Mapping[int, set[int]]) -> list[tuple[list[int], set[int]]]:
        """Return what is laid side by side: numbers that touch much the same steps, as many as the space allows."""
        batches: list[tuple[list[int], set[int]]] = []
        for number, steps in touched.items():
            for members, region in batches:
                union = region | steps
                alike = len(union) <= ALIKE * max(len(region), len(steps))
                if alike and len(members) < self._together(2 * len(union)):
                    members.append(number)
                    region.update(steps)
                    break
            else:
                batches.append(([number], set(steps)))
        return batches

    def _downstream(self, steps: Iterable[int]) -> set[int]:
        """Return the steps whose outcome can depend on the given ones, those included."""
        found = set(steps)
        stack = list(found)
        seen: set[int] = set()
        while stack:
            for fact, _ in self.gains[stack.pop()]:
                if fact not in seen:
                    seen.add(fact)
                    fresh = [step for step in self.waiting.get(fact, ()) if step not in found]
                    found.update(fresh)
                    stack += fresh
        return found

    def _together(self, values: int) -> int:
        """Return how many copies of all worlds fit side by side, for that many values."""
        return max(1, min(MOST_TOGETHER, SPACE // (self.worlds.count // 8 * values + 1)))

    def _side_by_side(
        self, scenarios: Sequence[Mapping[int, Bits]], affected: Collection[int], facts: Collection[int]
    ) -> list[dict[int, float]]:
        """Return for each scenario the shares of those facts, by number, that the affected steps may change."""
        width = self.worlds.count
        wide = self._copier(len(scenarios))
        changed: dict[int, Bits] = {}
        for number, scenario in enumerate(scenarios):
            for step, bits in scenario.items():
                difference = self.possible[step] ^ bits
                if difference:
                    today = changed[step] if step in changed else wide(self.possible[step])
                    changed[step] = today ^ (difference << (width * number))
        loose = {fact for step in affected for fact, _ in self.gains[step]}
        steps = {step for fact in loose for step in self.gained_by[fact]}
        near = loose | {fact for step in steps for clause in self.clauses[step] for fact, _ in clause}
        reached = {fact: wide((self.start if fact in loose else self.reached)[fact]) for fact in near}
        possible = {step: changed[step] if step in changed else wide(self.possible[step]) for step in steps}
        clauses = {step: [_widened(clause, wide) for clause in self.clauses[step]] for step in steps}
        gains = {step: _widened([wire for wire in self.gains[step] if wire[0] in loose], wide) for step in steps}
        self._settle(steps, reached, possible, clauses, gains)
        asked = sorted(loose.intersection(facts))
        return [
            {fact: self.worlds.share((reached[fact] >> (width * number)) & self.worlds.all) for fact in asked}
            for number in range(len(scenarios))
        ]

    def possible_with(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step would be possible with other figures: the same draw, another threshold."""
        return self._possible(step, score)

    def _copier(self, count: int) -> Callable[[Bits], Bits]:
        """Return what lays copies of some bits side by side; repeating bytes is far cheaper than multiplying."""
        size = self.worlds.count // 8
        full = (1 << (self.worlds.count * count)) - 1

        def wide(bits: Bits) -> Bits:
            if bits in (0, EVERYWHERE):
                return bits
            return full if bits == self.worlds.all else int.from_bytes(bits.to_bytes(size, "little") * count, "little")

        return cache(wide)

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

    def shares_of_steps(self, goals: Sequence[str], useless: Mapping[int, Collection[int]]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it.

        Backward sweeps, several goals side by side. `useless[step]` are the facts that every proof of the step already
        needs: gaining them again proves nothing.
        """
        touched = {number: self._upstream(goal) for number, goal in enumerate(goals)}
        results: list[dict[int, float]] = [{} for _ in goals]
        for some, _ in self._batches(touched):
            found = self._proofs([goals[number] for number in some], useless)
            for number, shares in zip(some, found, strict=True):
                results[number] = shares
        return results

    def _upstream(self, goal: str) -> set[int]:
        """Return the steps from which a goal may be reached."""
        found: set[int] = set()
        stack = [self.number[goal]] if goal in self.number else []
        seen = set(stack)
        while stack:
            for step in self.gained_by.get(stack.pop(), ()):
                if step not in found:
                    found.add(step)
                    fresh = {fact for clause in self.clauses[step] for fact, _ in clause} - seen
                    seen |= fresh
                    stack += fresh
        return found

    def _proofs(self, goals: Sequence[str], useless: Mapping[int, Collection[int]]) -> list[dict[int, float]]:
        width = self.worlds.count
        wide = self._copier(len(goals))
        needed: dict[int, Bits] = {}
        for number, goal in enumerate(goals):
            if goal in self.number:
                fact = self.number[goal]
                needed[fact] = needed.get(fact, 0) | (self.reached[fact] << (width * number))
        fired: dict[int, Bits] = {}
        on_proof: dict[int, Bits] = {}
        queue = _Queue({fact: -rank for fact, rank in self._fact_ranks.items()}, needed)
        for fact in queue:
            for step in self.gained_by.get(fact, ()):
                if fact in useless.get(step, ()):
                    continue
                if step not in fired:
                    fired[step] = wide(_fired(self.possible[step], self.clauses[step], self.reached))
                gain = next(mask for other, mask in self.gains[step] if other == fact)
                before = on_proof.get(step, 0)
                after = before | (fired[step] & needed[fact] & wide(gain))
                if after == before:
                    continue
                on_proof[step] = after
                for other, mask in (wire for clause in self.clauses[step] for wire in clause):
                    old = needed.get(other, 0)
                    new = old | (after & wide(self.reached[other]) & wide(mask))
                    if new != old:
                        needed[other] = new
                        queue.add(other)
        shares: list[dict[int, float]] = [{} for _ in goals]
        for step, bits in on_proof.items():
            for number, found in enumerate(shares):
                part = (bits >> (width * number)) & self.worlds.all
                if part:
                    found[step] = self.worlds.share(part)
        return shares

    def _settle(
        self,
        steps: Iterable[int],
        reached: MutableFacts,
        possible: Mapping[int, Bits],
        clauses: Mapping[int, list[list[Wire]]],
        gains: Mapping[int, list[Wire]],
    ) -> None:
        """Fire steps, those nearer to the start first, until nothing changes."""
        queue = _Queue(self._ranks, steps)
        for step in queue:
            bits = _fired(possible[step], clauses[step], reached)
            if not bits:
                continue
            for fact, mask in gains[step]:
                before = reached[fact]
                after = before | (bits & mask)
                if after != before:
                    reached[fact] = after
                    for waiting in self.waiting.get(fact, ()):
                        if waiting in clauses:
                            queue.add(waiting)

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
            left: float | NDArray[np.float64] = 1.0
            for forms in score.prevents:
                left = left * (1 - self._share(forms))
            threshold = score.base * left if isinstance(left, float) else (score.base * left).astype(np.float32)
        else:
            threshold = score.probability(favour_attacker=self.side == "high")
        found = self.graph.steps[step]
        return self.worlds.below(threshold, "step", found.id) & self._where(found.formula)

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
            return lambda formula: EVERYWHERE if formula == YES else self.worlds.where(formula)
        favour = self.side == "high"
        return lambda formula: EVERYWHERE if bound(formula, favour=favour) else 0


def _fired(possible: Bits, clauses: Iterable[Iterable[Wire]], reached: Facts) -> Bits:
    """Return the worlds in which a step is possible and every clause is met."""
    for clause in clauses:
        met = 0
        for fact, mask in clause:
            met |= reached[fact] & mask
        possible &= met
        if not possible:
            return 0
    return possible


def _widened(wires: list[Wire], wide: Callable[[Bits], Bits]) -> list[Wire]:
    """Return wires for worlds laid side by side; those that exist everywhere stay as they are."""
    if all(mask == EVERYWHERE for _, mask in wires):
        return wires
    return [(fact, wide(mask)) for fact, mask in wires]


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
