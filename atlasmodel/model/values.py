"""Check one value as a user wrote it: an id, a date, a currency, an attribute."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from atlasmodel._ids import MAX_ID, is_identifier
from atlasmodel.errors import nearest, shown
from atlasmodel.model.kinds import Attribute, Value

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RESERVED = {"components": ("adversary",)}  # facts live at a component or, by this word, with the adversary
_WANTED = {
    "bool": "true, false or unknown",
    "number": "a number of at most 1e15",
    "text": "a text; put it in quotes",
    "date": "a date such as 2026-11-30",
}


def is_date(text: str) -> bool:
    """Tell whether a text is a calendar date such as 2026-11-30."""
    try:
        return _DATE.fullmatch(text) is not None and dt.date.fromisoformat(text) is not None
    except ValueError:
        return False


def _date(text: str) -> str:
    if not is_date(text):
        raise ValueError("should be a date such as 2026-11-30")
    return text


def _currency(text: str) -> str:
    if not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        raise ValueError("should be a currency of three letters such as USD")
    return text


# The pattern is for the schema; the check itself says what is wanted.
Date = Annotated[str, AfterValidator(_date), Field(json_schema_extra={"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})]
Currency = Annotated[str, AfterValidator(_currency), Field(json_schema_extra={"pattern": "^[A-Z]{3}$"})]


def check_id(text: str, section: str) -> tuple[str | None, str | None]:
    """Return what is wrong with an id and a hint.

    >>> check_id("card-events", "components"), check_id("adversary", "components")[0]
    ((None, None), '`adversary` is a reserved word and cannot be an id')
    """
    if len(text) > MAX_ID:
        return f"`{shown(text)}` is too long for an id", f"an id has at most {MAX_ID} characters"
    if not is_identifier(text):
        hint = "ids are ASCII letters, digits, `-`, `_` and `.`, first a letter or digit; other names go into `title`"
        return f"`{shown(ascii(text)[1:-1])}` cannot be an id", hint
    if text.casefold() in _RESERVED.get(section, ()):
        return f"`{text}` is a reserved word and cannot be an id", None
    return None, None


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
        return None, f"`{attribute.id}` is {shown(written, 40)}, which is none of its values", _hint(attribute, written)
    if not _FITS[attribute.type](written):
        return None, f"`{attribute.id}` is {shown(written, 40)}", f"write {_WANTED[attribute.type]}"
    # 5 and 5.0 are one number, and give one digest.
    return int(written) if isinstance(written, float) and written.is_integer() else written, None, None


_FITS: Mapping[str, Callable[[Any], bool]] = {
    "bool": lambda written: isinstance(written, bool),
    "number": lambda written: (
        isinstance(written, int | float) and not isinstance(written, bool) and abs(written) <= 1e15
    ),
    "text": lambda written: isinstance(written, str),
    "date": lambda written: isinstance(written, str) and is_date(written),
}


def _check_set(attribute: Attribute, written: Any) -> tuple[Value, str | None, str | None]:
    items = written if isinstance(written, list | tuple) else [written]
    for item in items:
        if not isinstance(item, str) or item not in attribute.values:
            return (
                None,
                f"`{attribute.id}` holds {shown(item, 40)}, which is none of its values",
                _hint(attribute, item),
            )
    return tuple(dict.fromkeys(items)), None, None


def _hint(attribute: Attribute, written: Any) -> str:
    return nearest(str(written), attribute.values) or f"one of {', '.join(attribute.values)}"
