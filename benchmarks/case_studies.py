"""Replay the modelled case studies and print how well the rules list what was used, and how much else they list.

python benchmarks/case_studies.py [--verbose]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from statistics import mean, median

from atlasmodel.assessment import assess
from atlasmodel.model.reader import read_pipeline
from atlasmodel.replay import Replay, read_script, replay
from atlasmodel.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "examples" / "case_studies"


def baseline(results: list[Replay], one: Replay) -> float:
    """Return the recall of a fixed list as long as this study's, of the techniques most used in the other studies."""
    used = Counter(step.technique for other in results if other is not one for step in other.counted)
    listed = {name for name, _ in used.most_common(len(one.possible))}
    wanted = {step.technique for step in one.counted}
    return len(wanted & listed) / len(wanted)


def main() -> None:
    """Print the table."""
    space = Workspace.builtin()
    results, per_component = [], []
    for path in sorted(FOLDER.glob("*.steps.yaml")):
        pipeline = read_pipeline(FOLDER / path.name.replace(".steps.yaml", ".yaml"), space.vocabulary)
        result = replay(pipeline, read_script(path), space)
        results.append(result)
        per_component.append(len(assess(pipeline, space).findings) / len(pipeline.components))
        if "--verbose" in sys.argv:
            told(result)
    scopes: dict[str, set[str]] = {}
    for rule in space.rules:
        if rule.technique:
            scopes.setdefault(rule.technique, set()).add(rule.scope)
    on_system = {name for name, found in scopes.items() if found & {"target", "exposure", "impact"}}
    off_system = [name for name, found in scopes.items() if found - {"propagation"} == {"adversary"}]
    recalls = [
        (one.recall(certain=False), one.recall(certain=True), baseline(results, one)) for one in results if one.counted
    ]
    steps = sum(len(one.steps) for one in results)
    rows = [
        ("studies replayed", len(results)),
        ("recall, listed at the place or beside it", mean(one for one, _, _ in recalls)),
        ("recall, certain only", mean(one for _, one, _ in recalls)),
        ("recall above a fixed list of equal length", mean(one - base for one, _, base in recalls)),
        ("techniques of scope adversary only", len(off_system)),
        (
            "share of techniques listed as applies (median)",
            median(len(one.listed & on_system) / len(on_system) for one in results),
        ),
        (
            "share listed as applies or may apply (median)",
            median(len(one.possible & on_system) / len(on_system) for one in results),
        ),
        ("steps that hold in the published order", sum(step.holds for one in results for step in one.steps) / steps),
        ("steps that hold in reverse order", sum(one.reversed_holds for one in results) / steps),
        ("studies whose goal is reachable", sum(one.goal_reached for one in results) / len(results)),
        ("findings per component in the default list (median)", median(per_component)),
    ]
    for name, value in rows:
        print(f"{name:54} {value if isinstance(value, int) else format(value, '.3f')}")


def told(result: Replay) -> None:
    """Print what a study misses."""
    missed = [f"{step.technique}@{step.at}" for step in result.counted if step.listed == "no"]
    stuck = [f"{step.technique}@{step.at}" for step in result.steps if not step.holds]
    print(
        f"{result.case_study}: goal {'reached' if result.goal_reached else 'NOT reached'}; not listed: {', '.join(missed) or '-'}; does not hold: {', '.join(stuck) or '-'}"
    )


if __name__ == "__main__":
    main()
