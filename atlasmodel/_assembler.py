"""The events of the YAML parser -> plain data, within bounds, with the place of every node and every mistake."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import yaml

from atlasmodel._decoding import BAD_TEXT, bad_character
from atlasmodel._json import PathKey
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span, shown

MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_DIGITS = 18

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_OCTAL_LOOKING = re.compile(r"[-+]?0[0-9]+")
CONSTANTS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass
class _Frame:
    """One open sequence or mapping."""

    container: list[Any] | dict[str, Any]
    path: PathKey
    key: str | None = None
    skip: bool = False  # the key stands twice: its value is read and dropped
    block: bool = True  # written with indentation, not with brackets


class Assembler:
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
        if text in CONSTANTS or text[0] not in "+-.0123456789":
            return CONSTANTS.get(text, text)
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
            self._add(bad_character(bad.group(), Span(self.name, *self._place_of(event))))
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
