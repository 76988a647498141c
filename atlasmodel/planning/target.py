"""The cheapest plan that reaches a risk: the same proofs and the same check, with the price as what is least."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from atlasmodel.errors import InputError, Problem
from atlasmodel.planning import master
from atlasmodel.planning.greedy import greedy
from atlasmodel.planning.limits import Limit, Limits
from atlasmodel.planning.master import Task
from atlasmodel.planning.sample import Sample
from atlasmodel.planning.search import Effort, Outcome, Search, point

CENT = 1e-6


class Cheapest(Search):
    """Look for the levers of least price that leave no more than a target."""

    def __init__(self, sample: Sample, limits: Limits, prices: Sequence[float], target: float, effort: Effort) -> None:
        super().__init__(sample, limits, effort)
        self.prices, self.target = np.array(prices, dtype=float), target
        self.price = float("inf")

    def run(self) -> Outcome:
        """Return the cheapest plan found, with a price none can undercut; raise InputError where there is none."""
        if self.floor > self.target + self.tolerance:
            raise InputError(_unreachable(self.target, self.floor))
        self.offer(self.limits.fixed)
        self.repair(self.limits.fixed)
        self.bound = self._price(self.limits.fixed)
        rounds = 0
        if master.available():
            rounds = self._decide()
        else:
            self.notes.append("scipy is not installed: the price is that of a greedy plan")
        if self.price == float("inf"):
            raise InputError(_unreachable(self.target, None))
        bound = min(self.bound, self.price)
        proven = self.price - bound <= CENT * max(1.0, self.price)
        method = "milp with lazy proofs" if master.available() else "greedy"
        return Outcome(self.best, self.price, bound, proven, method, tuple(self.notes), rounds)

    def offer(self, chosen: Collection[int]) -> None:
        """Take a plan as the best so far if it keeps the limits, reaches the target and costs less."""
        taken = frozenset(chosen)
        if not self.limits.allow(taken) or self.sample.risk(taken) > self.target + self.tolerance:
            return
        if self._price(taken) < self.price - CENT:
            self.best, self.price = taken, self._price(taken)

    def repair(self, chosen: Collection[int]) -> None:
        """Add what helps most for its price until the target is reached, then take out what is not needed."""
        priced = Limit("price", tuple(self.prices.tolist()), max(1.0, float(self.prices.sum())))
        limits = Limits(self.limits.levers, (*self.limits.rows, priced), self.limits.fixed, self.limits.closed)
        full = greedy(self.sample.risks, limits, chosen, enough=self.target + self.tolerance)
        if self.sample.risk(full) > self.target + self.tolerance:
            return
        kept = full
        for lever in sorted(full - self.limits.fixed, key=lambda lever: (-self.prices[lever], lever)):
            if self.sample.risk(kept - {lever}) <= self.target + self.tolerance:
                kept -= {lever}
        self.offer(kept)

    def _decide(self) -> int:
        self.cut(point(self.limits.fixed, self.sample.levers))
        if self.price < float("inf"):
            self.cut(point(self.best, self.sample.levers))
        rounds = 0
        while self.price - self.bound > CENT * max(1.0, self.bound) and rounds < 4 * self.effort.rounds:
            if self.effort.left() <= 0:
                break
            rounds += 1
            answer, said = master.decide(self._task, self.rows(), self.effort.nodes, self.effort.left())
            self.notes += [text for text in said if text not in self.notes]
            if answer is None:
                break
            if answer.bound > self.price + CENT * max(1.0, self.price):
                self.notes.append("the solver's bound contradicts a plan in hand; it was not used")
                break
            self._raise(answer.bound)
            chosen = frozenset(np.flatnonzero(answer.levers > 0.5).tolist())
            self.offer(chosen)
            self.repair(chosen)
            self.effort.tell(f"round {rounds}: {self.price:.6g}, bound {self.bound:.6g}")
            if not self.cut(answer.levers, answer.thetas) and answer.complete:
                break
        return rounds

    @property
    def _task(self) -> Task:
        plain = self.task
        return Task(self.limits, plain.worth, plain.lowest, plain.highest, self.prices, self.target + self.tolerance)

    def _price(self, chosen: Collection[int]) -> float:
        return float(sum(self.prices[lever] for lever in sorted(chosen)))


def _unreachable(target: float, floor: float | None) -> Problem:
    if floor is None:
        message = f"no plan was found within the limits that leaves at most {target:g}"
        return Problem("AM165", message, hint="raise the limits or the target")
    message = f"no plan leaves at most {target:g}: all measures that may be taken leave {floor:.4g}"
    return Problem("AM165", message, hint="raise the target, or allow what is forbidden")


def find_cheapest(
    sample: Sample, limits: Limits, prices: Sequence[float], target: float, effort: Effort | None = None
) -> Outcome:
    """Return the cheapest levers within the limits that leave at most a risk; value and bound are prices."""
    return Cheapest(sample, limits, prices, target, effort or Effort()).run()
