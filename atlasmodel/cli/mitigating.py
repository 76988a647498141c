"""The commands on mitigations: list, show, coverage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options, reading
from atlasmodel.errors import InputError
from atlasmodel.model.soundness import no_control

if TYPE_CHECKING:
    from atlasmodel.coverage import TechniqueCoverage
    from atlasmodel.mitigate.answer import Answers
    from atlasmodel.mitigate.controls import Control

_SHOWN = 4

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
        raise InputError(no_control(control, space.library.controls))
    from atlasmodel.delivery import skills_of

    skills = dict(skills_of(found))
    plain = found.model_dump(mode="json", by_alias=True) | {"skills": skills}
    if format is options.Listing.json:
        display.as_json(plain)
        return
    for key in ("id", "name", "origin", "class", "summary", "delivered_by", "evidence"):
        display.line(f"{key:14} {plain[key] or ''}".rstrip())
    display.line(f"{'skills':14} {', '.join(f'{domain} {level}' for domain, level in skills.items())}".rstrip())
    display.line(f"{'at':14} {', '.join(found.at)}")
    for weakens in found.weakens:
        known = (item for item in weakens.techniques if item in space.catalog)
        names = ", ".join(f"{item} {space.catalog.display_name(item)}" for item in known)
        display.line(f"  {weakens.how} {weakens.strength.likely:g} ({weakens.reason}) {names}")


@mitigations.command("coverage")
def mitigations_coverage(
    file: Annotated[
        Path | None,
        typer.Argument(help="A pipeline, or an assessment in JSON; without one, the library.", readable=False),
    ] = None,
    *,
    gaps: Annotated[bool, typer.Option("--gaps", help="Only what nothing covers.")] = False,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Show technique by technique what stands against it: in the library, or in a pipeline with its state."""
    if file is None:
        from atlasmodel.mitigate.answer import answers

        space = reading.workspace(catalogs, atlas)
        known = answers(space.catalog, space.rules, space.library)
        rows = [_answers(row) for row in known if not (gaps and row.gap is None)]
    else:
        found = reading.document(file, catalogs, atlas, max_bytes).coverage()
        rows = [_covered(row) for row in found if not (gaps and row.uncovered is None)]
    if format is options.Listing.json:
        display.as_json({"techniques": rows})
        return
    for row in rows:
        row["mitigations"] = [
            f"{item['id']} ({(item.get('state') or item['origin']).replace('_', ' ')})"
            for item in row["mitigations"][:_SHOWN]
        ] + [f"and {len(row['mitigations']) - _SHOWN} more"] * (len(row["mitigations"]) > _SHOWN)
    columns = (
        ("id", "name", "scope", "mitigations", "gap") if file is None else ("id", "name", "risk", "mitigations", "gap")
    )
    display.rows(rows, columns, as_format=format.value)


def _answers(row: Answers) -> dict[str, Any]:
    return {
        "id": row.technique.id,
        "name": row.technique.name,
        "scope": row.scope,
        "classes": list(row.classes),
        "mitigations": [
            {
                "id": item.control.id,
                "name": item.control.name,
                "origin": item.origin,
                "class": item.control.category,
                "how": sorted({part.how for part in item.weakens}),
                "strength": item.strength,
            }
            for item in row.mitigations
        ],
        "gap": row.gap,
    }


def _covered(row: TechniqueCoverage) -> dict[str, Any]:
    return {
        "id": row.technique,
        "name": row.name,
        "scope": row.scope,
        "risk": row.risk,
        "found_at": list(row.found_at),
        "open_at": list(row.open_at),
        "mitigations": [item.model_dump(mode="json") for item in row.measures],
        "gap": row.uncovered,
    }


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
