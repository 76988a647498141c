"""The tutorial runs from its first cell to its last; objects show a drawing in a notebook, and text without Graphviz."""

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.attack.tree import AttackTree
from atlasmodel.model.reader import read_pipeline

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "examples" / "notebooks" / "tutorial.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The cells of the tutorial after a run in an empty folder."""
    nbclient = pytest.importorskip("nbclient", reason="install the extra `dev` to run notebooks")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel", reason="install the extra `dev` to run notebooks")
    notebook = nbformat.read(TUTORIAL, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return list(notebook.cells)


def test_the_tutorial_is_stored_without_outputs() -> None:
    cells = [cell for cell in json.loads(TUTORIAL.read_text())["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 10
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_cell_of_the_tutorial_runs(executed: list[Any]) -> None:
    code = [cell for cell in executed if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [set(output.data) for output in outputs if output.output_type == "execute_result"]
    assert sum("text/html" in kinds for kinds in shown) >= 5  # tables
    drawn = sum("image/svg+xml" in kinds for kinds in shown)
    assert drawn >= 3 if shutil.which("dot") else drawn == 0


@pytest.mark.parametrize("which", ["pipeline", "assessment", "tree"])
def test_objects_show_themselves(assessment: Assessment, tree: AttackTree, which: str) -> None:
    pipeline = read_pipeline(ROOT / "examples" / "fraud-scoring.yaml")
    shown: Any = {"pipeline": pipeline, "assessment": assessment, "tree": tree}[which]
    bundle = shown._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"].strip()
    if shutil.which("dot"):
        assert ElementTree.fromstring(bundle["image/svg+xml"]).tag.endswith("svg")


@pytest.mark.usefixtures("no_graphviz")
def test_without_graphviz_objects_show_as_text(assessment: Assessment, tree: AttackTree) -> None:
    for shown in (assessment, tree):
        assert set(shown._repr_mimebundle_()) == {"text/plain"}


def test_a_path_shows_its_steps(assessment: Assessment) -> None:
    path = assessment.paths(limit=1)[0]
    bundle = path._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    assert all(step.title in bundle["text/plain"] for step in path.steps)
    hostile = path.model_copy(
        update={"steps": (path.steps[0].model_copy(update={"title": "<script>alert(1)</script>"}),)}
    )
    assert "<script" not in hostile._repr_mimebundle_()["text/html"]
