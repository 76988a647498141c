"""An organisation file -> Organisation, with all mistakes of all its files reported at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES
from atlasmodel._located import Record, named, validate
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, nearest, shown
from atlasmodel.model.include import read_documents
from atlasmodel.model.organisation import BY_ID, LISTS, HrPractice, Organisation
from atlasmodel.model.organisation_soundness import unsound
from atlasmodel.model.values import check_id, is_date

FORMAT = 1
VERSION = "atlasmodel_organisation"
HEAD = (VERSION, "name", "description", "as_of", "currency", "pipelines", "hr", "include")
STARTER = f"""\
  {VERSION}: 1
  name: My organisation
  teams:
    data-science: {{function: data_science}}"""
R = TypeVar("R", bound=Record)


def read_organisation(path: str | Path, max_bytes: int = MAX_BYTES) -> Organisation:
    """Read an organisation file and the files it includes; raise InputError with every mistake found."""
    documents, problems = read_documents(Path(path), max_bytes, STARTER)
    return _Reader(problems).read(documents).changed(file=str(path))


def parse_organisation(text: str, name: str = "organisation.yaml") -> Organisation:
    """Read an organisation from a text, without includes; raise InputError with every mistake found.

    >>> parse_organisation("atlasmodel_organisation: 1\\nname: x\\nteams: {a: {function: legal}}").teams[0].function
    'legal'
    """
    content = text.encode("utf-8", "surrogatepass")
    return _Reader([]).read([_yaml.parse(content, name, starter=STARTER, collect=True)])


def organisation_from(data: dict[str, Any], name: str = "(data)") -> Organisation:
    """Build an organisation from plain data in the shape of the file; raise InputError with every mistake found."""
    return _Reader([]).read([Document(name, data, {(): (1, 1)}, {})])


def organisation_in(document: Document, key: str) -> tuple[Organisation | None, list[Problem]]:
    """Return the organisation that stands inside another document under a key, and what is wrong with it."""
    reader = _Reader([])
    try:
        return reader.inline(document, key), []
    except InputError as error:
        return None, list(error.problems)


def is_organisation(content: bytes) -> bool:
    """Tell whether some bytes look like an organisation file: the format's version stands at the start of a line.

    >>> is_organisation(b"atlasmodel_organisation: 1"), is_organisation(b"atlasmodel: 1")
    (True, False)
    """
    marks = (VERSION, f'"{VERSION}"')
    lines = (line.lstrip(b"{ \t") for line in content[:65_536].removeprefix(b"\xef\xbb\xbf").splitlines())
    return any(line.startswith(mark.encode()) for line in lines for mark in marks)


class _Reader:
    """Collect records and problems from documents."""

    def __init__(self, problems: list[Problem]) -> None:
        self.unreadable = list(problems)
        self.problems = list(problems)
        self.head: dict[str, Any] = {}
        self.found: dict[str, dict[str, Record]] = {}
        self._head_spans: dict[str, Span] = {}
        self._told: set[Span | None] = set()
        self._folded: dict[str, tuple[str, Span]] = {}

    def read(self, documents: list[Document]) -> Organisation:
        for position, document in enumerate(documents):
            self.problems += document.problems
            self._told.update(problem.span for problem in document.problems)
            if not isinstance(document.data, dict):
                self._wrong("AM171", f"expected a mapping with `{VERSION}: 1` and `name:` at the top", document.span())
                continue
            if position == 0 and VERSION not in document.data:
                text = f"`{VERSION}: {FORMAT}` is missing: the version of this file's format"
                self._wrong("AM171", text, document.span())
            self._sections(document, ())
        first = documents[0] if documents else None
        if first and isinstance(first.data, dict) and not self.unreadable and "name" not in self._head_spans:
            self._wrong("AM173", "`name` is missing", first.span())
        return self._finished()

    def inline(self, document: Document, key: str) -> Organisation:
        self._sections(document, (key,))
        self.head.setdefault("name", shown(document.data.get("owner") or document.data.get("name") or "unnamed"))
        return self._finished()

    def _finished(self) -> Organisation:
        sections = {name: tuple(section.values()) for name, section in self.found.items()}
        organisation = Organisation.model_construct(None, **self.head, **sections)
        if not self.problems:
            self.problems += unsound(organisation)
        if not self.problems:
            return organisation

        def order(problem: Problem) -> tuple[bool, Span, str]:
            return problem.span is None, problem.span or Span("", 0, 0), problem.code

        listed = sorted(self.problems, key=order)[:MAX_PROBLEMS]
        if len(self.problems) > MAX_PROBLEMS:
            listed.append(Problem("AM131", f"more than {MAX_PROBLEMS} mistakes; the rest is not listed"))
        raise InputError(listed)

    def _sections(self, document: Document, path: PathKey) -> None:
        data = document.data
        for part in path:
            data = data[part]
        known = (*HEAD, *BY_ID, *LISTS)
        for key, value in data.items():
            if key in BY_ID or key in LISTS:
                self._section(key, value, document, (*path, key))
            elif key in HEAD:
                self._head(key, value, document, (*path, key))
            else:
                hint = nearest(key, known) or f"known: {', '.join(known)}"
                self._wrong("AM118", f"unknown key `{shown(key)}`", document.key_span(*path, key), hint)

    def _head(self, key: str, value: Any, document: Document, path: PathKey) -> None:
        span = document.span(*path)
        hint: str | None = None
        if key == "include":
            return
        if key == VERSION:
            if value != FORMAT or isinstance(value, bool):
                hint = f"this release reads version {FORMAT}: write `{VERSION}: {FORMAT}`"
                self._wrong("AM171", f"format version {shown(value)} is not known", span, hint)
            return
        first = self._head_spans.setdefault(key, document.key_span(*path))
        if first != document.key_span(*path):
            self._wrong("AM174", f"`{key}` stands in two files", document.key_span(*path), f"first at {first}")
        elif value is None and key != "name":
            return
        elif key == "hr":
            self.head[key] = self._record(HrPractice, value, document, path)
        elif key == "pipelines":
            self.head[key] = self._pipelines(value, document, path)
        elif not isinstance(value, str):
            written = document.text(*path)
            hint = f'put it in quotes: {key}: "{written}"' if written else None
            self._wrong("AM175", f"`{key}` should be a text", span, hint)
        elif key == "as_of" and not is_date(value):
            self._wrong("AM175", f"`as_of` is {shown(value)}", span, "write a date such as 2026-11-30")
        elif key == "currency" and not (len(value) == 3 and value.isascii() and value.isupper()):
            self._wrong("AM175", f"`currency` is {shown(value)}", span, "write three letters such as AUD")
        else:
            self.head[key] = value

    def _pipelines(self, value: Any, document: Document, path: PathKey) -> dict[str, str]:
        if not isinstance(value, dict):
            self._wrong("AM172", "`pipelines` should be a mapping from id to file name", document.span(*path))
            return {}
        for key, file in value.items():
            self._good_id(str(key), document.key_span(*path, key), "pipelines")
            if not isinstance(file, str):
                self._wrong("AM175", f"`{named((*path, key))}` should be a file name", document.span(*path, key))
        return {str(key): str(file) for key, file in value.items()}

    def _section(self, name: str, value: Any, document: Document, path: PathKey) -> None:
        by_id = name in BY_ID
        if value is None or value == "unknown":
            return
        if not isinstance(value, dict if by_id else list):
            shape = "a mapping from id to entry" if by_id else "a list"
            self._wrong("AM172", f"`{name}` should be {shape}", document.span(*path))
            return
        section = self.found.setdefault(name, {})
        for key, data in value.items() if isinstance(value, dict) else enumerate(value):
            entry = (*path, key)
            if not by_id:
                section[str(len(section))] = self._record(LISTS[name], data, document, entry)
            elif self._good_id(str(key), document.key_span(*entry), name):
                section[str(key)] = self._record(BY_ID[name], data, document, entry, str(key))

    def _good_id(self, key: str, span: Span, section: str) -> bool:
        wrong, hint = check_id(key, section)
        if wrong:
            self._wrong("AM174", wrong, span, hint)
            return False
        # A role may be held by a team or a person, so these share their ids.
        space = "teams and people" if section in ("teams", "people") else section
        other, first = self._folded.setdefault(f"{space}/{key.casefold()}", (key, span))
        if first != span:
            told = f"`{key}` stands in {space} twice" if other == key else f"`{key}` and `{other}` differ in case only"
            self._wrong("AM174", told, span, f"first at {first}")
        return first == span

    def _record(self, model: type[R], data: Any, document: Document, path: PathKey, identity: str = "") -> R:
        """Return the record of an entry; a broken one comes back bare, its mistakes are told."""
        if data is None and identity:
            data = {}
        if not isinstance(data, dict):
            self._wrong("AM175", f"`{named(path)}` should be a mapping", document.span(*path))
            return model.model_construct(None)
        if identity and "id" in data:
            self._wrong("AM118", "unknown key `id`", document.key_span(*path, "id"), "the id is the key above")
        plain = _without_unknowns(data)
        record, problems = validate(model, plain | ({"id": identity} if identity else {}), document, path, "AM175")
        for problem in problems:
            self._wrong(problem.code, problem.message, problem.span, problem.hint)
        if record is None:
            return model.model_construct(None)
        _place(record, document, path)
        return record

    def _wrong(self, code: str, message: str, span: Span | None, hint: str | None = None) -> None:
        if span not in self._told:
            self.problems.append(Problem(code, message, span, hint))


def _without_unknowns(data: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without the fields that say aloud that they are not known, also in the records inside it."""
    known = {key: value for key, value in data.items() if value is not None and value != "unknown"}
    for key, value in known.items():
        if isinstance(value, list):
            known[key] = [_known(item) for item in value]
    return known


def _known(item: Any) -> Any:
    return {key: value for key, value in item.items() if value != "unknown"} if isinstance(item, dict) else item


def _place(record: Record, document: Document, path: PathKey) -> None:
    """Give the records inside a record their places too; nobody has seen them yet."""
    for name, info in type(record).model_fields.items():
        value = getattr(record, name)
        key = info.alias or name
        inner = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for index, item in inner:
            if isinstance(item, Record):
                where = (*path, key) if index is None else (*path, key, index)
                item.__dict__["span"] = document.key_span(*where)
