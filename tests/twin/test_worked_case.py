"""The worked case of the documentation is what its script prints and draws."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMAGES = ("twin-survival.svg", "twin-losses.svg", "twin-assumptions.svg")


def test_the_worked_case_stands_in_the_documentation_as_it_comes_out(tmp_path: Path) -> None:
    script = ROOT / "examples" / "twin" / "worked_case.py"
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=True, cwd=ROOT)
    page = (ROOT / "docs" / "twin.md").read_text(encoding="utf-8")
    written = page.partition("<!-- worked case -->\n")[2].partition("<!-- end -->")[0]
    assert done.stdout.strip() == written.replace("```text\n", "").replace("```\n", "").strip()
    for name in IMAGES:
        assert (tmp_path / name).read_text() == (ROOT / "docs" / "images" / name).read_text()
