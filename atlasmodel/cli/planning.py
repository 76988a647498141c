"""The command that plans: which measures under a budget, in which order, what remains."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from atlasmodel import _files
from atlasmodel.cli import display, options, reading, writing


class Shape(StrEnum):
    """Name the ways a plan is printed."""

    table = "table"
    json = "json"
    markdown = "markdown"
    csv = "csv"
    svg = "svg"


class Objective(StrEnum):
    """Name what a plan makes least."""

    risk = "risk"
    best_attack = "best-attack"


def plan(
    file: Annotated[Path, typer.Argument(help="A pipeline file (YAML or JSON).", show_default=False, readable=False)],
    *,
    budget: Annotated[float | None, typer.Option(help="Money for the first year.")] = None,
    days: Annotated[float | None, typer.Option(help="Person-days in the first year.")] = None,
    measures: Annotated[int | None, typer.Option(help="Number of measures.")] = None,
    by: Annotated[str | None, typer.Option(help="Working days until all is done, or a date.")] = None,
    roles: Annotated[
        str | None, typer.Option(help="Who is available: role or role=people, with commas between.")
    ] = None,
    fix: Annotated[
        list[str] | None, typer.Option(help="A measure that is in the plan: control or control@place.")
    ] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="A measure that is not: control or control@place.")] = None,
    objective: Annotated[Objective, typer.Option(help="What is made least.")] = Objective.risk,
    target: Annotated[float | None, typer.Option(help="The cheapest plan that leaves at most this total risk.")] = None,
    cut: Annotated[str | None, typer.Option(help="The cheapest plan that cuts this goal off.")] = None,
    below: Annotated[float, typer.Option(help="With --cut: no way to the goal stays likelier than this.")] = 0.01,
    front: Annotated[int, typer.Option(help="Points of cost against risk.", min=0, max=50)] = 0,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Which assumption would change the plan.")] = False,
    rounds: Annotated[int | None, typer.Option(help="Rounds of search; more prove more.", min=1, max=10_000)] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Stop then; what is found may differ by machine.", min=0)
    ] = None,
    format: Annotated[Shape, typer.Option("--format", "-f", help="How to print.")] = Shape.table,
    output: options.Output = None,
    force: options.Force = False,
    as_of: Annotated[str | None, typer.Option(help="Today's date, for --by with a date.")] = None,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Plan: which measures under a budget leave the least risk, in which order, what remains, how sure that is."""
    from atlasmodel.export import plan as shapes
    from atlasmodel.planning.search import Effort

    writing.check(output, force=force)
    document = reading.assessed(file, reading.workspace(catalogs, atlas), max_bytes, as_of=as_of)
    tell = _tell if sys.stderr.isatty() and not quiet else None
    many = 0 if seconds is None else 10_000
    effort = Effort(
        many if rounds is None else rounds, seconds=float("inf") if seconds is None else seconds, progress=tell
    )
    with _solver_silent():
        found = document.plan(
            budget,
            days=days,
            measures=measures,
            by=_by(by),
            roles=_roles(roles),
            fixed=fix or (),
            forbidden=forbid or (),
            objective=objective.value,
            target=target,
            cut=cut,
            below=below,
            front=front or (6 if format is Shape.svg else 0),
            sensitivity=sensitivity,
            effort=effort,
        )
    if format is Shape.table and output is None:
        display.show(shapes.table(found))
        return
    text = shapes.markdown(found) if format is Shape.table else shapes.render(found, format.value)
    if output is not None:
        _files.write_whole(output, text, overwrite=force)
    elif format is Shape.svg:
        display.markup(text)
    else:
        display.out(text)


def _by(text: str | None) -> float | str | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _roles(text: str | None) -> dict[str, float] | None:
    if text is None:
        return None
    found = {}
    for part in text.split(","):
        role, equals, people = part.strip().partition("=")
        try:
            found[role.strip()] = float(people) if equals else 1.0
        except ValueError:
            raise typer.BadParameter(f"`{people}` is no number of people", param_hint="--roles") from None
    return found


def _tell(text: str) -> None:
    display.say(text)


@contextmanager
def _solver_silent() -> Iterator[None]:
    """Keep what the solver's own library prints out of our data: it writes past Python to the first stream."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # the caller closed it: there is nothing to keep clean
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
