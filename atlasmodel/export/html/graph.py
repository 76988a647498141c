"""The interactive graph as data: components with coordinates, flows, attack paths; the browser lays nothing out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil, sqrt
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, AttackPath, PipelineView
from atlasmodel.errors import MissingTool
from atlasmodel.export.diagram import pipeline_dot
from atlasmodel.export.machine import shown_plainly
from atlasmodel.export.overlay import OUTSIDE, overlay
from atlasmodel.export.render import coordinates
from atlasmodel.export.selection import zones_around
from atlasmodel.export.words import percent, places

Box = tuple[float, float, float, float]
WIDE, HIGH, GAP, HEAD = 150.0, 62.0, 34.0, 60.0


def graph(assessment: Assessment, paths: Mapping[str, AttackPath]) -> dict[str, Any]:
    """Return components, zones, flows and paths as plain data; `paths` by the id of their place in the report."""
    view = assessment.pipeline
    boxes, names = _boxes(assessment), places(assessment)
    index = {row["id"]: number for number, row in enumerate(view.components)}
    found: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        found.setdefault(finding.component, Counter())[finding.severity] += 1
    held = zones_around(view, view.components)
    nodes = []
    for row in view.components:
        here = found.get(row["id"], Counter())
        worst = next((name for name in SEVERITIES if here[name]), "none")
        counts = " ".join(f"{name[0].upper()}{here[name]}" for name in SEVERITIES[:4] if here[name])
        nodes.append(
            {"id": row["id"], "name": names[row["id"]], "kind": row["kind"].replace("_", " "), "zone": row["zone"],
             "shape": row.get("shape") or "box", "worst": worst, "counts": counts,
             "box": [round(figure, 1) for figure in boxes[row["id"]]]}
        )  # fmt: skip
    return {
        "nodes": shown_plainly(nodes),
        "zones": shown_plainly([_zone(row) for row in view.zones if row["id"] in held]),
        "flows": [
            [index[flow["source"]], index[flow["target"]], flow["kind"].replace("_", " "), bool(flow["crosses"])]
            for flow in view.flows
        ],
        "paths": {name: shown_plainly(_path(path, view, index, names)) for name, path in paths.items()},
    }  # fmt: skip


def _zone(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "name": row["title"] or row["id"], "parent": row["parent"], "trust": row["trust"]}


def _path(path: AttackPath, view: PipelineView, index: Mapping[str, int], names: Mapping[str, str]) -> dict[str, Any]:
    laid = overlay(path, view)
    steps = [
        {
            "at": index.get(step.at, -1),
            "place": "off the system" if step.at == OUTSIDE else names.get(step.at, step.at),
            "title": step.title,
            "technique": step.technique or "",
            "chance": percent(step.probability),
        }
        for step in path.steps
    ]
    flows = [number for number, flow in enumerate(view.flows) if flow["id"] in laid.flows]
    leaps = [[index[left], index[right]] for left, right in laid.leaps if OUTSIDE not in (left, right)]
    return {"steps": steps, "flows": flows, "leaps": leaps}


def _boxes(assessment: Assessment) -> Mapping[str, Box]:
    """Return where every component stands: as in the drawing, or zone by zone where there is none to read."""
    view = assessment.pipeline
    try:
        placed = coordinates(pipeline_dot(assessment))
    except MissingTool:
        return blocks(view)
    return {row["id"]: placed[f"n{number}"] for number, row in enumerate(view.components)}


def blocks(view: PipelineView) -> dict[str, Box]:
    """Return a place for every component: each outermost zone a column of blocks, the zones inside it below its own."""
    homes = {row["id"]: row["parent"] for row in view.zones}
    columns: dict[str, dict[str, list[str]]] = {}
    for row in view.components:
        outer = row["zone"]
        while homes.get(outer) is not None:
            outer = homes[outer]
        columns.setdefault(outer, {}).setdefault(row["zone"], []).append(row["id"])
    boxes: dict[str, Box] = {}
    edge = 1.5 * sqrt(len(view.components) * (WIDE + GAP) * (HIGH + GAP))  # where the next row of zones begins
    left, top, lowest = 0.0, 0.0, 0.0
    for blocks_of in columns.values():
        side = ceil(sqrt(max(map(len, blocks_of.values()))))
        if left and left + side * (WIDE + GAP) > edge:
            left, top = 0.0, lowest + 2 * HEAD
        y = top
        for zone in sorted(blocks_of, key=list(homes).index if set(blocks_of) <= homes.keys() else str):
            for number, name in enumerate(blocks_of[zone]):
                across, down = number % side, number // side
                boxes[name] = (left + across * (WIDE + GAP), y + down * (HIGH + GAP), WIDE, HIGH)
            y += ceil(len(blocks_of[zone]) / side) * (HIGH + GAP) + HEAD
        left += side * (WIDE + GAP) + HEAD
        lowest = max(lowest, y)
    return boxes
