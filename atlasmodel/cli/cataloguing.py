"""The commands on ATLAS: catalog list, show, verify, diff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options

if TYPE_CHECKING:
    from atlasmodel.catalog import Catalog

catalog = typer.Typer(name="catalog", help="ATLAS as packaged, or as in a file you bring.", no_args_is_help=True)


def _catalog(atlas: Path | None) -> Catalog:
    from atlasmodel.catalog import builtin_catalog, read_catalog

    return read_catalog(atlas) if atlas else builtin_catalog()


@catalog.command("list")
def catalog_list(
    what: Annotated[str, typer.Argument(help="techniques, tactics, mitigations or case-studies.")] = "techniques",
    format: options.As = options.Listing.table,
    atlas: options.Atlas = None,
) -> None:
    """List what ATLAS holds."""
    from atlasmodel.catalog import rows

    makers: dict[str, Any] = {
        "techniques": rows.technique_rows,
        "tactics": rows.tactic_rows,
        "mitigations": rows.mitigation_rows,
        "case-studies": rows.case_study_rows,
    }
    if what not in makers:
        raise typer.BadParameter(f"`{what}` is none of {', '.join(makers)}", param_hint="WHAT")
    display.rows(makers[what](_catalog(atlas)), ("id", "name", "summary"), as_format=format.value)


@catalog.command("show")
def catalog_show(
    word: Annotated[str, typer.Argument(help="An id or a name.")],
    format: options.As = options.Listing.table,
    atlas: options.Atlas = None,
    quiet: options.Quiet = False,
) -> None:
    """Show one tactic, technique, mitigation or case study; a retired id leads to its successor."""
    from atlasmodel.catalog.rows import row

    found = _catalog(atlas)
    identifier, warning = found.resolve(word)
    if warning:
        display.say(f"warning: {warning}", quiet=quiet)
    record = row(found, found.find(identifier))
    if format is options.Listing.json:
        display.as_json(record)
        return
    for key, value in record.items():
        if value not in (None, "", []):
            display.line(f"{key:14} {_shown(value)}")


def _shown(value: Any) -> str:
    return ", ".join(map(_part, value)) if isinstance(value, list) else str(value)


def _part(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    if "origin" in item:
        return f"{item['id']} ({item['origin']})"
    return " ".join(str(value) for value in item.values() if value)


@catalog.command("verify")
def catalog_verify(
    file: Annotated[
        Path | None, typer.Argument(help="An official ATLAS file; else the packaged one.", readable=False)
    ] = None,
    format: options.As = options.Listing.table,
) -> None:
    """Read a catalogue, count what it holds and tell every defect that was repaired."""
    found = _catalog(file)
    if format is options.Listing.json:
        head = {"release": found.release, "format": found.format, "digest": found.digest}
        display.as_json(head | {"counts": dict(found.counts), "repaired": [str(issue) for issue in found.issues]})
        return
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    display.line(f"ATLAS {found.release} ({found.format}): {counts}; {found.digest}")
    for issue in found.issues:
        display.line(f"repaired: {issue}")


@catalog.command("diff")
def catalog_diff(
    before: Annotated[Path, typer.Argument(help="The older ATLAS file.", readable=False)],
    after: Annotated[
        Path | None, typer.Argument(help="The newer one; else the packaged release.", readable=False)
    ] = None,
    format: options.As = options.Listing.table,
) -> None:
    """Say what changed between two releases."""
    from atlasmodel.catalog.diff import diff_catalogs

    found = diff_catalogs(_catalog(before), _catalog(after))
    if format is options.Listing.json:
        display.as_json({"before": found.before, "after": found.after, "changes": found.rows()})
    else:
        display.line(str(found))


@catalog.command("stix")
def catalog_stix(
    case_studies: Annotated[bool, typer.Option(help="With the case studies, as campaigns.")] = True,
    output: options.Output = None,
    force: options.Force = False,
    atlas: options.Atlas = None,
) -> None:
    """Write ATLAS as a STIX 2.1 bundle, under MITRE's own ids."""
    from atlasmodel.cli import writing
    from atlasmodel.export.stix import catalog_bundle

    writing.check(output, force=force)
    writing.put(catalog_bundle(_catalog(atlas), case_studies=case_studies), output, force=force)


@catalog.command("layer")
def catalog_layer(
    case_study: Annotated[str, typer.Argument(help="The id of a case study, such as AML.CS0009.")],
    output: options.Output = None,
    force: options.Force = False,
    atlas: options.Atlas = None,
) -> None:
    """Write the ATLAS Navigator layer of a case study."""
    from atlasmodel.cli import writing
    from atlasmodel.export.navigator import case_study_layer

    writing.check(output, force=force)
    writing.put(case_study_layer(_catalog(atlas), case_study), output, force=force)
