"""Draw the pipeline: zones as frames, components by shape and glyph with their findings, flows, crossed boundaries.

It reads in black and white: severities are letters, boundary crossings are dashed with a bar, zones carry their trust.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from atlasmodel._text import dot_label, wrap
from atlasmodel.assessment import Assessment
from atlasmodel.document import PipelineView
from atlasmodel.export.dot import FONT, INK, MUTED, attributes
from atlasmodel.export.legend import foot, title
from atlasmodel.export.symbol import Row, component
from atlasmodel.model.kinds import builtin_vocabulary
from atlasmodel.model.pipeline import Pipeline

MOST = 90  # components drawn one by one; beyond that, one box a zone

Counts = Mapping[str, Counter[str]]


def pipeline_dot(assessment: Assessment) -> str:
    """Pipeline diagram as DOT, with the findings counted at their components."""
    counts: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        counts.setdefault(str(finding.component), Counter())[finding.severity] += 1
    return _draw(assessment.pipeline, counts, foot(title(assessment), assessed=True))


def draft_dot(pipeline: Pipeline) -> str:
    """Return the diagram of a pipeline that was not assessed."""
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
    return _draw(view, {}, foot(title(view), assessed=False))


def _look(kind: str) -> dict[str, str]:
    """Return shape and glyph of a kind; the nearest of its parents decides where it has none of its own."""
    vocabulary = builtin_vocabulary()
    lineage = vocabulary.lineage(kind) if kind in vocabulary.kinds else ()
    line = [vocabulary.kinds.get(name) or vocabulary.groups[name] for name in lineage]
    shape = next((entry.shape for entry in line if entry.shape), "box")
    return {"shape": shape, "glyph": next((entry.glyph for entry in line if entry.glyph), "")}


def _draw(view: PipelineView, counts: Counts, caption: str) -> str:
    """Return the drawing; a pipeline too large to read is drawn with one box for each zone."""
    components: list[Row] = list(view.components)
    home = {row["id"]: row["id"] for row in components}
    if len(components) > MOST:
        home = {row["id"]: row["zone"] for row in components}
        counts = {zone: _sum(counts, home, zone) for zone in home.values()}
        components = list(_zone_boxes(home))
    names = {row["id"]: f"n{index}" for index, row in enumerate(components)}
    assets = {row["id"]: row["title"] or row["id"] for row in view.assets}
    entries = _entries(view, home)
    nodes = {
        row["id"]: f"{names[row['id']]} {component(row, counts.get(row['id'], Counter()), assets, entries)}"
        for row in components
    }
    page = attributes(
        rankdir="TB", fontname=FONT, fontsize=12, fontcolor=INK, labelloc="b", nodesep=0.1, ranksep=0.2,
        size="10.9,10.9", margin=0.1, label=caption,
    )  # fmt: skip
    node = attributes(fontname=FONT, fontsize=12, fontcolor=INK, color=INK, height=0.3, width=0.5, style="filled",
                      fillcolor="white")  # fmt: skip
    edge = attributes(fontname=FONT, fontsize=9.5, fontcolor=MUTED, color=INK, arrowsize=0.7)
    lines = ["digraph {", f"  graph {page}", f"  node {node}", f"  edge {edge}"]
    lines += _zones(view.zones, components, nodes, None, "  ")
    lines += _flows(view, home, names)
    return "\n".join([*lines, "}"]) + "\n"


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


def _flows(view: PipelineView, home: Mapping[str, str], names: Mapping[str, str]) -> Iterable[str]:
    """Yield one arrow for each pair of ends, with the kinds of all flows between them."""
    kinds: dict[tuple[str, str, bool], dict[str, None]] = {}
    for flow in view.flows:
        ends = home[flow["source"]], home[flow["target"]]
        if flow["source"] == flow["target"] or ends[0] != ends[1]:
            kinds.setdefault((*ends, bool(flow["crosses"])), {})[flow["kind"].replace("_", " ")] = None
    for (source, target, crosses), words in kinds.items():
        label = dot_label("\n".join(line for word in words for line in wrap(word, 13)))
        style: dict[str, Any] = (
            {"style": "dashed", "penwidth": 1.7, "dir": "both", "arrowtail": "tee"} if crosses else {}
        )
        yield f"  {names[source]} -> {names[target]} {attributes(label=label, **style)}"


def _entries(view: PipelineView, home: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the adversaries that have access to a component at the start."""
    found: dict[str, list[str]] = {}
    for start in view.adversaries:
        facts = (fact.partition("@") for fact in start.facts)
        places = {home[place] for token, _, place in facts if token.startswith("acc.") and place in home}
        for place in sorted(places):
            found.setdefault(place, []).append(start.adversary)
    return found


def _zone_boxes(home: Mapping[str, str]) -> Iterable[Row]:
    """Yield one box for each zone that holds components."""
    for zone, size in Counter(home.values()).items():
        yield {
            "id": zone, "zone": zone, "kind": "components", "title": f"{size} components", "holds": [], "shape": "box3d"
        }  # fmt: skip


def _sum(counts: Counts, home: Mapping[str, str], zone: str) -> Counter[str]:
    return sum((found for place, found in counts.items() if home.get(place) == zone), Counter())
