"""The commands on mitigations: list, show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options, reading
from atlasmodel.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from atlasmodel.mitigate.controls import Control

mitigations = typer.Typer(name="mitigations", help="The mitigation library.", no_args_is_help=True)


@mitigations.command("list")
def mitigations_list(format: options.As = options.Listing.table, catalogs: options.Catalogs = None) -> None:
    """List every mitigation: the official ones of ATLAS and our own suggestions."""
    found = [_record(control) for control in reading.workspace(catalogs).library.controls.values()]
    display.rows(found, ("id", "origin", "class", "name", "summary"), as_format=format.value)


@mitigations.command("show")
def mitigations_show(
    control: Annotated[str, typer.Argument(help="A control id, such as rate_limit or AML.M0004.")],
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
) -> None:
    """Show one mitigation: what it weakens and how strongly, where it can be put, what it costs."""
    space = reading.workspace(catalogs)
    found = space.library.find(control)
    if found is None:
        hint = nearest(control, space.library.controls)
        raise InputError(Problem("AM140", f"there is no control `{control}`", hint=hint))
    plain = found.model_dump(mode="json", by_alias=True)
    if format is options.Listing.json:
        display.as_json(plain)
        return
    for key in ("id", "name", "origin", "class", "summary", "delivered_by", "evidence"):
        display.line(f"{key:14} {plain[key] or ''}".rstrip())
    display.line(f"{'at':14} {', '.join(found.at)}")
    for weakens in found.weakens:
        known = (item for item in weakens.techniques if item in space.catalog)
        names = ", ".join(f"{item} {space.catalog.display_name(item)}" for item in known)
        display.line(f"  {weakens.how} {weakens.strength.likely:g} ({weakens.reason}) {names}")


def _record(control: Control) -> dict[str, Any]:
    return {
        "id": control.id,
        "name": control.name,
        "summary": control.summary,
        "origin": control.origin,
        "class": control.category,
        "at": list(control.at),
        "techniques": sorted(control.effects),
        "atlas": list(control.atlas),
    }
