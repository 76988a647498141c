"""The commands that turn an assessment into something else: tree, diagram, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from atlasmodel.cli import display, options, reading, writing


def tree(
    file: options.File,
    *,
    goal: options.Goal = None,
    at: options.At = None,
    output: options.Output = None,
    force: options.Force = False,
    depth: Annotated[int, typer.Option(min=1, max=64, help="Steps shown below the goal.")] = 14,
    width: Annotated[int, typer.Option(min=1, max=32, help="Ways shown to each fact.")] = 3,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Print the attack tree of a goal as text or JSON, or draw it: --output tree.svg, .png, .pdf or .dot."""
    writing.check(output, force=force, picture=True)
    grown = reading.document(file, catalogs, atlas, max_bytes).tree(goal, at, depth=depth, width=width)
    if output is None and format is options.Listing.json:
        display.as_json(grown.to_dict())
    elif output is None:
        display.line(grown.text())
    else:
        grown.render(output, overwrite=force)


def diagram(
    file: options.File,
    *,
    output: options.Output = None,
    force: options.Force = False,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Print the pipeline diagram as DOT, or draw it: --output pipeline.svg, .png, .pdf or .dot."""
    from atlasmodel.export.diagram import pipeline_dot
    from atlasmodel.export.render import render

    writing.check(output, force=force, picture=True)
    dot = pipeline_dot(reading.document(file, catalogs, atlas, max_bytes))
    if output is None:
        display.out(dot)
    else:
        render(dot, output, overwrite=force)


def export(
    file: Annotated[
        Path | None,
        typer.Argument(help="A pipeline file, or an assessment in JSON.", show_default=False, readable=False),
    ] = None,
    *,
    to: Annotated[str | None, typer.Option("--to", "-t", help="The format; --list names them.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="An option of the format, as name=value; may be repeated.")
    ] = None,
    output: options.Output = None,
    force: options.Force = False,
    listing: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Write an assessment in another format: --list names them, --to takes one."""
    from atlasmodel.plugins import exporters

    if listing:
        found = [
            {"id": item.name, "name": item.name, "summary": item.summary, "options": list(item.options)}
            | {"from": item.distribution}
            for item in exporters()
        ]
        display.rows(found, ("id", "summary", "options", "from"), as_format=format.value)
        return
    if file is None or to is None:
        raise typer.BadParameter(
            "name a file and a format, such as: export pipeline.yaml --to html; or ask with --list"
        )
    writing.check(output, force=force)
    writing.check_format(to, 1)
    chosen = options.pairs(option or ())
    writing.write([reading.document(file, catalogs, atlas, max_bytes)], to, output, force=force, **chosen)
