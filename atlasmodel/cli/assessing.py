"""The commands on a pipeline: init, check, assess, explain, paths, tree, diagram, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from atlasmodel import _files
from atlasmodel.cli import display, options
from atlasmodel.cli.progress import working
from atlasmodel.errors import Problem

GATE_FAILED = 1
_ORDER = ("none", "low", "medium", "high", "critical")


def _assess(file: Path, catalogs: list[Path] | None, atlas: Path | None, max_bytes: int, **bounds: Any) -> Any:
    from atlasmodel.assessment import assess
    from atlasmodel.model.reader import read_pipeline
    from atlasmodel.options import Options
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs or (), atlas) if catalogs or atlas else Workspace.builtin()
    pipeline = read_pipeline(file, space.vocabulary, max_bytes)
    return assess(pipeline, space, Options(**bounds))


def init(
    file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("pipeline.yaml"),
    force: options.Force = False,
) -> None:
    """Write a starter pipeline file with comments, ready to change."""
    from importlib.resources import files

    text = files("atlasmodel.cli").joinpath("starter.yaml").read_text(encoding="utf-8")
    _files.write_whole(file, text, overwrite=force)
    display.say(f"wrote {file}; next: atlasmodel check {file}, then atlasmodel assess {file}")


def check(
    files: options.Files,
    catalogs: options.Catalogs = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Read pipeline files and tell every mistake, with its place and the nearest right thing."""
    from atlasmodel.errors import InputError
    from atlasmodel.mitigate.placement import place_controls
    from atlasmodel.model.reader import read_pipeline
    from atlasmodel.model.soundness import implausible
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs) if catalogs else Workspace.builtin()
    wrong: list[Problem] = []
    for file in files:
        try:
            pipeline = read_pipeline(file, space.vocabulary, max_bytes)
        except InputError as error:
            wrong += error.problems
            continue
        placement = place_controls(pipeline, space.vocabulary, space.library, space.scoring)
        wrong += placement.problems
        for warning in (*implausible(pipeline, space.vocabulary), *placement.warnings):
            display.say(f"warning: {warning}", quiet=quiet)
        if not placement.problems:
            display.say(
                f"{file}: {len(pipeline.components)} components, {len(pipeline.flows)} flows, sound", quiet=quiet
            )
    if wrong:
        raise InputError(wrong)


def assess(
    files: options.Files,
    format: Annotated[
        str, typer.Option("--format", "-f", help="table, json, markdown, html, or another exporter.")
    ] = "table",
    output: options.Output = None,
    force: options.Force = False,
    fail_on: Annotated[
        options.Severity | None, typer.Option(help="Exit 1 when a finding is at least this severe.")
    ] = None,
    persona: Annotated[options.Persona, typer.Option(help="How much is listed.")] = options.Persona.regular,
    worlds: Annotated[
        int | None, typer.Option(help="Number of worlds drawn, a multiple of 64.", min=64, max=1_048_576)
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the worlds.", min=0)] = None,
    as_of: Annotated[str | None, typer.Option(help="Today's date, for acceptances that end.")] = None,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Assess pipelines: which ATLAS techniques apply where, how they chain, how likely and how bad, what to do."""
    if output is not None:
        _files.check_target(output, overwrite=force)
    _multiple_of_64(worlds)
    documents = []
    for file in working(files, "assessing", quiet=quiet):
        documents.append(
            _assess(file, catalogs, atlas, max_bytes, persona=persona.value, worlds=worlds, seed=seed, as_of=as_of)
        )
    _write(documents, format, output, force=force)
    worst = max(
        (
            _ORDER.index(item.severity)
            for document in documents
            for item in document.findings
            if item.status != "accepted"
        ),
        default=0,
    )
    if fail_on is not None and worst >= _ORDER.index(fail_on.value):
        display.say(f"gate: a finding is {_ORDER[worst]}, the limit is {fail_on.value}", quiet=quiet)
        raise typer.Exit(GATE_FAILED)


def _multiple_of_64(worlds: int | None) -> None:
    if worlds is not None and worlds % 64:
        raise typer.BadParameter(
            f"{worlds} is not a multiple of 64; try {worlds // 64 * 64 + 64}", param_hint="--worlds"
        )


def _write(documents: list[Any], format: str, output: Path | None, *, force: bool) -> None:
    from atlasmodel.export import exporter

    if output is not None:
        if len(documents) != 1:
            raise typer.BadParameter("one output file takes one pipeline", param_hint="--output")
        documents[0].export("text" if format == "table" else format, output, overwrite=force)
        return
    if format == "table":
        from atlasmodel.export.table import summary

        for document in documents:
            display.show(summary(document))
    elif format == "json" and len(documents) > 1:
        display.out("[" + ",\n".join(document.to_json() for document in documents) + "]")
    else:
        for document in documents:
            content = exporter(format).render(document)
            if isinstance(content, bytes):
                raise typer.BadParameter(f"{format} is not text; name a file with --output", param_hint="--format")
            display.out(content)


def explain(
    word: Annotated[str, typer.Argument(help="A rule, a finding, or an ATLAS technique.")],
    component: Annotated[str | None, typer.Argument(help="The component to explain it at.")] = None,
    file: Annotated[Path | None, typer.Option("--in", "-i", help="The pipeline file to look at.")] = None,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Say why a rule or technique applies, may apply or does not; without a pipeline, what it means."""
    from atlasmodel import explanation
    from atlasmodel.model.reader import read_pipeline
    from atlasmodel.workspace import Workspace

    space = Workspace.load(catalogs or (), atlas) if catalogs or atlas else Workspace.builtin()
    rules, warnings = explanation.rules_for(word, space)
    for warning in warnings:
        display.say(f"warning: {warning}")
    if file is None:
        for technique in dict.fromkeys(rule.technique for rule in rules if rule.technique):
            record = space.catalog.technique(technique)
            display.out(f"{technique} {space.catalog.display_name(technique)}\n  {record.summary}")
        for rule in rules:
            display.out(
                f"{rule.id} ({rule.scope}) at {', '.join(rule.at or rule.on) or 'the adversary'}: {rule.title}\n  {rule.rationale}"
            )
        return
    pipeline = read_pipeline(file, space.vocabulary)
    found = explanation.explain(pipeline, word, space, component)
    if not found:
        display.out(
            f"{word} finds no place in {pipeline.name}: it has no component or flow of the kinds the rules stand at"
        )
    for item in found:
        display.out(str(item))


def tree(
    file: options.File,
    goal: Annotated[
        str | None, typer.Option(help="The end, such as out.evasion or out.evasion@model; else the worst.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="The component at which the end stands.")] = None,
    output: options.Output = None,
    force: options.Force = False,
    depth: Annotated[int, typer.Option(min=1, max=64, help="Steps shown below the goal.")] = 14,
    width: Annotated[int, typer.Option(min=1, max=32, help="Ways shown to each fact.")] = 3,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Print the attack tree of a goal as text, or draw it: --output tree.svg, .png, .pdf or .dot."""
    document = _assess(file, catalogs, atlas, options.DEFAULT_MAX_BYTES)
    grown = document.tree(goal, at, depth=depth, width=width)
    if output is None:
        display.out(grown.text())
    else:
        grown.render(output, overwrite=force)


def paths(
    file: options.File,
    goal: Annotated[
        str | None, typer.Option(help="The end, such as out.evasion or out.evasion@model; else the worst.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="The component at which the end stands.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Number of paths.")] = 3,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Print the likeliest attack paths to a goal, step by step."""
    document = _assess(file, catalogs, atlas, options.DEFAULT_MAX_BYTES)
    found = document.paths(goal, at, limit)
    if format is options.Listing.json:
        display.as_json([path.model_dump(mode="json") for path in found])
        return
    for number, path in enumerate(found, 1):
        best = "best" if path.proven else "not proven to be the best"
        display.out(
            f"path {number}: probability {path.probability:g}, {path.effort_days:g} person-days, {best if number == 1 else 'further way'}"
        )
        for step in path.steps:
            technique = f"{step.technique} {step.technique_name}: " if step.technique else ""
            display.out(f"  {step.at}: {technique}{step.title} -> {', '.join(step.gains)}")


def diagram(
    file: options.File,
    output: options.Output = None,
    force: options.Force = False,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
) -> None:
    """Print the pipeline diagram as DOT, or draw it: --output pipeline.svg, .png, .pdf or .dot."""
    from atlasmodel.export.diagram import pipeline_dot
    from atlasmodel.export.render import render

    document = _assess(file, catalogs, atlas, options.DEFAULT_MAX_BYTES)
    dot = pipeline_dot(document)
    if output is None:
        display.out(dot)
    else:
        render(dot, output, overwrite=force)
