"""Write one table of an assessment as CSV."""

from __future__ import annotations

from csv import writer
from io import StringIO
from typing import Any

from atlasmodel._text import csv_cell
from atlasmodel.assessment import Assessment
from atlasmodel.export.frames import table as table_of


def csv(assessment: Assessment, *, table: str = "findings", raw: bool = False) -> str:
    """One table as CSV: findings, goals, coverage, paths, steps, questions, measures, components or flows.

    Text that a spreadsheet would take as a formula has an apostrophe in front; `raw` leaves it as it is.
    """
    chosen = table_of(table)
    page = StringIO()
    lines = writer(page, lineterminator="\n")
    lines.writerow(chosen.columns)
    for row in chosen.rows(assessment):
        lines.writerow([_cell(value, raw=raw) for value in row])
    return page.getvalue()


def _cell(value: Any, *, raw: bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value) if raw else csv_cell(value)
