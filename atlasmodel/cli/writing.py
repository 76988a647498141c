"""Where the commands write: checked before any work is done, then whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from atlasmodel import _files
from atlasmodel.cli import display
from atlasmodel.errors import InputError

if TYPE_CHECKING:
    from atlasmodel.assessment import Assessment

TABLE = "table"
_TOGETHER = (TABLE, "text", "markdown", "json")  # formats that make sense for several pipelines at once
_MARKUP = ("html", "svg", "tree-svg")


def check(output: Path | None, *, force: bool, picture: bool = False) -> None:
    """Refuse a file that cannot be written, or whose name ends in nothing that can be drawn."""
    from atlasmodel.export.render import FORMATS

    if output is None:
        return
    if picture and output.suffix.lstrip(".").lower() not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise typer.BadParameter(f"cannot draw into {output.name}; end the name in {endings}", param_hint="--output")
    _files.check_target(output, overwrite=force)


def check_format(format: str, count: int) -> None:
    """Refuse a format that is not there, or that cannot hold several pipelines."""
    from atlasmodel.plugins import exporter

    if count > 1 and format not in _TOGETHER:
        raise typer.BadParameter(f"{format} takes one pipeline at a time; {', '.join(_TOGETHER)} take several")
    if format == TABLE:
        return
    try:
        exporter(format)
    except InputError as error:
        raise typer.BadParameter(f"{error.problems[0].message} ({error.problems[0].hint})") from None


def write(documents: Sequence[Assessment], format: str, output: Path | None, *, force: bool, **options: Any) -> None:
    """Print assessments in a format with its options, or write them to a file; several in JSON are one array."""
    if format == TABLE and output is None:
        from atlasmodel.export.table import summary

        for document in documents:
            display.show(summary(document))
        return
    content = _content(documents, "text" if format == TABLE else format, **options)
    if output is None and isinstance(content, str) and format in _MARKUP:
        display.markup(content)
    else:
        put(content, output, force=force)


def put(content: str | bytes, output: Path | None, *, force: bool) -> None:
    """Write content to a file, or print it if it is text."""
    if output is not None:
        _files.write_whole(output, content, overwrite=force)
    elif isinstance(content, bytes):
        raise typer.BadParameter("this format is not text; name a file with --output")
    else:
        display.out(content)


def _content(documents: Sequence[Assessment], format: str, **options: Any) -> str | bytes:
    from atlasmodel.plugins import exporter

    render = exporter(format).render
    if len(documents) == 1:
        return render(documents[0], **options)
    texts = [str(render(document)).rstrip("\n") for document in documents]
    return "[" + ",\n".join(texts) + "]\n" if format == "json" else "\n\n".join(texts) + "\n"
