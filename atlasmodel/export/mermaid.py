"""Write the pipeline as a Mermaid flow chart, which many wikis and code hosts draw by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atlasmodel._text import mermaid_label
from atlasmodel.assessment import Assessment
from atlasmodel.document import PipelineView
from atlasmodel.export.words import SEVERITIES


def mermaid(assessment: Assessment) -> str:
    """Pipeline diagram as Mermaid: zones as frames, crossed boundaries as dotted arrows, findings counted."""
    view = assessment.pipeline
    names = {row["id"]: f"n{index}" for index, row in enumerate(view.components)}
    nodes = {row["id"]: f'{names[row["id"]]}["{_label(row, assessment)}"]' for row in view.components}
    lines = ["flowchart TD", *_zones(view, nodes, None, "  ")]
    for flow in view.flows:
        arrow = "-.->" if flow["crosses"] else "-->"
        kind = mermaid_label(flow["kind"].replace("_", " "))
        lines.append(f'  {names[flow["source"]]} {arrow}|"{kind}"| {names[flow["target"]]}')
    return "\n".join(lines) + "\n"


def _label(row: Mapping[str, str], assessment: Assessment) -> str:
    found = [finding.severity for finding in assessment.findings if finding.component == row["id"]]
    counts = ", ".join(f"{found.count(name)} {name}" for name in SEVERITIES[:3] if name in found)
    words = [row["title"] or row["id"], row["kind"].replace("_", " "), counts]
    return "<br/>".join(mermaid_label(word) for word in words if word)


def _zones(view: PipelineView, nodes: Mapping[str, str], parent: str | None, indent: str) -> Iterable[str]:
    known = {zone["id"] for zone in view.zones}
    for index, zone in enumerate(view.zones):
        if zone["parent"] == parent:
            label = mermaid_label(f"{zone['title'] or zone['id']}, trust {zone['trust']}")
            yield f'{indent}subgraph z{index}["{label}"]'
            yield from (f"{indent}  {nodes[row['id']]}" for row in view.components if row["zone"] == zone["id"])
            yield from _zones(view, nodes, zone["id"], indent + "  ")
            yield f"{indent}end"
    if parent is None:
        yield from (f"{indent}{nodes[row['id']]}" for row in view.components if row["zone"] not in known)
