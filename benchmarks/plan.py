"""Budgeted hardening of a random layered attack graph: our search, one flat MILP and a greedy plan in the same run.

    python benchmarks/plan.py [--measures 35 100 500] [--limit 120] [--flat 60]
    python benchmarks/plan.py --examples [--rounds 30]  # the plans of the four examples, as the documentation has them

A measure scales the success of every step of its techniques; the plan makes the strongest remaining attack as weak as
the budget (a quarter of the cost of all measures) allows. Weights are natural logarithms: larger is safer.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack
from walks import Arcs, best_walks, distances_to

import atlasmodel as am
from atlasmodel.planning.hardening import Attack, Hardening
from atlasmodel.planning.limits import Limit, Limits
from atlasmodel.planning.search import Effort

EXAMPLES = ("fraud-scoring", "support-assistant", "vision-inspection", "mlops-platform")
NODES, LAYERS, OUT, TECHNIQUES = 10_000, 20, 4, 100


class LayeredGraph:
    """Be a random graph of 20 layers pruned to what lies between the start and the goal, with random measures."""

    def __init__(self, measures: int, nodes: int = NODES, seed: int = 1) -> None:
        stream = np.random.default_rng(seed)
        wide = nodes // LAYERS
        layer = np.minimum(np.arange(nodes) // wide, LAYERS - 1)
        source = np.repeat(np.arange(nodes), OUT)
        ahead = layer[source] + stream.choice([1, 2, 3], p=[0.75, 0.2, 0.05], size=source.size)
        kept = ahead < LAYERS
        source, ahead = source[kept], ahead[kept]
        size = np.where(ahead == LAYERS - 1, nodes - (LAYERS - 1) * wide, wide)
        pairs = np.unique(source * nodes + ahead * wide + (stream.random(source.size) * size).astype(np.int64))
        source, target = pairs // nodes, pairs % nodes
        weights = -np.log(stream.uniform(0.05, 0.95, source.size))
        goal = self._goal(nodes, source, target, weights, layer)
        forward = self._distances(nodes, target, source, np.ones(source.size), 0)
        backward = self._distances(nodes, source, target, np.ones(source.size), goal)
        between = np.isfinite(forward) & np.isfinite(backward)
        inside = between[source] & between[target]
        number = np.cumsum(between) - 1
        order = np.lexsort((target[inside], source[inside]))
        self.source, self.target = number[source[inside]][order], number[target[inside]][order]
        self.weights = weights[inside][order]
        self.nodes, self.start, self.goal = int(between.sum()), int(number[0]), int(number[goal])
        self.rows = np.r_[0, np.cumsum(np.bincount(self.source, minlength=self.nodes))]
        self.arc = {
            pair: index for index, pair in enumerate(zip(self.source.tolist(), self.target.tolist(), strict=True))
        }
        chance = np.random.default_rng(9)
        technique = chance.integers(0, TECHNIQUES, int(inside.sum()))[order]
        covered = chance.random((measures, TECHNIQUES)) < 0.08
        effect = chance.uniform(0.3, 0.9, measures)
        self.cost = chance.integers(1, 10, measures).astype(float)
        self.budget = float(round(self.cost.sum() * 0.25))
        self.adds = covered[:, technique].T * -np.log(1 - effect)[None, :]
        self.measures = measures

    @staticmethod
    def _distances(nodes: int, source: Any, target: Any, weights: Any, to: int) -> Any:
        order = np.lexsort((target, source))
        rows = np.r_[0, np.cumsum(np.bincount(source, minlength=nodes))]
        return np.array(distances_to(rows, target[order], weights[order], to))

    def _goal(self, nodes: int, source: Any, target: Any, weights: Any, layer: Any) -> int:
        away = self._distances(nodes, target, source, weights, 0)
        last = np.flatnonzero((layer == layer.max()) & np.isfinite(away))
        return int(last[np.argsort(away[last])[len(last) // 2]])

    def strongest(self, levers: Any, count: int) -> tuple[list[Attack], float]:
        """Return the best walks under some levers; they come in order, so the first is proven."""
        weights = self.weights + self.adds @ levers
        left = distances_to(self.rows, self.target, weights, self.goal)
        arcs = Arcs.of(self.rows, self.target, weights)
        walks = best_walks(arcs, left, self.start, self.goal, count).walks
        found = []
        for _, nodes in walks:
            steps = [self.arc[pair] for pair in itertools.pairwise(nodes)]
            amounts = self.adds[steps].sum(axis=0)
            adds = {frozenset({int(lever)}): float(amounts[lever]) for lever in np.flatnonzero(amounts)}
            found.append(Attack(float(self.weights[steps].sum()), adds))
        return found, left[self.start]

    def lightest(self, levers: Any) -> float:
        """Return the weight of the strongest attack that remains."""
        return distances_to(self.rows, self.target, self.weights + self.adds @ levers, self.goal)[self.start]


def greedy(graph: LayeredGraph, limit: float) -> tuple[float, bool]:
    """Return what is reached by taking, again and again, the measure that helps most for its cost."""
    begun = time.perf_counter()
    levers = np.zeros(graph.measures)
    now = graph.lightest(levers)
    while True:
        open_ = [
            k for k in range(graph.measures) if not levers[k] and graph.cost[k] <= graph.budget - graph.cost @ levers
        ]
        if not open_:
            return now, True
        gains = []
        for k in open_:
            if time.perf_counter() - begun > limit:
                return now, False
            levers[k] = 1
            gains.append((graph.lightest(levers) - now) / graph.cost[k])
            levers[k] = 0
        levers[open_[int(np.argmax(gains))]] = 1
        now = graph.lightest(levers)


def flat(graph: LayeredGraph, limit: float) -> tuple[float | None, float | None]:
    """Return what scipy's solver finds for the whole problem at once, and its gap."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    arcs, nodes, measures = len(graph.weights), graph.nodes, graph.measures
    row = np.arange(arcs)
    ends = csr_array((np.r_[np.ones(arcs), -np.ones(arcs)], (np.r_[row, row], np.r_[graph.target, graph.source])),
                     shape=(arcs, nodes))  # fmt: skip
    low, high = np.zeros(nodes + measures), np.r_[np.full(nodes, 60.0), np.ones(measures)]
    high[graph.start] = 0
    aim = np.zeros(nodes + measures)
    aim[graph.goal] = -1
    money = csr_array(np.r_[np.zeros(nodes), graph.cost][None, :])
    found = milp(
        aim,
        constraints=[
            LinearConstraint(hstack([ends, -csr_array(graph.adds)]).tocsr(), -np.inf, graph.weights),
            LinearConstraint(money, -np.inf, graph.budget),
        ],
        bounds=Bounds(low, high),
        integrality=np.r_[np.zeros(nodes), np.ones(measures)],
        options={"time_limit": limit},
    )
    if found.x is None:
        return None, None
    return graph.lightest(np.round(found.x[nodes:])), found.mip_gap


def ours(graph: LayeredGraph, limit: float) -> float:
    """Print and return what our search reaches; its progress goes to the second stream."""
    begun, busy = time.perf_counter(), time.process_time()

    def tell(text: str) -> None:
        print(f"  {time.perf_counter() - begun:6.1f} s  {text}", file=sys.stderr, flush=True)

    limits = Limits(graph.measures, (Limit("budget", tuple(graph.cost.tolist()), graph.budget),))
    found = Hardening(graph, limits, Effort(rounds=10_000, nodes=10_000_000, seconds=limit, progress=tell)).run()
    levers = np.zeros(graph.measures)
    levers[sorted(found.chosen)] = 1
    spent, cpu = time.perf_counter() - begun, time.process_time() - busy
    kept = graph.cost @ levers <= graph.budget and abs(graph.lightest(levers) - found.value) < 1e-6
    gap = max(0.0, found.bound - found.value) / found.value
    said = ("proven" if found.proven else "not proven") if kept else "WRONG"
    print(f"  ours    {found.value:9.4f}  gap {gap:6.2%}  {spent:6.1f} s wall  {cpu:6.1f} s CPU  {said}", flush=True)
    return found.value


def plan_examples(rounds: int) -> None:
    """Print a row for each example, with the time beside its assessment, and its five measures in order."""
    folder = Path(__file__).parents[1] / "examples"
    for name in EXAMPLES:
        assessment = am.assess(am.read(folder / f"{name}.yaml"))
        assessment.analysis  # noqa: B018 -- run the layers before the clock starts
        busy = time.process_time()
        plan = assessment.plan(measures=5, effort=Effort(rounds=rounds))
        spent = time.process_time() - busy
        print(
            f"| `{name}.yaml` | {plan.risk:,.0f} | {plan.residual:,.0f} | {plan.gap:.1%} | {spent:.1f} s |", flush=True
        )
        for number, item in enumerate(plan.measures, 1):
            print(f"    {number}. {item.name} at {item.at}: -{item.risk_removed:.0f} for {item.cost:,.0f}", flush=True)


def main() -> None:
    """Print one line a method and size."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measures", type=int, nargs="+", default=[35, 100, 500])
    options.add_argument("--limit", type=float, default=110.0, help="seconds for our search")
    options.add_argument("--flat", type=float, default=60.0, help="seconds for the flat solver, and for greedy")
    options.add_argument("--examples", action="store_true", help="plan the four examples instead")
    options.add_argument("--rounds", type=int, default=0, help="how long to search each example; 0: by its size")
    asked = options.parse_args()
    if asked.examples:
        plan_examples(asked.rounds)
        return
    for measures in asked.measures:
        graph = LayeredGraph(measures)
        print(f"{graph.nodes:,} nodes, {len(graph.weights):,} steps, {measures} measures, budget {graph.budget:g}")
        best = ours(graph, asked.limit)
        begun = time.perf_counter()
        value, whole = greedy(graph, asked.flat)
        stopped = "" if whole else " (stopped)"
        print(
            f"  greedy  {value:9.4f}  {value / best - 1:+.1%}  {time.perf_counter() - begun:6.1f} s{stopped}",
            flush=True,
        )
        begun = time.perf_counter()
        reached, claimed = flat(graph, asked.flat)
        said = "no answer" if reached is None else f"{reached:9.4f}  {reached / best - 1:+.1%}  gap {claimed:.1%}"
        print(f"  flat    {said}  {time.perf_counter() - begun:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
