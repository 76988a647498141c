"""The commands on other frameworks: crosswalk, compliance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from atlasmodel.cli import display, options, reading

if TYPE_CHECKING:
    from atlasmodel.crosswalk.compliance import Compliance, Ground

_SHOWN = 5


def crosswalk(
    framework: Annotated[str | None, typer.Argument(help="A framework; without one, all are listed.")] = None,
    *,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Show what techniques, mitigations and checks have to do with the entries of other frameworks."""
    from atlasmodel.crosswalk.read import builtin_crosswalks
    from atlasmodel.crosswalk.read import crosswalk as one

    space = reading.workspace(catalogs, atlas)
    if framework is None:
        rows = [
            item.framework.model_dump(mode="json")
            | {"entries": len(item.entries), "review": item.framework.review.state}
            for item in builtin_crosswalks(space).values()
        ]
        display.rows(rows, ("id", "name", "edition", "entries", "review"), as_format=format.value)
        return
    found = one(framework, space)
    if format is options.Listing.json:
        display.as_json(found.model_dump(mode="json"))
        return
    entries = [entry.model_dump(mode="json") for entry in found.entries]
    display.rows(entries, ("id", "title", "relation", "techniques", "mitigations", "checks"), as_format="table")


def compliance(
    file: options.File,
    framework: Annotated[str, typer.Argument(help="A framework; `atlasmodel crosswalk` lists them.")],
    *,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Tell by article or control what speaks for it here, what against it, what is unknown; never that it is met."""
    report = reading.document(file, catalogs, atlas, max_bytes).compliance(framework)
    if format is options.Listing.json:
        display.as_json(report.to_dict())
        return
    for line in _lines(report):
        display.line(line)


def _lines(report: Compliance) -> list[str]:
    head = report.framework
    lines = [f"{head['name']}, {head['edition']} (links: {head['review']['state']}); ATLAS {report.release}", ""]
    for entry in report.entries:
        lines.append(f"{entry.id} {entry.title}")
        for word, grounds in (("for", entry.speaks_for), ("against", entry.against), ("unknown", entry.unknown)):
            lines += _side(word, grounds)
    if report.silent:
        lines += ["", f"Nothing here speaks of: {', '.join(report.silent)}"]
    return [*lines, "", report.caution]


def _side(word: str, grounds: Sequence[Ground]) -> list[str]:
    lines = [
        f"  {word:8} {ground.says}" + (f" [{', '.join(ground.at)}]" if ground.at else "") for ground in grounds[:_SHOWN]
    ]
    more = len(grounds) - _SHOWN
    return [*lines, f"  {word:8} and {more} more"] if more > 0 else lines
