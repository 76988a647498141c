"""The only place that prints: data on stdout, talk on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from atlasmodel._text import terminal


def out(text: str) -> None:
    """Print data as it is, with one newline at its end."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def as_json(data: Any) -> None:
    """Print data as readable JSON."""
    out(json.dumps(data, indent=2, ensure_ascii=False))


def say(text: str, *, quiet: bool = False) -> None:
    """Tell something to the person at the terminal, unless they asked for quiet."""
    if not quiet:
        sys.stderr.write(f"{terminal(text)}\n")


def show(renderable: Any) -> None:
    """Print a table or another rich renderable; colours only on a terminal, and not with NO_COLOR."""
    Console(soft_wrap=not sys.stdout.isatty(), highlight=False, markup=False).print(renderable)


def rows(records: Sequence[Mapping[str, Any]], columns: Iterable[str], *, as_format: str) -> None:
    """Print records as a table or, whole, as JSON."""
    if as_format == "json":
        as_json(list(records))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(columns)
    for name in names:
        table.add_column(name, overflow="fold")
    for record in records:
        table.add_row(*(Text(terminal(_cell(record.get(name)))) for name in names))
    show(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
