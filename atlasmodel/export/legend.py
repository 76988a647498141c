"""The foot of the pipeline diagram: a title block, how to read the drawing, and the steps of an attack path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atlasmodel._text import wrap
from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, AttackPath, PipelineView
from atlasmodel.export.dot import MUTED, cell, table, text
from atlasmodel.export.words import number, percent, places

STEPS = 24  # lines of an attack path; a longer one is cut, and says so


def title(shown: Assessment | PipelineView, part: int | None = None) -> list[str]:
    """Return the lines of the title block: what this is, whose, which version, how much risk; `part` if not all."""
    view = shown if isinstance(shown, PipelineView) else shown.pipeline
    about = [f"version {view.version}" if view.version else "", view.owner or ""]
    lines = [
        text(view.name, size=16, bold=True),
        text(", ".join(word for word in about if word) or "no version given"),
    ]
    if isinstance(shown, PipelineView):
        return [*lines, text("not assessed")]
    if part is not None:
        lines.append(text(f"a part: {part} of {len(view.components)} components", bold=True))
    by = shown.totals.by_severity
    listed = ", ".join(f"{by[name]} {name}" for name in SEVERITIES[:4] if by.get(name))
    made_by = f"MITRE ATLAS {shown.catalog.release}, {shown.tool['name']} {shown.tool['version']}"
    return [
        *lines,
        text(f"total risk {number(shown.totals.risk)}", bold=True),
        text(f"findings: {listed or 'none'}"),
        text(made_by, size=9, colour=MUTED),
    ]


def numbered(path: AttackPath, assessment: Assessment) -> list[str]:
    """Return the steps of a path as lines, numbered as on the drawing."""
    names = places(assessment)
    head = f"Attack path: chance {percent(path.probability)}, about {number(path.effort_days)} days of work"
    told = []
    for order, step in enumerate(path.steps[:STEPS], 1):
        place = "off the system" if step.at == "adversary" else names.get(step.at, step.at)
        technique = f" ({step.technique})" if step.technique else ""
        first, *rest = wrap(f"{order}. {step.title}{technique}, {place}", 78)
        told += [text(first), *(text(f"     {line}") for line in rest)]
    more = len(path.steps) - STEPS
    return [text(head, bold=True), *told, *([text(f"and {more} further steps")] if more > 0 else [])]


def foot(title_lines: Sequence[str], steps: Sequence[str] | None = None, *, assessed: bool, plain: bool = False) -> str:
    """Return the title block, the legend and the steps of a path, side by side."""
    legend = [
        text("Legend", bold=True),
        text("frame: zone with its trust; dotted: the outside world"),
        text("thin arrow: flow inside a zone"),
        text("|- - > dashed with a bar: flow that crosses a boundary"),
    ]
    if steps is not None:
        legend += [
            text("dark number: step of the path; thick: along this flow"),
            text("dotted arrow: no flow joins these steps"),
        ]
    elif assessed:
        legend += [
            text("C H M L: findings that are critical, high, medium, low"),
            text("thick outline: severe findings; entry: who can start there"),
        ]
    blocks = [title_lines, *([] if plain else [legend]), *([steps] if steps is not None else [])]
    row = "".join(cell(_column(block), valign="top") for block in blocks)
    return table([row], border=1, cellborder=1, cellspacing=0, cellpadding=4)


def _column(lines: Iterable[str]) -> str:
    rows = [cell(line, align="left") for line in lines]
    return table(rows, border=0, cellborder=0, cellspacing=0, cellpadding=1)[1:-1]
