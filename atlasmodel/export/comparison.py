"""A comparison of two assessments as a page of Markdown: what changed and what did not."""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel._text import markdown_text
from atlasmodel.comparison import Comparison
from atlasmodel.export.words import number

ROWS = 40


def markdown(comparison: Comparison) -> str:
    """Return the comparison as a page: the total, then goals, measures and findings, then what stayed."""
    before, after = comparison.risk
    lines = ["# What changed", "", f"The total risk goes from {number(before)} to {number(after)}.", ""]
    changed = sorted(comparison.goals.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
    lines += _table(
        "Goals", ("goal", "before", "after"), ((key, number(old), number(new)) for key, (old, new) in changed)
    )
    states = ((key, old or "not there", new or "not there") for key, (old, new) in comparison.measures.items())
    lines += _table("Measures", ("measure", "before", "after"), states)
    moved = sorted(comparison.changed.items(), key=lambda item: (item[1][1] - item[1][0], item[0]))
    rows = ((key, number(old), number(new)) for key, (old, new) in moved)
    lines += _table("Findings that changed", ("finding", "before", "after"), rows)
    lines += _table("Findings that came", ("finding",), ((key,) for key in comparison.added))
    lines += _table("Findings that went", ("finding",), ((key,) for key in comparison.removed))
    lines += [
        f"Unchanged: {comparison.unchanged} findings, {comparison.goals_unchanged} goals, "
        f"{comparison.measures_unchanged} measures.",
        "",
    ]
    return "\n".join(lines)


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    listed = list(rows)
    if not listed:
        return []
    lines = [f"## {title} ({len(listed)})", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(map(markdown_text, row))} |" for row in listed[:ROWS]]
    if len(listed) > ROWS:
        lines += ["", f"{len(listed) - ROWS} more are not shown."]
    return [*lines, ""]
