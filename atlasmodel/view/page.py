"""The page of one party as a document: plain sentences, and tables of figures as rows."""

from __future__ import annotations

from typing import Any

from atlasmodel.document import Frozen
from atlasmodel.govern.reading import Verdict

SCHEMA = "atlasmodel/view/1"
NO_DATE = "no date is set"


class Concern(Frozen):
    """Say one thing that is not in order, or not known, with the cases (`items`, and `more` that are not listed)."""

    check: str
    title: str
    result: Verdict
    says: str
    items: tuple[str, ...]
    more: int
    why: str


class Ask(Frozen):
    """Say what the reader is asked to do, by which day (YYYY-MM-DD or no date), why, and which role of theirs it is."""

    what: str
    by: str
    overdue: bool
    why: str
    check: str
    role: str


class Table(Frozen):
    """Hold figures: plain rows, and for every heading the pattern by which a row is shown."""

    title: str
    columns: dict[str, str]
    rows: tuple[dict[str, Any], ...]
    more: int = 0
    note: str | None = None


class View(Frozen):
    """Hold the page of one party on one organisation and day."""

    schema_: str = SCHEMA
    view: str
    reader: str
    organisation: str
    as_of: str | None
    about: str
    summary: tuple[str, ...]
    part: tuple[str, ...]
    concerns: tuple[Concern, ...]
    asked: tuple[Ask, ...]
    figures: dict[str, Table]
    in_order: tuple[str, ...]
    glossary: dict[str, str]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data in the shape of the published schema."""
        plain = self.model_dump(mode="json")
        return {"schema": plain.pop("schema_"), **plain}
