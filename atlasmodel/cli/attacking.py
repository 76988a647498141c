"""The commands on ways to a goal: paths, cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from atlasmodel.cli import display, options, reading

if TYPE_CHECKING:
    from atlasmodel.document import AttackPath, GoalResult
    from atlasmodel.goals.barriers import CheapestCut, ChokePoint, Cuts
    from atlasmodel.goals.routes import Front, Least, Routes


class By(StrEnum):
    """Name what paths are ordered by."""

    probability = "probability"
    effort = "effort"
    time = "time"
    steps = "steps"


class Of(StrEnum):
    """Name what cuts are made of."""

    steps = "steps"
    controls = "controls"


def paths(
    file: options.File,
    *,
    goal: options.Goal = None,
    at: options.At = None,
    adversary: options.Who = None,
    by: Annotated[By | None, typer.Option(help="What the paths are ordered by; else probability.")] = None,
    front: Annotated[
        bool,
        typer.Option(
            "--front", help="Only paths that no other outdoes in probability, effort and being noticed at once."
        ),
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Number of paths.")] = 3,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Print the best attack paths to a goal, step by step."""
    if front and by is not None:
        raise typer.BadParameter("a front weighs several measures at once; leave out one of the two", param_hint="--by")
    document = reading.document(file, catalogs, atlas, max_bytes)
    result = document.goal(goal, at, adversary)
    chosen = {"goal": result.fact, "adversary": result.adversary}
    found: Routes | Front
    if front:
        found = whole = document.front(**chosen, limit=limit)
        lines = _front(whole)
    else:
        found = best = document.routes(**chosen, limit=limit, by=(by or By.probability).value)
        lines = _routes(best)
    if format is options.Listing.json:
        display.as_json(found.model_dump(mode="json"))
        return
    for line in (*_goal(result), *lines):
        display.line(line)


def cuts(
    file: options.File,
    *,
    goal: options.Goal = None,
    at: options.At = None,
    adversary: options.Who = None,
    of: Annotated[Of, typer.Option(help="What is taken away.")] = Of.steps,
    size: Annotated[int, typer.Option(min=1, max=4, help="Largest number taken away together.")] = 4,
    format: options.As = options.Listing.table,
    catalogs: options.Catalogs = None,
    atlas: options.Atlas = None,
    max_bytes: options.MaxBytes = options.DEFAULT_MAX_BYTES,
) -> None:
    """Print what every attack on a goal rests on, and the smallest sets of steps or controls that leave no way."""
    document = reading.document(file, catalogs, atlas, max_bytes)
    result = document.goal(goal, at, adversary)
    chosen = {"goal": result.fact, "adversary": result.adversary}
    points = document.choke_points(**chosen)
    found = document.cuts(**chosen, of=of.value, size=size)
    cheapest = document.cheapest_cut(**chosen) if of is Of.controls else None
    if format is options.Listing.json:
        display.as_json({
            **chosen,
            "choke_points": [point.model_dump(mode="json") for point in points],
            "cuts": found.model_dump(mode="json"),
            "cheapest": cheapest.model_dump(mode="json") if cheapest else None,
        })  # fmt: skip
        return
    said = document.element_titles(found)
    held = result.fact in document.starts(result.adversary)
    sets = ["no cut: the goal is held at the start"] if held else _cuts(found, size, said)
    for line in (*_goal(result), *_points(points), *sets, *(_cheapest(cheapest) if cheapest else ())):
        display.line(line)


def _goal(result: GoalResult) -> Iterator[str]:
    chance = result.probability
    point = chance.point if chance.exact is None else chance.exact
    told = f"{point:.3g}" if chance.at_most is None or chance.exact is not None else f"below {chance.at_most:.2g}"
    yield f"{result.adversary} -> {result.fact}: {result.meaning}"
    bounds = f", {chance.low:.2g} to {chance.high:.2g} by what is not known" if chance.low < chance.high else ""
    yield f"chance in a campaign, by whatever way: {told}{bounds} ({chance.method})"


def _routes(found: Routes) -> Iterator[str]:
    yield f"at least: {_least(found.least)}"
    for number, path in enumerate(found.paths, 1):
        yield from _path(path, number, "proven" if path.proven else "not proven to be the next best")
    if found.truncated:
        yield "the search was cut short: there may be further ones"


def _front(found: Front) -> Iterator[str]:
    for number, point in enumerate(found.points, 1):
        yield from _path(point.path, number, "outdone by none found")
    best = " and ".join(found.best) or "neither probability nor effort"
    yield "all ways were seen" if found.complete else f"not all ways were seen; the best by {best} is proven"


def _least(least: Least) -> str:
    effort = "out of reach"
    if least.effort_days is not None:
        bound = "" if least.effort_exact else f", none below {least.effort_bound:g}"
        effort = f"{least.effort_days:g} person-days of effort ({'exact' if least.effort_exact else 'found'}{bound})"
    days = "" if least.earliest_days is None else f", {least.earliest_days:g} days if done side by side (exact)"
    return f"skill {least.skill or 'unknown'} (exact){days}, {effort}"


def _path(path: AttackPath, number: int, rank: str) -> Iterator[str]:
    words = [f"probability {path.probability:g}", f"{path.effort_days:g} person-days"]
    words += [f"noticed {path.detection:g}"] if path.detection is not None else []
    words += [f"skill {path.skill}"] if path.skill else []
    words += [f"{path.variants} variants"] if path.variants > 1 else []
    yield f"path {number}: {', '.join(words)}; {rank}"
    if path.assumes:
        yield f"  if it is so, which is not known: {', '.join(f'{fact} ({p:g})' for fact, p in path.assumes.items())}"
    if not path.steps:
        yield "  nothing needs to be done: the goal is held at the start"
    for place, step in enumerate(path.steps, 1):
        technique = f"{step.technique} {step.technique_name}: " if step.technique else ""
        yield f"  {place}. {step.at}: {technique}{step.title}{'' if step.certainty == 'yes' else ' (may apply)'}"
        yield f"     needs {', '.join(step.needs) or 'nothing'}; gains {', '.join(step.gains)}"
        if step.case_studies:
            more = f" and {len(step.case_studies) - 5} more" if len(step.case_studies) > 5 else ""
            yield f"     used in {', '.join(step.case_studies[:5])}{more}"


def _points(points: tuple[ChokePoint, ...]) -> Iterator[str]:
    yield "on every way:" if points else "on every way: nothing"
    for point in points:
        technique = f"{point.technique}: " if point.technique else ""
        title = f": {technique}{point.title}" if point.kind == "step" else ""
        yield f"  {point.kind} {point.id}{title} (risk {point.carries:g} rests on it)"


def _cuts(found: Cuts, size: int, said: Mapping[str, str]) -> Iterator[str]:
    if found.uncut:
        yield f"no cut: nothing stands against {' -> '.join(found.uncut)}"
        return
    more = ", of which not all are listed" if found.truncated else ""
    whole = "" if found.of == "steps" else ", each taken as wholly effective"
    yield (
        f"smallest sets of {found.of}{whole}, up to {size} together{more}:"
        if found.sets
        else f"no cut of up to {size} {found.of}"
    )
    for names in found.sets:
        yield f"  {' + '.join(names)}"
    if said:
        yield "where"
    for name, title in said.items():
        yield f"  {name}: {title}"


def _cheapest(found: CheapestCut) -> Iterator[str]:
    if found.effort_days is None:
        return
    bound = "exact" if found.exact else f"none below {found.bound:g}"
    controls = " + ".join(found.controls) or "nothing"
    yield f"cheapest: {controls}, {found.effort_days:g} person-days ({bound}, by {found.engine})"
