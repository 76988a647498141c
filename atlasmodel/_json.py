"""Read JSON as the standard library does: plain data, and where each part of it stands.

Read here is only what YAML reads in the very same way. For all else the answer is None: then YAML is asked, which is
slower, and knows how to say what is wrong.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite
from typing import Any, NamedTuple, TypeVar

PathKey = tuple[str | int, ...]
T = TypeVar("T")

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^\s\[\]{},:"]+|[\[{]')
_WORD = re.compile(r'[^\s\[\]{},:"]+')
# Escapes of characters that are not printable, and of halves of surrogate pairs.
_ODD_ESCAPE = re.compile(r'\\(?![nt"\\/u])|\\u(?:00(?:[01]|7f|[89])|d[89a-f]|fff[ef])', re.IGNORECASE)
# YAML wants a key and its colon on one line, and no more than 1,024 letters for both.
_FAR_COLON = re.compile(r'" *+\n[ \n]*+:|" {99,}+:')
_LONGEST_KEY = 150
_MOST_DIGITS = 18


@dataclass(frozen=True)
class Plain:
    """Hold the data of a text with the line and column of every value and key, and numbers and words as written."""

    data: Any
    spans: Mapping[PathKey, tuple[int, int]]
    keys: Mapping[PathKey, tuple[int, int]]
    written: Mapping[PathKey, str]


def read(text: str, most_nodes: int, most_depth: int) -> Plain | None:
    """Return what a JSON text says, or None where YAML might read it otherwise, or refuses it.

    >>> found = read('{"a": [1, null]}', 10, 10)
    >>> found.data, found.spans["a", 1], found.keys["a",], found.written["a", 1]
    ({'a': [1, None]}, (1, 11), (1, 2), 'null')
    """
    if not text.lstrip().startswith(("{", "[")) or "\t" in text or _FAR_COLON.search(text) or _ODD_ESCAPE.search(text):
        return None
    if text.count(",") + text.count("[") + text.count("{") >= most_nodes:
        return None
    sizes: dict[int, int] = {}
    try:
        data = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
        count = _measured(data, most_depth, sizes)
    except (ValueError, RecursionError):
        return None
    marks = [found.start() for found in _TOKEN.finditer(text)]
    if count != len(marks):  # a key stands twice, and the data holds one of them
        return None
    nodes, tokens = _Nodes(data, sizes), _Tokens(text, marks)
    return Plain(
        data,
        _Places(nodes, nodes.value, tokens.position),
        _Places(nodes, nodes.key, tokens.position),
        _Places(nodes, nodes.word, tokens.word),
    )


def _whole(written: str) -> int:
    if len(written) > _MOST_DIGITS:
        raise ValueError(written)
    return int(written)


def _finite(written: str) -> float:
    if not isfinite(number := float(written)):
        raise ValueError(written)
    return number


def _measured(value: dict[str, Any] | list[Any], most_depth: int, sizes: dict[int, int]) -> int:
    """Return how many tokens a mapping or list takes, and remember that of all in it; a key is a token too."""
    if most_depth == 0:
        raise RecursionError
    size = 1 + len(value)
    inner: Any = value
    if isinstance(value, dict):
        if value and max(map(len, value)) > _LONGEST_KEY:
            raise ValueError
        inner, size = value.values(), size + len(value)
    for item in inner:
        if isinstance(item, dict | list):
            size += _measured(item, most_depth - 1, sizes) - 1
    sizes[id(value)] = size
    return size


class _Node(NamedTuple):
    """Be a mapping or a list: its parts with the number of the token that each begins with; in a mapping, its key."""

    data: Any
    parts: dict[str | int, int]
    keyed: int  # whether the value of a part is one token further on: 1 or 0


class _Nodes:
    """Number the parts of some data as they stand in the text: what is never asked about is never numbered."""

    def __init__(self, data: Any, sizes: Mapping[int, int]) -> None:
        self._sizes = sizes
        self._known: dict[PathKey, _Node | None] = {(): self._node(data, 0)}

    def _node(self, data: Any, first: int) -> _Node | None:
        if not isinstance(data, dict | list):
            return None
        keyed = int(isinstance(data, dict))
        names: Any = data if keyed else range(len(data))
        numbers: Iterable[int] = range(first + 1, first + self._sizes[id(data)], 1 + keyed)
        if self._sizes[id(data)] > 1 + len(data) * (1 + keyed):  # not all of its parts are single tokens
            items = data.values() if isinstance(data, dict) else data
            numbers = accumulate((keyed + self._sizes.get(id(item), 1) for item in items), initial=first + 1)
        return _Node(data, dict(zip(names, numbers, strict=False)), keyed)

    def _at(self, path: PathKey) -> _Node | None:
        if path not in self._known:
            around, part = self._at(path[:-1]), path[-1]
            if around is None or part not in around.parts:
                return None
            self._known[path] = self._node(around.data[part], around.parts[part] + around.keyed)
        return self._known[path]

    def key(self, path: PathKey) -> int | None:
        """Return the token of the key at a path, if there is one."""
        around = self._known.get(path[:-1]) or (self._at(path[:-1]) if path else None)
        return around.parts.get(path[-1]) if around is not None and around.keyed and path else None

    def value(self, path: PathKey) -> int | None:
        """Return the token that the value at a path begins with, if there is one."""
        if not path:
            return 0
        around = self._at(path[:-1])
        first = None if around is None else around.parts.get(path[-1])
        return None if around is None or first is None else first + around.keyed

    def word(self, path: PathKey) -> int | None:
        """Return the token of the value at a path, if that is no text and has no parts."""
        around = self._at(path[:-1]) if path else None
        plain = around is None or path[-1] not in around.parts or isinstance(around.data[path[-1]], str | dict | list)
        return None if plain else self.value(path)

    def paths(self) -> Iterator[PathKey]:
        """Yield the path of everything there is, parents first."""
        stack: list[PathKey] = [()]
        while stack:
            yield (path := stack.pop())
            node = self._at(path)
            stack += [] if node is None else [(*path, part) for part in reversed(node.parts)]


class _Places(Mapping[PathKey, T]):
    """Look up what stands in a text at a path, when it is asked for."""

    def __init__(self, nodes: _Nodes, token: Callable[[PathKey], int | None], look: Callable[[int], T]) -> None:
        self._nodes, self._token, self._look = nodes, token, look

    def __getitem__(self, path: PathKey) -> T:
        token = self._token(path)
        if token is None:
            raise KeyError(path)
        return self._look(token)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, tuple) and self._token(path) is not None

    def get(self, path: PathKey, default: Any = None) -> Any:
        """Return what stands at a path, if there is anything."""
        token = self._token(path)
        return default if token is None else self._look(token)

    def __iter__(self) -> Iterator[PathKey]:
        return (path for path in self._nodes.paths() if self._token(path) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Tokens:
    """Know where the tokens of a text stand."""

    def __init__(self, text: str, marks: list[int]) -> None:
        self._text, self._marks = text, marks
        self._ends = list(accumulate(map(len, text.splitlines(keepends=True)), initial=0))

    def position(self, token: int) -> tuple[int, int]:
        """Return the 1-based line and column of a token."""
        mark = self._marks[token]
        line = bisect_right(self._ends, mark)
        return line, mark - self._ends[line - 1] + 1

    def word(self, token: int) -> str:
        """Return a number or a word as it is written."""
        found = _WORD.match(self._text, self._marks[token])
        return found.group() if found else ""
