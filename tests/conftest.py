"""What several test files ask: two examples, analysed in few worlds."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.analysis import Analysis, analyse
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module", params=["fraud-scoring.yaml", "support-assistant.yaml"])
def analysed(request: pytest.FixtureRequest) -> Analysis:
    space = Workspace.builtin()
    pipeline = read_pipeline(EXAMPLES / request.param, space.vocabulary)
    return analyse(pipeline, space, WorldSet(256, 3, space.vocabulary.attributes))
