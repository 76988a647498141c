"""A pipeline file -> Pipeline, with all mistakes of all its files reported at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES, inside
from atlasmodel._located import Record, named, validate
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, nearest, shown
from atlasmodel.model.include import read_documents
from atlasmodel.model.kinds import Attribute, Value, Vocabulary
from atlasmodel.model.organisation import Organisation
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
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.read_organisation import organisation_in, read_organisation
from atlasmodel.model.soundness import unsound
from atlasmodel.model.spans import WrittenSpans
from atlasmodel.model.values import check_id, check_value, is_date

FORMAT = 1
HEAD = ("atlasmodel", "name", "version", "owner", "description", "organisation", "as_of", "include")
SECTIONS = ("zones", "components", "flows", "controls", "assets", "adversaries", "accept")
BY_ID = ("zones", "components", "assets", "adversaries")
NULLABLE = ("zones", "assets", "adversaries")  # an entry may be left empty, as in `card-data:`
COMPONENT_KEYS = ("kind", "zone", "title", "description", "stage", "holds", "owner", "tags")
FLOW_KEYS = ("from", "to", "kind", "title", "description", "tags")
STARTER = """\
  atlasmodel: 1
  name: My pipeline
  components:
    assistant: {kind: llm, exposure: public}
  flows: []
(`atlasmodel init` writes a longer one)"""
R = TypeVar("R", bound=Record)
_MODELS: Mapping[str, type[Record]] = {
    "zones": Zone, "components": Component, "flows": Flow, "controls": PlacedControl, "assets": Asset,
    "adversaries": Adversary, "accept": Acceptance,
}  # fmt: skip
# What refers to other entries; in a stand-in, an empty text says that its mistake is told already.
REFERENCES = ("kind", "zone", "parent", "stage", "source", "target", "profile", "holds", "at", "aims")


def read_pipeline(path: str | Path, vocabulary: Vocabulary | None = None, max_bytes: int = MAX_BYTES) -> Pipeline:
    """Read a pipeline file and the files it includes; raise InputError with every mistake found.

    Included files stay below the folder of the first file, whichever file names them.
    """
    documents, problems = read_documents(Path(path), max_bytes, STARTER)
    around, wrong = _around(documents, Path(path).parent, max_bytes)
    pipeline = _Reader(vocabulary or builtin_vocabulary(), wrong).read(documents, problems)
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

    def __init__(self, vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self.vocabulary = vocabulary
        self.problems = list(problems)
        self.head: dict[str, Any] = {}
        self.found: dict[str, dict[str, Record]] = {name: {} for name in SECTIONS}
        self._head_spans: dict[str, Span] = {}
        self._told: set[Span | None] = set()  # where the parser found a mistake: no second one is told there
        self._folded: dict[str, dict[str, str]] = {name: {} for name in SECTIONS}
        self._stems: Counter[str] = Counter()
        self._takers: dict[str | None, _Taker] = {}
        self._flow_taker = _Taker("a flow", frozenset(FLOW_KEYS), vocabulary.flow_attributes)

    def read(self, documents: list[Document], problems: list[Problem]) -> Pipeline:
        """Return the pipeline of some documents; `problems` are those of files that could not be read."""
        self.problems += problems
        for position, document in enumerate(documents):
            self._document(document, first=position == 0)
        if not problems and isinstance(documents[0].data, dict) and "name" not in self._head_spans:
            self._wrong("AM119", "`name` is missing", documents[0].span())
        pipeline = self._assembled()
        if not problems:  # what an unreadable file holds is not known, so neither is what is missing
            found = unsound(pipeline, self.vocabulary)
            self.problems += islice((one for one in found if not (self._told and one.code == "AM113")), MAX_PROBLEMS)
        if self.problems:
            raise self._error()
        return pipeline

    def _error(self) -> InputError:
        def order(problem: Problem) -> tuple[bool, Span, str]:
            return problem.span is None, problem.span or Span("", 0, 0), problem.code

        problems = sorted(self.problems, key=order)[:MAX_PROBLEMS]
        if len(self.problems) >= MAX_PROBLEMS:
            problems.append(Problem("AM131", f"more than {MAX_PROBLEMS - 1} mistakes; the rest is not listed"))
        return InputError(problems)

    def _assembled(self) -> Pipeline:
        zones = self.found["zones"]
        if not zones:
            zones[DEFAULT_ZONE] = Zone(id=DEFAULT_ZONE, trust=2)
        records: dict[str, Any] = {name: tuple(section.values()) for name, section in self.found.items()}
        return Pipeline.model_construct(**({"name": "unnamed"} | self.head | records))

    def _document(self, document: Document, *, first: bool) -> None:
        self.problems += document.problems
        self._told.update(problem.span for problem in document.problems)
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
            record = self._entry(name, data, document, path)
            position = str(key) if by_id else str(len(self.found[name]))
            if good:
                self.found[name][position] = record
            else:
                self.found[name].setdefault(position, record)

    def _entry(self, section: str, data: Any, document: Document, path: PathKey) -> Record:
        """Return the record of an entry; a broken one too, so that who refers to it makes no second mistake."""
        if data is None and section in NULLABLE:
            data = {}
        if not isinstance(data, dict):
            self._wrong("AM121", f"`{named(path)}` should be a mapping", document.span(*path))
            data = dict.fromkeys(REFERENCES)
            return _stand_in(_MODELS[section], {"id": str(path[-1]), **data}, document.key_span(*path))
        if "id" in data and section in ("zones", "assets", "adversaries"):
            hint = "the id is the key above"
            self._wrong("AM118", "unknown key `id`", document.key_span(*path, "id"), hint)
        read: Callable[[dict[str, Any], Document, PathKey], Record] = getattr(self, f"_{section}")
        return read(data, document, path)

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

    def _zones(self, data: dict[str, Any], document: Document, path: PathKey) -> Zone:
        return self._record(Zone, {**data, "id": path[-1]}, document, path)

    def _assets(self, data: dict[str, Any], document: Document, path: PathKey) -> Asset:
        return self._record(Asset, {**data, "id": path[-1]}, document, path)

    def _adversaries(self, data: dict[str, Any], document: Document, path: PathKey) -> Adversary:
        return self._record(Adversary, _listed(data, "at", "aims", "holds") | {"id": path[-1]}, document, path)

    def _controls(self, data: dict[str, Any], document: Document, path: PathKey) -> PlacedControl:
        data = {**data, "state": None if data.get("state") == "unknown" else data.get("state", "in_place")}
        return self._record(PlacedControl, _listed(data, "at"), document, path)

    def _accept(self, data: dict[str, Any], document: Document, path: PathKey) -> Acceptance:
        return self._record(Acceptance, data, document, path)

    def _record(self, model: type[R], data: dict[str, Any], document: Document, path: PathKey, **sound: Any) -> R:
        record, problems = validate(model, data, document, path, **sound)
        for problem in problems:
            self._wrong(problem.code, problem.message, problem.span, problem.hint)
        return record or _stand_in(model, data, document.key_span(*path)).model_copy(update=sound)

    def _components(self, data: dict[str, Any], document: Document, path: PathKey) -> Component:
        kind = self._kind(data, document, path)
        if kind not in self._takers:
            allowed = self.vocabulary.attributes_of(kind) if kind else self.vocabulary.attributes
            self._takers[kind] = _Taker(f"`{kind}`" if kind else "a component", frozenset(COMPONENT_KEYS), allowed)
        attributes, spans = self._attributes(data, self._takers[kind], document, path)
        plain = {key: data[key] for key in COMPONENT_KEYS if key in data}
        plain = _listed(plain, "holds", "tags") | {"id": path[-1], "kind": kind or ""}
        return self._record(Component, plain, document, path, attributes=attributes, attribute_span=spans)

    def _kind(self, data: dict[str, Any], document: Document, path: PathKey) -> str | None:
        if "kind" not in data:
            hint = "`atlasmodel kinds` lists them"
            self._wrong("AM119", f"`{shown(path[-1])}` has no kind", document.key_span(*path), hint)
            return None
        kind = data["kind"]
        if isinstance(kind, str):
            kind = self.vocabulary.canonical("kind", kind)
            if kind in self.vocabulary.kinds:
                return kind
        span = document.span(*path, "kind")
        if not isinstance(kind, str):
            self._wrong("AM121", f"`{named(path[1:])}.kind` should be a text", span, "`atlasmodel kinds` lists them")
        elif kind in self.vocabulary.groups:
            members = sorted(self.vocabulary.kinds_under([kind]))
            self._wrong("AM124", f"`{kind}` is a group, not a kind", span, f"one of {', '.join(members)}")
        else:
            hint = nearest(kind, self.vocabulary.kinds) or "`atlasmodel kinds` lists them"
            self._wrong("AM124", f"unknown kind `{shown(kind)}`", span, hint)
        return None

    def _flows(self, data: dict[str, Any], document: Document, path: PathKey) -> Flow:
        ends = [self._flow_text(key, data, document, path) for key in ("from", "to", "kind")]
        kind = ends[2] and self.vocabulary.canonical("flow", ends[2])
        if kind and kind not in self.vocabulary.flow_kinds:
            hint = nearest(kind, self.vocabulary.flow_kinds) or "`atlasmodel kinds` lists them"
            self._wrong("AM124", f"unknown flow kind `{shown(kind)}`", document.span(*path, "kind"), hint)
            kind = None
        attributes, spans = self._attributes(data, self._flow_taker, document, path)
        plain: dict[str, Any] = {key: data[key] for key in ("title", "description", "tags") if key in data}
        stem = f"{ends[0]}>{ends[1]}:{kind}"
        self._stems[stem] += 1
        plain |= {"id": f"{stem}#{self._stems[stem]}", "source": ends[0] or "", "target": ends[1] or ""}
        plain = _listed(plain, "tags") | {"kind": kind or ""}
        return self._record(Flow, plain, document, path, attributes=attributes, attribute_span=spans)

    def _flow_text(self, key: str, data: dict[str, Any], document: Document, path: PathKey) -> str | None:
        """Return the text that a flow needs under a key."""
        value = data.get(key)
        if isinstance(value, str):
            return value
        if key not in data:
            self._wrong("AM119", f"a flow needs `{key}`", document.span(*path))
        else:
            written = document.text(*path, key)
            hint = f'put it in quotes: {key}: "{written}"' if written else None
            self._wrong("AM121", f"`{key}` should be a text", document.span(*path, key), hint)
        return None

    def _attributes(
        self, data: dict[str, Any], taker: _Taker, document: Document, path: PathKey
    ) -> tuple[dict[str, Value], WrittenSpans]:
        values: dict[str, Value] = {}
        keys: dict[str, str] = {}
        spans = WrittenSpans(document, path, keys)
        canonical, allowed = self.vocabulary.canonical, taker.allowed
        for key, written in data.items():
            if key in taker.reserved:
                continue
            name = canonical("attribute", key)
            attribute = allowed.get(name)
            if attribute is None:
                self._unknown_attribute(name, taker, document.key_span(*path, key))
            elif name in values:
                hint = f"it stands at {spans[name]} under another name"
                self._wrong("AM118", f"`{key}` says `{name}` a second time", document.key_span(*path, key), hint)
            else:
                keys[name] = key
                values[name], wrong, hint_ = check_value(attribute, written)
                if wrong:
                    self._wrong("AM125", wrong, document.span(*path, key), hint_)
        return values, spans

    def _unknown_attribute(self, name: str, taker: _Taker, span: Span) -> None:
        known = self.vocabulary.attributes.get(name)
        if known:
            places = ", ".join(known.on) or "flows"
            self._wrong("AM118", f"`{name}` does not stand on {taker.name}", span, f"it stands on {places}")
        else:
            hint = nearest(name, (*taker.reserved, *taker.allowed)) or "`atlasmodel kinds KIND` lists what it takes"
            self._wrong("AM118", f"unknown key `{shown(name)}` on {taker.name}", span, hint)

    def _wrong(self, code: str, message: str, span: Span | None, hint: str | None = None) -> None:
        if span not in self._told:
            self.problems.append(Problem(code, message, span, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise self._error()


@dataclass(frozen=True)
class _Taker:
    """Say what takes attributes: its name, the keys that are no attributes, and the attributes that fit."""

    name: str
    reserved: frozenset[str]
    allowed: Mapping[str, Attribute]


def _listed(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the data with a single text where a list may stand turned into a list."""
    return {key: [value] if key in keys and isinstance(value, str) else value for key, value in data.items()}


def _stand_in(model: type[R], data: dict[str, Any], span: Span) -> R:
    """Return a record for an entry that is broken, with what it refers to as far as that can be read."""
    many = ("holds", "at", "aims")
    usable: dict[str, Any] = {"id": data.get("id"), "parent": None, "trust": 0}
    for name in REFERENCES:
        value = data.get(name, model.model_fields[name].default if name in model.model_fields else None)
        if name in many:
            usable[name] = tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
        else:
            usable[name] = value if isinstance(value, str) else ""
    return model.model_construct(**{name: usable[name] for name in usable if name in model.model_fields}, span=span)
