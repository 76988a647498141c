"""Write a summary in Markdown: for a pull request, a wiki, or a reader without a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atlasmodel._text import markdown_text as plain
from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, Finding
from atlasmodel.export.html.trees import gravest
from atlasmodel.export.mermaid import mermaid, tree_chart
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

ENDS, FINDINGS, MEASURES, QUESTIONS, DRAWN = 8, 12, 5, 5, 40


def markdown(assessment: Assessment) -> str:
    """Summary in Markdown: what threatens, how bad, what to do first, the findings of highest risk."""
    view = assessment.pipeline
    version = f" {view.version}" if view.version else ""
    counts = ", ".join(f"{assessment.totals.by_severity.get(name, 0)} {name}" for name in SEVERITIES[:4])
    parts = [
        [f"# {plain(view.name + version)}: threat model", ""],
        [f"{plain(line)}  " for line in sentences(assessment)],
        ["", f"**Total risk {number(assessment.totals.risk)}**, {len(assessment.findings)} findings: {counts}.", ""],
        _ends(assessment),
        _measures(assessment),
        _findings(assessment),
        _questions(assessment),
        _diagram(assessment),
        _tree(assessment),
        _small_print(assessment),
    ]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    shown = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *shown, ""]


def _ends(assessment: Assessment) -> list[str]:
    names = places(assessment)
    listed = ends(assessment)
    if not listed:
        return []
    rows = [
        [
            plain(end.worst.meaning),
            plain(names.get(end.worst.at, end.worst.at)),
            plain(end.worst.adversary),
            percent(end.worst.probability.point),
            str(max(end.worst.impact.values(), default=0)),
            number(end.worst.risk),
            end.worst.severity,
        ]
        for end in listed[:ENDS]
    ]
    head = ["What may happen", "Where", "By", "Chance", "Impact", "Risk", "Severity"]
    return ["## Risk by goal", "", *_table(head, rows), *_more(len(listed) - ENDS, "ends")]


def _measures(assessment: Assessment) -> list[str]:
    names = places(assessment)
    listed = advice(assessment)
    if not listed:
        return []
    rows = [
        [
            plain(item.best.name),
            plain(names.get(item.best.at, item.best.at)),
            number(item.best.removes),
            f"{number(item.best.effort_days)} days",
            plain((item.best.delivered_by or "").replace("_", " ")),
            "MITRE ATLAS" if item.best.origin == "atlas" else "suggested, not in ATLAS",
        ]
        for item in listed[:MEASURES]
    ]
    head = ["Measure", "Where", "Takes off", "Effort", "By", "Origin"]
    return ["## What to do first", "", *_table(head, rows)]


def _findings(assessment: Assessment) -> list[str]:
    if not assessment.findings:
        return ["## Findings", "", "None.", ""]
    names = places(assessment)
    rows = [
        [
            finding.severity,
            number(finding.risk),
            plain(f"{finding.technique} {finding.technique_name}"),
            plain(names.get(finding.component, finding.component)),
            plain(finding.title),
            _because(finding),
        ]
        for finding in assessment.findings[:FINDINGS]
    ]
    head = ["Severity", "Risk", "Technique", "Where", "What", "Because"]
    return ["## Findings", "", *_table(head, rows), *_more(len(assessment.findings) - FINDINGS, "findings")]


def _because(finding: Finding) -> str:
    first = finding.because[0]
    sure = "" if finding.certainty == "yes" else "may apply: "
    return plain(f"{sure}{first.fact} ({first.span or first.at})")


def _questions(assessment: Assessment) -> list[str]:
    if not assessment.questions:
        return []
    names = places(assessment)
    listed = [
        f"- {plain(names.get(item.component, item.component))}: {plain(item.text)}" for item in assessment.questions
    ]
    return [
        "## Questions that would settle most",
        "",
        *listed[:QUESTIONS],
        "",
        *_more(len(listed) - QUESTIONS, "questions"),
    ]


def _diagram(assessment: Assessment) -> list[str]:
    if len(assessment.pipeline.components) > DRAWN:
        return []
    return ["## Pipeline", "", "```mermaid", *mermaid(assessment).splitlines(), "```", ""]


def _tree(assessment: Assessment) -> list[str]:
    """Return the tree of the gravest goal, left out where it would be one of thousands of steps."""
    ended = next(iter(gravest(assessment, 1)), None)
    if ended is None or not ended.whole:
        return []
    return ["## Attack tree", "", "```mermaid", *tree_chart(ended.tree).splitlines(), "```", ""]


def _small_print(assessment: Assessment) -> list[str]:
    hidden = not_listed(assessment)
    lines = [
        CAUTION,
        SCALE,
        f"MITRE ATLAS {plain(str(assessment.catalog.release))}, {assessment.rules.count} rules, "
        f"{plain(assessment.tool['name'])} {plain(assessment.tool['version'])}.",
        f"Findings not listed here: {hidden}." if hidden else "",
        *(f"{plain(line)}." for line in assessment.truncated),
        *(plain(line) for line in assessment.notes),
    ]
    return ["## Small print", "", *(f"- {line}" for line in lines if line)]


def _more(count: int, what: str) -> list[str]:
    return [f"{count} further {what} are in the full report.", ""] if count > 0 else []
