"""Make the strongest remaining attack as weak as can be: a master over the attacks seen, and an oracle for more.

In logarithms a control adds to the weight of every attack that uses a step it acts on, so each attack seen is one row:
the weight of the weakest point is at most the attack's own weight and what the levers add to it. A control counts once
for a step, wherever it stands.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from atlasmodel.planning import master
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.master import Row, Task
from atlasmodel.planning.search import Effort, Outcome, point

Floats = NDArray[np.float64]
FARTHEST = 700.0  # a weight beyond which an attack does not count: exp(-700) is the smallest number there is
CLOSE = 1e-6
ROUNDS_IN_PART = 200
STALE = 3
FEW = 5  # attacks that the greedy start looks at, each time


@dataclass(frozen=True)
class Attack:
    """Be one attack: its weight without any lever, and what each group of levers adds once one of them is chosen."""

    weight: float
    adds: Mapping[frozenset[int], float]

    def at(self, levers: Floats) -> float:
        """Return the weight under some levers, whole or in part."""
        return self.weight + sum(
            amount * min(1.0, float(levers[sorted(group)].sum())) for group, amount in self.adds.items()
        )


class Oracle(Protocol):
    """Find the strongest attacks under some levers, whole or in part."""

    def strongest(self, levers: Floats, count: int) -> tuple[list[Attack], float]:
        """Return the lightest attacks known, and a weight that none undercuts."""


@dataclass
class Hardening:
    """Look for the levers under which the lightest attack weighs most."""

    oracle: Oracle
    limits: Limits
    effort: Effort
    count: int = 60
    attacks: dict[tuple[float, tuple[tuple[frozenset[int], float], ...]], Attack] = field(default_factory=dict)
    groups: dict[frozenset[int], int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.best = self.limits.fixed
        self.certain = self.value = self.offer(self.best)
        self.bound = math.inf

    def offer(self, chosen: Collection[int]) -> float:
        """Return the weight no attack undercuts under a plan, and keep the plan if that is the most so far."""
        taken = frozenset(chosen)
        found, sure = self.look(point(taken, self.limits.levers))
        weight = min([sure, *(attack.at(point(taken, self.limits.levers)) for attack in found)])
        if self.limits.allow(taken) and (not hasattr(self, "value") or weight > self.value + 1e-12):
            self.best, self.value = taken, weight
        return weight

    def look(self, levers: Floats) -> tuple[list[Attack], float]:
        """Ask the oracle and remember the attacks it finds."""
        found, sure = self.oracle.strongest(levers, self.count)
        for attack in found:
            key = (attack.weight, tuple(sorted(attack.adds.items(), key=lambda item: sorted(item[0]))))
            self.attacks.setdefault(key, attack)
            for group in attack.adds:
                if len(group) > 1:
                    self.groups.setdefault(group, len(self.groups))
        return found, sure

    def greedy(self) -> None:
        """Take the lever that adds most to the lightest attacks, by what it takes, until nothing fits."""
        chosen = set(self.limits.fixed)
        while self.effort.left() > 0:
            here = point(chosen, self.limits.levers)
            found, _ = self.oracle.strongest(here, FEW)
            if not found:
                break
            lightest = min(attack.at(here) for attack in found)
            near = [attack for attack in found if attack.at(here) <= lightest + 0.05]
            gains: dict[int, float] = {}
            for attack in near:
                for group, amount in attack.adds.items():
                    if not group & chosen:
                        for lever in group:
                            gains[lever] = gains.get(lever, 0.0) + amount
            fitting = [lever for lever in gains if self.limits.allow(chosen | {lever})]
            if not fitting:
                break
            burden = self.limits.burden
            chosen.add(max(fitting, key=lambda lever: (gains[lever] / max(burden(lever), 1e-9), -lever)))
        self.offer(chosen)

    def run(self) -> Outcome:
        """Return the plan under which the lightest attack weighs most, with a weight that none can exceed."""
        self.greedy()
        self.effort.tell(f"greedy {self.value:.6g}")
        rounds = 0
        if master.available() and self.limits.free:
            rounds = self._in_part()
            rounds += self._whole()
        elif not self.limits.free:
            self.bound = self.value
        else:
            self.notes.append("scipy is not installed: `pip install atlasmodel[optimize]` proves more")
        everything = point([*self.limits.fixed, *self.limits.free], self.limits.levers)
        found, _ = self.look(everything)
        self.bound = min([self.bound, *(attack.at(everything) for attack in found)])
        proven = self.bound <= self.value + CLOSE
        return Outcome(self.best, self.value, self.bound, proven, "milp with attack cuts", tuple(self.notes), rounds)

    def task(self) -> Task:
        """Return the master problem: the weight first, then one amount for each group that counts once."""
        amounts = len(self.groups)
        worth = np.r_[-1.0, np.zeros(amounts)]
        low = np.r_[min(self.value, FARTHEST), np.zeros(amounts)]
        high = np.r_[min(self.bound, FARTHEST), np.ones(amounts)]
        return Task(self.limits, worth, np.minimum(low, high), high)

    def rows(self) -> list[Row]:
        """Return one row an attack, and one a group."""
        count = self.limits.levers
        rows = []
        for attack in self.attacks.values():
            coefficients = np.zeros(count)
            terms = [(0, -1.0)]
            for group, amount in attack.adds.items():
                if len(group) == 1:
                    coefficients[min(group)] += amount
                else:
                    terms.append((1 + self.groups[group], amount))
            rows.append(Row(tuple(terms), coefficients, -attack.weight))
        for group, number in self.groups.items():
            rows.append(Row(((1 + number, -1.0),), point(group, count), 0.0))
        return rows

    def _in_part(self) -> int:
        """Solve the master with levers in part: quick rounds that give most of the bound and good plans by rounding."""
        stale = rounds = 0
        while rounds < ROUNDS_IN_PART and stale < STALE and self.effort.left() > 0 and self._open():
            rounds += 1
            answer = master.relax(self.task(), self.rows())
            if answer is None:
                self.notes.append("the solver found no bound in part")
                break
            before = self.bound
            self.bound = min(self.bound, -answer.bound)
            stale = stale + 1 if before - self.bound < 1e-4 * max(1e-9, self.bound - self.value) else 0
            known = len(self.attacks)
            self.look(answer.levers)
            self.offer(self._rounded(answer.levers))
            self.effort.tell(f"round {rounds}: {self.value:.6g}, at most {self.bound:.6g}")
            if len(self.attacks) == known:
                break
        return rounds

    def _whole(self) -> int:
        """Solve the master with whole levers until the best plan meets the bound."""
        rounds = 0
        while self._open() and self.effort.left() > 0 and rounds < 10 * self.effort.rounds:
            rounds += 1
            answer, said = master.decide(self.task(), self.rows(), 100 * self.effort.nodes, self.effort.left())
            self.notes += [text for text in said if text not in self.notes]
            if answer is None:
                break
            if -answer.bound < self.value - 1e-4 * max(1.0, abs(self.value)):
                self.notes.append("the solver's bound contradicts a plan in hand; it was not used")
                break
            self.bound = min(self.bound, max(-answer.bound, self.value))
            known = len(self.attacks)
            self.offer(frozenset(np.flatnonzero(answer.levers > 0.5).tolist()))
            self.effort.tell(f"whole {rounds}: {self.value:.6g}, at most {self.bound:.6g}")
            if len(self.attacks) == known:
                break
        return rounds

    def _open(self) -> bool:
        return self.bound > self.value + CLOSE

    def _rounded(self, levers: Floats) -> frozenset[int]:
        chosen = set(self.limits.fixed)
        for lever in sorted(self.limits.free, key=lambda lever: (-levers[lever], lever)):
            if levers[lever] > 1e-3 and self.limits.allow(chosen | {lever}):
                chosen.add(lever)
        return frozenset(chosen)
