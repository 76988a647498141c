"""What several test files ask: examples, assessed as anybody would or analysed in few worlds."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from atlasmodel.analysis import Analysis, analyse
from atlasmodel.assessment import Assessment, assess
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"


def pytest_configure() -> None:
    """Let the collector of cycles look less often: what tests share stays, and is much."""
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session")
def assessed_fraud() -> Assessment:
    """Return the assessment of the fraud example."""
    space = Workspace.builtin()
    return assess(read_pipeline(EXAMPLES / "fraud-scoring.yaml", space.vocabulary), space)


@pytest.fixture(scope="session", params=["fraud-scoring.yaml", "support-assistant.yaml"])
def analysed(request: pytest.FixtureRequest) -> Analysis:
    space = Workspace.builtin()
    pipeline = read_pipeline(EXAMPLES / request.param, space.vocabulary)
    return analyse(pipeline, space, WorldSet(256, 3, space.vocabulary.attributes))
