"""A pipeline file -> Pipeline, with all mistakes of all its files reported at once."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice
from pathlib import Path
from typing import Any

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES, inside
from atlasmodel._located import Record
from atlasmodel._yaml import Document
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, nearest, shown
from atlasmodel.model.include import read_documents
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.mistakes import Mistakes
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.pipeline import DEFAULT_ZONE, Pipeline, Zone
from atlasmodel.model.read_entries import Entries
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.read_organisation import organisation_in, read_organisation
from atlasmodel.model.soundness import unsound
from atlasmodel.model.values import check_id, is_date

FORMAT = 1
HEAD = ("atlasmodel", "name", "version", "owner", "description", "organisation", "as_of", "include")
SECTIONS = ("zones", "components", "flows", "controls", "assets", "adversaries", "accept")
BY_ID = ("zones", "components", "assets", "adversaries")
STARTER = """\
  atlasmodel: 1
  name: My pipeline
  components:
    assistant: {kind: llm, exposure: public}
  flows: []
(`atlasmodel init` writes a longer one)"""


def read_pipeline(
    path: str | Path,
    vocabulary: Vocabulary | None = None,
    max_bytes: int = MAX_BYTES,
    controls: Collection[str] | None = None,
) -> Pipeline:
    """Read a pipeline file and the files it includes; raise InputError with every mistake found.

    Included files stay below the folder of the first file, whichever file names them. `controls` are those that there
    are; without them, one that there is not is told when the pipeline is assessed.
    """
    documents, problems = read_documents(Path(path), max_bytes, STARTER)
    around, wrong = _around(documents, Path(path).parent, max_bytes)
    pipeline = _Reader(vocabulary or builtin_vocabulary(), wrong, controls).read(documents, problems)
    return pipeline if around is None else pipeline.changed(around=around)


def parse_pipeline(text: str, name: str = "pipeline.yaml", vocabulary: Vocabulary | None = None) -> Pipeline:
    """Read a pipeline from a text, without includes; raise InputError with every mistake found.

    >>> parse_pipeline("atlasmodel: 1\\nname: x\\ncomponents: {m: {kind: llm}}").components[0].kind
    'llm'
    """
    content = text.encode("utf-8", "surrogatepass")
    return _alone(_yaml.parse(content, name, starter=STARTER, collect=True), vocabulary)


def pipeline_from(data: dict[str, Any], name: str = "(data)", vocabulary: Vocabulary | None = None) -> Pipeline:
    """Build a pipeline from plain data in the shape of the file; raise InputError with every mistake found."""
    return _alone(Document(name, data, {(): (1, 1)}, {}), vocabulary)


def _around(
    documents: list[Document], folder: Path | None, max_bytes: int = MAX_BYTES
) -> tuple[Organisation | None, list[Problem]]:
    """Return the organisation that a pipeline names or holds, and what is wrong with it; the first one counts."""
    for document in documents:
        written = document.data.get("organisation") if isinstance(document.data, dict) else None
        if isinstance(written, dict):
            return organisation_in(document, "organisation")
        if isinstance(written, str) and folder is not None:
            span = document.span("organisation")
            try:
                inside(folder, written)
                return read_organisation(folder / written, max_bytes), []
            except InputError as error:
                return None, [problem.at(span) for problem in error.problems]
    return None, []


def _alone(document: Document, vocabulary: Vocabulary | None) -> Pipeline:
    """Read a document that has no folder, and so nothing to include; an organisation it names stays a name."""
    around, wrong = _around([document], None)
    problems = []
    if isinstance(document.data, dict) and document.data.get("include"):
        hint = "give the file's path, or merge the files first"
        problems.append(Problem("AM132", "`include` needs a folder to look in", document.key_span("include"), hint))
    pipeline = _Reader(vocabulary or builtin_vocabulary(), wrong).read([document], problems)
    return pipeline if around is None else pipeline.changed(around=around)


class _Reader:
    """Collect records and problems from documents."""

    def __init__(
        self, vocabulary: Vocabulary, problems: list[Problem], controls: Collection[str] | None = None
    ) -> None:
        self.vocabulary, self._controls, self._mistakes = vocabulary, controls, Mistakes(problems)
        self._wrong = self._mistakes.add
        self._entries = Entries(vocabulary, self._mistakes)
        self.head: dict[str, Any] = {}
        self.found: dict[str, dict[str, Record]] = {name: {} for name in SECTIONS}
        self._head_spans: dict[str, Span] = {}
        self._folded: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}

    def read(self, documents: list[Document], problems: list[Problem]) -> Pipeline:
        """Return the pipeline of some documents; `problems` are those of files that could not be read."""
        self._mistakes.problems += problems
        for position, document in enumerate(documents):
            self._document(document, first=position == 0)
        if not problems and isinstance(documents[0].data, dict) and "name" not in self._head_spans:
            self._wrong("AM119", "`name` is missing", documents[0].span())
        pipeline = self._assembled()
        if not problems:  # what an unreadable file holds is not known, so neither is what is missing
            told = self._mistakes.told
            found = (
                one for one in unsound(pipeline, self.vocabulary, self._controls) if not (told and one.code == "AM113")
            )
            self._mistakes.problems += islice(found, MAX_PROBLEMS)
        if self._mistakes.problems:
            raise self._mistakes.error()
        return pipeline

    def _assembled(self) -> Pipeline:
        zones = self.found["zones"]
        if not zones:
            zones[DEFAULT_ZONE] = Zone(id=DEFAULT_ZONE, trust=2)
        records: dict[str, Any] = {name: tuple(section.values()) for name, section in self.found.items()}
        return Pipeline.model_construct(**({"name": "unnamed"} | self.head | records))

    def _document(self, document: Document, *, first: bool) -> None:
        self._mistakes.of(document)
        if not isinstance(document.data, dict):
            self._wrong("AM112", "expected a mapping with `name:` and `components:` at the top", document.span())
            return
        for key, value in document.data.items():
            if key in HEAD:
                self._head(key, value, document)
            elif key in SECTIONS:
                self._section(key, value, document)
            else:
                hint = nearest(key, (*HEAD, *SECTIONS)) or f"known: {', '.join((*HEAD, *SECTIONS))}"
                self._wrong("AM118", f"unknown key `{shown(key)}`", document.key_span(key), hint)
        if first and "atlasmodel" not in document.data:
            self._wrong("AM119", "`atlasmodel: 1` is missing: the version of this file's format", document.span())

    def _head(self, key: str, value: Any, document: Document) -> None:
        span, written = document.span(key), document.text(key)
        hint: str | None = None
        if key == "include":
            return
        if key == "atlasmodel":
            if value != FORMAT or isinstance(value, bool):
                hint = f"this release reads version {FORMAT}: write `atlasmodel: {FORMAT}`"
                text = f'"{shown(value)}"' if isinstance(value, str) else shown(value)
                self._wrong("AM119", f"format version {text} is not known", span, hint)
            return
        first = self._head_spans.setdefault(key, document.key_span(key))
        if first != document.key_span(key):
            self._wrong("AM123", f"`{key}` stands in two files", document.key_span(key), f"first at {first}")
        elif key == "organisation":
            if not isinstance(value, str | dict | None):
                self._wrong("AM121", "`organisation` should be a file name or a mapping", span)
            self.head[key] = value
        elif not isinstance(value, str) and (value is not None or key == "name"):
            hint = f'put it in quotes: {key}: "{written}"' if written else None
            self._wrong("AM121", f"`{key}` should be a text", span, hint)
        elif key == "as_of" and value is not None and not is_date(value):
            self._wrong("AM121", f"`as_of` is {shown(value)}", span, "write a date such as 2026-11-30")
        else:
            self.head[key] = value

    def _section(self, name: str, value: Any, document: Document) -> None:
        if value is None:
            return
        by_id = name in BY_ID
        if not isinstance(value, dict if by_id else list):
            shape = "a mapping from id to entry" if by_id else "a list"
            self._wrong("AM121", f"`{name}` should be {shape}", document.span(name))
            return
        for key, data in value.items() if isinstance(value, dict) else enumerate(value):
            path = (name, str(key) if by_id else key)
            good = not by_id or self._good_id(str(key), document, name)
            record = self._entries.read(name, data, document, path)
            position = str(key) if by_id else str(len(self.found[name]))
            if good:
                self.found[name][position] = record
            else:
                self.found[name].setdefault(position, record)

    def _good_id(self, key: str, document: Document, section: str) -> bool:
        wrong, hint = check_id(key, section)
        if wrong:
            self._wrong("AM122", wrong, document.key_span(section, key), hint)
            return False
        other = self._folded[section].setdefault(key.casefold(), key)
        if other in self.found[section]:
            message = (
                f"`{key}` stands in {section} twice" if other == key else f"`{key}` and `{other}` differ in case only"
            )
            hint = f"first at {self.found[section][other].span}"
            self._wrong("AM123", message, document.key_span(section, key), hint)
            return False
        return True
