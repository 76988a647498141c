"""The only place that prints: data on stdout, talk on stderr."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from atlasmodel._text import terminal
from atlasmodel.errors import InputError, Problem

PIPE_WIDTH = 120
_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Spell letters that the stream cannot hold as JSON does, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("atlasmodel", _escaped)


def prepare() -> None:
    """Make the two streams usable: there even where the caller closed them, never at a loss for a letter."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - it lives as long as we do
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="atlasmodel")


def out(text: str) -> None:
    """Print data as it is, with one newline at its end."""
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from None


def markup(text: str) -> None:
    """Print HTML or SVG; letters that the stream cannot hold become character references."""
    encoding = codecs.lookup(sys.stdout.encoding or "utf-8").name
    out(text if encoding == "utf-8" else text.encode("ascii", "xmlcharrefreplace").decode())


def flush() -> None:
    """Hand everything printed to the reader."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from None


def line(text: str) -> None:
    """Print text for people: nothing moves the cursor, no line gives an order."""
    out(terminal(text))


def as_json(data: Any) -> None:
    """Print data as readable JSON."""
    out(_UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], json.dumps(data, indent=2, ensure_ascii=False)))


def say(text: str, *, quiet: bool = False) -> None:
    """Tell something to the person at the terminal, unless they asked for quiet."""
    if quiet:
        return
    try:
        sys.stderr.write(f"{terminal(text)}\n")
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)  # nobody listens any more; the exit code still tells


def show(renderable: Any) -> None:
    """Print a rich renderable: with colours on a terminal, unless NO_COLOR; else plain, the same on every machine."""
    if sys.stdout.isatty():
        Console(highlight=False, markup=False).print(renderable)
        return
    page = StringIO()
    Console(file=page, width=PIPE_WIDTH, color_system=None, force_terminal=False, legacy_windows=False).print(
        renderable
    )
    out("\n".join(text.rstrip() for text in page.getvalue().splitlines()))


def rows(records: Sequence[Mapping[str, Any]], columns: Iterable[str], *, as_format: str) -> None:
    """Print records as a table, one line each where it is no terminal, or whole as JSON."""
    if as_format == "json":
        as_json(list(records))
        return
    names = list(columns)
    cells = [[terminal(_cell(record.get(name))) for name in names] for record in records]
    if not sys.stdout.isatty():
        widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
        for row in (names, *cells):
            out("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    show(table)


def abandon(stream: TextIO) -> None:
    """Send what the stream still holds nowhere, so that leaving does not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _unwritable(error: OSError) -> InputError:
    abandon(sys.stdout)
    return InputError(Problem("AM134", f"cannot write to standard output: {error.strerror}"))


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    if isinstance(value, float):
        value = f"{value:g}"
    return "" if value is None else " ".join(str(value).split())
