"""Replay the modelled case studies and print how well the rules list what was used, and how much else they list.

Below the table: how often each attribute that a rule reads is set, and the techniques listed most in vain.

python benchmarks/case_studies.py [--verbose]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from statistics import mean, median

import mutation

from atlasmodel.assessment import assess
from atlasmodel.match.conditions import HasAttribute, HasFlow, Neighbour, walk
from atlasmodel.match.rule import Rule
from atlasmodel.model.pipeline import Pipeline
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
    results, per_component, pipelines = [], [], []
    for path in sorted(FOLDER.glob("*.steps.yaml")):
        pipeline = read_pipeline(FOLDER / path.name.replace(".steps.yaml", ".yaml"), space.vocabulary)
        result = replay(pipeline, read_script(path), space)
        results.append(result)
        pipelines.append(pipeline)
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
        ("leaves whose negation fails a test of the rule", mutation.score(space)[0]),
    ]
    for name, value in rows:
        print(f"{name:54} {value if isinstance(value, int) else format(value, '.3f')}")

    print_in_vain(results, on_system)
    print_attributes(pipelines, space)


def print_in_vain(results: list[Replay], on_system: set[str], worst: int = 15) -> None:
    """Print the techniques that are listed most in vain: in how many models as applying, as possible, and used."""
    certain = Counter(name for one in results for name in one.listed & on_system)
    possible = Counter(name for one in results for name in (one.possible - one.listed) & on_system)
    used = Counter(name for one in results for name in {step.technique for step in one.counted})
    order = sorted(on_system, key=lambda name: (used[name] - certain[name] - possible[name], name))
    print(f"\n{'listed most in vain':20} {'applies':>8} {'may':>5} {'used':>5}   of {len(results)} models")
    for name in order[:worst]:
        print(f"{name:20} {certain[name]:8} {possible[name]:5} {used[name]:5}")


def print_attributes(pipelines: list[Pipeline], space: Workspace) -> None:
    """Print for each attribute that a rule reads in how many models it is set, and by how many rules it is read."""
    read = Counter(name for rule in space.rules for name in attributes_read(rule))
    where = Counter(
        name
        for pipeline in pipelines
        for name in {key for part in (*pipeline.components, *pipeline.flows) for key in part.attributes}
    )
    print(f"\nattributes that rules read: in how many of {len(pipelines)} models set / by how many rules read")
    ranked = sorted(read.items(), key=lambda item: (-where[item[0]], item[0]))
    cells = [f"{name} {where[name]}/{count}" for name, count in ranked]
    for start in range(0, len(cells), 4):
        print("  ".join(f"{cell:32}" for cell in cells[start : start + 4]).rstrip())


def attributes_read(rule: Rule) -> set[str]:
    """Return the attributes that the condition of a rule reads, wherever they stand."""
    names: set[str] = set()
    for condition in (rule.when, *(extra.when for extra in rule.gains_if)):
        for node in walk(condition):
            if isinstance(node, HasAttribute):
                names.add(node.name)
            elif isinstance(node, (HasFlow, Neighbour)):
                names |= {item.name for item in node.attributes}
    return names


def told(result: Replay) -> None:
    """Print what a study misses."""
    missed = [f"{step.technique}@{step.at}" for step in result.counted if step.listed == "no"]
    stuck = [f"{step.technique}@{step.at}" for step in result.steps if not step.holds]
    print(
        f"{result.case_study}: goal {'reached' if result.goal_reached else 'NOT reached'}; "
        f"not listed: {', '.join(missed) or '-'}; does not hold: {', '.join(stuck) or '-'}"
    )


if __name__ == "__main__":
    main()
