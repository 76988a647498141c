"""Draw the pipeline: zones as frames, components by shape and glyph with their findings, flows, crossed boundaries.

It reads in black and white: severities are letters, boundary crossings are dashed with a bar, zones carry their trust,
the steps of an attack path are numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from atlasmodel._text import dot_label, wrap
from atlasmodel.assessment import Assessment
from atlasmodel.document import PipelineView
from atlasmodel.export.dot import FONT, INK, MUTED, attributes
from atlasmodel.export.legend import foot, numbered, title
from atlasmodel.export.machine import one_of
from atlasmodel.export.overlay import OUTSIDE, Overlay, overlay
from atlasmodel.export.selection import MOST, cut, neighbourhood, path_of, readable, select
from atlasmodel.export.symbol import Row, Shown, component, outsider
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary

Audience = Literal["engineer", "executive"]
Direction = Literal["TB", "LR"]
Level = Literal["component", "zone"]
Counts = Mapping[str, Counter[str]]

FAINT = "#b0b0b0"


@dataclass(frozen=True)
class Drawing:
    """Be what is drawn and how: the pipeline or a part of it, findings by place and severity, an attack on it."""

    view: PipelineView
    foot: str
    counts: Counts = field(default_factory=dict)
    attack: Overlay | None = None
    direction: Direction = "TB"
    plain: bool = False


def pipeline_dot(
    assessment: Assessment,
    *,
    path: int | None = None,
    goal: str | None = None,
    around: str | None = None,
    within: int = 1,
    zone: str | None = None,
    direction: Direction = "TB",
    audience: Audience = "engineer",
    level: Level = "component",
) -> str:
    """Pipeline diagram as DOT, with the findings counted at their components; options choose a part or a path.

    `path` numbers the steps of an attack path of `goal` (the gravest where none is named); `around` and `within` draw
    a neighbourhood, `zone` a zone. Raises MissingTool AM310 above 150 components, InputError for what is not there.
    """
    one_of("direction", direction, ("TB", "LR"))
    one_of("audience", audience, ("engineer", "executive"))
    one_of("level", level, ("component", "zone"))
    view = select(assessment.pipeline, around=around, within=within, zone=zone)
    attack = overlay(path_of(assessment, path, goal), view) if path is not None else None
    if attack and len(view.components) > MOST:
        view = cut(view, neighbourhood(view, attack.touched, within - 1))
    counts: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        counts.setdefault(str(finding.component), Counter())[finding.severity] += 1
    head = title(assessment, part=None if view is assessment.pipeline else len(view.components))
    steps = numbered(attack.path, assessment) if attack else None
    plain = audience == "executive"
    if level == "zone":
        view, counts = _by_zone(view, counts)
    return _draw(
        Drawing(readable(view), foot(head, steps, assessed=True, plain=plain), counts, attack, direction, plain)
    )


def draft_dot(pipeline: Pipeline) -> str:
    """Return the diagram of a pipeline that was not assessed; raise MissingTool AM310 above 150 components."""
    flows = (flow.model_dump(mode="json") | {"crosses": pipeline.crossings(flow)} for flow in pipeline.flows)
    view = PipelineView(
        name=pipeline.name,
        version=pipeline.version,
        owner=pipeline.owner,
        description=pipeline.description,
        digest=pipeline.digest,
        zones=tuple(zone.model_dump(mode="json") for zone in pipeline.zones),
        components=tuple(row.model_dump(mode="json") | _look(row.kind) for row in pipeline.components),
        flows=tuple(flows),
        controls=(),
        assets=tuple(asset.model_dump(mode="json") for asset in pipeline.assets),
        adversaries=(),
    )
    return _draw(Drawing(readable(view), foot(title(view), assessed=False)))


def _look(kind: str) -> dict[str, str]:
    """Return shape and glyph of a kind; the nearest of its parents decides where it has none of its own."""
    vocabulary = builtin_vocabulary()
    lineage = vocabulary.lineage(kind) if kind in vocabulary.kinds else ()
    line = [vocabulary.kinds.get(name) or vocabulary.groups[name] for name in lineage]
    shape = next((entry.shape for entry in line if entry.shape), "box")
    return {"shape": shape, "glyph": next((entry.glyph for entry in line if entry.glyph), "")}


def _by_zone(view: PipelineView, counts: Counts) -> tuple[PipelineView, dict[str, Counter[str]]]:
    """Return the pipeline with one component for each zone that holds some, and the findings of each zone."""
    home = {row["id"]: row["zone"] for row in view.components}
    summed: dict[str, Counter[str]] = {}
    for place, found in counts.items():
        if place in home:
            summed.setdefault(home[place], Counter()).update(found)
    boxes = tuple(
        {"id": zone, "zone": zone, "kind": "components", "title": f"{size} components", "holds": [], "shape": "box3d"}
        for zone, size in Counter(home.values()).items()
    )
    flows = tuple(
        {**flow, "source": home[flow["source"]], "target": home[flow["target"]]}
        for flow in view.flows
        if home[flow["source"]] != home[flow["target"]]
    )
    return view.model_copy(update={"components": boxes, "flows": flows, "adversaries": ()}), summed


def _draw(drawing: Drawing) -> str:
    view, attack = drawing.view, drawing.attack
    names = {row["id"]: f"n{index}" for index, row in enumerate(view.components)}
    nodes = {row["id"]: f"{names[row['id']]} {_symbol(row, drawing)}" for row in view.components}
    page = attributes(
        rankdir=drawing.direction, fontname=FONT, fontsize=12, fontcolor=INK, labelloc="b", nodesep=0.12,
        ranksep=0.45 if drawing.direction == "LR" else 0.25, size="10.9,10.9", margin=0.1, label=drawing.foot,
    )  # fmt: skip
    node = attributes(fontname=FONT, fontsize=12, fontcolor=INK, color=INK, height=0.3, width=0.5, style="filled",
                      fillcolor="white")  # fmt: skip
    edge = attributes(fontname=FONT, fontsize=9.5, fontcolor=MUTED, color=INK, arrowsize=0.7)
    lines = ["digraph {", f"  graph {page}", f"  node {node}", f"  edge {edge}"]
    lines += _zones(view.zones, view.components, nodes, None, "  ")
    lines += _flows(drawing, names)
    if attack:
        if OUTSIDE in attack.steps:
            names[OUTSIDE] = "outside"
            lines.append(f"  outside {outsider(attack.steps[OUTSIDE])}")
        leap = attributes(style="dotted", penwidth=2.6, color=INK, arrowhead="open")
        lines += [
            f"  {names[left]} -> {names[right]} {leap}" for left, right in attack.leaps if {left, right} <= names.keys()
        ]
    return "\n".join([*lines, "}"]) + "\n"


def _symbol(row: Row, drawing: Drawing) -> str:
    """Return the attributes of a component's node; beside an attack path, what is not on it is faint."""
    view, attack = drawing.view, drawing.attack
    assets = {asset["id"]: asset["title"] or asset["id"] for asset in view.assets}
    held = [assets[name] for name in row["holds"] if name in assets]
    found = drawing.counts.get(row["id"], Counter())
    if attack is None:
        starts = () if drawing.plain else view.adversaries
        entries = [start.adversary for start in starts if _starts_at(start.facts, row["id"])]
        return component(row, Shown(found, held, entries, plain=drawing.plain))
    steps = attack.steps.get(row["id"], ())
    on_path = row["id"] in attack.touched
    return component(row, Shown(Counter(), held if on_path else [], [], steps, faint=not on_path, plain=drawing.plain))


def _starts_at(facts: Iterable[str], place: str) -> bool:
    return any(fact.startswith("acc.") and fact.partition("@")[2] == place for fact in facts)


def _zones(
    zones: Sequence[Row], components: Sequence[Row], nodes: Mapping[str, str], parent: str | None, indent: str
) -> Iterable[str]:
    """Yield the zones inside a zone, each with its components; at the top also what stands in no zone of the file."""
    for index, zone in enumerate(zones):
        if zone["parent"] != parent:
            continue
        label = dot_label(f"{zone['title'] or zone['id']}  (trust {zone['trust']})")
        frame = '"rounded,dotted"' if zone["trust"] == 0 else '"rounded"'
        look = attributes(
            label=label, labelloc="t", labeljust="l", fontsize=13, style=frame, color=MUTED, margin=7
        )  # fmt: skip
        yield f"{indent}subgraph cluster_{index} {{"
        yield f"{indent}  graph {look}"
        yield from (f"{indent}  {nodes[row['id']]}" for row in components if row["zone"] == zone["id"])
        yield from _zones(zones, components, nodes, zone["id"], indent + "  ")
        yield f"{indent}}}"
    if parent is None:
        known = {zone["id"] for zone in zones}
        yield from (f"{indent}{nodes[row['id']]}" for row in components if row["zone"] not in known)


def _flows(drawing: Drawing, names: Mapping[str, str]) -> Iterable[str]:
    """Yield one arrow for each pair of ends, with the kinds of all flows between them."""
    attack = drawing.attack
    kinds: dict[tuple[str, str, bool], dict[str, None]] = {}
    lit: set[tuple[str, str, bool]] = set()
    for flow in drawing.view.flows:
        ends = (flow["source"], flow["target"], bool(flow["crosses"]))
        kinds.setdefault(ends, {})[flow["kind"].replace("_", " ")] = None
        if attack and flow["id"] in attack.flows:
            lit.add(ends)
    for ends, words in kinds.items():
        source, target, crosses = ends
        style: dict[str, Any] = (
            {"style": "dashed", "penwidth": 1.7, "dir": "both", "arrowtail": "tee"} if crosses else {}
        )
        if attack and ends in lit:
            style["penwidth"] = 3.4
        elif attack:
            style |= {"color": FAINT, "penwidth": 0.8, "fontcolor": FAINT}
        if not drawing.plain:
            style["label"] = dot_label("\n".join(f" {line}" for word in words for line in wrap(word, 13)))
        yield f"  {names[source]} -> {names[target]} {attributes(**style)}"
