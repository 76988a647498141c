"""Replay the modelled case studies and print how well the rules list what was used, and how much else they list.

The studies in HELD_OUT were modelled after the rules had been tuned on the others, without the rules in view, those in
HELD_OUT_2 after the rules had been tuned on all before them, blind again: each sample has a column of its own. Below
the table: how often each attribute that a rule reads is set, and the techniques listed most in vain.

With --variants the models in the folder `variants` are replayed instead: the systems of 57 studies drawn a second time,
by other hands, each hand a column.

python benchmarks/case_studies.py [--verbose] [--variants] [STUDY ...]      without STUDY: all of them
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import mutation

from atlasmodel.assessment import assess
from atlasmodel.match.conditions import HasAttribute, HasFlow, Neighbour, walk
from atlasmodel.match.rule import Rule
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import read_pipeline
from atlasmodel.replay import STRICT, Reading, Replay, read_script, replay
from atlasmodel.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "examples" / "case_studies"
HELD_OUT = frozenset(f"AML.CS00{number}" for number in (28, 30, 33, 34, 39, 42, 43, 44, 47, 50, 52, 54, 56))
HELD_OUT_2 = frozenset(f"AML.CS00{number}" for number in range(57, 73))
# How else the replay could be read, each stricter in one way, the last in all.
READINGS = {
    "without the free workshop": Reading(workshop=False),
    "at the very place only": Reading(beside=False),
    "certain only": Reading(certain=True),
    "strictest: all three": STRICT,
}


@dataclass(frozen=True)
class Case:
    """Be one modelled study with its replay, its stricter replays and the length of its default list."""

    pipeline: Pipeline
    result: Replay
    strict: dict[str, Replay]
    findings: int


def read_case(path: Path, space: Workspace) -> Case:
    """Return a study with everything that is measured on it."""
    pipeline = read_pipeline(path.parent / path.name.replace(".steps.yaml", ".yaml"), space.vocabulary)
    script = read_script(path)
    strict = {name: replay(pipeline, script, space, reading) for name, reading in READINGS.items()}
    return Case(pipeline, replay(pipeline, script, space), strict, len(assess(pipeline, space).findings))


def baseline(seen: Sequence[Replay], one: Replay) -> float:
    """Return the recall of a fixed list as long as this study's, of the techniques most used in the other studies."""
    used = Counter(step.technique for other in seen if other.case_study != one.case_study for step in other.counted)
    listed = {name for name, _ in used.most_common(len(one.possible))}
    wanted = {step.technique for step in one.counted}
    return len(wanted & listed) / len(wanted)


def rows_of(cases: Sequence[Case], seen: Sequence[Replay], on_system: set[str]) -> dict[str, float]:
    """Return the figures of some studies; `seen` are those that a fixed list may be drawn from."""
    results = [case.result for case in cases]
    counted = [one for one in results if one.counted]
    recalls = [one.recall(certain=False) or 0.0 for one in counted]
    rows = {
        "studies replayed": len(cases),
        "recall, listed at the place or beside it": mean(recalls),
        "recall, certain only": mean(one.recall(certain=True) or 0.0 for one in counted),
        "recall above a fixed list of equal length": mean(recalls) - mean(baseline(seen, one) for one in counted),
        "share of techniques listed as applies (median)": median(
            len(one.listed & on_system) / len(on_system) for one in results
        ),
        "share listed as applies or may apply (median)": median(
            len(one.possible & on_system) / len(on_system) for one in results
        ),
        "steps that hold in the published order": held(results),
        "steps that hold in reverse order": backwards(results),
    }
    for name in READINGS:
        strict = [case.strict[name] for case in cases]
        rows[f"  in order, {name}"] = held(strict)
        rows[f"  reversed, {name}"] = backwards(strict)
    return rows | {
        "studies whose goal is reachable": mean(float(one.goal_reached) for one in results),
        "findings per component in the default list (median)": median(
            case.findings / len(case.pipeline.components) for case in cases
        ),
    }


def held(results: Sequence[Replay]) -> float:
    """Return the share of all steps that hold in the published order."""
    return sum(step.holds for one in results for step in one.steps) / sum(len(one.steps) for one in results)


def backwards(results: Sequence[Replay]) -> float:
    """Return the share of all steps that hold in reverse order."""
    return sum(one.reversed_holds for one in results) / sum(len(one.steps) for one in results)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="ids such as AML.CS0028; without any, all")
    parser.add_argument("--variants", action="store_true", help="replay the second drawings of the systems")
    parser.add_argument("--verbose", action="store_true", help="say what each study misses")
    arguments = parser.parse_args()
    space = Workspace.builtin()
    folder = FOLDER / "variants" if arguments.variants else FOLDER
    wanted = set(arguments.studies)
    paths = sorted(folder.glob("*.steps.yaml"))
    cases = [
        read_case(path, space)
        for path in paths
        if not (wanted and arguments.variants) or path.name.removesuffix(".steps.yaml") in wanted
    ]
    seen = [case.result for case in cases if case.result.case_study not in HELD_OUT | HELD_OUT_2]
    chosen = [case for case in cases if not wanted or case.result.case_study in wanted]
    samples = by_hand(chosen) if arguments.variants else by_time(chosen)
    if arguments.verbose:
        for case in chosen:
            told(case.result)
    scopes: dict[str, set[str]] = {}
    for rule in space.rules:
        if rule.technique:
            scopes.setdefault(rule.technique, set()).add(rule.scope)
    on_system = {name for name, found in scopes.items() if found & {"target", "exposure", "impact"}}
    off_system = [name for name, found in scopes.items() if found - {"propagation"} == {"adversary"}]
    columns = {name: rows_of(sample, seen, on_system) for name, sample in samples.items() if sample}
    print(f"{'':54} " + " ".join(f"{name:>10}" for name in columns))
    for row in next(iter(columns.values()), {}):
        values = (column[row] for column in columns.values())
        print(f"{row:54} " + " ".join(f"{figure(value):>10}" for value in values))
    print(f"{'techniques of scope adversary only':54} {len(off_system):10}")
    print(f"{'leaves whose negation fails a test of the rule':54} {mutation.score(space)[0]:10.3f}")

    print_in_vain([case.result for case in chosen], on_system)
    print_attributes([case.pipeline for case in chosen], space)


def by_time(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Return the studies by the time at which they were modelled."""
    return {
        "in sample": [case for case in cases if case.result.case_study not in HELD_OUT | HELD_OUT_2],
        "held out": [case for case in cases if case.result.case_study in HELD_OUT],
        "held out 2": [case for case in cases if case.result.case_study in HELD_OUT_2],
        "all": list(cases),
    }


def by_hand(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Return the second drawings by who drew them: every third study is by the same hand."""
    names = ("hand A", "hand B", "hand C")
    return {
        name: [case for case in cases if int(case.result.case_study[-4:]) % 3 == turn]
        for turn, name in enumerate(names)
    } | {"all": list(cases)}


def figure(value: float) -> str:
    """Return a count as it is, a share with three digits."""
    return str(value) if isinstance(value, int) else f"{value:.3f}"


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
