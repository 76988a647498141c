"""Write one table of an assessment as Parquet, where pandas has an engine for it."""

from __future__ import annotations

from io import BytesIO

from atlasmodel.assessment import Assessment
from atlasmodel.errors import MissingTool, Problem
from atlasmodel.export.frames import frame


def parquet(assessment: Assessment, *, table: str = "findings") -> bytes:
    """One table as Parquet (needs pyarrow or fastparquet)."""
    content = BytesIO()
    rows = frame(assessment, table)
    try:
        rows.to_parquet(content, index=False)
    except ImportError:
        hint = "install it: pip install pyarrow"
        raise MissingTool(Problem("AM305", "pandas finds nothing that writes Parquet", hint=hint)) from None
    return content.getvalue()
