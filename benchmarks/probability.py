"""Print CPU seconds for the probability of a goal: exact on narrow networks, sampled on a wide one.

    python benchmarks/probability.py [--goals FILE …]

The networks are layers of facts with two to four steps from each to the layers ahead; the sampled one has 10,000 facts
in 20 layers. Sampling is timed over ten blocks, 10,240 worlds, with the fresh draws.
`--goals` prints instead how many goals within reach of the first adversary of some pipelines have an exact figure.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from atlasmodel.risk.network.exact import exact_probability
from atlasmodel.risk.network.network import Network, step
from atlasmodel.risk.network.sampling import BLOCK, Sampler


def narrow(width: int, layers: int) -> Network:
    """Return layers of facts with two or three steps from each to the next layer."""
    random = np.random.default_rng(3)
    goal = width * layers + 1
    ways = [(0, 1 + place) for place in range(width)]
    for layer in range(layers - 1):
        for place in range(width):
            ahead = random.choice(width, size=min(width, int(random.integers(2, 4))), replace=False)
            ways += [(1 + layer * width + place, 1 + (layer + 1) * width + int(other)) for other in ahead]
    ways += [(1 + (layers - 1) * width + place, goal) for place in range(width)]
    return network(ways, np.random.default_rng(4).uniform(0.3, 0.9, len(ways)).tolist(), goal)


def wide(facts: int = 10_000, layers: int = 20, ways_each: int = 4) -> Network:
    """Return a network too wide for an exact figure; every fact of the first layer is held at the start."""
    random = np.random.default_rng(1)
    size = facts // layers
    source = np.repeat(np.arange(facts), ways_each)
    ahead = source // size + random.choice([1, 2, 3], p=[0.75, 0.2, 0.05], size=source.size)
    keep = ahead < layers
    target = ahead[keep] * size + random.integers(0, size, int(keep.sum()))
    ways = sorted({(int(a), int(b)) for a, b in zip(source[keep], target, strict=True)})
    gained = {b for _, b in ways}
    ways = [(a, b) if a in gained else (-1, b) for a, b in ways]
    return network(ways, random.uniform(0.05, 0.95, len(ways)).tolist(), ways[-1][1])


def network(ways: list[tuple[int, int]], chances: list[float], goal: int) -> Network:
    """Return a network of steps from fact to fact; what starts at 0 or before needs nothing."""
    named = zip(ways, chances, strict=True)
    steps = tuple(step(p, [[a]] if a > 0 else [], [b], f"{number}:{a}>{b}") for number, ((a, b), p) in enumerate(named))
    return Network(frozenset(), steps, goal)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median CPU seconds of three runs, and the result."""
    seconds = []
    for _ in range(3):
        before = time.process_time()
        result = work()
        seconds.append(time.process_time() - before)
    return sorted(seconds)[1], result


def count_solved(file: Path) -> tuple[int, int]:
    """Return how many goals of the first adversary have an exact figure, and how many are within its reach."""
    from atlasmodel.analysis import analyse
    from atlasmodel.assembly import world_set
    from atlasmodel.model.reader import read_pipeline
    from atlasmodel.options import Options
    from atlasmodel.workspace import Workspace

    space = Workspace.builtin()
    analysis = analyse(read_pipeline(file), space, world_set(space, Options(worlds=64)))
    attack = analysis.attacks[0]
    goals = [end.fact for end in analysis.ends if end.fact in attack.possible.facts]
    return sum(attack.solved(fact) is not None for fact in goals), len(goals)


def main() -> None:
    """Print a line for each network, or for each file."""
    parser = argparse.ArgumentParser(description="Seconds for the probability of a goal.")
    parser.add_argument("--goals", nargs="+", type=Path, metavar="FILE", default=[])
    files = parser.parse_args().goals
    for file in files:
        solved, goals = count_solved(file)
        print(f"{file.stem}: {solved} of {goals}", flush=True)
    if files:
        return
    for width, layers in ((3, 10), (5, 10), (10, 10), (5, 50), (5, 200)):
        made = narrow(width, layers)
        seconds, found = timed(lambda made=made: exact_probability(made))
        size = f"width {width:2} x {layers:3} layers, {len(made.draws):4} steps"
        print(f"exact, {size}: {seconds:.3f} s  P {found.value:.4f}")
    kernel = Sampler(made := wide(), 1)
    seconds, hits = timed(lambda: sum(kernel.hits(block) for block in range(10)))
    tracemalloc.start()
    kernel.hits(0)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    size = f"{len(made.draws)} steps, {10 * BLOCK} worlds"
    print(f"sampled, {size}: {seconds:.3f} s, {peak:.1f} MiB  P {hits / 10 / BLOCK:.4f}")


if __name__ == "__main__":
    main()
