"""What the documentation says is so: doctests pass, commands run, links lead somewhere."""

import doctest
import importlib
import pkgutil
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import pytest

import atlasmodel
from atlasmodel.assessment import Assessment, assess
from atlasmodel.cli.app import run
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.options import Options
from atlasmodel.workspace import Workspace

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(atlasmodel.__path__, "atlasmodel.")
    if not module.name.endswith("__main__")
)
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*.md"),
        *(ROOT / "mitigations").glob("*.md"),
    ]
)
COMMANDS = sorted({
    line.split("#")[0].strip()
    for page in PAGES
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("atlasmodel ")
})  # fmt: skip


@pytest.mark.parametrize("name", ["atlasmodel", *MODULES])
def test_doctests(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_map_for_contributors_names_every_package_in_the_order_of_the_layers() -> None:
    told = re.findall(r"^  \| `(\w+)/` \|", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(f.parent.name for f in (ROOT / "atlasmodel").glob("*/__init__.py"))
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    floors = [set(layer.split(" | ")) for layer in reversed(contracts[0]["layers"])]
    heights = [next(height for height, floor in enumerate(floors) if package in floor) for package in told]
    assert heights == sorted(heights)


@pytest.fixture(scope="session")
def assessments() -> dict[tuple[str, Options], Assessment]:
    """What commands have assessed so far: most of them speak of the same few files."""
    return {}


@pytest.fixture
def assess_once(monkeypatch: pytest.MonkeyPatch, assessments: dict[tuple[str, Options], Assessment]) -> None:
    """Let commands share the assessment of a pipeline that stands alone."""

    def once(pipeline: Pipeline, workspace: Workspace | None = None, options: Options | None = None) -> Assessment:
        space, bounds = workspace or Workspace.builtin(), options or Options()
        if pipeline.around is not None or space is not Workspace.builtin():
            return assess(pipeline, space, bounds)
        if (pipeline.digest, bounds) not in assessments:
            assessments[pipeline.digest, bounds] = assess(pipeline, space, bounds)
        return assessments[pipeline.digest, bounds]

    for module in ("assessment", "governance"):
        monkeypatch.setattr(f"atlasmodel.{module}.assess", once)


@pytest.mark.usefixtures("assess_once")
@pytest.mark.parametrize("command", COMMANDS)
def test_commands_of_the_documentation_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("examples",):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)
    if ">" in words:
        words = words[: words.index(">")]
    code = run(words[1:])
    said = capsys.readouterr()
    assert code in (0, 1), said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_output_in_the_readme_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (block,) = re.findall(r"```text\n\$ (atlasmodel .*?)```", README, re.DOTALL)
    command, *shown = block.splitlines()
    monkeypatch.chdir(ROOT)
    assert run(shlex.split(command)[1:]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line not in (*printed, "...")] == []


def test_the_pipeline_in_the_readme_is_sound_and_that_of_its_python(tmp_path: Path) -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (script,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "pipeline.yaml").write_text(written, encoding="utf-8")
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    read = atlasmodel.read(tmp_path / "pipeline.yaml")
    built = runpy.run_path(str(tmp_path / "script.py"))["b"].build()
    assert [(one.id, one.kind) for one in read.components] == [(one.id, one.kind) for one in built.components]
    assert [flow.id for flow in read.flows] == [flow.id for flow in built.flows]


def test_the_pipeline_of_its_page_is_sound_and_names_every_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "pipeline.yaml"
    file.write_text(written, encoding="utf-8")
    assert run(["check", str(file)]) == 0
    assert "warning" not in capsys.readouterr().err
    assessment = atlasmodel.assess(atlasmodel.read(file))
    assert [item.in_force for item in assessment.accepted] == [True]
    assert not [note for note in assessment.notes if "matches nothing" in note]
    sections = {
        "zones",
        "components",
        "flows",
        "controls",
        "assets",
        "adversaries",
        "accept",
        "organisation",
        "include",
    }
    assert sections <= set(re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE))


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) >= 5


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "build_in_python.py"), run_name="__main__")
    assert capsys.readouterr().out.strip()
