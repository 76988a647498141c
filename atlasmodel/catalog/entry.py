"""One object of a catalogue file: its values by name and type, every mistake noted where it stands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from atlasmodel._yaml import Document, PathKey
from atlasmodel.catalog.records import Reference
from atlasmodel.errors import CatalogError, Problem

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?:T.*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """Read one mapping. Names are tried in order, since formats renamed their keys; a missing value is empty or None.

    `problems` is shared by all entries of a document, so that one error can tell all of them (AM206).
    """

    document: Document
    path: PathKey
    data: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def root(cls, document: Document) -> Entry:
        """Return the entry of the whole document."""
        return cls(document, (), document.data)

    def check(self) -> None:
        """Raise CatalogError with every problem noted so far, if any."""
        if self.problems:
            raise CatalogError(dict.fromkeys(self.problems))

    def value(self, *names: str) -> tuple[str, Any]:
        """Return the first of these names that has a value, and the value."""
        return next(((name, self.data[name]) for name in names if self.data.get(name) is not None), (names[0], None))

    def text(self, *names: str) -> str | None:
        """Return a text or None."""
        name, value = self.value(*names)
        if value is None or isinstance(value, str):
            return value
        self._wrong(name, "a text")
        return None

    def needed(self, *names: str) -> str:
        """Return a text that must be there and not empty."""
        name, value = self.value(*names)
        if value in (None, ""):
            self._note(name, f"`{name}` is missing")
        return self.text(*names) or ""

    def number(self, name: str) -> int | None:
        """Return a whole number or None."""
        value = self.data.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self._wrong(name, "a whole number")
        return None

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return a list of texts."""
        name, values = self.value(*names)
        if values is None:
            return ()
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return tuple(values)
        self._wrong(name, "a list of texts")
        return ()

    def date(self, *names: str) -> dt.date | None:
        """Return a date; year and month alone, and timestamps, count as their first day."""
        name, value = self.value(*names)
        parts = _DAY.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
        try:
            if parts:
                return dt.date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1))
        except ValueError as error:
            self._note(name, f"`{value}` is no date: {error}")
            return None
        if value is not None:
            self._wrong(name, "a date like 2026-09-15")
        return None

    def entry(self, name: str) -> Entry:
        """Return the mapping under a name; an empty one when it is missing."""
        data = self.data.get(name)
        if data is not None and not isinstance(data, dict):
            self._wrong(name, "a mapping")
        return Entry(self.document, (*self.path, name), data if isinstance(data, dict) else {}, self.problems)

    def each(self, *names: str) -> Iterator[Entry]:
        """Yield the mappings of a list, or the values of a mapping of mappings."""
        name, values = self.value(*names)
        if isinstance(values, list | dict):
            for key, value in values.items() if isinstance(values, dict) else enumerate(values):
                if isinstance(value, dict):
                    yield Entry(self.document, (*self.path, name, key), value, self.problems)
                else:
                    self._wrong(name, "made of mappings", key)
        elif values is not None:
            self._wrong(name, "a list or a mapping")

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a list of pairs of texts."""
        rows = self.data.get(name, [])
        for row in rows if isinstance(rows, list) else [rows]:
            if not (isinstance(row, list) and len(row) == 2 and all(isinstance(part, str) for part in row)):
                self._wrong(name, "a list of pairs of texts")
                return ()
        return tuple((row[0], row[1]) for row in rows)

    def references(self) -> tuple[Reference, ...]:
        """Return the public sources named under `references`."""
        return tuple(Reference(one.text("title") or "", one.text("url") or "") for one in self.each("references"))

    def _wrong(self, name: str, wanted: str, *below: str | int) -> None:
        self._note(name, f"`{name}` is not {wanted}", *below)

    def _note(self, name: str, message: str, *below: str | int) -> None:
        who = self.data.get("id") or next((part for part in reversed(self.path) if isinstance(part, str)), "")
        whose = f" in {who}" if who else ""
        self.problems.append(Problem("AM206", message + whose, self.document.span(*self.path, name, *below)))
