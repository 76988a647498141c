"""The command on what further measures would change: what-if."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from atlasmodel.cli import display, options, reading

if TYPE_CHECKING:
    from atlasmodel.advice.what_if import WhatIf

LISTED = 10


def what_if(
    file: Annotated[Path, typer.Argument(help="A pipeline file (YAML or JSON).", show_default=False, readable=False)],
    measures: Annotated[
        list[str], typer.Argument(metavar="MEASURE", help="control@place, such as rate_limit@scoring-api.")
    ],
    *,
    worlds: Annotated[int | None, typer.Option(help="Number of worlds, a multiple of 64.", min=64)] = None,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Tell what further measures would change together: the total risk, and each goal, on the same worlds."""
    from atlasmodel.advice.what_if import what_if as ask

    found = ask(reading.analysed(file, reading.workspace(catalogs, atlas), max_bytes, worlds=worlds), measures)
    if format is options.Listing.json:
        display.as_json(found.model_dump(mode="json"))
        return
    for line in _lines(found):
        display.line(line)


def _lines(found: WhatIf) -> Iterator[str]:
    yield f"with {' and '.join(found.measures)}, fully in place"
    yield f"total risk {found.risk:g} -> {found.risk_after:g}, {found.removes:g} less"
    for goal in found.goals[:LISTED]:
        chance = f"chance {100 * goal.chance:.3g} -> {100 * goal.chance_after:.3g} %"
        yield f"  risk {goal.risk:g} -> {goal.risk_after:g}, {chance}  {goal.fact}: {goal.meaning}"
    if len(found.goals) > LISTED:
        yield f"  and {len(found.goals) - LISTED} more goals that become less likely"
    yield f"{found.unchanged} goals stay as they are"
