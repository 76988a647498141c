"""Write the pipeline and attack trees as Mermaid flow charts, which many wikis and code hosts draw by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atlasmodel._text import mermaid_label
from atlasmodel.assessment import Assessment
from atlasmodel.attack.tree import AttackTree
from atlasmodel.document import SEVERITIES, PipelineView
from atlasmodel.export.sketch import Sketch, sketch

_TREE_SHAPES = {
   "goal": ("{{", "}}"), "or": ("([", "])"), "start": ("(", ")"), "again": ("(", ")"), "cut": (">", "]"),
}  # fmt: skip


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


def tree_mermaid(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk as Mermaid: what its drawing shows, in a code host's own look."""
    return tree_chart(assessment.tree())


def tree_chart(tree: AttackTree) -> str:
    """Return an attack tree as a Mermaid flow chart, cut to the same size as its drawing."""
    root = sketch(tree)
    names = {id(item): f"n{number}" for number, item in enumerate(root.walk())}
    lines = ["flowchart TD"]
    for item in root.walk():
        left, right = _TREE_SHAPES.get(item.kind, ("[", "]"))
        label = "<br/>".join(mermaid_label(word) for word in _said(item, tree) if word)
        lines.append(f'  {names[id(item)]}{left}"{label}"{right}')
    for item in root.walk():
        lines += [f"  {names[id(item)]} --- {names[id(child)]}" for child in item.children]
    return "\n".join(lines) + "\n"


def _said(item: Sketch, tree: AttackTree) -> Sequence[str]:
    if item.kind == "goal":
        return ["GOAL", tree.meaning or tree.goal]
    if item.kind == "or":
        return ["any of"]
    if item.kind == "cut":
        return [f"{item.more} further ways"]
    if item.kind != "step":
        return ["held at the start" if item.kind == "start" else "shown elsewhere", tree.fact(item.node.id)]
    step = tree.step(item.node)
    chance = f"p {step.probability:.2g}" if step.probability < 1 else "certain"
    against = [f"against it: {measure.name}" for measure in step.measures[:2]]
    return [step.technique or "", step.title, f"{step.place}, {chance}", *against]
