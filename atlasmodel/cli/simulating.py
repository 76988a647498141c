"""The commands of the digital twin: simulate campaigns in time, plan an exercise on a twin that is there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atlasmodel import _files
from atlasmodel.cli import display, options, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from atlasmodel.analysis import Analysis
    from atlasmodel.twin.calibration import Calibrated
    from atlasmodel.twin.result import Simulation


class Shown(StrEnum):
    """Name the ways a simulation is shown."""

    table = "table"
    json = "json"
    markdown = "markdown"
    survival = "survival"
    exceedance = "exceedance"
    tornado = "tornado"


class Way(StrEnum):
    """Name the strategies that come with the library."""

    best_path = "best-path"
    explorer = "explorer"
    opportunist = "opportunist"
    random = "random"
    everything = "everything"


def simulate(
    file: Annotated[Path, typer.Argument(help="A pipeline file (YAML or JSON).", show_default=False, readable=False)],
    *,
    campaigns: Annotated[
        int, typer.Option(help="Campaigns by adversary and scenario, a multiple of 4.", min=4, max=10_000_000)
    ] = 10_000,
    seed: Annotated[int | None, typer.Option(help="Seed of the worlds.", min=0)] = None,
    horizon: Annotated[float, typer.Option(help="Days that are looked at.", min=0.01, max=1e6)] = 365.0,
    strategy: Annotated[Way, typer.Option(help="How adversaries go about it.")] = Way.best_path,
    scenarios: Annotated[
        Path | None, typer.Option(help="A file of scenarios: names, each with its measures.", readable=False)
    ] = None,
    observations: Annotated[
        Path | None, typer.Option(help="A file of observed outcomes; they update the figures of steps.", readable=False)
    ] = None,
    format: Annotated[
        Shown, typer.Option("--format", "-f", help="How to show it; survival, exceedance and tornado are SVG.")
    ] = Shown.table,
    output: options.Output = None,
    force: options.Force = False,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
    quiet: options.Quiet = False,
) -> None:
    """Attack a pipeline on paper thousands of times, in time, with and without changes."""
    from atlasmodel.cli.progress import counting
    from atlasmodel.twin import simulation
    from atlasmodel.twin.scenario import read_scenarios

    if campaigns % 4:
        raise typer.BadParameter(f"{campaigns} is not a multiple of 4", param_hint="--campaigns")
    writing.check(output, force=force)
    space = reading.workspace(catalogs, atlas)
    pipeline = space.read(file, max_bytes)
    wanted: dict[str, Any] = {"workspace": space, "seed": seed, "strategy": strategy.value, "horizon_days": horizon}
    if format is Shown.tornado:
        _picture(_tornado(pipeline, wanted), output, force=force)
        return
    adjust, updated = _calibration(observations, space, max_bytes)
    with counting("campaigns", campaigns, quiet=quiet) as progress:
        run = simulation.simulate(
            pipeline,
            read_scenarios(scenarios, max_bytes) if scenarios else None,
            campaigns=campaigns,
            adjust=adjust,
            progress=progress,
            **wanted,
        )
    _show(run, updated, format, output, force=force)


def exercise(
    file: Annotated[Path, typer.Argument(help="A pipeline file (YAML or JSON).", show_default=False, readable=False)],
    *,
    limit: Annotated[int, typer.Option(help="Attack paths to try.", min=1, max=50)] = 3,
    replica: Annotated[
        Path | None,
        typer.Option(help="The twin described as a pipeline: tells how far it has drifted.", readable=False),
    ] = None,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Plan an exercise: which risky paths a digital twin covers, how far it drifted, what to try and to expect."""
    from atlasmodel.assessment import assess
    from atlasmodel.export.simulation import exercise_page
    from atlasmodel.twin.exercise import coverage, drift, exercises

    space = reading.workspace(catalogs, atlas)
    pipeline = space.read(file, max_bytes)
    assessment = assess(pipeline, space)
    covered, plan = coverage(assessment), exercises(assessment, limit)
    mirrored = [place for twin in covered.twins for place in twin.mirrors] or None
    drifted = drift(pipeline, space.read(replica, max_bytes), mirrored) if replica else ()
    if format is options.Listing.json:
        display.as_json(
            {
                "coverage": covered.model_dump(mode="json"),
                "exercises": [item.model_dump(mode="json") for item in plan],
                "drift": [item.model_dump(mode="json") for item in drifted],
            }
        )
        return
    display.show(exercise_page(covered, plan))
    for item in drifted:
        display.line(f"drift: {item.component}, {item.what}: {item.system} in the system, {item.twin} in the twin")


def _calibration(
    observations: Path | None, space: Any, max_bytes: int
) -> tuple[Callable[[Analysis], Analysis] | None, list[Calibrated]]:
    """Return what updates an analysis by a file of observations, and the list that it fills with what it changed."""
    from atlasmodel.twin.calibration import calibrated
    from atlasmodel.twin.observation import read_observations

    updated: list[Calibrated] = []
    if observations is None:
        return None, updated
    seen = read_observations(observations, max_bytes)

    def adjust(analysis: Analysis) -> Analysis:
        after, changes = calibrated(analysis, seen, space.scoring.tempo)
        updated[:] = updated or changes
        return after

    return adjust, updated


def _tornado(pipeline: Any, wanted: dict[str, Any]) -> str:
    from atlasmodel.export.simulation import tornado_chart
    from atlasmodel.twin.tornado import tornado

    return tornado_chart(tornado(pipeline, **wanted))


def _show(run: Simulation, updated: list[Calibrated], format: Shown, output: Path | None, *, force: bool) -> None:
    from atlasmodel.export import simulation as shown

    if format in (Shown.survival, Shown.exceedance):
        _picture(getattr(shown, f"{format.value}_chart")(run), output, force=force)
    elif format is Shown.table and output is None:
        display.show(shown.simulation_page(run))
        for item in updated:
            figures = f"{item.before:g} before, {item.after:g} after ({item.low:g} to {item.high:g})"
            seen = f"{item.seen} of {item.tried}"
            display.line(f"observed: {item.step} {item.figure} {seen}, for {item.adversary}: {figures}")
    else:
        text = run.to_json() + "\n" if format is Shown.json else shown.simulation_markdown(run)
        if output is None:
            display.out(text)
        else:
            _files.write_whole(output, text, overwrite=force)


def _picture(svg: str, output: Path | None, *, force: bool) -> None:
    if output is None:
        display.markup(svg)
    else:
        _files.write_whole(output, svg, overwrite=force)
