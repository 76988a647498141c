"""What the tests of the organisation share: one workspace, and one assessor that works out each pipeline once."""

from __future__ import annotations

import pytest

from atlasmodel.governance import Assessor
from atlasmodel.workspace import Workspace


@pytest.fixture(scope="session")
def assessor() -> Assessor:
    return Assessor(Workspace.builtin())
