"""The hardest plan against brute force: random attacks, each weighed by what the chosen measures add to it."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from atlasmodel.planning import master
from atlasmodel.planning.cutoff import CutOff
from atlasmodel.planning.hardening import Attack, Hardening
from atlasmodel.planning.limits import Limit, Limits
from atlasmodel.planning.search import Effort, point

MANY = Effort(rounds=400, nodes=100_000)


class Given:
    """An oracle that knows all attacks and tells only the lightest."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)
        self.levers = chance.randint(2, 7)
        self.attacks = []
        for _ in range(chance.randint(2, 12)):
            adds: dict[frozenset[int], float] = {}
            for _ in range(chance.randint(0, 3)):
                group = frozenset(chance.sample(range(self.levers), chance.choice([1, 1, 2])))
                adds[group] = chance.choice([0.5, 1.0, 2.5])
            self.attacks.append(Attack(chance.uniform(0, 4), adds))
        self.costs = [float(chance.randint(1, 5)) for _ in range(self.levers)]
        self.budget = float(chance.randint(0, 12))

    def strongest(self, levers: Any, count: int) -> tuple[list[Attack], float]:
        ranked = sorted(self.attacks, key=lambda attack: attack.at(levers))
        return ranked[: min(count, 2)], ranked[0].at(levers)

    def weight(self, chosen: tuple[int, ...]) -> float:
        return min(
            attack.weight + sum(amount for group, amount in attack.adds.items() if group & set(chosen))
            for attack in self.attacks
        )

    def subsets(self) -> list[tuple[int, ...]]:
        return [one for size in range(self.levers + 1) for one in itertools.combinations(range(self.levers), size)]

    def cost(self, chosen: Any) -> float:
        return sum(self.costs[lever] for lever in chosen)

    @property
    def limits(self) -> Limits:
        return Limits(self.levers, (Limit("budget", tuple(self.costs), self.budget),))


def test_the_hardest_plan_is_that_of_brute_force() -> None:
    for seed in range(120):
        given = Given(seed)
        best = max(given.weight(one) for one in given.subsets() if given.cost(one) <= given.budget)
        found = Hardening(given, given.limits, replace(MANY)).run()
        assert given.cost(found.chosen) <= given.budget
        assert given.weight(tuple(found.chosen)) == pytest.approx(best, abs=1e-6), seed
        assert found.value == pytest.approx(best, abs=1e-6)
        assert found.proven


def test_without_a_solver_the_bound_still_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master, "available", lambda: False)
    for seed in range(60):
        given = Given(seed)
        best = max(given.weight(one) for one in given.subsets() if given.cost(one) <= given.budget)
        found = Hardening(given, given.limits, replace(MANY)).run()
        assert found.value <= best + 1e-9
        assert found.bound >= best - 1e-9
        assert "scipy is not installed" in " ".join(found.notes)


def test_the_cheapest_cut_is_that_of_brute_force() -> None:
    cut = 0
    for seed in range(120):
        given = Given(seed)
        everything = given.weight(tuple(range(given.levers)))
        least = given.weight(()) + 0.6 * (everything - given.weight(()))
        best = min(given.cost(one) for one in given.subsets() if given.weight(one) >= least - 1e-9)
        found = CutOff(given, Limits(given.levers), replace(MANY)).cheapest(given.costs, least)
        assert given.weight(tuple(found.chosen)) >= least - 1e-6
        assert found.value == pytest.approx(best), seed
        assert found.proven
        cut += best > 0
    assert cut > 20


def test_a_measure_counts_once_for_a_step_wherever_it_stands() -> None:
    attack = Attack(1.0, {frozenset({0, 1}): 2.0})
    assert attack.at(point((0, 1), 2)) == attack.at(point((0,), 2)) == 3.0
    assert attack.at(np.array([0.25, 0.25])) == 2.0
