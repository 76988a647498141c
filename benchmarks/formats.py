"""Measure every format: size, and seconds to write it.

    python benchmarks/formats.py               # the example of the README
    python benchmarks/formats.py --size 3000   # a generated pipeline of 3,000 components

Drawings are left out where Graphviz is missing or the pipeline is too large for one.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from generate import generate

from atlasmodel import plugins
from atlasmodel.assessment import assess
from atlasmodel.errors import AtlasModelError
from atlasmodel.model.reader import read_pipeline

VARIANTS = [("json", {"part": "findings"}), ("stix", {"findings": "vulnerabilities"}), ("graphml", {"graph": "attack"})]
EXAMPLE = Path(__file__).parents[1] / "examples" / "fraud-scoring.yaml"


def main() -> None:
    """Print one line a format."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, help="number of components")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.json" if given.size else EXAMPLE
        if given.size:
            file.write_text(json.dumps(generate(given.size, given.seed)), encoding="utf-8")
        pipeline = read_pipeline(file)
    started = time.perf_counter()
    assessment = assess(pipeline)
    seconds = time.perf_counter() - started
    counts = f"{len(assessment.pipeline.components)} components, {len(assessment.findings)} findings"
    print(f"{counts}, {seconds:.1f} s to assess")
    for name, options in [*((name, {}) for name in plugins.names()), *VARIANTS]:
        told = " ".join([name, *(f"{key}={value}" for key, value in options.items())])
        started = time.perf_counter()
        try:
            content = plugins.exporter(name).render(assessment, **options)
        except AtlasModelError as error:
            print(f"{told:32} {error.problems[0].code}")
            continue
        size = len(content) if isinstance(content, bytes) else len(content.encode())
        print(f"{told:32} {size / 1024:10,.0f} KiB {time.perf_counter() - started:8.2f} s")


if __name__ == "__main__":
    main()
