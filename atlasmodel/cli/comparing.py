"""The command that compares: diff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, exits, options, reading

if TYPE_CHECKING:
    from atlasmodel.document import Finding


class Shape(StrEnum):
    """Name the ways a comparison is printed."""

    table = "table"
    json = "json"
    markdown = "markdown"


def diff(
    before: Annotated[
        Path, typer.Argument(help="A pipeline file or an assessment in JSON.", show_default=False, readable=False)
    ],
    after: Annotated[Path, typer.Argument(help="The same, changed.", show_default=False, readable=False)],
    *,
    format: Annotated[Shape, typer.Option("--format", "-f", help="How to print.")] = Shape.table,
    fail_on: Annotated[
        options.Severity | None, typer.Option(help="Exit 1 when an added finding is at least this severe.")
    ] = None,
    persona: options.ForWhom = options.Persona.regular,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Say what a changed pipeline adds, removes and changes: findings and total risk."""
    old, new = (reading.document(file, catalogs, atlas, max_bytes, persona=persona.value) for file in (before, after))
    for kind in ("catalog", "rules"):
        if getattr(old, kind) != getattr(new, kind):
            display.say(
                f"warning: the two were assessed with different {kind}, which changes findings too", quiet=quiet
            )
    result = old.compare(new)
    was, now = ({item.id: item for item in document.findings} for document in (old, new))
    added = [now[identifier] for identifier in result.added]
    removed = [was[identifier] for identifier in result.removed]
    changed = [_record(now[identifier], *risks) for identifier, risks in result.changed.items()]
    if format is Shape.markdown:
        display.out(result.to_markdown())
    elif format is Shape.json:
        display.as_json(
            {
                "risk": {"before": result.risk[0], "after": result.risk[1]},
                "added": [_record(item, None, item.risk) for item in added],
                "removed": [_record(item, item.risk, None) for item in removed],
                "changed": changed,
                "unchanged": result.unchanged,
                "goals": [{"goal": key, "before": old, "after": new} for key, (old, new) in result.goals.items()],
                "goals_unchanged": result.goals_unchanged,
                "measures": [
                    {"measure": key, "before": old, "after": new} for key, (old, new) in result.measures.items()
                ],
                "measures_unchanged": result.measures_unchanged,
            }
        )
    else:
        display.line(f"total risk {result.risk[0]:g} -> {result.risk[1]:g}")
        _listed("added", [_record(item, None, item.risk) for item in added])
        _listed("removed", [_record(item, item.risk, None) for item in removed])
        _listed("changed", changed)
        _pairs("goals", result.goals)
        _pairs("measures", result.measures)
        display.line(
            f"\nunchanged: {result.unchanged} findings, {result.goals_unchanged} goals, "
            f"{result.measures_unchanged} measures"
        )
    exits.gate(added, fail_on, quiet=quiet)


def _record(finding: Finding, before: float | None, after: float | None) -> dict[str, Any]:
    return {
        "id": finding.id,
        "name": finding.technique_name,
        "summary": finding.title,
        "technique": finding.technique,
        "severity": finding.severity,
        "before": before,
        "after": after,
    }


def _listed(what: str, records: Sequence[dict[str, Any]]) -> None:
    if not records:
        return
    display.line(f"\n{what} ({len(records)})")
    display.rows(records, ("before", "after", "severity", "id", "technique", "name"), as_format="table")


def _pairs(what: str, pairs: Mapping[str, tuple[Any, Any]]) -> None:
    if not pairs:
        return
    display.line(f"\n{what} ({len(pairs)})")
    rows = [{"before": before, "after": after, "name": name} for name, (before, after) in pairs.items()]
    display.rows(rows, ("before", "after", "name"), as_format="table")
