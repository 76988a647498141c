"""The symbol of a component: its kind by shape and glyph, what it holds, who starts there, what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from atlasmodel.export.dot import INK, MUTED, attributes, cell, lines, table, text
from atlasmodel.export.words import SEVERITIES

Row = Mapping[str, Any]

WIDTH = 17  # characters a line
NARROW = 13  # in shapes that waste their corners
ROOMY = {"box", "box3d", "cds", "component", "cylinder", "folder", "note", "tab", "house"}
LIDS = {"cds", "component", "cylinder", "folder", "tab", "box3d"}  # these draw something over their upper edge
FILL = {"critical": "#8c1515", "high": "#c8601a", "medium": "#f2cf63", "low": "#ffffff"}
PEN = {"critical": 2.6, "high": 2.0, "medium": 1.4, "low": 1.0, "none": 0.8}


def component(row: Row, found: Counter[str], assets: Mapping[str, str], entries: Mapping[str, list[str]]) -> str:
    """Return the attributes of a component's node."""
    shape = row.get("shape") or "box"
    width = WIDTH if shape in ROOMY else NARROW
    worst = next((severity for severity in SEVERITIES if found[severity]), "none")
    kind = f"{row.get('glyph') or ''}  {row['kind'].replace('_', ' ')}".strip()
    rows = [cell("", height=7)] if shape in LIDS else []
    rows += [cell(text(kind, size=9, colour=MUTED)), cell(lines(row["title"] or row["id"], width, bold=True))]
    held = [assets[name] for name in row["holds"] if name in assets]
    if held:
        rows.append(cell(lines(f"holds {', '.join(held)}", width + 5, 2, size=9)))
    if row["id"] in entries:
        rows.append(cell(lines(f"entry: {', '.join(entries[row['id']])}", width + 5, 2, size=9)))
    if any(found[severity] for severity in FILL):
        rows.append(cell(_badges(found)))
    if shape == "cds":  # its lower edge is drawn over too
        rows.append(cell("", height=7))
    label = table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=0)
    margin = "0.09,0.02" if shape in ROOMY else "0.02,0.02"
    return attributes(label=label, shape=shape, penwidth=PEN[worst], margin=margin)


def _badges(found: Counter[str]) -> str:
    """Return a row of boxes: a letter for the severity and how often it stands here."""
    cells = [
        cell(text(f"{severity[0].upper()}{found[severity]}", size=10, bold=True, colour=_on(severity)), bgcolor=fill)
        for severity, fill in FILL.items()
        if found[severity]
    ]
    return table(["".join(cells)], border=0, cellborder=1, cellspacing=1, cellpadding=1)[1:-1]


def _on(severity: str) -> str:
    return "white" if severity in ("critical", "high") else INK
