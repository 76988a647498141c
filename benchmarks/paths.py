"""How many paths are proven to be where they stand, and what that takes, for the goals of highest risk of the examples.

    python benchmarks/paths.py

CPU seconds of one run each.
"""

from __future__ import annotations

import time
from pathlib import Path

from atlasmodel.assessment import assess
from atlasmodel.attack.paths import best_paths
from atlasmodel.model.reader import read_pipeline

EXAMPLES = Path(__file__).parents[1] / "examples"
GOALS = 20


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


if __name__ == "__main__":
    examples()
