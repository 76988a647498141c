"""Measure how high a modelled case study ranks among all published ones when its own model is asked for the like.

python benchmarks/similar.py             the table, and the ranks one by one
python benchmarks/similar.py --common    the section `common` of catalogs/similarity.yaml, measured anew
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from statistics import mean, median

from case_studies import FOLDER, HELD_OUT, HELD_OUT_2

from atlasmodel.attack.graph import build_graph
from atlasmodel.attack.starts import adversaries_of, start_of
from atlasmodel.cases.procedure import Stage, scope_of
from atlasmodel.cases.similarity import similar_cases
from atlasmodel.cases.theatre import ON_SYSTEM
from atlasmodel.match.engine import match
from atlasmodel.match.formula import is_listed
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import read_pipeline
from atlasmodel.replay import read_script
from atlasmodel.workspace import Workspace


def models(space: Workspace) -> dict[str, Pipeline]:
    """Return the modelled target systems by the id of their study."""
    paths = (path for path in sorted(FOLDER.glob("*.yaml")) if not path.name.endswith(".steps.yaml"))
    return {path.stem: read_pipeline(path, space.vocabulary) for path in paths}


def common(pipelines: Mapping[str, Pipeline], space: Workspace) -> dict[str, float]:
    """Return in which share of the systems each technique on the system can be done: certainly 1, possibly 1/2.

    One system in which it can and one in which it cannot are added, so that no share is 0 or 1.
    """
    studies = space.catalog.case_studies
    names = sorted({step.technique for study in studies for step in study.steps})
    names = [name for name in names if scope_of(name, space.catalog, space.rules) in ON_SYSTEM]
    found = dict.fromkeys(names, 1.0)
    for pipeline in pipelines.values():
        groundings = [item for item in match(pipeline, space.rules, space.vocabulary) if is_listed(item.formula)]
        graph = build_graph(groundings, space.vocabulary.tokens)
        stage = Stage(groundings, graph, space.catalog)
        start = start_of(adversaries_of(pipeline)[0], pipeline, space.vocabulary)
        reached = {side: graph.reach(start.names(certain=side), certain=side).steps for side in (True, False)}
        for name in names:
            numbers = [graph.number_of[item.id] for item in stage.candidates(name) if item.id in graph.number_of]
            found[name] += max(
                (share for side, share in ((True, 1.0), (False, 0.5)) if any(n in reached[side] for n in numbers)),
                default=0.0,
            )
    return {name: round(value / (len(pipelines) + 2), 3) for name, value in found.items()}


def well_placed(name: str, pipeline: Pipeline, space: Workspace, within: int) -> float | None:
    """Return the share of the own study's steps shown at their place of the side file or beside; None if not named."""
    script = read_script(FOLDER / f"{name}.steps.yaml")
    cases = {case.id: case for case in similar_cases(pipeline, space, 100)}
    if name not in cases:
        return None
    pairs = [
        (told.at, shown.at) for told, shown in zip(script.steps, cases[name].steps, strict=True) if told.at and shown.at
    ]
    joined = {frozenset((flow.source, flow.target)) for flow in pipeline.flows}
    good = sum(told == shown or (within > 0 and frozenset((told, shown)) in joined) for told, shown in pairs)
    return good / max(1, len(pairs))


def main() -> None:
    """Print the ranks of the own studies, or how common each technique is."""
    space = Workspace.builtin()
    pipelines = models(space)
    if "--common" in sys.argv:
        print("common:")
        seen = {name: pipeline for name, pipeline in pipelines.items() if name not in HELD_OUT | HELD_OUT_2}
        for name, share in common(seen, space).items():
            print(f"  {name}: {share}")
        return
    started = time.process_time()
    found = {name: [case.id for case in similar_cases(model, space, 100)] for name, model in pipelines.items()}
    spent = time.process_time() - started
    worst = len(space.catalog.case_studies)
    samples = {
        "in sample": found.keys() - HELD_OUT - HELD_OUT_2,
        "held out": found.keys() & HELD_OUT,
        "held out 2": found.keys() & HELD_OUT_2,
    }
    print(f"{'':36} " + " ".join(f"{name:>10}" for name in samples))
    rank = {name: cases.index(name) + 1 if name in cases else worst for name, cases in found.items()}
    for within in (1, 3, 5):
        shares = (sum(rank[name] <= within for name in names) / len(names) for names in samples.values())
        print(f"{f'own study among the first {within}':36} " + " ".join(f"{share:10.3f}" for share in shares))
    own = (sum(name in found[name] for name in names) / len(names) for names in samples.values())
    print(f"{'own study named at all':36} " + " ".join(f"{share:10.3f}" for share in own))
    for within, word in ((0, "at its place"), (1, "there or beside it")):
        shares = (
            mean(
                share
                for name in sorted(names)
                if (share := well_placed(name, pipelines[name], space, within)) is not None
            )
            for names in samples.values()
        )
        print(f"{f'steps shown {word}':36} " + " ".join(f"{share:10.3f}" for share in shares))
    lengths = (median(len(found[name]) for name in names) for names in samples.values())
    print(f"{'studies named for a model, median':36} " + " ".join(f"{length:10g}" for length in lengths))
    print(f"\n{spent / len(found):.2f} CPU seconds a model; ranks other than 1:")
    print("  ".join(f"{name} {rank[name]}" for name in sorted(rank) if rank[name] > 1))


if __name__ == "__main__":
    main()
