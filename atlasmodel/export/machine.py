"""What the formats for machines share: a date that is never the clock's, options with choices, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError, Problem, shown
from atlasmodel.model.values import is_date

UNDATED = "1970-01-01"


def date_of(assessment: Assessment, date: str | None = None) -> str:
    """Return the date asked for, else the pipeline's `as_of`, else the newest date in the ATLAS release.

    Raises InputError AM146 for an option that is no date.
    """
    if date is not None and not is_date(str(date)):
        raise InputError(Problem("AM146", f"`date` is {shown(date)}", hint="write a date such as 2026-11-30"))
    return str(date or assessment.pipeline.as_of or assessment.matrix.date or UNDATED)


def timestamp(date: str) -> str:
    """Return a date as STIX writes it.

    >>> timestamp("2026-11-30")
    '2026-11-30T00:00:00.000Z'
    """
    return f"{date}T00:00:00.000Z"


def one_of(option: str, value: str, choices: tuple[str, ...]) -> str:
    """Return an option's value; raise InputError AM147 when it is none of the choices."""
    if value not in choices:
        raise InputError(Problem("AM147", f"`{option}` is {shown(value)}", hint=f"write one of {', '.join(choices)}"))
    return value


def json_text(data: Any) -> str:
    """Return plain data as JSON, one value a line, in the order given, hidden characters spelled out."""
    return json.dumps(shown_plainly(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def place_of(span: str | None) -> tuple[str, int, int] | None:
    """Return file, line and column of a place; None where nothing was read from a file.

    >>> place_of("ml/a.yaml:3:7"), place_of("<stdin>:1:1")
    (('ml/a.yaml', 3, 7), None)
    """
    found = re.fullmatch(r"([^<].*):([1-9][0-9]*):([1-9][0-9]*)", span or "")
    return (found[1], int(found[2]), int(found[3])) if found else None


def in_order(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with its keys in order, since a document read back has another than a fresh one.

    >>> in_order({"b": 1, "a": {"d": 2, "c": 3}})
    {'a': {'c': 3, 'd': 2}, 'b': 1}
    """
    inner = {key: in_order(value) if isinstance(value, dict) else value for key, value in data.items()}
    return dict(sorted(inner.items()))


def shown_plainly(data: Any) -> Any:
    r"""Return plain data with the hidden characters of its texts spelled out.

    >>> shown_plainly({"name": ["a\u202eb", 1]})
    {'name': ['a\\u202Eb', 1]}
    """
    if isinstance(data, str):
        return visible(data)
    if isinstance(data, list | tuple):
        return [shown_plainly(item) for item in data]
    return {key: shown_plainly(item) for key, item in data.items()} if isinstance(data, dict) else data
