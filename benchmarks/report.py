"""Measure the HTML report: its size, the seconds to write it, and in a browser the time to open and to filter.

    python benchmarks/report.py                        # the example of the README
    python benchmarks/report.py --size 2400            # a generated pipeline, about 3,000 findings
    python benchmarks/report.py --document a.json      # an assessment that was written before

The browser part needs Playwright and a Chromium; without them it is left out. A filter counts from the event to the end
of the next painted frame; the figure is the longest of ten changes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from generate import generate

from atlasmodel.assessment import Assessment, assess
from atlasmodel.export.html import html
from atlasmodel.model.reader import read_pipeline
from atlasmodel.options import Options

EXAMPLE = Path(__file__).parents[1] / "examples" / "fraud-scoring.yaml"
QUICK = Options(worlds=64, removes=0, measures=50, questions=50)  # the report is measured, not the assessment
FILTER = """async () => {
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  const timed = async (change) => {
    const start = performance.now(); change(); document.body.offsetHeight; const busy = performance.now() - start;
    await frame(); times.push([busy, performance.now() - start]);
  };
  const pick = (id, value) => {
    const choice = document.getElementById(id); choice.value = value; choice.dispatchEvent(new Event("change"));
  };
  const boxes = [...document.querySelectorAll("input[name=severity]")];
  document.getElementById("findings").scrollIntoView(); await frame();
  for (const box of boxes) await timed(() => box.click());
  for (const box of boxes) await timed(() => box.click());
  const technique = document.querySelector("#technique option:nth-child(2)").value;
  await timed(() => pick("technique", technique));
  await timed(() => pick("technique", ""));
  await timed(() => pick("certainty", "unknown"));
  await timed(() => pick("certainty", ""));
  return [Math.max(...times.map(t => t[0])), Math.max(...times.map(t => t[1]))];
}"""


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, help="number of components")
    parser.add_argument("--document", type=Path, help="an assessment in JSON")
    given = parser.parse_args()
    assessment = _assessed(given.size, given.document)
    started = time.perf_counter()
    page = html(assessment)
    seconds = time.perf_counter() - started
    print(f"{len(assessment.pipeline.components)} components, {len(assessment.findings)} findings")
    print(f"html: {len(page.encode()) / 1e6:.2f} MB, written in {seconds:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        _open(file)


def _assessed(size: int | None, document: Path | None) -> Assessment:
    if document:
        return Assessment.from_json(document.read_text(encoding="utf-8"))
    if size is None:
        return assess(read_pipeline(EXAMPLE))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pipeline.json"
        file.write_text(json.dumps(generate(size)), encoding="utf-8")
        return assess(read_pipeline(file), options=QUICK)


def _open(file: Path) -> None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("browser: Playwright is not installed")
        return
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("browser: no Chromium is installed")
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        started = time.perf_counter()
        page.goto(file.as_uri())
        opened = time.perf_counter() - started
        busy, painted = page.evaluate(FILTER)
        print(f"browser: opened in {opened:.1f} s; a filter takes {busy:.0f} ms, {painted:.0f} ms until painted")
        browser.close()


if __name__ == "__main__":
    main()
