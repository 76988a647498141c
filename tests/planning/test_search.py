"""The exact search against brute force over all subsets, on random small problems with shared steps, AND and cycles."""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST

from atlasmodel.planning import master
from atlasmodel.planning.exchange import improve
from atlasmodel.planning.greedy import best_greedy, branch_and_bound
from atlasmodel.planning.limits import Limit, Limits
from atlasmodel.planning.proof import Prover
from atlasmodel.planning.sample import Act, Ground, Node, Sample, need, pack, takes
from atlasmodel.planning.search import Effort, find_plan, point
from atlasmodel.planning.target import find_cheapest

INSTANCES = 300
WORLDS = 64
MANY = Effort(rounds=400, nodes=100_000)


class Problem:
    """A random problem, kept in plain numbers so that the check does not share code with what it checks."""

    def __init__(self, seed: int, levers: int | None = None) -> None:
        chance = random.Random(seed)
        self.levers = levers or chance.randint(2, 6)
        self.facts = chance.randint(4, 7)
        self.controls = [chance.randrange(max(1, self.levers - 1)) for _ in range(self.levers)]
        self.steps = []
        for _ in range(chance.randint(4, 9)):
            clauses = [
                chance.sample(range(self.facts), chance.randint(1, 2)) for _ in range(chance.choice([0, 1, 1, 1, 2]))
            ]
            gains = chance.sample(range(1, self.facts), chance.randint(1, 2))
            acting = {lever for lever in range(self.levers) if chance.random() < 0.4}
            acting = {other for other in range(self.levers) for lever in acting if self.controls[other] == self.controls[lever]
                      and (other == lever or chance.random() < 0.5)}  # fmt: skip
            share = {control: chance.choice([0.3, 0.5, 0.8, 1.0]) for control in range(self.levers)}
            draws = np.array([chance.random() for _ in range(WORLDS)], dtype=np.float32)
            self.steps.append((clauses, gains, acting, share, chance.choice([0.4, 0.8, 1.0]), draws))
        self.ends = chance.sample(range(1, self.facts), chance.randint(1, 2))
        self.worth = [20.0 * chance.randint(1, 5) for _ in self.ends]
        self.costs = [float(chance.randint(1, 9)) for _ in range(self.levers)]
        self.budget = float(chance.randint(1, 3 * self.levers))

    def left(self, step: int, controls: Iterable[int]) -> Any:
        _, _, _, share, base, draws = self.steps[step]
        chance = base
        for control in sorted(controls):
            chance = chance * (1 - share[control])
        return draws < np.float32(chance)

    def brute(self, chosen: Collection[int]) -> float:
        """World by world, in sets: no bits, no cuts."""
        total = [0] * len(self.ends)
        possible = []
        for number, (_, _, acting, _, _, _) in enumerate(self.steps):
            possible.append(self.left(number, {self.controls[lever] for lever in acting & set(chosen)}))
        for world in range(WORLDS):
            held = {0}
            grown = True
            while grown:
                grown = False
                for number, (clauses, gains, *_) in enumerate(self.steps):
                    done = possible[number][world] and all(held & set(clause) for clause in clauses)
                    if done and not held >= set(gains):
                        held |= set(gains)
                        grown = True
            for place, end in enumerate(self.ends):
                total[place] += end in held
        return sum(worth * count / WORLDS for worth, count in zip(self.worth, total, strict=True))

    def sample(self) -> Sample:
        nodes = []
        for number, (clauses, gains, acting, share, base, draws) in enumerate(self.steps):
            groups: dict[int, list[int]] = {}
            for lever in sorted(acting):
                groups.setdefault(self.controls[lever], []).append(lever)
            acts = tuple(
                Act(str(control), takes(share[control], WORLDS), tuple(levers)) for control, levers in groups.items()
            )

            def left(controls: frozenset[str], step: int = number) -> int:
                return pack(self.left(step, map(int, controls)))

            wired = tuple(tuple((fact, -1) for fact in clause) for clause in clauses)
            needed = need(base, draws) if acts else None
            nodes.append(
                Node(wired, tuple((fact, -1) for fact in gains), pack(self.left(number, ())), acts, needed, left)
            )
        start = tuple((1 << WORLDS) - 1 if fact == 0 else 0 for fact in range(self.facts))
        ground = Ground("somebody", self.facts, start, tuple(nodes), dict(enumerate(self.ends)))
        return Sample(WORLDS, self.levers, tuple(self.worth), (ground,))

    def limits(self, budget: float | None = None) -> Limits:
        return Limits(self.levers, (Limit("budget", tuple(self.costs), self.budget if budget is None else budget),))

    def subsets(self) -> Iterable[tuple[int, ...]]:
        for size in range(self.levers + 1):
            yield from itertools.combinations(range(self.levers), size)

    def cost(self, chosen: Iterable[int]) -> float:
        return sum(self.costs[lever] for lever in chosen)


def test_the_exact_plan_is_that_of_brute_force_and_greedy_is_never_better() -> None:
    apart = 0
    for seed in range(INSTANCES):
        problem = Problem(seed)
        sample = problem.sample()
        best = min(problem.brute(chosen) for chosen in problem.subsets() if problem.cost(chosen) <= problem.budget)
        found = find_plan(sample, problem.limits(), replace(MANY))
        assert found.proven, seed
        assert problem.cost(found.chosen) <= problem.budget
        assert problem.brute(found.chosen) == pytest.approx(best, abs=1e-9), seed
        assert found.value == pytest.approx(best, abs=1e-9)
        assert found.bound <= best + 1e-9
        greedy = sample.risk(best_greedy(sample.risks, problem.limits()))
        assert greedy >= best - 1e-9
        apart += greedy > best + 1e-9
    assert apart > 3, "where greedy is always best, nothing was searched"


def test_without_a_solver_small_problems_are_still_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(master, "available", lambda: False)
    for seed in range(40):
        problem = Problem(seed)
        best = min(problem.brute(chosen) for chosen in problem.subsets() if problem.cost(chosen) <= problem.budget)
        found = find_plan(problem.sample(), problem.limits(), replace(MANY))
        assert found.value == pytest.approx(best, abs=1e-9)
        assert found.proven
        assert "scipy is not installed" in " ".join(found.notes) or found.method == "nothing to choose"


def test_a_cut_is_never_above_the_risk_and_touches_it_where_it_was_made() -> None:
    for seed in range(25):
        problem = Problem(seed)
        sample = problem.sample()
        prover = Prover(sample.grounds[0], sample)
        stream = np.random.default_rng(seed)
        subsets = list(problem.subsets())
        for chosen in subsets:
            made = prover.cuts(point(chosen, problem.levers), range(len(sample.worth)), chosen)
            part = prover.cuts(stream.random(problem.levers), range(len(sample.worth)))
            for other in subsets:
                shares = sample.shares([other])[0]
                for cut in (*made, *part):
                    assert cut.at(point(other, problem.levers)) <= shares[cut.end] + 1e-6
            for cut in made:
                assert cut.at(point(chosen, problem.levers)) == pytest.approx(sample.shares([chosen])[0][cut.end])


def test_where_levers_are_closed_a_cut_holds_for_all_that_is_left() -> None:
    stronger = 0
    for seed in range(25):
        problem = Problem(seed)
        sample, stream = problem.sample(), np.random.default_rng(seed)
        closed = frozenset(lever for lever in range(problem.levers) if stream.random() < 0.4)
        prover = Prover(sample.grounds[0], sample, closed)
        prover.core = stream.random(problem.levers)
        some = stream.random(problem.levers)
        some[sorted(closed)] = 0
        for cut in prover.cuts(some, range(len(sample.worth))):
            for other in problem.subsets():
                above = cut.at(point(other, problem.levers)) > sample.shares([other])[0][cut.end] + 1e-6
                assert not above or closed & set(other)
                stronger += above
    assert stronger, "closed levers never made a cut stronger"


@FAST
@given(st.integers(0, 10_000), st.data())
def test_one_more_measure_never_raises_the_risk(seed: int, data: st.DataObject) -> None:
    problem = Problem(seed)
    sample = problem.sample()
    chosen = data.draw(st.frozensets(st.integers(0, problem.levers - 1)))
    more = data.draw(st.integers(0, problem.levers - 1))
    assert sample.risk(chosen | {more}) <= sample.risk(chosen)


@FAST
@given(st.integers(0, 10_000), st.floats(0, 30), st.floats(0, 10))
def test_more_money_never_leaves_more_risk_and_no_plan_is_dearer_than_its_budget(
    seed: int, budget: float, more: float
) -> None:
    problem = Problem(seed)
    sample = problem.sample()
    poor, rich = (find_plan(sample, problem.limits(money), replace(MANY)) for money in (budget, budget + more))
    assert rich.value <= poor.value + 1e-9
    assert problem.cost(poor.chosen) <= budget + 1e-9
    assert problem.cost(rich.chosen) <= budget + more + 1e-9


def test_the_cheapest_plan_that_reaches_a_target_is_that_of_brute_force() -> None:
    for seed in range(60):
        problem = Problem(seed)
        sample = problem.sample()
        today, floor = sample.risk(()), sample.bound
        target = floor + 0.4 * (today - floor)
        best = min(problem.cost(one) for one in problem.subsets() if problem.brute(one) <= target + 1e-9)
        found = find_cheapest(sample, Limits(problem.levers), problem.costs, target, replace(MANY))
        assert sample.risk(found.chosen) <= target + 1e-9
        assert found.value == pytest.approx(best)
        assert found.proven


def test_exchanges_never_leave_more_and_find_what_greedy_misses() -> None:
    bettered = 0
    for seed in range(INSTANCES):
        problem = Problem(seed)
        sample, limits = problem.sample(), problem.limits()
        start = best_greedy(sample.risks, limits)
        found = improve(sample.risks, limits, start)
        assert limits.allow(found)
        assert sample.risk(found) <= sample.risk(start)
        bettered += sample.risk(found) < sample.risk(start) - 1e-9
        assert improve(sample.risks, limits, start, work=0) == start
    assert bettered


def broken(kind: str) -> Any:
    """Be a solver that fails in a way that one has failed."""

    class Answer:
        status = {"no answer": 4, "breaks the limits": 0, "too good a bound": 0}[kind]
        x = None
        mip_dual_bound = 1e9

    def solve(costs: Any, **_: Any) -> Any:
        answer = Answer()
        if kind != "no answer":
            answer.x = np.ones(len(costs)) if kind == "breaks the limits" else np.zeros(len(costs))
        return answer

    return solve


@pytest.mark.parametrize("kind", ["no answer", "breaks the limits"])
def test_a_solver_that_fails_is_not_believed_and_that_is_said(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import scipy.optimize

    monkeypatch.setattr(scipy.optimize, "milp", broken(kind))
    fell_back = 0
    for seed in range(40):
        problem = Problem(seed)
        best = min(problem.brute(chosen) for chosen in problem.subsets() if problem.cost(chosen) <= problem.budget)
        found = find_plan(problem.sample(), problem.limits(), replace(MANY))
        assert problem.cost(found.chosen) <= problem.budget
        assert found.value == pytest.approx(best, abs=1e-9)
        if found.method.startswith("branch"):
            fell_back += 1
            assert "the solver failed twice" in found.notes
            assert any("did not hold" in note for note in found.notes)
    assert fell_back


def test_a_bound_that_a_plan_contradicts_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    real = master.decide

    def boast(*args: Any, **kwargs: Any) -> Any:
        answer, said = real(*args, **kwargs)
        return None if answer is None else replace(answer, bound=1e6), said

    monkeypatch.setattr(master, "decide", boast)
    told = 0
    for seed in range(40):
        problem = Problem(seed)
        best = min(problem.brute(chosen) for chosen in problem.subsets() if problem.cost(chosen) <= problem.budget)
        found = find_plan(problem.sample(), problem.limits(), replace(MANY))
        assert found.value == pytest.approx(best, abs=1e-9)
        assert found.bound <= best + 1e-9
        told += any("contradicts" in note for note in found.notes)
    assert told


def test_where_nodes_run_out_the_bound_still_holds() -> None:
    for seed in range(30):
        problem = Problem(seed, levers=6)
        sample = problem.sample()
        best = min(problem.brute(chosen) for chosen in problem.subsets() if problem.cost(chosen) <= problem.budget)
        found = branch_and_bound(sample.risks, problem.limits(), (), nodes=3)
        assert found.bound <= best + 1e-9
        assert sample.risk(found.chosen) >= best - 1e-9
