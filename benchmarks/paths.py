"""How many paths are proven to be where they stand, and what that takes: on the examples, and on walks in large graphs.

    python benchmarks/paths.py                    the examples
    python benchmarks/paths.py --nodes 1000000    the 100 best walks in a layered random graph of so many nodes

CPU seconds of one run each.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from atlasmodel.assessment import assess
from atlasmodel.attack.corridor import find_walks
from atlasmodel.attack.search.paths import best_paths
from atlasmodel.attack.walks import Arcs, Arrays, distances_to
from atlasmodel.model.reader import read_pipeline

EXAMPLES = Path(__file__).parents[1] / "examples"
GOALS = 20
LAYERS, DEGREE = 20, 4


def examples() -> None:
    """Print, for the goals of highest risk of each example, the paths proven among those asked for."""
    print(f"{'example':20} {'paths asked':>11} {'found':>6} {'proven':>6} {'CPU s':>6}   for {GOALS} goals")
    for name in ("fraud-scoring", "mlops-platform", "support-assistant", "vision-inspection"):
        document = assess(read_pipeline(EXAMPLES / f"{name}.yaml"))
        for limit in (3, 10):
            found = proven = 0
            begun = time.process_time()
            for goal in document.goals[:GOALS]:
                moves, starts = document.moves(goal.adversary), document.starts(goal.adversary)
                paths = best_paths(moves, starts, goal.fact, limit, 40 * limit).paths
                found += len(paths)
                proven += sum(path.proven for path in paths)
            spent = time.process_time() - begun
            print(f"{name:20} {limit:11} {found:6} {proven:6} {spent:6.2f}")


def walks(nodes: int) -> None:
    """Print the time of the 100 best walks from the first node to one in the last layer."""
    random = np.random.default_rng(1)
    wide = nodes // LAYERS
    layer = np.minimum(np.arange(nodes) // wide, LAYERS - 1)
    sources = np.repeat(np.arange(nodes), DEGREE)
    onto = layer[sources] + random.choice([1, 2, 3], p=[0.75, 0.2, 0.05], size=sources.size)
    sources, onto = sources[onto < LAYERS], onto[onto < LAYERS]
    targets = onto * wide + (random.random(sources.size) * wide).astype(np.int64)
    weights = -np.log(random.uniform(0.05, 0.95, sources.size))
    rows = np.concatenate([[0], np.cumsum(np.bincount(sources, minlength=nodes))])
    graph = Arrays(rows, targets, weights)
    arcs = Arcs.of(*graph)
    goal = next(node for node in range(nodes - 1, -1, -1) if distances_to(*graph, node)[0] < float("inf"))
    find_walks(graph, arcs, 0, goal, 1)  # loads the kernels
    begun = time.process_time()
    found = find_walks(graph, arcs, 0, goal, 100)
    spent = time.process_time() - begun
    print(f"{nodes} nodes, {len(targets)} arcs: {len(found.walks)} walks")
    print(f"{spent:.3f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int)
    asked = parser.parse_args()
    if asked.nodes:
        walks(asked.nodes)
    else:
        examples()
