"""The statements of the paper that checks carry out, in our own words, read from data."""

from __future__ import annotations

from functools import cache
from typing import Literal

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel.errors import CatalogError, Problem


class Statement(Record):
    """Be one statement: its number in reading order, what sort it is, what it says."""

    id: int | str
    sort: Literal["claim", "recommendation", "definition", "action"]
    says: str


@cache
def builtin_statements() -> tuple[Statement, ...]:
    """Return the 68 statements and six recommended actions, in reading order.

    >>> len(builtin_statements())
    74
    """
    path = data_root() / "catalogs" / "organisation" / "statements.yaml"
    document = _yaml.read(path, name=f"organisation/{path.name}")
    found: list[Statement] = []
    problems: list[Problem] = []
    for index, data in enumerate(document.data if isinstance(document.data, list) else []):
        record, wrong = validate(Statement, data, document, (index,), "AM290")
        found += [record] if record else []
        problems += wrong
    if problems or not found:
        raise CatalogError(problems or [Problem("AM290", "a list of statements is expected", document.span())])
    return tuple(found)
