"""Show one attack path: its steps in order, as text and as a table for a notebook."""

from __future__ import annotations

from html import escape

from atlasmodel._text import visible
from atlasmodel.document import AttackPath
from atlasmodel.export.words import number, percent


def text(path: AttackPath) -> str:
    """Return the path as numbered lines, each with chance, technique and place."""
    lines = [_head(path)]
    for position, step in enumerate(path.steps, 1):
        technique = f" ({step.technique} {step.technique_name})" if step.technique else ""
        lines.append(visible(f"{position:3}. {percent(step.probability):>9}  {step.title}{technique}, at {step.at}"))
    return "\n".join(lines)


def mimebundle(path: AttackPath) -> dict[str, str]:
    """Return what a notebook shows."""
    head = ("", "chance", "step", "technique", "at")
    rows = [
        (
            position,
            percent(step.probability),
            step.title,
            f"{step.technique or ''} {step.technique_name or ''}",
            step.at,
        )
        for position, step in enumerate(path.steps, 1)
    ]
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    titles = "".join(f"<th>{_cell(word)}</th>" for word in head)
    table = f"<table><caption>{_cell(_head(path))}</caption><tr>{titles}</tr>{body}</table>"
    return {"text/html": table, "text/plain": text(path)}


def _head(path: AttackPath) -> str:
    """Return chance and effort of the whole path."""
    return f"{len(path.steps)} steps, chance {percent(path.probability)}, about {number(path.effort_days)} days of work"


def _cell(value: object) -> str:
    return escape(visible(str(value)))
