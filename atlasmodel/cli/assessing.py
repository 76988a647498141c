"""The commands that make and judge: init, check, assess."""

from __future__ import annotations

from collections.abc import Sized
from pathlib import Path
from typing import Annotated

import typer

from atlasmodel import _files
from atlasmodel.cli import display, exits, options, reading, writing
from atlasmodel.cli.progress import working
from atlasmodel.errors import InputError, Problem


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("pipeline.yaml"),
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a starter pipeline file with comments, ready to change."""
    from importlib.resources import files

    text = files("atlasmodel.cli").joinpath("starter.yaml").read_text(encoding="utf-8")
    _files.write_whole(file, text, overwrite=force)
    display.say(f"wrote {file}; next: atlasmodel check {file}, then atlasmodel assess {file}", quiet=quiet)


def check(
    files: options.Files,
    catalogs: options.Catalogs = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Read pipeline and organisation files and tell every mistake, with its place and the nearest right thing."""
    from atlasmodel.mitigate.placement import place_controls
    from atlasmodel.model.read_organisation import is_organisation, read_organisation
    from atlasmodel.model.soundness import implausible

    space = reading.workspace(catalogs)
    wrong: list[Problem] = []
    for file in files:
        try:
            if is_organisation(_files.read_bounded(file, max_bytes)):
                name = read_organisation(file, max_bytes).name
                display.say(f"{file}: the organisation {name}, sound", quiet=quiet)
                continue
            pipeline = space.read(file, max_bytes)
        except InputError as error:
            wrong += error.problems
            continue
        placement = place_controls(pipeline, space.vocabulary, space.library, space.scoring)
        wrong += placement.problems
        for warning in (*implausible(pipeline, space.vocabulary), *placement.warnings):
            display.say(f"warning: {warning}", quiet=quiet)
        if not placement.problems:
            sizes = f"{_count(pipeline.components, 'component')}, {_count(pipeline.flows, 'flow')}"
            display.say(f"{file}: {sizes}, sound", quiet=quiet)
    if wrong:
        raise InputError(wrong)


def _count(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'s' * (len(things) != 1)}"


def assess(
    files: options.Files,
    *,
    format: Annotated[
        str, typer.Option("--format", "-f", help="table, json, markdown, html, or another exporter.")
    ] = writing.TABLE,
    output: options.Output = None,
    force: options.Force = False,
    fail_on: options.FailOn = None,
    persona: options.ForWhom = options.Persona.regular,
    worlds: Annotated[
        int | None, typer.Option(help="Number of worlds drawn, a multiple of 64.", min=64, max=1_048_576)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the worlds.", min=0)] = None,
    as_of: Annotated[str | None, typer.Option(help="Today's date, for acceptances that end.")] = None,
    governance_factor: Annotated[
        bool, typer.Option("--governance-factor", help="Let weak governance raise chances, within bounds.")
    ] = False,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Assess pipelines: which ATLAS techniques apply where, how they chain, how likely and how bad, what to do."""
    writing.check(output, force=force)
    writing.check_format(format, len(files))
    _possible(worlds, as_of)
    space = reading.workspace(catalogs, atlas)
    bounds = {"persona": persona.value, "worlds": worlds, "seed": seed, "as_of": as_of}
    bounds["governance_factor"] = governance_factor
    documents = [
        reading.assessed(file, space, max_bytes, **bounds) for file in working(files, "assessing", quiet=quiet)
    ]
    writing.write(documents, format, output, force=force)
    exits.gate((finding for document in documents for finding in document.findings), fail_on, quiet=quiet)


def _possible(worlds: int | None, as_of: str | None) -> None:
    from atlasmodel.model.values import is_date

    if worlds is not None and worlds % 64:
        raise typer.BadParameter(
            f"{worlds} is not a multiple of 64; try {worlds // 64 * 64 + 64}", param_hint="--worlds"
        )
    if as_of is not None and not is_date(as_of):
        raise typer.BadParameter(f"`{as_of}` is no date such as 2026-11-30", param_hint="--as-of")
