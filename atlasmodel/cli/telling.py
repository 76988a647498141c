"""The commands that say why: explain, replay, similar."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel.cli import display, options, reading
from atlasmodel.cli.ruling import rule_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atlasmodel.explanation import Explanation
    from atlasmodel.match.rule import Rule
    from atlasmodel.workspace import Workspace


def explain(
    word: Annotated[str, typer.Argument(help="A rule, a finding, or an ATLAS technique.")],
    component: Annotated[str | None, typer.Argument(help="The component to explain it at.")] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--in", "-i", help="The pipeline file to look at.", readable=False)
    ] = None,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Say why a rule or technique applies, may apply or does not; without a pipeline, what it means."""
    from atlasmodel import explanation

    if component is not None and file is None:
        raise typer.BadParameter("name the pipeline of the component with --in", param_hint="COMPONENT")
    space = reading.workspace(catalogs, atlas)
    rules, warnings = explanation.rules_for(word, space)
    for warning in warnings:
        display.say(f"warning: {warning}", quiet=quiet)
    if file is None:
        techniques = _techniques(rules, space)
        records = [*techniques, *map(rule_record, rules)]
        lines = [f"{one['id']} {one['name']}\n  {one['summary']}" for one in techniques]
        lines += [f"{rule.id} ({rule.scope}) at {_where(rule)}: {rule.title}\n  {rule.rationale}" for rule in rules]
    else:
        pipeline = space.read(file, max_bytes)
        found = explanation.explain(pipeline, word, space, component)
        records, lines = [_explained(item) for item in found], [str(item) for item in found]
    if format is options.Listing.json:
        display.as_json(records)
        return
    for text in lines or [f"{word} finds no place here: there is no component or flow of the kinds its rules stand at"]:
        display.line(text)


def _techniques(rules: Iterable[Rule], space: Workspace) -> list[dict[str, Any]]:
    names = sorted({rule.technique for rule in rules if rule.technique})
    catalog = space.catalog
    return [
        {"id": name, "name": catalog.display_name(name), "summary": catalog.technique(name).summary} for name in names
    ]


def _where(rule: Rule) -> str:
    return ", ".join(rule.at or rule.on) or "the adversary"


def _explained(item: Explanation) -> dict[str, Any]:
    return {
        "id": f"{item.rule.id}@{item.place}",
        "name": item.rule.title,
        "summary": item.rule.rationale,
        "rule": item.rule.id,
        "technique": item.rule.technique,
        "place": item.place,
        "verdict": item.verdict,
        "terms": list(item.terms),
        "requires": list(item.requires),
        "gains": list(item.gains),
    }


def replay(
    file: Annotated[Path, typer.Argument(help="The pipeline file of the target.", show_default=False, readable=False)],
    script: Annotated[Path, typer.Argument(help="The side file with the steps.", show_default=False, readable=False)],
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Replay a case study on a model of its target: is each step listed, does it hold in the published order."""
    from atlasmodel import replay as replaying

    space = reading.workspace(catalogs, atlas)
    result = replaying.replay(space.read(file), replaying.read_script(script), space)
    known = space.catalog
    steps = [
        {"id": step.technique, "name": known.display_name(step.technique) if step.technique in known else ""}
        | {key: value for key, value in asdict(step).items() if key != "technique"}
        for step in result.steps
    ]
    if format is options.Listing.json:
        study = {"case_study": result.case_study, "goal_reached": result.goal_reached, "held": result.held}
        display.as_json(study | {"recall": result.recall(certain=False), "steps": steps})
        return
    columns = ("id", "name", "at", "scope", "listed", "holds")
    shown = [step | {"at": step["at"] or "off the system", "holds": "yes" if step["holds"] else "no"} for step in steps]
    display.rows(shown, columns, as_format=format.value)
    held = sum(step.holds for step in result.steps)
    ending = "the goal is reached" if result.goal_reached else "the goal is not reached"
    display.line(f"\n{result.case_study}: {held} of {len(steps)} steps hold in this order, {ending}")


def similar(
    file: Annotated[Path, typer.Argument(help="A pipeline file (YAML or JSON).", show_default=False, readable=False)],
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Number of case studies.")] = 5,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Name the published attacks that a pipeline would permit, with their steps."""
    from atlasmodel.cases.similarity import similar_cases

    space = reading.workspace(catalogs, atlas)
    found = similar_cases(space.read(file, max_bytes), space, limit)
    if format is options.Listing.json:
        display.as_json([case.to_dict() for case in found])
        return
    for case in found:
        display.line(str(case))
    if not found:
        display.line("no published attack would hold here for the most part")
