"""Read YAML and JSON as plain data, within bounds, with the place of every node.

The parser is libyaml's; only the assembly of its events is ours, because the limits (depth, size, no aliases, no tags,
no duplicate keys), the scalars of YAML 1.2 core and the spans are. JSON is read as the subset it is: sound JSON by the
reader of the standard library, which gives the same in less time, and all else that looks like it as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from atlasmodel import _json
from atlasmodel._assembler import CONSTANTS, MAX_DEPTH, MAX_NODES, Assembler
from atlasmodel._decoding import decode
from atlasmodel._files import MAX_BYTES, read_bounded
from atlasmodel.errors import InputError, Problem, Span

PathKey = _json.PathKey

_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


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
    text = decode(content, name)
    plain = _json.read(text, MAX_NODES, MAX_DEPTH)
    if plain is not None:
        return Document(name, plain.data, plain.spans, plain.keys, plain.written)
    text, joined = _join_surrogates(text)
    assembler = Assembler(text, name, joined)
    try:
        _take(text, assembler)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None and "maximum nesting depth" in (error.problem or ""):
            with suppress(yaml.MarkedYAMLError):  # it looks far ahead; what stands before is too deep for us already
                _take(text[: error.problem_mark.index], Assembler(text, name, joined))
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
    style = None if plain and text not in CONSTANTS else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _take(text: str, assembler: Assembler) -> None:
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assembler.take(event)


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
