"""Read YAML and JSON as plain data, within bounds, with the place of every node.

The parser is libyaml's; only the assembly of its events is ours, because the limits (depth, size, no aliases, no tags,
no duplicate keys), the scalars of YAML 1.2 core and the spans are. JSON is read as the subset it is: sound JSON by the
reader of the standard library, which gives the same in less time, and all else that looks like it as YAML.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from atlasmodel import _json
from atlasmodel._files import MAX_BYTES, read_bounded
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, shown

MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_DIGITS = 18

PathKey = _json.PathKey

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OCTAL_LOOKING = re.compile(r"[-+]?0[0-9]+")
_CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
BAD_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
# As they stand, YAML 1.1 ends a line at the first two and YAML 1.2 does not; the third is the mark of byte order.
_RAW_BAD_TEXT = re.compile(BAD_TEXT.pattern[:-1] + r"\u2028\u2029\ufeff]")
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Document:
    """Hold one document: plain data and where each part of it stands."""

    file: str
    data: Any
    spans: Mapping[PathKey, tuple[int, int]] = field(repr=False)
    keys: Mapping[PathKey, tuple[int, int]] = field(repr=False)
    written: Mapping[PathKey, str] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()

    def span(self, *path: str | int) -> Span:
        """Return where the value at `path` starts, or where its nearest parent does."""
        while path and path not in self.spans:
            path = path[:-1]
        return Span(self.file, *self.spans.get(path, (1, 1)))

    def key_span(self, *path: str | int) -> Span:
        """Return where the key of `path` starts, or its value when it has no key."""
        place = self.keys.get(path)
        return self.span(*path) if place is None else Span(self.file, *place)

    def text(self, *path: str | int) -> str | None:
        """Return a number, constant or null at `path` letter by letter as it was written, or None for anything else."""
        return self.written.get(path)


def read(path: Path, max_bytes: int = MAX_BYTES, name: str | None = None, **how: Any) -> Document:
    """Read one YAML or JSON file as `parse` does; raise InputError with every problem found."""
    return parse(read_bounded(path, max_bytes), name or str(path), **how)


def parse(content: bytes, name: str, *, starter: str | None = None, collect: bool = False) -> Document:
    """Turn the bytes of one document into data and spans; raise InputError with every problem found.

    `starter` is the hint for an empty document: what could stand there. With `collect`, problems that leave the rest
    readable (a key that stands twice, a number out of bounds) are kept in the document, to be told with others.

    >>> parse(b"a: [1, no]", "x.yaml").data
    {'a': [1, 'no']}
    """
    text = _decode(content, name)
    plain = _json.read(text, MAX_NODES, MAX_DEPTH)
    if plain is not None:
        return Document(name, plain.data, plain.spans, plain.keys, plain.written)
    text, joined = _join_surrogates(text)
    assembler = _Assembler(text, name, joined)
    try:
        _take(text, assembler)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None and "maximum nesting depth" in (error.problem or ""):
            with suppress(yaml.MarkedYAMLError):  # it looks far ahead; what stands before is too deep for us already
                _take(text[: error.problem_mark.index], _Assembler(text, name, joined))
        raise InputError([*assembler.problems, assembler.syntax_problem(error)]) from None
    except yaml.YAMLError as error:
        raise InputError(Problem("AM111", f"not readable as YAML: {error}", Span(name, 1, 1))) from None
    if assembler.problems and not collect:
        raise InputError(assembler.problems)
    if assembler.documents == 0 or (assembler.root is None and not assembler.written):
        raise InputError(Problem("AM112", "empty document", Span(name, 1, 1), starter))
    problems = tuple(assembler.problems)
    return Document(name, assembler.root, assembler.spans, assembler.keys, assembler.written, problems)


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


def _take(text: str, assembler: _Assembler) -> None:
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assembler.take(event)


def _decode(content: bytes, name: str) -> str:
    start = Span(name, 1, 1)
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        raise InputError(Problem("AM113", "the file is UTF-16 or UTF-32", start, "save it as UTF-8"))
    if content.startswith(_PACKED):
        raise InputError(Problem("AM113", "compressed input is not supported", start, "unpack it first"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise InputError(
            Problem("AM113", "the file is not valid UTF-8", Span(name, line, column), "save it as UTF-8")
        ) from None
    # YAML ends a document at NUL and libyaml refuses controls without a good place: say it ourselves.
    text = text.replace("\r\n", "\n")
    bad = _RAW_BAD_TEXT.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        hint = {"\r": "end lines with LF or CR LF", "\0": "is the file UTF-16? save it as UTF-8"}.get(bad.group())
        problem = _bad_character(bad.group(), Span(name, line, column))
        raise InputError(replace(problem, hint=problem.hint or hint))
    return text


def _bad_character(letter: str, span: Span) -> Problem:
    code = f"U+{ord(letter):04X}"
    if "\ud800" <= letter <= "\udfff":
        return Problem("AM113", f"{code} is half of a surrogate pair, which is no character", span)
    if letter in "\u2028\u2029\ufeff":
        escape = f'write it as "\\u{ord(letter):04X}" in a quoted text, or leave it out'
        return Problem("AM113", f"the invisible character {code} is not allowed as it is", span, escape)
    return Problem("AM113", f"control character {code} is not allowed", span)


def _join_surrogates(text: str) -> tuple[str, dict[int, list[int]]]:
    """Write the surrogate pairs of JSON's escapes as the one character that YAML escapes by its code point.

    Also return, by line, the columns of these characters: what follows them stood further right.
    """
    joined: dict[int, list[int]] = {}
    if "\\u" not in text or not text.lstrip().startswith(("{", "[")):
        return text, joined
    lines = text.split("\n")
    for number, line in enumerate(lines):
        pieces: list[str] = []
        end = length = 0
        for pair in _SURROGATES.finditer(line):
            kept = line[end : pair.start()] + pair[1]
            joined.setdefault(number, []).append(length := length + len(kept))
            pieces += [kept, chr(0x10000 + (int(pair[2], 16) - 0xD800) * 0x400 + int(pair[3], 16) - 0xDC00)]
            end, length = pair.end(), length + 1
        if pieces:
            lines[number] = "".join([*pieces, line[end:]])
    return "\n".join(lines), joined


@dataclass
class _Frame:
    """One open sequence or mapping."""

    container: list[Any] | dict[str, Any]
    path: PathKey
    key: str | None = None
    skip: bool = False  # the key stands twice: its value is read and dropped
    block: bool = True  # written with indentation, not with brackets


class _Assembler:
    """Build plain data from parser events, and remember every mistake."""

    def __init__(self, text: str, name: str, joined: dict[int, list[int]]) -> None:
        self.text, self.name, self._joined = text, name, joined
        self.problems: list[Problem] = []
        self.spans: dict[PathKey, tuple[int, int]] = {}
        self.keys: dict[PathKey, tuple[int, int]] = {}
        self.written: dict[PathKey, str] = {}
        self.root: Any = None
        self.documents = 0
        self._stack: list[_Frame] = []
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take one event."""
        if isinstance(event, yaml.ScalarEvent):  # nearly all are
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._open(event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._stop("AM115", "aliases (`*name`) are not allowed", event, "write the value out")
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop("AM114", "a second document starts here", event, "one document a file")

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._stop("AM116", f"nesting deeper than {MAX_DEPTH}", event, None)
        self._no_tag(event)
        container: list[Any] | dict[str, Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._stack and isinstance(self._stack[-1].container, dict) and self._stack[-1].key is None:
            self._stop("AM117", "a key must be a text", event, None)
        path = self._place(container, event)
        self._stack.append(_Frame(container, path, block=not event.flow_style))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._no_tag(event)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, event)
        else:
            value = self._value(event)
            path = self._place(value, event)
            if event.value and not isinstance(value, str):
                self.written[path] = str(event.value)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent) -> None:
        key = self._checked(str(event.value), event)
        path = (*frame.path, key)
        frame.key, frame.skip = key, False
        end = event.end_mark.index if event.end_mark else 0
        if frame.block and self.text[end : end + 2] == ":\t":
            self._problem("AM111", "a tab follows the colon", event, "use a space")
        if path in self.keys:
            first = Span(self.name, *self.keys[path])
            self._problem("AM118", f"the key `{shown(key)}` stands twice", event, f"first at {first}")
            frame.skip = True
        else:
            self.keys[path] = self._place_of(event)

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
                    path = (*path, self._nodes)  # a path of its own: nothing in it counts as standing twice
                else:
                    frame.container[key] = value
                frame.key = None
        self.spans[path] = self._place_of(event)
        return path

    def _value(self, event: yaml.ScalarEvent) -> Any:
        text = str(event.value)
        if event.style:
            return self._checked(text, event)
        if text in _CONSTANTS or text[0] not in "+-.0123456789":
            return _CONSTANTS.get(text, text)
        if _OCTAL_LOOKING.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self._problem("AM120", f"a number of {len(text)} digits is too large", event, f"at most {MAX_DIGITS}")
            else:
                self._problem("AM120", f"`{text}` reads as octal in one YAML and decimal in the next", event,
                              f'write {int(text)} for the number or "{text}" for the text')  # fmt: skip
        elif _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self._problem("AM120", f"a number of {len(text)} digits is too large", event, f"at most {MAX_DIGITS}")
                return 0
            return int(text, 0)
        elif _NOT_FINITE.fullmatch(text) or (_FLOAT.fullmatch(text) and not math.isfinite(float(text))):
            self._problem("AM120", f"`{text[:20]}` is not a finite number", event, None)
        elif _FLOAT.fullmatch(text):
            return float(text)
        return text

    def _checked(self, text: str, event: yaml.ScalarEvent) -> str:
        """Refuse escapes that name no printable character."""
        bad = None if text.isprintable() else BAD_TEXT.search(text)
        if bad:
            self._add(_bad_character(bad.group(), Span(self.name, *self._place_of(event))))
        return text

    def _no_tag(self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent) -> None:
        if event.tag is not None:
            self._stop("AM115", f"tags (`{shown(event.tag)}`) are not allowed", event, "nothing was executed")
        if event.anchor is not None:
            self._stop("AM115", "anchors (`&name`) are not allowed", event, "write the value out")

    def _problem(self, code: str, message: str, event: yaml.Event, hint: str | None) -> None:
        self._add(Problem(code, message, Span(self.name, *self._place_of(event)), hint))

    def _add(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise InputError(self.problems)

    def _stop(self, code: str, message: str, event: yaml.Event, hint: str | None) -> None:
        self._problem(code, message, event, hint)
        raise InputError(self.problems)

    def _place_of(self, event: yaml.Event) -> tuple[int, int]:
        mark = event.start_mark
        return self._position(mark.line, mark.column) if mark else (1, 1)

    def _position(self, line: int, column: int) -> tuple[int, int]:
        """Return the 1-based line and column in the file; a pair of escapes is 11 letters longer than its character."""
        if line in self._joined:
            column += 11 * bisect_right(self._joined[line], column - 1)
        return line + 1, column + 1

    def syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        """Return what the parser says as a problem, in clearer words where the cause is known."""
        mark = error.problem_mark or error.context_mark
        message, hint = error.problem or "not readable as YAML", ""
        if mark is None:
            return Problem("AM111", message, Span(self.name, 1, 1))
        span = Span(self.name, *self._position(mark.line, mark.column))
        line = self.text.split("\n")[mark.line : mark.line + 1]
        indent = re.match(r"[ \t-]*", line[0] if line else "")
        in_block = not self._stack or self._stack[-1].block
        if in_block and indent and "\t" in indent.group():
            message, hint = "a tab is used as indentation", "indent with spaces"
        elif "Unicode character escape" in message:
            return Problem("AM113", "an escape names half of a surrogate pair, which is no character", span)
        elif message.startswith(("mapping values are not allowed", "found character that cannot start")):
            hint = "check the indentation; a text with marks such as `: `, `@` or backticks is written in quotes"
        elif error.context and error.context_mark:
            row, column = self._position(error.context_mark.line, error.context_mark.column)
            hint = f"{error.context} that starts at line {row}, column {column}"
        return Problem("AM111", message, span, hint or None)


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
