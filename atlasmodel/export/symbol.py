"""The symbol of a component: its kind by shape and glyph, what it holds, who starts there, what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlasmodel.document import SEVERITIES
from atlasmodel.export.dot import INK, MUTED, attributes, badge, cell, lines, table, text

Row = Mapping[str, Any]

WIDTH = 17  # characters a line
NARROW = 13  # in shapes that waste their corners
ROOMY = {"box", "box3d", "cds", "component", "cylinder", "folder", "note", "tab", "house"}
LIDS = {"cds", "component", "cylinder", "folder", "tab", "box3d"}  # these draw something over their upper edge
FILL = {"critical": "#8c1515", "high": "#c8601a", "medium": "#f2cf63", "low": "#ffffff"}
PEN = {"critical": 2.6, "high": 2.0, "medium": 1.4, "low": 1.0, "none": 0.8}
FAINT = "#8a8a8a"


@dataclass(frozen=True)
class Shown:
    """Say what a symbol shows: findings by severity, what is held, who starts here, the numbers of attack steps."""

    found: Counter[str]
    held: Sequence[str]
    entries: Sequence[str]
    steps: Sequence[int] = ()
    faint: bool = False
    plain: bool = False


def component(row: Row, shown: Shown) -> str:
    """Return the attributes of a component's node."""
    shape = row.get("shape") or "box"
    width = WIDTH if shape in ROOMY else NARROW
    worst = next((severity for severity in SEVERITIES if shown.found[severity]), "none")
    kind = f"{row.get('glyph') or ''}  {row['kind'].replace('_', ' ')}".strip()
    ink = FAINT if shown.faint else None
    rows = [cell("", height=7)] if shape in LIDS else []
    if not shown.plain:
        rows.append(cell(text(kind, size=9, colour=ink or MUTED)))
    rows.append(cell(lines(row["title"] or row["id"], width, bold=not shown.faint, colour=ink)))
    if shown.held and not shown.plain:
        rows.append(cell(lines(f"holds {', '.join(shown.held)}", width + 5, 2, size=9)))
    if shown.entries:
        rows.append(cell(lines(f"entry: {', '.join(shown.entries)}", width + 5, 2, size=9)))
    if any(shown.found[severity] for severity in FILL):
        rows.append(cell(_badges(shown.found)))
    if shown.steps:
        rows.append(cell(_numbers(shown.steps)))
    if shape == "cds":  # its lower edge is drawn over too
        rows.append(cell("", height=7))
    label = table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=0)
    margin = "0.09,0.02" if shape in ROOMY else "0.02,0.02"
    pen: dict[str, str | float] = {"penwidth": 2.6 if shown.steps else PEN[worst]}
    if shown.faint:
        pen["color"] = FAINT
    return attributes(label=label, shape=shape, margin=margin, **pen)


def outsider(steps: Sequence[int]) -> str:
    """Return the attributes of the node for what happens off the system."""
    rows = [cell(text("Off the system", bold=True)), cell(_numbers(steps))]
    label = table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=1)
    return attributes(label=label, shape="box", style='"rounded,dashed"', penwidth=2, margin="0.09,0.02")


def _badges(found: Counter[str]) -> str:
    """Return a row of boxes: a letter for the severity and how often it stands here."""
    cells = [
        cell(text(f"{severity[0].upper()}{found[severity]}", size=10, bold=True, colour=_on(severity)), bgcolor=fill)
        for severity, fill in FILL.items()
        if found[severity]
    ]
    return table(["".join(cells)], border=0, cellborder=1, cellspacing=1, cellpadding=1)[1:-1]


def _numbers(steps: Sequence[int]) -> str:
    """Return the numbers of the steps that happen here, in dark boxes."""
    return table(["".join(badge(str(step)) for step in steps)], border=0, cellborder=0, cellspacing=2, cellpadding=2)[
        1:-1
    ]


def _on(severity: str) -> str:
    return "white" if severity in ("critical", "high") else INK
