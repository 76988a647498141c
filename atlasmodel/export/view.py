"""Write the page of one party: Markdown for a document or a mail, plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from atlasmodel._text import markdown_text as plain
from atlasmodel._text import terminal, wrap
from atlasmodel.view.filling import UNSAID, fill, places
from atlasmodel.view.page import NO_DATE, Ask, Table, View

WIDTH = 100


def markdown(view: View) -> str:
    """Return the page in Markdown."""
    day = f", {view.as_of}" if view.as_of else ""
    parts: list[list[str]] = [
        [f"# {plain(view.organisation)}: for the {plain(view.reader)}{day}", "", plain(view.about), ""],
        _items(view.summary),
        ["## Your part", "", *_items(view.part)] if view.part else [],
        _asked(view),
        _concerns(view),
        *(_table(table) for table in view.figures.values()),
        ["## In order", "", *_items(view.in_order)] if view.in_order else [],
        _glossary(view),
        ["## Notes", "", *_items(view.notes)] if view.notes else [],
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _items(lines: Iterable[str]) -> list[str]:
    return [*(f"- {plain(line)}" for line in lines), ""]


def _asked(view: View) -> list[str]:
    if not view.asked:
        return ["## What you are asked to do", "", "Nothing at present.", ""]
    lines = [f"{number}. {plain(ask.what)} *{plain(when(ask))}*" for number, ask in enumerate(view.asked, 1)]
    return ["## What you are asked to do", "", f"Addressed to: {plain(view.asked[0].role)}.", "", *lines, ""]


def when(ask: Ask) -> str:
    """Return by when something is asked, in words."""
    if ask.by == NO_DATE:
        return "No date is set."
    return f"Overdue since {ask.by}." if ask.overdue else f"By {ask.by}."


def _concerns(view: View) -> list[str]:
    lines = ["## What concerns you, and why", ""] if view.concerns else []
    for one in view.concerns:
        unknown = " (not known)" if one.result == "unknown" else ""
        lines += [f"### {plain(one.title)}{unknown}", "", f"{plain(one.says)} {plain(one.why)}", ""]
        lines += _items(one.items) if len(one.items) > 1 or _adds(one.items, one.says) else []
        lines += [f"And {one.more} more.", ""] if one.more else []
    return lines


def _adds(items: Sequence[str], says: str) -> bool:
    """Tell whether the list says more than the sentence before it."""
    return any(item not in says for item in items)


def _table(table: Table) -> list[str]:
    if not table.rows:
        return []
    head = list(table.columns)
    rows = [f"| {' | '.join(map(plain, row))} |" for row in cells(table)]
    more = [f"And {table.more} more.", ""] if table.more else []
    note = [plain(table.note), ""] if table.note else []
    top = [f"| {' | '.join(map(plain, head))} |", f"|{' --- |' * len(head)}"]
    return [f"## {plain(table.title)}", "", *top, *rows, "", *more, *note]


def cells(table: Table) -> Iterator[list[str]]:
    """Yield the rows of a table as they are read, column by column."""
    for row in table.rows:
        values: dict[str, Any] = dict(row)
        yield [
            UNSAID if any(values.get(name) is None for name in places(pattern)) else fill(pattern, values.get)
            for pattern in table.columns.values()
        ]


def _glossary(view: View) -> list[str]:
    if not view.glossary:
        return []
    return ["## Words", "", *(f"- **{plain(name)}**: {plain(text)}" for name, text in view.glossary.items()), ""]


def text(view: View) -> str:
    """Return the page as plain text for a terminal: what is asked and why, then the figures row by row."""
    day = f", {view.as_of}" if view.as_of else ""
    lines = [f"{view.organisation}: for the {view.reader}{day}", "", *wrap(view.about, WIDTH), ""]
    lines += [line for one in (*view.summary, *view.part) for line in _hung(one, "- ")]
    lines += ["", "WHAT YOU ARE ASKED TO DO", ""]
    for number, ask in enumerate(view.asked, 1):
        lines += [*_hung(f"{ask.what} {when(ask)}", f"{number:2}. "), *_hung(f"Because: {ask.why}", "    ")]
    lines += [] if view.asked else ["Nothing at present."]
    lines += ["", "WHAT CONCERNS YOU", ""] if view.concerns else []
    for one in view.concerns:
        mark = "?" if one.result == "unknown" else "!"
        lines += [*_hung(f"{one.title}: {one.says}", f"{mark} ")]
        lines += [line for item in one.items if item not in one.says for line in _hung(item, "    - ")]
    for table in view.figures.values():
        lines += ["", table.title.upper(), ""]
        for row in cells(table):
            pairs = [f"{name}: {cell}" for name, cell in zip(table.columns, row, strict=True)]
            lines += _hung("; ".join(pairs), "- ")
        lines += [f"  and {table.more} more"] if table.more else []
        lines += _hung(table.note, "  ") if table.note else []
    lines += (
        ["", "IN ORDER", "", *(line for one in view.in_order for line in _hung(one, "- "))] if view.in_order else []
    )
    lines += ["", "WORDS", ""] if view.glossary else []
    lines += [line for name, meaning in view.glossary.items() for line in _hung(f"{name}: {meaning}", "- ")]
    return "\n".join(terminal(line) for line in lines) + "\n"


def _hung(sentence: str, mark: str) -> list[str]:
    """Return a sentence in lines, its mark before the first, the rest below its beginning."""
    first, *rest = wrap(sentence, WIDTH - len(mark))
    return [f"{mark}{first}", *(f"{' ' * len(mark)}{line}" for line in rest)]
