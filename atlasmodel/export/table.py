"""Show an assessment at the terminal: tables of goals, findings and measures, made of rich `Text`, never of markup."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from atlasmodel._text import terminal
from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES
from atlasmodel.export.words import (
    CAUTION,
    SCALE,
    advice,
    ends,
    not_listed,
    number,
    percent,
    places,
    sentences,
)

ENDS, FINDINGS, MEASURES, QUESTIONS = 6, 20, 5, 3
STYLE = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan", "none": "dim"}


def summary(assessment: Assessment, findings: int = FINDINGS) -> Group:
    """Return what a terminal shows of an assessment: three sentences, then goals, measures, findings, questions."""
    view, by = assessment.pipeline, assessment.totals.by_severity
    counts = Text("  ").join(Text(f"{by.get(name, 0)} {name}", STYLE[name]) for name in SEVERITIES[:4])
    head = f"{view.name} {view.version or ''}".strip()
    return Group(
        _text(head, "bold"),
        *(_text(line) for line in sentences(assessment)),
        Text(),
        Text(f"total risk {number(assessment.totals.risk)}; findings: ", "bold") + counts,
        Text(),
        goals_table(assessment),
        Text(),
        measures_table(assessment),
        Text(),
        findings_table(assessment, findings),
        Text(),
        *_questions(assessment),
        *_small_print(assessment),
    )


def text(assessment: Assessment) -> str:
    """Summary as plain text, as the terminal shows it."""
    page = StringIO()
    console = Console(file=page, width=120, color_system=None, force_terminal=False, legacy_windows=False)
    console.print(summary(assessment, len(assessment.findings)))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def goals_table(assessment: Assessment) -> Table:
    """Return the ends by risk."""
    listed, names = ends(assessment), places(assessment)
    table = _table("Risk by goal", "risk>", "severity", "chance>", "what may happen", "where", "by")
    for end in listed[:ENDS]:
        goal = end.worst
        table.add_row(
            _text(number(goal.risk)), _severity(goal.severity), _text(percent(goal.probability.point)),
            _text(goal.meaning), _text(names.get(goal.at, goal.at)), _text(goal.adversary),
        )  # fmt: skip
    return _cut(table, len(listed) - ENDS)


def measures_table(assessment: Assessment) -> Table:
    """Return the measures by how much risk they remove."""
    listed, names = advice(assessment), places(assessment)
    table = _table("What to do first", "takes off>", "days>", "measure", "where", "by")
    for item in listed[:MEASURES]:
        row = item.best
        table.add_row(
            _text(number(row.removes)), _text(number(row.effort_days)), _text(row.name),
            _text(names.get(row.at, row.at)), _text((row.delivered_by or "").replace("_", " ")),
        )  # fmt: skip
    return _cut(table, len(listed) - MEASURES)


def findings_table(assessment: Assessment, most: int = FINDINGS) -> Table:
    """Return the findings by risk."""
    table = _table("Findings", "risk>", "severity", "finding", "technique", "applies")
    for finding in assessment.findings[:most]:
        status = "" if finding.status == "open" else f" ({finding.status})"
        table.add_row(
            _text(number(finding.risk)), _severity(finding.severity), _text(f"{finding.id}{status}"),
            _text(f"{finding.technique} {finding.technique_name}"),
            _text("yes" if finding.certainty == "yes" else "may"),
        )  # fmt: skip
    return _cut(table, len(assessment.findings) - most)


def _questions(assessment: Assessment) -> Iterable[Text]:
    names = places(assessment)
    if assessment.questions:
        yield _text("Questions that would settle most", "bold")
    for item in assessment.questions[:QUESTIONS]:
        yield _text(f"  {names.get(item.component, item.component)}, {item.attribute}: {item.text}")


def _small_print(assessment: Assessment) -> Iterable[Text]:
    yield Text()
    hidden = not_listed(assessment)
    if hidden:
        yield _text(f"findings not listed: {hidden}", "dim")
    for line in (*assessment.truncated, *assessment.notes, SCALE, CAUTION):
        yield _text(line, "dim")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name.rstrip(">"), justify="right" if name.endswith(">") else "left", overflow="fold")
    return table


def _cut(table: Table, left_out: int) -> Table:
    if left_out > 0:
        table.caption, table.caption_justify = f"{left_out} more", "left"
    return table


def _severity(word: str) -> Text:
    return Text(word, STYLE.get(word, ""))


def _text(words: Any, style: str = "") -> Text:
    return Text(terminal(str(words)), style)
