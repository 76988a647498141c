"""The worked case of the documentation is what its script prints and draws."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMAGES = ("twin-survival.svg", "twin-losses.svg", "twin-assumptions.svg")


def test_the_worked_case_stands_in_the_documentation_as_it_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = ROOT / "examples" / "twin" / "worked_case.py"
    monkeypatch.setattr("sys.argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    printed = capsys.readouterr().out
    page = (ROOT / "docs" / "twin.md").read_text(encoding="utf-8")
    written = page.partition("<!-- worked case -->\n")[2].partition("<!-- end -->")[0]
    assert printed.strip() == written.replace("```text\n", "").replace("```\n", "").strip()
    for name in IMAGES:
        assert (tmp_path / name).read_text() == (ROOT / "docs" / "images" / name).read_text()
