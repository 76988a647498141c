"""The commands on rules: list, test, lint, new."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options, reading
from atlasmodel.errors import CatalogError, InputError, Problem

if TYPE_CHECKING:
    from atlasmodel.match.lint import LintProblem
    from atlasmodel.match.rule import Rule

_SAYS = {"fires": "fires", "silent": "stays silent"}
rules = typer.Typer(name="rules", help="The rules: when a technique applies.", no_args_is_help=True)


def rule_record(rule: Rule) -> dict[str, Any]:
    """Return a rule as a record of a listing."""
    return {
        "id": rule.id,
        "name": rule.title,
        "summary": rule.rationale,
        "technique": rule.technique,
        "scope": rule.scope,
        "kinds": list(rule.at or rule.target),
        "flows": list(rule.on),
        "file": rule.file,
    }


def lint_record(item: LintProblem) -> dict[str, Any]:
    """Return a problem of the linter as a record of a listing."""
    return {
        "code": item.code,
        "severity": item.severity,
        "rule": item.rule,
        "message": item.message,
        "hint": item.hint,
        "span": str(item.span) if item.span else None,
    }


@rules.command("list")
def rules_list(format: options.As = options.Listing.table, catalogs: options.Catalogs = None) -> None:
    """List every rule with its technique, scope and kinds."""
    found = [rule_record(rule) for rule in reading.workspace(catalogs).rules]
    display.rows(found, ("id", "technique", "scope", "name"), as_format=format.value)


@rules.command("test")
def rules_test(catalogs: options.Catalogs = None, quiet: options.Quiet = False) -> None:
    """Run the tests that the rules carry; a rule about components or flows without tests is a mistake."""
    from atlasmodel.match.selftest import run_tests

    space = reading.workspace(catalogs)
    problems = [problem for rule in space.rules for problem in (*_untested(rule), *run_tests(rule, space.vocabulary))]
    if problems:
        raise CatalogError(problems)
    count = sum(len(rule.tests) for rule in space.rules)
    display.say(f"{len(space.rules)} rules, {count} tests, all as they say", quiet=quiet)


def _untested(rule: Rule) -> list[Problem]:
    """Return what is missing: a rule on the system shows where it fires and where it does not."""
    has = {test.verdict for test in rule.tests}
    missing = [verdict for verdict in ("fires", "silent") if verdict not in has] if rule.at or rule.on else []
    return [Problem("AM221", f"{rule.id} has no test that {_SAYS[verdict]}", rule.span) for verdict in missing]


@rules.command("lint")
def rules_lint(
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    quiet: options.Quiet = False,
) -> None:
    """Check the rules for what loads and still is wrong; `docs/rules.md` lists the checks."""
    from atlasmodel.match.lint import lint
    from atlasmodel.match.lint.words import packaged_names, packaged_unruled

    space = reading.workspace(catalogs, atlas)
    found = lint(
        space.rules,
        space.vocabulary,
        {technique.id for technique in space.catalog.techniques},
        {study.id for study in space.catalog.case_studies},
        packaged_unruled(),
        retired={old.id: old.successor for old in space.catalog.retired},
        names=packaged_names(),
    )
    errors = [item.problem for item in found if item.severity == "error"]
    if format is options.Listing.json:
        display.as_json([lint_record(item) for item in found])
    for item in () if format is options.Listing.json else found:
        if item.severity == "warning":
            display.say(str(item), quiet=quiet)
    if errors:
        raise CatalogError(errors)
    display.say(f"{len(space.rules)} rules, no errors, {len(found)} warnings", quiet=quiet)


@rules.command("new")
def rules_new(
    technique: Annotated[str, typer.Argument(help="The ATLAS technique it speaks of, by id or name.")],
    atlas: options.Atlas = None,
) -> None:
    """Print a starter rule for a technique, ready to change: it loads, and its tests pass."""
    from importlib.resources import files

    from atlasmodel.catalog import builtin_catalog, read_catalog
    from atlasmodel.catalog.records import kind_of

    catalog = read_catalog(atlas) if atlas else builtin_catalog()
    identifier, warning = catalog.resolve(technique)
    if kind_of(identifier) != "technique":
        raise InputError(Problem("AM160", f"{identifier} {catalog.display_name(identifier)} is no technique"))
    if warning:
        display.say(f"warning: {warning}")
    name = " ".join(catalog.display_name(identifier).split())
    text = files("atlasmodel.cli").joinpath("starter_rule.yaml").read_text(encoding="utf-8")
    text = text.replace("{id}", identifier).replace("{title}", json.dumps(f"{name}, here")).replace("{name}", name)
    display.line(text)
