"""Choose the part of a pipeline that is drawn: what is near a component, a zone, or what an attack path touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.document import AttackPath, PipelineView
from atlasmodel.errors import InputError, MissingTool, Problem, nearest

MOST = 150  # components that one drawing can show so that somebody reads it
WAYS = (
    "draw a part of it: the neighbourhood of a component (around, within), a zone (zone), an attack path (path); "
    "or one box a zone (level=zone)"
)


def select(view: PipelineView, *, around: str | None = None, within: int = 1, zone: str | None = None) -> PipelineView:
    """Return the pipeline cut down to a neighbourhood, a zone, or both; `within` is a number of flows, either way."""
    kept = {row["id"] for row in view.components}
    if around is not None:
        _known(around, kept, "component")
        kept &= neighbourhood(view, [around], within)
    if zone is not None:
        _known(zone, {row["id"] for row in view.zones}, "zone")
        inside = _zones_in(view, zone)
        kept &= {row["id"] for row in view.components if row["zone"] in inside}
    return cut(view, kept)


def cut(view: PipelineView, kept: Collection[str]) -> PipelineView:
    """Return the pipeline with some of its components, the flows between them and the zones around them."""
    components = tuple(row for row in view.components if row["id"] in kept)
    if len(components) == len(view.components):
        return view
    around = zones_around(view, components)
    flows = tuple(flow for flow in view.flows if flow["source"] in kept and flow["target"] in kept)
    zones = tuple(row for row in view.zones if row["id"] in around)
    return view.model_copy(update={"components": components, "flows": flows, "zones": zones})


def zones_around(view: PipelineView, components: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the zones that hold some components, and the zones around these."""
    parents = {row["id"]: row["parent"] for row in view.zones}
    around: set[str] = set()
    for row in components:
        zone = row["zone"]
        while zone is not None and zone not in around:
            around.add(zone)
            zone = parents.get(zone)
    return around


def neighbourhood(view: PipelineView, start: Collection[str], within: int) -> set[str]:
    """Return the components that are no more than `within` flows away, in either direction."""
    beside: dict[str, set[str]] = {}
    for flow in view.flows:
        beside.setdefault(flow["source"], set()).add(flow["target"])
        beside.setdefault(flow["target"], set()).add(flow["source"])
    found = edge = set(start)
    for _ in range(within):
        edge = {other for name in edge for other in beside.get(name, ())} - found
        if not edge:
            break
        found = found | edge
    return found


def path_of(assessment: Assessment, number: int, goal: str | None = None) -> AttackPath:
    """Return an attack path of the document by its number, 1 for the likeliest; without a goal, of the gravest."""
    result = assessment.goal(goal)
    if not 1 <= number <= len(result.paths):
        hint = f"its paths are numbered 1 to {len(result.paths)}" if result.paths else "name another goal"
        raise InputError(Problem("AM312", f"`{result.fact}` has no path {number} in this document", hint=hint))
    return result.paths[number - 1]


def readable(view: PipelineView) -> PipelineView:
    """Return the pipeline; raise MissingTool AM310 where it has more components than a drawing can show."""
    if len(view.components) <= MOST:
        return view
    text = f"a drawing of {len(view.components)} components cannot be read (the most is {MOST})"
    raise MissingTool(Problem("AM310", text, hint=WAYS))


def _zones_in(view: PipelineView, zone: str) -> set[str]:
    parents: Mapping[str, str | None] = {row["id"]: row["parent"] for row in view.zones}
    inside = {zone}
    for name in parents:
        trail, at = [name], parents[name]
        while at is not None and trail[-1] not in inside:
            trail.append(at)
            at = parents.get(at)
        if trail[-1] in inside:
            inside.update(trail)
    return inside


def _known(name: str, names: Collection[str], what: str) -> None:
    if name not in names:
        hint = nearest(name, names) or f"name one of the {len(names)} {what}s of the file"
        raise InputError(Problem("AM311", f"there is no {what} `{name}`", hint=hint))
