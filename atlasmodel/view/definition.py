"""What goes into the page of each party, as data: which checks and tables, and every sentence."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, packaged, validate
from atlasmodel.errors import CatalogError, InputError, Problem, nearest, shown
from atlasmodel.govern.measures.parties import PARTIES
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.view.filling import places
from atlasmodel.view.tables import TABLES

# What a sentence about all subjects of a check may name; `each` may name any field of its subject as well.
SPOKEN = ("names", "count", "all", "percent", "low", "high", "facts", "question")


class Entry(Record):
    """Say what one check means to one reader.

    `fail` and `unknown` say how it stands, `each` how one case is listed (empty: no list), `lacks` the fields a case
    may miss, in words; `named_by` is a check that names the cases; `mine` keeps the cases of the reader's own
    functions; `by` names the fields that hold a day.
    """

    check: str
    title: str
    fail: str
    unknown: str = ""
    each: str = ""
    lacks: dict[str, str] = Field(default_factory=dict)
    named_by: str | None = None
    mine: bool = False
    why: str
    do: str
    find_out: str = ""
    by: tuple[str, ...] = ()
    good: str = ""


class TableEntry(Record):
    """Say which rows a table shows: how each column reads, at most how many, and what to know of it."""

    table: str
    title: str
    columns: dict[str, str]
    most: int = Field(default=10, ge=1)
    note: str = ""


class Definition(Record):
    """Say what one page holds."""

    reader: str
    party: str
    about: str
    summary: tuple[str, ...]
    concerns: tuple[Entry, ...]
    tables: tuple[TableEntry, ...] = ()


class Part(Record):
    """Hold the sentences on the reader's own roles."""

    holds: str
    over: str
    signed: str
    unsigned: str
    trained: str
    untrained: str
    none: str
    nobody: str
    ask_sign: str
    ask_train: str
    why: str


class Views(Record):
    """Hold all pages, the words for what files say in one word, and the sentences that all pages share."""

    words: dict[str, str]
    part: Part
    find_out: str
    views: dict[str, Definition]

    def of(self, name: str) -> Definition:
        """Return the page of a view; raise InputError with the nearest name."""
        if name not in self.views:
            hint = nearest(name, self.views) or f"views: {', '.join(self.views)}"
            raise InputError(Problem("AM196", f"there is no view `{shown(name)}`", hint=hint))
        return self.views[name]


@cache
def builtin_views() -> Views:
    """Return the pages that come with the library; they are read once a process."""
    path = data_root() / "catalogs" / "organisation" / "views.yaml"
    document = _yaml.read(path, name=f"organisation/{path.name}")
    views, problems = validate(Views, document.data, document, (), "AM197")
    if views is not None:
        for name, definition in views.views.items():
            span = document.key_span("views", name)
            problems += [Problem("AM197", f"{name}: {text}", span, hint) for text, hint in _mistakes(definition)]
    if views is None or problems:
        raise CatalogError(problems)
    return views


def _mistakes(definition: Definition) -> Iterable[tuple[str, str | None]]:
    checks = {check.id for check in builtin_checks()}
    if definition.party not in PARTIES:
        yield f"no party `{definition.party}`", nearest(definition.party, PARTIES)
    for entry in definition.concerns:
        for check in (entry.check, entry.named_by or entry.check):
            if check not in checks:
                yield f"no check `{check}`", nearest(check, checks)
        for text in (entry.fail, entry.unknown, entry.do, entry.good):
            for place in places(text):
                if place not in SPOKEN:
                    yield f"{entry.check}: nothing is known as {{{place}}}", nearest(place, SPOKEN)
    for table in definition.tables:
        if table.table not in TABLES:
            yield f"no table `{table.table}`", nearest(table.table, TABLES)


class Term(Record):
    """Explain one term in plain words; `also` are further forms of it."""

    meaning: str
    also: tuple[str, ...] = ()


class Glossary(Record):
    """Hold the terms that pages may use without saying more."""

    terms: dict[str, Term]


@cache
def builtin_glossary() -> Glossary:
    """Return the glossary that comes with the library; it is read once a process."""
    return packaged(Glossary, "organisation/glossary.yaml", "AM198")
