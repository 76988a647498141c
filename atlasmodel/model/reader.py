"""A pipeline file -> Pipeline, with all mistakes of all its files reported at once."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES, inside
from atlasmodel._ids import is_identifier
from atlasmodel._located import Record, validate
from atlasmodel._yaml import Document
from atlasmodel.errors import InputError, Problem, Span, nearest
from atlasmodel.model.kinds import Attribute, Value, Vocabulary, builtin_vocabulary
from atlasmodel.model.pipeline import (
    DEFAULT_ZONE,
    Acceptance,
    Adversary,
    Asset,
    Component,
    Flow,
    Pipeline,
    PlacedControl,
    Zone,
)  # fmt: skip
from atlasmodel.model.soundness import unsound
from atlasmodel.model.values import check_value, is_date

FORMAT = 1
HEAD = ("atlasmodel", "name", "version", "owner", "description", "organisation", "as_of", "include")
SECTIONS = ("zones", "components", "flows", "controls", "assets", "adversaries", "accept")
R = TypeVar("R", bound=Record)
COMPONENT_KEYS = ("kind", "zone", "title", "description", "stage", "holds", "owner", "tags")
FLOW_KEYS = ("from", "to", "kind", "title", "description", "tags")


def read_pipeline(path: str | Path, vocabulary: Vocabulary | None = None, max_bytes: int = MAX_BYTES) -> Pipeline:
    """Read a pipeline file and the files it includes; raise InputError with every mistake found.

    Included files stay below the folder of the first file.
    """
    first = Path(path)
    documents = list(_documents(first, max_bytes))
    return _Reader(vocabulary or builtin_vocabulary()).read(documents)


def parse_pipeline(text: str, name: str = "pipeline.yaml", vocabulary: Vocabulary | None = None) -> Pipeline:
    """Read a pipeline from a text, without includes; raise InputError with every mistake found.

    >>> parse_pipeline("atlasmodel: 1\\nname: x\\ncomponents: {m: {kind: llm}}").components[0].kind
    'llm'
    """
    return _Reader(vocabulary or builtin_vocabulary()).read([_yaml.parse(text.encode(), name)])


def pipeline_from(data: dict[str, Any], name: str = "(data)", vocabulary: Vocabulary | None = None) -> Pipeline:
    """Build a pipeline from plain data in the shape of the file; raise InputError with every mistake found."""
    document = Document(name, data, {(): (1, 1)}, {})
    return _Reader(vocabulary or builtin_vocabulary()).read([document])


def _documents(first: Path, max_bytes: int) -> Iterator[Document]:
    """Yield the first file and all it includes, each once, in the order they are named."""
    root = first.parent
    waiting: list[tuple[Path, str, tuple[str, ...]]] = [(first, first.name, ())]
    seen: set[Path] = set()
    while waiting:
        path, name, line = waiting.pop(0)
        document = _yaml.read(path, max_bytes, name=str(path) if not line else name)
        seen.add(path.resolve())
        yield document
        included = document.data.get("include") if isinstance(document.data, dict) else None
        for index, entry in enumerate(included if isinstance(included, list) else [included] if included else []):
            span = document.span("include", index)
            try:
                target = inside(root, str(entry))
            except InputError as error:
                raise InputError([problem.at(span) for problem in error.problems]) from None
            if str(entry) in (*line, name):
                raise InputError(
                    Problem("AM132", f"{entry} includes itself: {' > '.join((*line, name, str(entry)))}", span)
                )
            if target in seen or any(target == other.resolve() for other, _, _ in waiting):
                raise InputError(Problem("AM132", f"{entry} is included twice", span))
            waiting.append((target, str(entry), (*line, name)))


class _Reader:
    """Collect records and problems from documents."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.head: dict[str, Any] = {}
        self.found: dict[str, dict[str, Record]] = {name: {} for name in SECTIONS}
        self._folded: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}
        self._stems: Counter[str] = Counter()

    def read(self, documents: list[Document]) -> Pipeline:
        for position, document in enumerate(documents):
            self._document(document, first=position == 0)
        pipeline = self._assembled()
        self.problems += unsound(pipeline, self.vocabulary)
        if self.problems:
            raise InputError(
                sorted(
                    self.problems,
                    key=lambda problem: (problem.span is None, problem.span or Span("", 0, 0), problem.code),
                )
            )
        return pipeline

    def _assembled(self) -> Pipeline:
        zones = self.found["zones"]
        if not zones:
            zones[DEFAULT_ZONE] = Zone(id=DEFAULT_ZONE, trust=2)
        texts = {key: value for key, value in self.head.items() if key not in ("atlasmodel", "include")}
        records: dict[str, Any] = {name: tuple(section.values()) for name, section in self.found.items()}
        return Pipeline.model_construct(**({"name": "unnamed"} | texts | records))

    def _document(self, document: Document, *, first: bool) -> None:
        if not isinstance(document.data, dict):
            self._wrong("AM112", "expected a mapping with `name:` and `components:` at the top", document.span())
            return
        for key, value in document.data.items():
            if key in HEAD:
                self._head(key, value, document, first=first)
            elif key in SECTIONS:
                self._section(key, value, document)
            else:
                span = document.key_span(key)
                self._wrong(
                    "AM118",
                    f"unknown key `{key}`",
                    span,
                    nearest(key, (*HEAD, *SECTIONS)) or f"known: {', '.join((*HEAD, *SECTIONS))}",
                )
        if first:
            if "atlasmodel" not in document.data:
                self._wrong("AM119", "`atlasmodel: 1` is missing: the version of this file's format", document.span())
            if "name" not in document.data:
                self._wrong("AM119", "`name` is missing", document.span())

    def _head(self, key: str, value: Any, document: Document, *, first: bool) -> None:
        span = document.span(key)
        if key == "atlasmodel" and (value != FORMAT or isinstance(value, bool)):
            self._wrong("AM119", f"format version {value!r} is not known", span, f"this release reads version {FORMAT}")
        elif key in ("name", "version", "owner", "description", "as_of") and not (
            isinstance(value, str) or (value is None and key != "name")
        ):
            self._wrong("AM121", f"`{key}` should be a text", span, f'put it in quotes: {key}: "{value}"')
        elif key == "as_of" and value is not None and not is_date(value):
            self._wrong("AM121", f"`as_of` is {value}", span, "write a date such as 2026-11-30")
        elif key == "include" and not isinstance(value, str | list):
            self._wrong("AM121", "`include` is a list of file names", span)
        elif first:
            self.head[key] = value

    def _section(self, name: str, value: Any, document: Document) -> None:
        if value is None:
            return
        named = name in ("zones", "components", "assets", "adversaries")
        if not isinstance(value, dict if named else list):
            shape = "a mapping from id to entry" if named else "a list"
            self._wrong("AM121", f"`{name}` should be {shape}", document.span(name))
            return
        read: Callable[[Any, Document, tuple[str | int, ...]], Record | None] = getattr(self, f"_{name}")
        for key, data in value.items() if isinstance(value, dict) else enumerate(value):
            path = (name, key)
            if named and not self._good_id(str(key), document.key_span(*path), name):
                continue
            if not isinstance(data, dict):
                if not (name in ("assets", "adversaries", "zones") and data is None):
                    self._wrong(
                        "AM121",
                        f"`{key}` should be a mapping" if named else f"an entry of `{name}` is a mapping",
                        document.span(*path),
                    )
                    continue
                data = {}
            record = read(data, document, path)
            if record is not None:
                self._keep(name, str(key) if named else str(len(self.found[name])), record)

    def _good_id(self, key: str, span: Span, section: str) -> bool:
        if not is_identifier(key):
            shown = key if key.isascii() and key.isprintable() else key.encode("unicode_escape").decode()
            self._wrong(
                "AM122",
                f"`{shown[:60]}` cannot be an id",
                span,
                "ids are ASCII letters, digits, `-`, `_` and `.`; put other names into `title`",
            )
            return False
        folded = unicodedata.normalize("NFC", key).casefold()
        other = self._folded[section].setdefault(folded, key)
        if other in self.found[section]:
            message = (
                f"`{key}` stands in {section} twice" if other == key else f"`{key}` and `{other}` differ in case only"
            )
            self._wrong("AM123", message, span, f"first at {self.found[section][other].span}")
            return False
        return True

    def _keep(self, section: str, key: str, record: Record) -> None:
        self.found[section][key] = record

    def _zones(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Zone | None:
        return self._record(Zone, {**data, "id": path[-1]}, document, path)

    def _assets(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Asset | None:
        return self._record(Asset, {**data, "id": path[-1]}, document, path)

    def _adversaries(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Adversary | None:
        return self._record(Adversary, _listed(data, "at", "aims", "holds") | {"id": path[-1]}, document, path)

    def _controls(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> PlacedControl | None:
        data = {**data, "state": None if data.get("state") == "unknown" else data.get("state", "in_place")}
        return self._record(PlacedControl, _listed(data, "at"), document, path)

    def _accept(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Acceptance | None:
        return self._record(Acceptance, data, document, path)

    def _record(
        self, model: type[R], data: dict[str, Any], document: Document, path: tuple[str | int, ...]
    ) -> R | None:
        record, problems = validate(model, data, document, path)
        self.problems += problems
        return record

    def _components(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Component | None:
        kind = self._kind(data, document, path)
        if kind is None:
            return None
        allowed = self.vocabulary.attributes_of(kind)
        attributes, spans = self._attributes(data, COMPONENT_KEYS, allowed, f"a {kind}", document, path)
        plain = {key: data[key] for key in COMPONENT_KEYS if key in data and key != "kind"}
        record = self._record(
            Component, _listed(plain, "holds", "tags") | {"id": path[-1], "kind": kind}, document, path
        )
        return record and record.model_copy(update={"attributes": attributes, "attribute_span": spans})

    def _kind(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> str | None:
        if "kind" not in data:
            self._wrong("AM119", f"`{path[-1]}` has no kind", document.key_span(*path), "`atlasmodel kinds` lists them")
            return None
        kind = self.vocabulary.canonical("kind", str(data["kind"]))
        if kind in self.vocabulary.kinds:
            return kind
        span = document.span(*path, "kind")
        if kind in self.vocabulary.groups:
            inside_group = sorted(self.vocabulary.kinds_under([kind]))
            self._wrong("AM124", f"`{kind}` is a group, not a kind", span, f"one of {', '.join(inside_group)}")
        else:
            self._wrong(
                "AM124",
                f"unknown kind `{kind}`",
                span,
                nearest(kind, self.vocabulary.kinds) or "`atlasmodel kinds` lists them",
            )
        return None

    def _flows(self, data: dict[str, Any], document: Document, path: tuple[str | int, ...]) -> Flow | None:
        missing = [key for key in ("from", "to", "kind") if not isinstance(data.get(key), str)]
        if missing:
            self._wrong("AM119", f"a flow needs {', '.join(f'`{key}`' for key in missing)}", document.span(*path))
            return None
        kind = self.vocabulary.canonical("flow", data["kind"])
        if kind not in self.vocabulary.flow_kinds:
            self._wrong(
                "AM124",
                f"unknown flow kind `{kind}`",
                document.span(*path, "kind"),
                nearest(kind, self.vocabulary.flow_kinds),
            )
            return None
        attributes, spans = self._attributes(data, FLOW_KEYS, self.vocabulary.flow_attributes, "a flow", document, path)
        plain: dict[str, Any] = {key: data[key] for key in ("title", "description", "tags") if key in data}
        stem = f"{data['from']}>{data['to']}:{kind}"
        self._stems[stem] += 1
        ends = {"id": f"{stem}#{self._stems[stem]}", "source": data["from"], "target": data["to"], "kind": kind}
        record = self._record(Flow, _listed(plain, "tags") | ends, document, path)
        return record and record.model_copy(
            update={"attributes": attributes, "attribute_span": spans, "span": document.span(*path)}
        )

    def _attributes(
        self,
        data: dict[str, Any],
        reserved: tuple[str, ...],
        allowed: Any,
        what: str,
        document: Document,
        path: tuple[str | int, ...],
    ) -> tuple[dict[str, Value], dict[str, Span]]:
        values: dict[str, Value] = {}
        spans: dict[str, Span] = {}
        for key, written in data.items():
            if key in reserved:
                continue
            name = self.vocabulary.canonical("attribute", key)
            attribute: Attribute | None = allowed.get(name)
            if attribute is None:
                self._unknown_attribute(name, reserved, allowed, what, document.key_span(*path, key))
                continue
            value, wrong, hint = check_value(attribute, written)
            if wrong:
                self._wrong("AM125", wrong, document.span(*path, key), hint)
            values[name], spans[name] = value, document.key_span(*path, key)
        return values, spans

    def _unknown_attribute(self, name: str, reserved: tuple[str, ...], allowed: Any, what: str, span: Span) -> None:
        if name in self.vocabulary.attributes:
            places = ", ".join(self.vocabulary.attributes[name].on) or "flows"
            self._wrong("AM118", f"`{name}` does not stand on {what}", span, f"it stands on {places}")
        else:
            self._wrong(
                "AM118",
                f"unknown key `{name}` on {what}",
                span,
                nearest(name, (*reserved, *allowed)) or "`atlasmodel kinds KIND` lists what it takes",
            )

    def _wrong(self, code: str, message: str, span: Span | None, hint: str | None = None) -> None:
        self.problems.append(Problem(code, message, span, hint))


def _listed(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the data with a single text where a list may stand turned into a list."""
    return {key: [value] if key in keys and isinstance(value, str) else value for key, value in data.items()}
