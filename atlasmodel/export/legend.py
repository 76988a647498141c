"""The foot of the pipeline diagram: a title block and how to read the drawing."""

from __future__ import annotations

from atlasmodel.assessment import Assessment
from atlasmodel.document import PipelineView
from atlasmodel.export.dot import MUTED, cell, table, text
from atlasmodel.export.words import SEVERITIES, number


def title(shown: Assessment | PipelineView) -> list[str]:
    """Return the lines of the title block: what this is, whose, which version, how much risk."""
    view = shown if isinstance(shown, PipelineView) else shown.pipeline
    about = [f"version {view.version}" if view.version else "", view.owner or ""]
    lines = [
        text(view.name, size=16, bold=True),
        text(", ".join(word for word in about if word) or "no version given"),
    ]
    if isinstance(shown, PipelineView):
        return [*lines, text("not assessed")]
    by = shown.totals.by_severity
    listed = ", ".join(f"{by[name]} {name}" for name in SEVERITIES[:4] if by.get(name))
    made_by = f"MITRE ATLAS {shown.catalog.release}, {shown.tool['name']} {shown.tool['version']}"
    return [
        *lines,
        text(f"total risk {number(shown.totals.risk)}", bold=True),
        text(f"findings: {listed or 'none'}"),
        text(made_by, size=9, colour=MUTED),
    ]


def foot(title_lines: list[str], *, assessed: bool) -> str:
    """Return the title block and the legend, side by side."""
    legend = [
        text("Legend", bold=True),
        text("frame: zone with its trust; dotted: the outside world"),
        text("thin arrow: flow inside a zone"),
        text("|- - > dashed with a bar: flow that crosses a boundary"),
    ]
    if assessed:
        legend += [
            text("C H M L: findings that are critical, high, medium, low"),
            text("thick outline: severe findings; entry: who can start there"),
        ]
    columns = [_column(title_lines), _column(legend)]
    row = "".join(cell(column, valign="top") for column in columns)
    return table([row], border=1, cellborder=1, cellspacing=0, cellpadding=4)


def _column(lines: list[str]) -> str:
    rows = [cell(line, align="left") for line in lines]
    return table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=1)[1:-1]
