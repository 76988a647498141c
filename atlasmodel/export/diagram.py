"""Draw the pipeline: zones as frames, components by shape and glyph with their findings, flows, crossed boundaries.

It reads in black and white: severities are letters, boundary crossings are dashed with a bar, zones carry their trust.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from atlasmodel._text import dot_label, wrap
from atlasmodel.assessment import Assessment
from atlasmodel.document import PipelineView
from atlasmodel.export.dot import FONT, INK, MUTED, attributes, cell, lines, table, text
from atlasmodel.export.words import SEVERITIES, number

WIDTH = 17  # characters a line
NARROW = 13  # in shapes that waste their corners
LIDS = {"cds", "component", "cylinder", "folder", "tab", "box3d"}  # these draw something over their upper edge
ROOMY = {"box", "box3d", "cds", "component", "cylinder", "folder", "note", "tab", "house"}
MOST = 90  # components drawn one by one; beyond that, one box a zone
FILL = {"critical": "#8c1515", "high": "#c8601a", "medium": "#f2cf63", "low": "#ffffff", "none": "#ffffff"}
PEN = {"critical": 2.6, "high": 2.0, "medium": 1.4, "low": 1.0, "none": 0.8}

Row = Mapping[str, Any]
Counts = Mapping[str, Counter[str]]


def pipeline_dot(assessment: Assessment) -> str:
    """Return the pipeline diagram as DOT, with the findings counted at their components."""
    counts: dict[str, Counter[str]] = {}
    for finding in assessment.findings:
        counts.setdefault(str(finding.component), Counter())[finding.severity] += 1
    return _draw(assessment.pipeline, counts, _title_block(assessment))


def view_dot(view: PipelineView) -> str:
    """Return the diagram of a pipeline that was not assessed."""
    return _draw(view, {}, [text(view.name, size=16, bold=True), text(f"version {view.version or 'not given'}")])


def _draw(view: PipelineView, counts: Counts, title: list[str]) -> str:
    folded = len(view.components) > MOST
    components = list(_zones_as_components(view)) if folded else list(view.components)
    home = {row["id"]: row["zone"] if folded else row["id"] for row in view.components}
    names = {row["id"]: f"n{index}" for index, row in enumerate(components)}
    if folded:
        counts = _by_zone(view, counts)
    head = attributes(
        rankdir="TB", fontname=FONT, fontsize=12, fontcolor=INK, labelloc="b", nodesep=0.1, ranksep=0.2,
        size="10.9,10.9", margin=0.1, label=_foot(title, assessed=bool(counts)),
    )  # fmt: skip
    body = [
        "digraph {",
        f"  graph {head}",
        f"  node {attributes(fontname=FONT, fontsize=12, fontcolor=INK, color=INK, height=0.3, width=0.5, style='filled', fillcolor='white')}",
        f"  edge {attributes(fontname=FONT, fontsize=9.5, fontcolor=MUTED, color=INK, arrowsize=0.7)}",
    ]
    assets = {row["id"]: row["title"] or row["id"] for row in view.assets}
    entries = _entries(view, home)
    nodes = {
        row["id"]: f"{names[row['id']]} {_component(row, counts.get(row['id'], Counter()), assets, entries)}"
        for row in components
    }
    body += _zone_lines(view, components, nodes, None, "  ")
    body += _flow_lines(view, home, names)
    return "\n".join([*body, "}"]) + "\n"


def _zone_lines(
    view: PipelineView, components: list[Row], nodes: Mapping[str, str], parent: str | None, indent: str
) -> Iterable[str]:
    """Yield the zones inside a zone, each with its components; then, at the top, components without a zone of the file."""
    known = {zone["id"] for zone in view.zones}
    for index, zone in enumerate(view.zones):
        if zone["parent"] != parent:
            continue
        yield f"{indent}subgraph cluster_{index} {{"
        label = dot_label(f"{zone['title'] or zone['id']}  (trust {zone['trust']})")
        yield f"{indent}  graph {attributes(label=label, labelloc='t', labeljust='l', fontsize=13, style=_frame(zone), color=MUTED, margin=7)}"
        yield from (f"{indent}  {nodes[row['id']]}" for row in components if row["zone"] == zone["id"])
        yield from _zone_lines(view, components, nodes, zone["id"], indent + "  ")
        yield f"{indent}}}"
    if parent is None:
        yield from (f"{indent}{nodes[row['id']]}" for row in components if row["zone"] not in known)


def _frame(zone: Row) -> str:
    return '"rounded,dotted"' if zone["trust"] == 0 else '"rounded"'


def _component(row: Row, found: Counter[str], assets: Mapping[str, str], entries: Mapping[str, list[str]]) -> str:
    worst = next((severity for severity in SEVERITIES if found[severity]), "none")
    shape = row.get("shape") or "box"
    width = WIDTH if shape in ROOMY else NARROW
    lid = shape in LIDS
    kind = f"{row.get('glyph') or ''}  {row['kind'].replace('_', ' ')}".strip()
    rows = [
        cell("", height=7 if lid else 0),
        cell(text(kind, size=9, colour=MUTED)),
        cell(lines(row["title"] or row["id"], width, bold=True)),
    ]
    held = [assets[name] for name in row["holds"] if name in assets]
    if held:
        rows.append(cell(lines(f"holds {', '.join(held)}", width + 5, 2, size=9)))
    if row["id"] in entries:
        rows.append(cell(lines(f"entry: {', '.join(entries[row['id']])}", width + 5, 2, size=9)))
    if found:
        rows.append(cell(_badges(found)))
    if shape == "cds":
        rows.append(cell("", height=7))
    label = table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=0)
    return attributes(
        label=label, shape=shape, penwidth=PEN[worst], margin="0.09,0.02" if shape in ROOMY else "0.02,0.02"
    )


def _badges(found: Counter[str]) -> str:
    """Return a row of boxes: a letter for the severity and how often it stands here."""
    cells = "".join(
        cell(
            text(f"{severity[0].upper()}{found[severity]}", size=10, bold=True, colour=_on(severity)),
            bgcolor=FILL[severity],
            border=1,
        )
        for severity in SEVERITIES[:4]
        if found[severity]
    )
    return f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="1" CELLPADDING="1"><TR>{cells}</TR></TABLE>' if cells else ""


def _on(severity: str) -> str:
    return "white" if severity in ("critical", "high") else INK


def _flow_lines(view: PipelineView, home: Mapping[str, str], names: Mapping[str, str]) -> Iterable[str]:
    """Yield one arrow for each pair of ends, with all the flows between them."""
    kinds: dict[tuple[str, str, bool], dict[str, None]] = {}
    for flow in view.flows:
        ends = home[flow["source"]], home[flow["target"]]
        kinds.setdefault((*ends, bool(flow["crosses"])), {})[flow["kind"].replace("_", " ")] = None
    for (source, target, crosses), words in kinds.items():
        if source == target and source not in home:
            continue  # a flow inside a folded zone
        label = dot_label("\n".join(line for word in words for line in wrap(word, 13)))
        style: dict[str, Any] = (
            {"style": "dashed", "penwidth": 1.7, "dir": "both", "arrowtail": "tee"} if crosses else {}
        )
        yield f"  {names[source]} -> {names[target]} {attributes(label=label, **style)}"


def _entries(view: PipelineView, home: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the adversaries that have access to a component at the start."""
    found: dict[str, list[str]] = {}
    for start in view.adversaries:
        places = {home[place] for token, _, place in (fact.partition("@") for fact in start.facts)
                  if token.startswith("acc.") and place in home}  # fmt: skip
        for place in sorted(places):
            found.setdefault(place, []).append(start.adversary)
    return found


def _zones_as_components(view: PipelineView) -> Iterable[Row]:
    """Yield one box for each zone that holds components; it stands for all of them."""
    sizes = Counter(row["zone"] for row in view.components)
    for zone, size in sizes.items():
        yield {
            "id": zone,
            "zone": zone,
            "kind": "components",
            "title": f"{size} components",
            "holds": [],
            "shape": "box3d",
        }


def _by_zone(view: PipelineView, counts: Counts) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in view.components:
        found.setdefault(row["zone"], Counter()).update(counts.get(row["id"], {}))
    return found


def _title_block(assessment: Assessment) -> list[str]:
    view, by = assessment.pipeline, assessment.totals.by_severity
    listed = ", ".join(f"{by[name]} {name}" for name in SEVERITIES[:4] if by.get(name))
    about = [f"version {view.version}" if view.version else "", view.owner or ""]
    return [
        text(view.name, size=16, bold=True),
        text(", ".join(word for word in about if word) or "no version given"),
        text(f"total risk {number(assessment.totals.risk)}", bold=True),
        text(f"findings: {listed or 'none'}"),
        text(
            f"MITRE ATLAS {assessment.catalog.release}, atlasmodel {assessment.tool['version']}", size=9, colour=MUTED
        ),
    ]


def _foot(title: list[str], *, assessed: bool) -> str:
    """Return the title block and the legend, side by side below the drawing."""
    legend = [
        text("Legend", bold=True),
        text("frame: zone, the higher its trust the further inside"),
        text("thin arrow: flow inside a zone"),
        text("|- - > dashed with a bar: flow that crosses a boundary"),
    ]
    if assessed:
        legend += [
            text("C H M L: findings that are critical, high, medium, low"),
            text("thick outline: findings there are severe"),
        ]
    columns = [
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
        + "".join(f"<TR>{cell(line, align='left')}</TR>" for line in column)
        + "</TABLE>"
        for column in (title, legend)
    ]
    return table(
        ["".join(cell(column, valign="top") for column in columns)],
        border=1,
        cellborder=1,
        cellspacing=0,
        cellpadding=4,
    )
