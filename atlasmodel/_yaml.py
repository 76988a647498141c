"""Read YAML and JSON as plain data, within bounds, with the place of every node.

The parser is libyaml's; only the assembly of its events is ours, because the limits (depth, size, no aliases, no tags,
no duplicate keys), the scalars of YAML 1.2 core and the spans are. JSON is read the same way, as the subset it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from atlasmodel._files import MAX_BYTES, read_bounded
from atlasmodel.errors import InputError, Problem, Span

MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_DIGITS = 18

PathKey = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OCTAL_LOOKING = re.compile(r"[-+]?0[0-9]+")
_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_BAD_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Document:
    """Hold one document: plain data and where each part of it stands."""

    file: str
    data: Any
    spans: dict[PathKey, tuple[int, int]] = field(repr=False)
    keys: dict[PathKey, tuple[int, int]] = field(repr=False)

    def span(self, *path: str | int) -> Span:
        """Return where the value at `path` starts, or where its nearest parent does."""
        while path and path not in self.spans:
            path = path[:-1]
        return Span(self.file, *self.spans.get(path, (1, 1)))

    def key_span(self, *path: str | int) -> Span:
        """Return where the key of `path` starts, or its value when it has no key."""
        return Span(self.file, *self.keys[path]) if path in self.keys else self.span(*path)


def read(path: Path, max_bytes: int = MAX_BYTES, name: str | None = None) -> Document:
    """Read one YAML or JSON file; raise InputError with every problem found."""
    return parse(read_bounded(path, max_bytes), name or str(path))


def parse(content: bytes, name: str) -> Document:
    """Turn the bytes of one document into data and spans; raise InputError with every problem found.

    >>> parse(b"a: [1, no]", "x.yaml").data
    {'a': [1, 'no']}
    """
    text = _join_surrogates(_decode(content, name))
    assembler = _Assembler(text, name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            assembler.take(event)
    except yaml.MarkedYAMLError as error:
        raise InputError([*assembler.problems, _syntax_problem(error, text, name)]) from None
    except yaml.YAMLError as error:
        raise InputError(Problem("AM111", f"{name}: not readable as YAML: {error}")) from None
    if assembler.documents == 0:
        hint = "start with `atlasmodel: 1`, `name:`, `components:`; `atlasmodel init` writes a complete starter"
        raise InputError(Problem("AM112", "empty document", Span(name, 1, 1), hint))
    if assembler.problems:
        raise InputError(assembler.problems)
    return Document(name, assembler.root, assembler.spans, assembler.keys)


def dump(data: Any) -> str:
    """Return data as readable YAML that `parse` reads back equal: block style, keys in their order."""
    return str(
        yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False)
    )


class _Dumper(yaml.SafeDumper):
    """Quote every text that YAML 1.2 core or 1.1 would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write shared values out in full: aliases are refused on reading."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = re.fullmatch(r"[A-Za-z_/@][A-Za-z0-9_./@ -]*[A-Za-z0-9_./@]|[A-Za-z_]", text)
    style = None if plain and text not in _CONSTANTS else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _decode(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(Problem("AM113", f"{name}: the file is UTF-16", hint="save it as UTF-8"))
    if content.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise InputError(Problem("AM113", f"{name}: compressed input is not supported", hint="unpack it first"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise InputError(
            Problem("AM113", "the file is not valid UTF-8", Span(name, line, column), "save it as UTF-8")
        ) from None
    # YAML ends a document at NUL and libyaml refuses controls without a good place: say it ourselves.
    bad = _BAD_TEXT.search(text.replace("\r\n", "\n"))
    if bad:
        clean = text.replace("\r\n", "\n")
        line = clean.count("\n", 0, bad.start()) + 1
        column = bad.start() - clean.rfind("\n", 0, bad.start())
        raise InputError(
            Problem("AM113", f"control character U+{ord(bad.group()):04X} is not allowed", Span(name, line, column))
        )
    return text


def _join_surrogates(text: str) -> str:
    """Write the surrogate pairs of JSON's escapes as the one character that YAML escapes by its code point."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    return _SURROGATES.sub(
        lambda pair: pair[1] + chr(0x10000 + (int(pair[2], 16) - 0xD800) * 0x400 + int(pair[3], 16) - 0xDC00), text
    )


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    span = Span(name, mark.line + 1, mark.column + 1) if mark else None
    message = error.problem or "not readable as YAML"
    hint = None
    if mark and "\t" in _line_of(text, mark.line)[: mark.column + 1]:
        message, hint = "a tab is used as indentation", "indent with spaces"
    return Problem("AM111", message, span, hint)


def _line_of(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line] if line < len(lines) else ""


@dataclass
class _Frame:
    """One open sequence or mapping."""

    container: list[Any] | dict[str, Any]
    path: PathKey
    key: str | None = None
    skip: bool = False  # the key was a duplicate or unusable: its value is read and dropped


class _Assembler:
    """Build plain data from parser events, and remember every mistake."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.problems: list[Problem] = []
        self.spans: dict[PathKey, tuple[int, int]] = {}
        self.keys: dict[PathKey, tuple[int, int]] = {}
        self.root: Any = None
        self.documents = 0
        self._stack: list[_Frame] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take one event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop("AM114", "a second document starts here", event, "one document a file")
        elif isinstance(event, yaml.AliasEvent):
            self._stop("AM115", "aliases (`*name`) are not allowed", event, "write the value out")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._stack.pop()

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stop("AM116", f"nesting deeper than {MAX_DEPTH}", event, None)
        self._no_tag(event)
        container: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._stack and isinstance(self._stack[-1].container, dict) and self._stack[-1].key is None:
            self._stop("AM117", "a key must be a text", event, None)
        path = self._place(container, event)
        self._stack.append(_Frame(container, path))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._no_tag(event)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, event)
        else:
            self._place(self._value(event), event)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent) -> None:
        key = str(event.value)
        path = (*frame.path, key)
        frame.key, frame.skip = key, False
        end = event.end_mark.index if event.end_mark else 0
        if self.text[end : end + 2] == ":\t":
            self._problem("AM111", "a tab follows the colon", event, "use a space")
        if path in self.keys:
            first = Span(self.name, *self.keys[path])
            self._problem("AM118", f"the key `{key}` stands twice", event, f"first at {first}")
            frame.skip = True
        else:
            self.keys[path] = _place_of(event)

    def _place(self, value: Any, event: yaml.Event) -> PathKey:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop("AM116", f"more than {MAX_NODES} values", event, None)
        path: PathKey = ()
        if not self._stack:
            self.root = value
        else:
            frame = self._stack[-1]
            if isinstance(frame.container, list):
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
            else:
                key = frame.key or ""
                path = (*frame.path, key)
                if frame.skip:
                    path = (*path, "(duplicate)")
                else:
                    frame.container[key] = value
                frame.key = None
        self.spans[path] = _place_of(event)
        return path

    def _value(self, event: yaml.ScalarEvent) -> Any:
        text = str(event.value)
        if event.style:
            return self._checked(text, event)
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _OCTAL_LOOKING.fullmatch(text):
            self._problem("AM120", f"`{text}` reads as octal in one YAML and decimal in the next", event,
                          f'write {text.lstrip("0") or "0"} for the number or "{text}" for the text')  # fmt: skip
        elif _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self._problem("AM120", f"a number of {len(text)} digits is too large", event, None)
                return 0
            return int(text, 0)
        elif _NOT_FINITE.fullmatch(text) or (_FLOAT.fullmatch(text) and not math.isfinite(float(text))):
            self._problem("AM120", f"`{text[:20]}` is not a finite number", event, None)
        elif _FLOAT.fullmatch(text):
            return float(text)
        return text

    def _checked(self, text: str, event: yaml.ScalarEvent) -> str:
        """Refuse escapes that name no printable character."""
        bad = _BAD_TEXT.search(text)
        if bad:
            self._problem("AM113", f"control character U+{ord(bad.group()):04X} is not allowed", event, None)
        return text

    def _no_tag(self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if event.tag not in (None, "!"):
            self._stop("AM115", f"tags (`{event.tag}`) are not allowed", event, "nothing was executed")
        if event.anchor is not None:
            self._stop("AM115", "anchors (`&name`) are not allowed", event, "write the value out")

    def _problem(self, code: str, message: str, event: yaml.Event, hint: str | None) -> None:
        span = Span(self.name, *_place_of(event))
        self.problems.append(Problem(code, message, span, hint))

    def _stop(self, code: str, message: str, event: yaml.Event, hint: str | None) -> None:
        self._problem(code, message, event, hint)
        raise InputError(self.problems)


def _place_of(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def walk(data: Any, path: PathKey = ()) -> Iterator[tuple[PathKey, Any]]:
    """Yield every (path, value) of plain data, parents first."""
    stack: list[tuple[PathKey, Any]] = [(path, data)]
    while stack:
        here, value = stack.pop()
        yield here, value
        if isinstance(value, dict):
            stack.extend(((*here, key), child) for key, child in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend(((*here, index), child) for index, child in reversed(list(enumerate(value))))
