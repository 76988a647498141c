"""Print seconds and peak memory for pipelines of 10 to 3,000 components, step by step, and how they grow.

    python benchmarks/scale.py [--chain] [SIZE …]

Each size runs in a process of its own, so that its peak memory is its own. `read` is the file to Pipeline, `match` the
rules, `chain` the attack graph and its fixed points, `assess` everything, match and chain included. With `--chain` that
is where it ends, so that 100,000 components take seconds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = (10, 30, 100, 300, 1000, 3000)
READABLE = 30_000  # components; the reader refuses larger files, and the records are made from plain data
FIGURES = ("read", "match", "chain", "assess", "peak_mib")


def measure(size: int, *, whole: bool = True) -> dict[str, float]:
    """Return the figures of one size, in seconds of CPU and MiB; the assessment only of the whole."""
    from atlasmodel.assessment import assess
    from atlasmodel.attack.graph import build_graph
    from atlasmodel.attack.starts import adversaries_of, start_of
    from atlasmodel.match.engine import match
    from atlasmodel.model.reader import read_pipeline
    from atlasmodel.workspace import Workspace

    sys.path.insert(0, str(Path(__file__).parent))
    from generate import generate

    space = Workspace.builtin()
    document = generate(size, seed=7)
    if size > READABLE:
        read, pipeline = timed(lambda: assembled(document))
    else:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pipeline.json"
            file.write_text(json.dumps(document), encoding="utf-8")
            read, pipeline = timed(lambda: read_pipeline(file, space.vocabulary))
    matched, groundings = timed(lambda: match(pipeline, space.rules, space.vocabulary))

    def chain() -> None:
        graph = build_graph(groundings, space.vocabulary.tokens)
        for adversary in adversaries_of(pipeline):
            start = start_of(adversary, pipeline, space.vocabulary)
            graph.reach(start.names(certain=True), certain=True)
            graph.reach(start.names(certain=False), certain=False)

    chained, _ = timed(chain)
    assessed = timed(lambda: assess(pipeline, space))[0] if whole else 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
    return {"read": read, "match": matched, "chain": chained, "assess": assessed, "peak_mib": peak}


def assembled(document: dict[str, Any]) -> Any:
    """Return a pipeline made from the records that a file would be read into."""
    from atlasmodel.model.pipeline import Adversary, Asset, Component, Flow, Pipeline, Zone

    def values(data: dict[str, Any], *others: str) -> dict[str, Any]:
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data.items()
            if name not in others
        }

    counts: dict[str, int] = {}
    flows = []
    for data in document["flows"]:
        stem = f"{data['from']}>{data['to']}:{data['kind']}"
        counts[stem] = counts.get(stem, 0) + 1
        flows.append(
            Flow(
                id=f"{stem}#{counts[stem]}", source=data["from"], target=data["to"], kind=data["kind"],
                attributes=values(data, "from", "to", "kind"),
            )
        )  # fmt: skip
    return Pipeline(
        name=document["name"],
        zones=tuple(Zone(id=name, **data) for name, data in document["zones"].items()),
        components=tuple(
            Component(
                id=name, kind=data["kind"], zone=data["zone"], holds=tuple(data.get("holds", ())),
                attributes=values(data, "kind", "zone", "holds"),
            )
            for name, data in document["components"].items()
        ),
        flows=tuple(flows),
        assets=tuple(Asset(id=name, **data) for name, data in document["assets"].items()),
        adversaries=tuple(
            Adversary(id=name, profile=data["profile"], at=(data["at"],) if "at" in data else ())
            for name, data in document["adversaries"].items()
        ),
    )  # fmt: skip


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds that some work took, and its result."""
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def main(arguments: list[str]) -> None:
    """Measure every size in its own process and print a table with the growth from row to row."""
    whole = "--chain" not in arguments
    arguments = [argument for argument in arguments if argument != "--chain"]
    if arguments[:1] == ["--one"]:
        print(json.dumps(measure(int(arguments[1]), whole=whole)))
        return
    sizes = [int(argument) for argument in arguments] or list(SIZES)
    print(f"{'components':>10} " + " ".join(f"{name:>9}" for name in FIGURES))
    rows = {}
    for size in sizes:
        done = subprocess.run(
            [sys.executable, __file__, *([] if whole else ["--chain"]), "--one", str(size)],
            capture_output=True,
            text=True,
            check=True,
        )
        rows[size] = json.loads(done.stdout)
        print(f"{size:>10} " + " ".join(f"{rows[size][name]:>9.2f}" for name in FIGURES), flush=True)
    for small, large in ((1000, 3000), (10_000, 100_000)):
        if small in rows and large in rows:
            ratios = (rows[large][name] / rows[small][name] if rows[small][name] else 0.0 for name in FIGURES)
            print(f"{'growth':>10} " + " ".join(f"{ratio:>9.2f}" for ratio in ratios))


if __name__ == "__main__":
    main(sys.argv[1:])
