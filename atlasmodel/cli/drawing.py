"""The commands that turn an assessment into something else: tree, diagram, export."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from atlasmodel.cli import display, options, reading, writing


def tree(
    file: options.File,
    *,
    goal: options.Goal = None,
    at: options.At = None,
    adversary: options.Who = None,
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
    document = reading.document(file, catalogs, atlas, max_bytes)
    grown = document.tree(goal, at, depth=depth, width=width, adversary=adversary)
    if output is None and format is options.Listing.json:
        display.as_json(grown.to_dict())
    elif output is None:
        display.line(grown.text())
    else:
        grown.render(output, overwrite=force)


class Shown(StrEnum):
    """Name what a diagram shows."""

    pipeline = "pipeline"
    matrix = "matrix"
    coverage = "coverage"
    raci = "raci"


class Audience(StrEnum):
    """Name who reads a diagram."""

    engineer = "engineer"
    executive = "executive"


class Direction(StrEnum):
    """Name which way a diagram runs: top to bottom, or left to right."""

    TB = "TB"
    LR = "LR"


class Level(StrEnum):
    """Name what one box stands for."""

    component = "component"
    zone = "zone"


def diagram(
    file: options.File,
    *,
    output: options.Output = None,
    force: options.Force = False,
    show: Annotated[Shown, typer.Option(help="The pipeline, the ATLAS matrix by risk or coverage, or who answers.")] = (
        Shown.pipeline
    ),
    path: Annotated[int | None, typer.Option(min=1, help="Number the steps of this attack path, 1: the best.")] = None,
    goal: options.Goal = None,
    around: Annotated[str | None, typer.Option(help="Draw only what is near this component.")] = None,
    within: Annotated[int, typer.Option(min=1, max=64, help="How many flows away is near.")] = 1,
    zone: Annotated[str | None, typer.Option(help="Draw only this zone and those inside it.")] = None,
    direction: Annotated[Direction, typer.Option(help="Top to bottom, or left to right.")] = Direction.TB,
    audience: Annotated[Audience, typer.Option(help="How much is written at each box.")] = Audience.engineer,
    level: Annotated[Level, typer.Option(help="What a box stands for.")] = Level.component,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Print a diagram as DOT, or draw it: --output pipeline.svg, .png, .pdf or .dot."""
    from atlasmodel.export.diagram import pipeline_dot
    from atlasmodel.export.matrix import matrix_dot
    from atlasmodel.export.raci import raci_dot
    from atlasmodel.export.render import render

    writing.check(output, force=force, picture=True)
    assessment = reading.document(file, catalogs, atlas, max_bytes)
    if show is Shown.raci:
        dot = raci_dot(assessment)
    elif show is Shown.pipeline:
        dot = pipeline_dot(
            assessment, path=path, goal=goal, around=around, within=within, zone=zone,
            direction=direction.value, audience=audience.value, level=level.value,
        )  # fmt: skip
    else:
        dot = matrix_dot(assessment, show="risk" if show is Shown.matrix else "coverage")
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
    format: Annotated[options.Listing, typer.Option("--format", "-f", help="With --list: how to print it.")] = (
        options.Listing.table
    ),
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
