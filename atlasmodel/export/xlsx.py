"""Write all tables of an assessment into one spreadsheet, in which every text stays text."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.errors import MissingTool, Problem
from atlasmodel.export.frames import NUMBER, TABLES, TEXT
from atlasmodel.export.machine import date_of

MAX_CELL = 32_767  # of the format
CUT = " … (cut)"
MAX_ROWS = 1_048_575
WIDTHS = {TEXT: 24, NUMBER: 12}


def xlsx(assessment: Assessment, *, date: str | None = None) -> bytes:
    """Spreadsheet with every table on a sheet of its own (needs the extra `xlsx`).

    `date` is the day on which the file says it was made.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        hint = 'install it: pip install "atlasmodel[xlsx]"'
        raise MissingTool(Problem("AM304", "XlsxWriter is not installed", hint=hint)) from None
    content = BytesIO()
    texts_stay_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made = dt.datetime.fromisoformat(date_of(assessment, date))
    with Workbook(content, {"in_memory": True, "nan_inf_to_errors": False, **texts_stay_text}) as book:
        book.set_properties({"title": visible(assessment.pipeline.name)[:255], "created": made})
        bold = book.add_format({"bold": True})
        for name, table in TABLES.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for column, (title, type) in enumerate(table.columns.items()):
                sheet.set_column(column, column, WIDTHS.get(type, 9))
                sheet.write_string(0, column, title, bold)
            count = 0
            for row in table.rows(assessment):
                if count == MAX_ROWS:
                    break
                count += 1
                for column, value in enumerate(row):
                    _write(sheet, count, column, value)
            sheet.autofilter(0, 0, count, len(table.columns) - 1)
    return content.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None and value != "":
        text = visible(str(value))
        sheet.write_string(row, column, text if len(text) <= MAX_CELL else text[: MAX_CELL - len(CUT)] + CUT)
