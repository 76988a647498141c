"""The commands on what atlasmodel knows: catalog, kinds, rules, mitigations, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from atlasmodel.cli import display, options
from atlasmodel.errors import CatalogError, InputError, Problem, nearest

catalog = typer.Typer(help="ATLAS as packaged, or as in a file you bring.", no_args_is_help=True)
rules = typer.Typer(help="The rules: when a technique applies.", no_args_is_help=True)
mitigations = typer.Typer(help="The mitigation library.", no_args_is_help=True)


def _catalog(atlas: Path | None) -> Any:
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
) -> None:
    """Show one tactic, technique, mitigation or case study; a retired id leads to its successor."""
    from atlasmodel.catalog.rows import row

    found = _catalog(atlas)
    identifier, warning = found.resolve(word)
    if warning:
        display.say(f"warning: {warning}")
    record = row(found, found.find(identifier))
    if format is options.Listing.json:
        display.as_json(record)
        return
    for key, value in record.items():
        if value not in (None, "", []):
            display.out(f"{key:14} {_shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(
            f"{item['id']} ({item['origin']})" if isinstance(item, dict) and "origin" in item else _step(item)
            for item in value
        )
    return str(value)


def _step(item: Any) -> str:
    return " ".join(str(part) for part in item.values() if part) if isinstance(item, dict) else str(item)


@catalog.command("verify")
def catalog_verify(
    file: Annotated[Path | None, typer.Argument(help="An official ATLAS file; else the packaged one.")] = None,
) -> None:
    """Read a catalogue, count what it holds and tell every defect that was repaired."""
    found = _catalog(file)
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    display.out(f"ATLAS {found.release} ({found.format}): {counts}; {found.digest}")
    for issue in found.issues:
        display.out(f"repaired: {issue}")


@catalog.command("diff")
def catalog_diff(
    before: Annotated[Path, typer.Argument(help="The older ATLAS file.")],
    after: Annotated[Path | None, typer.Argument(help="The newer one; else the packaged release.")] = None,
) -> None:
    """Say what changed between two releases."""
    from atlasmodel.catalog.diff import diff_catalogs

    display.out(str(diff_catalogs(_catalog(before), _catalog(after))))


def kinds(
    kind: Annotated[str | None, typer.Argument(help="A component kind, a flow kind or an attribute.")] = None,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
) -> None:
    """List the component and flow kinds, or show what one takes and means."""
    from atlasmodel.model.glossary import entry, overview
    from atlasmodel.workspace import Workspace

    vocabulary = (Workspace.load(catalogs) if catalogs else Workspace.builtin()).vocabulary
    if kind is None:
        display.rows(overview(vocabulary), ("id", "sort", "parent", "summary"), as_format=format.value)
        return
    found = entry(vocabulary, kind)
    if format is options.Listing.json:
        display.as_json(found)
        return
    for key in ("id", "sort", "parent", "summary", "direction"):
        if found.get(key):
            display.out(f"{key:10} {found[key]}")
    for part in found["parts"]:
        display.out(f"  {part['id']:26} {part['summary']}")


@rules.command("list")
def rules_list(format: options.As = options.Listing.table, catalogs: options.Catalogs = None) -> None:
    """List every rule with its technique, scope and kinds."""
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs) if catalogs else Workspace.builtin()
    found = [
        {
            "id": rule.id,
            "name": rule.title,
            "summary": rule.rationale,
            "technique": rule.technique,
            "scope": rule.scope,
            "kinds": list(rule.at or rule.target),
            "flows": list(rule.on),
            "file": rule.file,
        }
        for rule in space.rules
    ]
    display.rows(found, ("id", "technique", "scope", "name"), as_format=format.value)


@rules.command("test")
def rules_test(catalogs: options.Catalogs = None, quiet: options.Quiet = False) -> None:
    """Run the tests that the rules carry."""
    from atlasmodel.match.selftest import run_tests
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs) if catalogs else Workspace.builtin()
    problems = [problem for rule in space.rules for problem in run_tests(rule, space.vocabulary)]
    if problems:
        raise CatalogError(problems)
    display.say(
        f"{len(space.rules)} rules, {sum(len(rule.tests) for rule in space.rules)} tests, all as they say", quiet=quiet
    )


@mitigations.command("list")
def mitigations_list(format: options.As = options.Listing.table, catalogs: options.Catalogs = None) -> None:
    """List every mitigation: the official ones of ATLAS and our own suggestions."""
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs) if catalogs else Workspace.builtin()
    found = [_control_row(control) for control in space.library.controls.values()]
    display.rows(found, ("id", "origin", "class", "name", "summary"), as_format=format.value)


@mitigations.command("show")
def mitigations_show(
    control: Annotated[str, typer.Argument(help="A control id, such as rate_limit or AML.M0004.")],
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
) -> None:
    """Show one mitigation: what it weakens and how strongly, where it can be put, what it costs."""
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs) if catalogs else Workspace.builtin()
    found = space.library.find(control)
    if found is None:
        raise InputError(
            Problem("AM140", f"there is no control `{control}`", hint=nearest(control, space.library.controls))
        )
    plain = found.model_dump(mode="json", by_alias=True)
    if format is options.Listing.json:
        display.as_json(plain)
        return
    for key in ("id", "name", "origin", "class", "summary", "delivered_by", "evidence"):
        display.out(f"{key:14} {plain[key] or ''}")
    display.out(f"{'at':14} {', '.join(found.at)}")
    for weakens in found.weakens:
        names = ", ".join(
            f"{item} {space.catalog.display_name(item)}" for item in weakens.techniques if item in space.catalog
        )
        display.out(f"  {weakens.how} {weakens.strength.likely:g} ({weakens.reason}) {names}")


def _control_row(control: Any) -> dict[str, Any]:
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


def schema(
    what: Annotated[str, typer.Argument(help="pipeline or assessment.")] = "pipeline", catalogs: options.Catalogs = None
) -> None:
    """Print the JSON Schema of a pipeline file (for your editor) or of the assessment document."""
    from atlasmodel.assessment import assessment_schema
    from atlasmodel.model.schema import pipeline_schema
    from atlasmodel.workspace import Workspace

    if what not in ("pipeline", "assessment"):
        raise typer.BadParameter(f"`{what}` is neither pipeline nor assessment", param_hint="WHAT")
    vocabulary = (Workspace.load(catalogs) if catalogs else Workspace.builtin()).vocabulary
    display.as_json(pipeline_schema(vocabulary) if what == "pipeline" else assessment_schema())
