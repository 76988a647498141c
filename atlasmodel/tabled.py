"""What a document holds, as data frames; their columns are in `docs/assessment.md`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlasmodel import plugins
from atlasmodel.document import Frozen

if TYPE_CHECKING:
    import pandas as pd


def table_of(records: Sequence[Frozen]) -> pd.DataFrame:
    """Return records as a table, a row each."""
    import pandas as pd

    return pd.DataFrame([record.model_dump() for record in records])


class Tabled:
    """Give the parts of a document as tables; pandas is loaded when one is asked for."""

    def findings_frame(self) -> pd.DataFrame:
        """Return the findings as a table: one row each; the columns of all frames are in `docs/assessment.md`."""
        return self._frame("findings")

    def goals_frame(self) -> pd.DataFrame:
        """Return the goals as a table: one row for each end and adversary."""
        return self._frame("goals")

    def coverage_frame(self) -> pd.DataFrame:
        """Return the techniques of the release as a table: findings by status, measures by state."""
        return self._frame("coverage")

    def paths_frame(self) -> pd.DataFrame:
        """Return the attack paths as a table: one row for each step of each path."""
        return self._frame("paths")

    def questions_frame(self) -> pd.DataFrame:
        """Return the open questions as a table: one row each."""
        return self._frame("questions")

    def measures_frame(self) -> pd.DataFrame:
        """Return the measures as a table: one row for each measure and place."""
        return self._frame("measures")

    def components_frame(self) -> pd.DataFrame:
        """Return the components as a table: one row each, with the findings counted."""
        return self._frame("components")

    def _frame(self, name: str) -> pd.DataFrame:
        frame: pd.DataFrame = plugins.shipped("frames").frame(self, name)
        return frame
