"""Check one value of an attribute as a user wrote it."""

from __future__ import annotations

import re
from typing import Any

from atlasmodel.errors import nearest
from atlasmodel.model.kinds import Attribute, Value

_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_WANTED = {
    "bool": "true, false or unknown",
    "number": "a number",
    "text": "a text; put it in quotes",
    "date": "a date such as 2026-11-30",
}


def is_date(text: str) -> bool:
    """Tell whether a text is a calendar date such as 2026-11-30."""
    return _DATE.fullmatch(text) is not None


def check_value(attribute: Attribute, written: Any) -> tuple[Value, str | None, str | None]:
    """Return the value, or what is wrong with it and a hint.

    `null` and `unknown` say aloud that the value is not known and come back as None.

    >>> colour = Attribute(id="colour", type="enum", meaning="…", values={"red": "…", "blue": "…"})
    >>> check_value(colour, "rad")
    (None, '`colour` is rad, which is none of its values', 'did you mean red?')
    """
    if written is None or written == "unknown":
        return None, None, None
    if attribute.type == "set":
        return _check_set(attribute, written)
    if attribute.type == "enum":
        if isinstance(written, str) and written in attribute.values:
            return written, None, None
        return None, f"`{attribute.id}` is {_shown(written)}, which is none of its values", _hint(attribute, written)
    fits = {
        "bool": isinstance(written, bool),
        "number": isinstance(written, int | float) and not isinstance(written, bool) and abs(written) <= 1e15,
        "text": isinstance(written, str),
        "date": isinstance(written, str) and _DATE.fullmatch(written) is not None,
    }[attribute.type]
    if fits:
        return written, None, None
    return None, f"`{attribute.id}` is {_shown(written)}", f"write {_WANTED[attribute.type]}"


def _check_set(attribute: Attribute, written: Any) -> tuple[Value, str | None, str | None]:
    items = written if isinstance(written, list | tuple) else [written]
    for item in items:
        if not isinstance(item, str) or item not in attribute.values:
            return None, f"`{attribute.id}` holds {_shown(item)}, which is none of its values", _hint(attribute, item)
    return tuple(dict.fromkeys(items)), None, None


def _hint(attribute: Attribute, written: Any) -> str:
    return nearest(str(written), attribute.values) or f"one of {', '.join(attribute.values)}"


def _shown(written: Any) -> str:
    text = {True: "true", False: "false"}.get(written, str(written)) if isinstance(written, bool) else str(written)
    return text if len(text) <= 40 else f"{text[:37]}…"
