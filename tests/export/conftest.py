"""One assessment for all tests of the formats, and one whose every text is hostile."""

import os
from pathlib import Path

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.attack.tree import AttackTree
from atlasmodel.model.builder import PipelineBuilder

TITLES = [
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)" x="',
    "<b>bold</b>",
    "\\N \\l \\G trailing \\",
    'quote " and\nline',
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "[/red] [link](http://evil.example)",
    "=cmd|' /C calc'!A0",
    "::add-mask::secret",
    "%%{init: x}%%",
]


@pytest.fixture(scope="session")
def assessment(assessed_fraud: Assessment) -> Assessment:
    """Return the assessment of the fraud example."""
    return assessed_fraud


@pytest.fixture(scope="session")
def assuming(assessment: Assessment) -> Assessment:
    """Return the same with a first path that counts on something that is not known."""
    worst, *others = assessment.goals
    first, *further = worst.paths
    path = first.model_copy(update={"assumes": {worst.fact: 0.25}})
    goal = worst.model_copy(update={"paths": (path, *further)})
    return assessment.model_copy(update={"goals": (goal, *others)})


@pytest.fixture(scope="session")
def tree(assessment: Assessment) -> AttackTree:
    """Return the tree of its worst goal."""
    return assessment.tree()


@pytest.fixture(scope="session")
def hostile() -> Assessment:
    """Return an assessment of a pipeline whose titles, zone and name attack the reader's tools."""
    builder = PipelineBuilder(TITLES[0], version=TITLES[1], owner=TITLES[2])
    zone = builder.zone("z", trust=0, title=TITLES[3])
    api = builder.add("api", kind="inference_api", zone=zone, exposure="public", title=TITLES[4])
    model = builder.add("model", kind="predictive_model", zone=zone, title=TITLES[5], outputs=["scores"])
    decision = builder.add("decision", kind="decision_process", zone=zone, title=TITLES[6], moves_money=True)
    builder.flow(api, model, kind="serves")
    builder.flow(model, decision, kind="decides")
    for number, title in enumerate(TITLES):
        builder.add(f"more-{number}", kind="dataset", zone=zone, title=title)
    return assess(builder.build())


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take Graphviz away."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published schemas and ATLAS files; they are not part of the project."""
    root = Path(os.environ.get("ATLASMODEL_SHARED", Path(__file__).parents[2].parent / "shared"))
    if not (root / "atlas").is_dir():
        pytest.skip(f"published files are not under {root}; set ATLASMODEL_SHARED to the folder above atlas/")
    return root
