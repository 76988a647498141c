"""The exact search: a master problem over all proofs seen so far, and an oracle that finds the proofs it overlooked.

First the master is solved in parts, which is quick and gives most of the bound; then with whole levers. Every plan is
evaluated on the full graph in all worlds, and the search ends where the best plan meets the bound or time is up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.planning import master
from atlasmodel.planning.exchange import improve
from atlasmodel.planning.greedy import best_greedy, branch_and_bound
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.master import Row, Task
from atlasmodel.planning.proof import Cut, Prover
from atlasmodel.planning.sample import Sample

Floats = NDArray[np.float64]
Progress = Callable[[str], None]
KEPT = 1500  # rows in the master; those that have long been slack go first
LIFTS = (0.5,)  # levers above count as taken when a cut is made
IN_PART = 6  # rounds with levers in part, at most; and no more than two for each with whole levers
COARSE = 0.25  # of the gap that is left: as near as the master is solved
EVEN, SELDOM = 0.05, 0.01  # how likely a lever is thought to be chosen before the first answer, and at least
PATIENCE = 2  # such rounds in which the bound hardly moves


@dataclass(frozen=True)
class Outcome:
    """Be a plan with what is known of the best: `value` is its objective, nothing allowed can lie below `bound`."""

    chosen: frozenset[int]
    value: float
    bound: float
    proven: bool
    method: str
    notes: tuple[str, ...] = ()
    rounds: int = 0


@dataclass
class Effort:
    """Bound the work of a search: rounds, and nodes in each, give the same answer on every machine; seconds do not.

    No rounds: as many as suit the size of the problem.
    """

    rounds: int = 16
    nodes: int = 3000
    seconds: float = math.inf
    progress: Progress | None = None
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.seconds - (time.monotonic() - self.started)

    def tell(self, text: str) -> None:
        """Say how far the search has come."""
        if self.progress is not None:
            self.progress(text)


class Search:
    """Look for the levers that leave the least risk."""

    def __init__(self, sample: Sample, limits: Limits, effort: Effort) -> None:
        self.sample, self.limits, self.effort = sample, limits, effort
        self.worth = np.array(sample.worth, dtype=float)
        self.grain = _grain(sample)
        self.provers: dict[int, Prover] = {}
        self.cuts: list[Cut] = []
        self.slack: list[int] = []
        self.core = np.full(sample.levers, EVEN)
        self.notes: list[str] = []
        self.best = limits.fixed
        self.value = sample.risk(self.best)
        self.bound = 0.0

    def run(self) -> Outcome:
        """Return the best plan that the effort allows, never worse than a greedy one."""
        if not self.limits.free:
            return Outcome(self.best, self.value, self.value, proven=True, method="nothing to choose")
        self.offer(best_greedy(self.sample.risks, self.limits))
        self.offer(improve(self.sample.risks, self.limits, self.best))
        self.bound = self.floor
        self.effort.tell(f"greedy and exchanges {self.value:.6g}, bound {self.bound:.6g}")
        if not master.available():
            return self._without_solver("scipy is not installed: `pip install atlasmodel[optimize]` proves more")
        start = self.best
        rounds = self._in_part() + self._whole()
        if self.best != start and not self._met():
            self.offer(improve(self.sample.risks, self.limits, self.best))
        if self.value - self.bound > self.tolerance and self._failed:
            return self._without_solver("the solver failed twice")
        proven = self.value - self.bound <= self.tolerance
        bound = self.value if proven else self.bound
        return Outcome(self.best, self.value, bound, proven, "milp with lazy proofs", tuple(self.notes), rounds)

    _failed = False

    @property
    def tolerance(self) -> float:
        """Return what no two different risks can differ by less than."""
        return 0.3 * self.grain

    @cached_property
    def floor(self) -> float:
        """Return what remains with all levers that may be chosen: nothing leaves less."""
        return self.sample.risk([*self.limits.fixed, *self.limits.free])

    def adopt(self, other: Search) -> None:
        """Take over the proofs of another search on the same sample; they hold where the same levers are closed."""
        self.provers, self.cuts, self.slack = other.provers, list(other.cuts), list(other.slack)

    def offer(self, chosen: Collection[int]) -> None:
        """Take a plan as the best so far if it keeps the limits and leaves less."""
        taken = frozenset(chosen)
        if self.limits.allow(taken):
            value = self.sample.risk(taken)
            if value < self.value - 1e-9:
                self.best, self.value = taken, value

    @cached_property
    def _lowest(self) -> Floats:
        everything = [*self.limits.fixed, *self.limits.free]
        return np.array(self.sample.shares([everything])[0])

    @cached_property
    def _highest(self) -> Floats:
        return np.array(self.sample.shares([self.limits.fixed])[0])

    @cached_property
    def task(self) -> Task:
        """Return the master problem without its rows."""
        # What an end has left lies between what all levers leave and what the fixed ones do.
        return Task(self.limits, self.worth, self._lowest, np.maximum(self._lowest, self._highest))

    def rows(self) -> list[Row]:
        """Return the cuts as rows of the master."""
        return [Row(((cut.end, 1.0),), cut.coefficients, cut.constant) for cut in self.cuts]

    def _in_part(self) -> int:
        """Solve the master with levers in part until the bound hardly rises."""
        self.cut(point(self.best, self.sample.levers))
        self.cut(point(self.limits.fixed, self.sample.levers))
        stale = rounds = 0
        while (
            rounds < min(IN_PART, 2 * self.effort.rounds)
            and stale < PATIENCE
            and self.effort.left() > 0
            and not self._met()
        ):
            rounds += 1
            answer = master.relax(self.task, self.rows())
            if answer is None:
                self.notes.append("the solver found no bound in part")
                break
            self._lean(answer.levers, 0.5)
            gained = self._raise(answer.bound)
            stale = 0 if gained > 2e-3 * max(self.value - self.bound, self.grain) else stale + 1
            for least in LIFTS:
                self.cut(answer.levers, taken=np.flatnonzero(answer.levers > least).tolist())
            self.cut(point(self._rounded(answer.levers), self.sample.levers))
            self.effort.tell(f"round {rounds}: {self.value:.6g}, bound {self.bound:.6g}")
        return rounds

    def _whole(self) -> int:
        """Solve the master with whole levers until the best plan meets the bound or time is up."""
        rounds = 0
        while not self._met() and rounds < self.effort.rounds and self.effort.left() > 0:
            rounds += 1
            # While proofs are still overlooked, a nearly best answer points to them as well as the best one.
            gap = COARSE * (self.value - self.bound) / max(self.value, self.grain)
            answer, said = master.decide(self.task, self.rows(), self.effort.nodes, self.effort.left(), gap)
            self.notes += [text for text in said if text not in self.notes]
            if answer is None:
                self._failed = self.effort.left() > 0
                break
            chosen = frozenset(np.flatnonzero(answer.levers > 0.5).tolist())
            self.offer(chosen)
            if answer.bound > self.value + self.tolerance:
                self.notes.append("the solver's bound contradicts a plan in hand; it was not used")
                self._failed = True
                break
            self._lean(answer.levers, 0.2)
            self._raise(answer.bound)
            self.effort.tell(f"whole {rounds}: {self.value:.6g}, bound {self.bound:.6g}")
            fresh = self.cut(answer.levers, answer.thetas)
            if not fresh and gap < self.tolerance / max(self.value, self.grain):
                break
        return rounds

    def _without_solver(self, why: str) -> Outcome:
        """Return the best plan by deciding lever by lever."""
        found = branch_and_bound(self.sample.risks, self.limits, self.best, self.effort.nodes)
        self.offer(found.chosen)
        bound = max(found.bound, self.bound if not self._failed else self.floor)
        proven = self.value - bound <= self.tolerance
        method = "branch and bound from a greedy start"
        return Outcome(self.best, self.value, self.value if proven else bound, proven, method, (*self.notes, why))

    def _lean(self, levers: Floats, part: float) -> None:
        """Move what is thought of each lever towards an answer of the master, some way."""
        self.core = (1 - part) * self.core + part * np.maximum(levers, SELDOM)

    def _met(self) -> bool:
        return self.value - self.bound <= self.tolerance

    def _raise(self, bound: float) -> float:
        gained = max(0.0, bound - self.bound)
        self.bound += gained
        return gained

    def cut(self, levers: Floats, thetas: Floats | None = None, taken: Collection[int] | None = None) -> int:
        """Add the cuts at some levers that say more than the master knows; return how many there are."""
        held = frozenset(np.flatnonzero(levers > 0.5).tolist() if taken is None else taken)
        fresh = 0
        for ground, ends in self._likeliest(held).items():
            if ground not in self.provers:
                self.provers[ground] = Prover(self.sample.grounds[ground], self.sample, self.limits.closed)
            self.provers[ground].core = self.core
            for cut in self.provers[ground].cuts(levers, ends, held):
                known = thetas[cut.end] if thetas is not None else self._known(cut.end, levers)
                if cut.at(levers) > known + 1e-7:
                    self.cuts.append(cut)
                    self.slack.append(0)
                    fresh += 1
        self._forget(levers)
        return fresh

    def _known(self, end: int, levers: Floats) -> float:
        return max((cut.at(levers) for cut in self.cuts if cut.end == end), default=float(self._lowest[end]))

    def _forget(self, levers: Floats) -> None:
        """Drop the cuts that have been slack for longest where there are too many."""
        heights: dict[int, float] = {}
        at = [cut.at(levers) for cut in self.cuts]
        for cut, height in zip(self.cuts, at, strict=True):
            heights[cut.end] = max(heights.get(cut.end, 0.0), height)
        for number, (cut, height) in enumerate(zip(self.cuts, at, strict=True)):
            self.slack[number] = self.slack[number] + 1 if height < heights[cut.end] - 1e-6 else 0
        if len(self.cuts) > KEPT:
            order = sorted(range(len(self.cuts)), key=lambda number: (self.slack[number], -number))[:KEPT]
            self.cuts = [self.cuts[number] for number in sorted(order)]
            self.slack = [self.slack[number] for number in sorted(order)]

    def _likeliest(self, chosen: Iterable[int]) -> Mapping[int, list[int]]:
        """Return for each adversary the ends that are likeliest for it under some levers."""
        taken = frozenset(chosen)
        rows = [ground.shares([taken], self.sample.worlds)[0] for ground in self.sample.grounds]
        found: dict[int, list[int]] = {}
        for end in range(len(self.worth)):
            share, ground = max(((row.get(end, 0.0), -number) for number, row in enumerate(rows)), default=(0.0, 0))
            if share > self._lowest[end]:
                found.setdefault(-ground, []).append(end)
        return found

    def _rounded(self, levers: Floats) -> frozenset[int]:
        """Return the plan that the levers in part suggest, and try it."""
        chosen = set(self.limits.fixed)
        for lever in sorted(self.limits.free, key=lambda lever: (-levers[lever], lever)):
            if levers[lever] > 1e-3 and self.limits.allow(chosen | {lever}):
                chosen.add(lever)
        self.offer(chosen)
        return frozenset(chosen)


def point(chosen: Collection[int], levers: int) -> Floats:
    """Return some levers as a vector of ones and zeros."""
    found = np.zeros(levers)
    found[sorted(chosen)] = 1.0
    return found


def _grain(sample: Sample) -> float:
    """Return the least amount by which two different risks differ: ends are worth whole numbers."""
    worths = [worth for worth in sample.worth if worth > 0]
    if not worths or any(worth != int(worth) for worth in worths):
        return 1e-6
    return float(np.gcd.reduce(np.array(worths, dtype=np.int64))) / sample.worlds


def find_plan(sample: Sample, limits: Limits, effort: Effort | None = None) -> Outcome:
    """Return the levers within the limits that leave the least risk."""
    return Search(sample, limits, effort or Effort()).run()
