"""The commands on the vocabulary: kinds, schema."""

from __future__ import annotations

from typing import Annotated

import typer

from atlasmodel.cli import display, options, reading


def kinds(
    kind: Annotated[
        str | None, typer.Argument(help="A kind, flow kind, attribute, fact (acc.query) or adversary profile.")
    ] = None,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
) -> None:
    """List component kinds, flow kinds and adversary profiles, or show what one word means and takes."""
    from atlasmodel.model.glossary import entry, overview

    vocabulary = reading.workspace(catalogs).vocabulary
    if kind is None:
        display.rows(overview(vocabulary), ("id", "sort", "parent", "summary"), as_format=format.value)
        return
    found = entry(vocabulary, kind)
    if format is options.Listing.json:
        display.as_json(found)
        return
    for key in ("id", "sort", "parent", "summary", "direction"):
        if found.get(key):
            display.line(f"{key:10} {found[key]}")
    for part in found["parts"]:
        display.line(f"  {part['id']:26} {part['summary']}")


def schema(
    what: Annotated[str, typer.Argument(help="pipeline, organisation or assessment.")] = "pipeline",
    catalogs: options.Catalogs = None,
) -> None:
    """Print the JSON Schema of a pipeline or organisation file (for your editor) or of the assessment document."""
    from atlasmodel.assessment import assessment_schema
    from atlasmodel.model.organisation_schema import organisation_schema
    from atlasmodel.model.schema import pipeline_schema
    from atlasmodel.model.skill import builtin_skills

    if what not in ("pipeline", "organisation", "assessment"):
        raise typer.BadParameter(f"`{what}` is none of pipeline, organisation, assessment", param_hint="WHAT")
    if what == "assessment":
        display.as_json(assessment_schema())
    elif what == "organisation":
        display.as_json(organisation_schema(builtin_skills()))
    else:
        display.as_json(pipeline_schema(reading.workspace(catalogs).vocabulary))
