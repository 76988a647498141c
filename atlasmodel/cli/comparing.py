"""The command that compares: diff."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, exits, options, reading

if TYPE_CHECKING:
    from atlasmodel.document import Finding


def diff(
    before: Annotated[
        Path, typer.Argument(help="A pipeline file or an assessment in JSON.", show_default=False, readable=False)
    ],
    after: Annotated[Path, typer.Argument(help="The same, changed.", show_default=False, readable=False)],
    *,
    format: options.As = options.Listing.table,
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
    if format is options.Listing.json:
        display.as_json(
            {
                "risk": {"before": result.risk[0], "after": result.risk[1]},
                "added": [_record(item, None, item.risk) for item in added],
                "removed": [_record(item, item.risk, None) for item in removed],
                "changed": changed,
            }
        )
    else:
        display.line(f"total risk {result.risk[0]:g} -> {result.risk[1]:g}")
        _listed("added", [_record(item, None, item.risk) for item in added])
        _listed("removed", [_record(item, item.risk, None) for item in removed])
        _listed("changed", changed)
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
