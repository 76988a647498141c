"""The ATLAS matrix as a heat map: a column for each tactic, a cell for each technique, by risk or by coverage.

Each state has a sign beside its colour, and the colours differ in lightness, so that it reads in grey too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, Finding, TechniqueRow
from atlasmodel.export.dot import FONT, INK, MUTED, attributes, cell, lines, table, text
from atlasmodel.export.machine import one_of
from atlasmodel.export.navigator import covered
from atlasmodel.export.render import picture
from atlasmodel.export.words import number

Show = Literal["risk", "coverage"]

WIDTH = 20  # characters a line
# state -> sign, colour, ink; light to dark, so that grey tells them apart
RISK = {
    "critical": ("C", "#7a1a1a", "white"), "high": ("H", "#c8601a", "white"), "medium": ("M", "#f2cf63", INK),
    "low": ("L", "#f7ecd0", INK), "none": ("-", "#f4f4f4", INK),
}  # fmt: skip
COVERAGE = {
    "open": ("!", "#a8480d", "white"), "partly": ("~", "#fdb863", INK), "accepted": ("=", "#b2abd2", INK),
    "mitigated": ("+", "#5e3c99", "white"),
}  # fmt: skip
PALETTES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {"risk": RISK, "coverage": COVERAGE}


@dataclass(frozen=True)
class Cell:
    """Be a technique in the matrix: how it stands here, None where no finding names it, and its sub-techniques."""

    id: str
    name: str
    state: str | None
    sign: str
    figure: str
    findings: int
    children: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Column:
    """Be a tactic with its techniques, in the order of the matrix."""

    id: str
    name: str
    cells: tuple[Cell, ...]


def columns(assessment: Assessment, show: Show = "risk") -> tuple[Column, ...]:
    """Return the matrix with the state of every technique; sub-techniques stand below theirs."""
    one_of("show", show, ("risk", "coverage"))
    found: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        found.setdefault(finding.technique, []).append(finding)
    below: dict[str, list[TechniqueRow]] = {}
    for row in assessment.matrix.techniques:
        if row.parent:
            below.setdefault(row.parent, []).append(row)

    def made(row: TechniqueRow, parent: str = "") -> Cell:
        here = found.get(row.id, [])
        state = _state(here, show) if here else None
        sign = PALETTES[show][state][0] if state else ""
        highest = max((item.risk for item in here), default=0.0)
        figure = number(highest) if highest and show == "risk" else ""
        children = () if parent else tuple(made(child, row.name) for child in below.get(row.id, ()))
        name = row.name.removeprefix(f"{parent}: ") if parent else row.name
        return Cell(row.id, name, state, sign, figure, len(here), children)

    tops = [row for row in assessment.matrix.techniques if not row.parent]
    return tuple(
        Column(tactic.id, tactic.name, tuple(made(row) for row in tops if tactic.id in row.tactics))
        for tactic in assessment.matrix.tactics
    )


def matrix_dot(assessment: Assessment, *, show: Show = "risk", every: bool = False) -> str:
    """ATLAS matrix as DOT: risk or coverage (`show`) of each technique; `every` shows all sub-techniques too."""
    shown = columns(assessment, show)
    heads = "".join(
        cell(lines(column.name, WIDTH - 4, size=10, bold=True), border=0, valign="bottom") for column in shown
    )
    body = [_listed(column, show, every) for column in shown]
    rows = ["".join(row) for row in zip_longest(*body, fillvalue=cell("", border=0))]
    foot = cell(_foot(assessment, show), border=0, colspan=len(shown), align="left")
    label = table([heads, *rows, foot], border=0, cellborder=1, cellspacing=2, cellpadding=2)
    page = attributes(fontname=FONT, margin=0.15, size="16,10.9")
    node = attributes(fontname=FONT, fontsize=8, fontcolor=INK, shape="plain")
    return f"digraph {{\n  graph {page}\n  node {node}\n  n0 {attributes(label=label)}\n}}\n"


def matrix_svg(assessment: Assessment, *, show: Show = "risk", every: bool = False) -> str:
    """ATLAS matrix as SVG: risk or coverage of each technique (needs Graphviz)."""
    return picture(matrix_dot(assessment, show=show, every=every), "svg").decode()


def _state(found: Iterable[Finding], show: Show) -> str:
    if show == "coverage":
        return covered(found)
    return SEVERITIES[min(SEVERITIES.index(item.severity) for item in found)]


def _listed(column: Column, show: Show, every: bool) -> list[str]:
    """Return the cells of a column, sub-techniques below theirs."""
    listed = []
    for top in column.cells:
        listed.append(_cell(top, show))
        listed += [_cell(child, show, indent=True) for child in top.children if every or child.state]
    return listed


def _cell(item: Cell, show: Show, indent: bool = False) -> str:
    short = item.id.removeprefix("AML.")
    name = f"{'- ' if indent else ''}{item.name.replace('/', '/ ')}"
    if item.state is None:
        words = lines(name, WIDTH, size=8, colour=MUTED, left=True)
        return cell(words, color="#cccccc", align="left", balign="left", width=96)
    _, colour, ink = PALETTES[show][item.state]
    told = " ".join(word for word in (item.sign, item.figure, short) if word)
    words = f'{text(told, size=8, bold=True, colour=ink)}<BR ALIGN="LEFT"/>'
    words += lines(name, WIDTH, size=8, colour=ink, left=True)
    return cell(words, color=INK, bgcolor=colour, align="left", balign="left", width=96)


def _foot(assessment: Assessment, show: Show) -> str:
    signs = "".join(
        cell(text(f"{sign} {state}", bold=True, colour=ink), bgcolor=colour, border=1)
        for state, (sign, colour, ink) in PALETTES[show].items()
    )
    used = sum(
        1 for column in columns(assessment, show) for top in column.cells for item in (top, *top.children) if item.state
    )
    told = {
        "risk": "Worst severity and highest risk of a finding of the technique",
        "coverage": "! Nothing acts against it, ~ something does, = accepted, + mitigated",
    }[show]
    release = assessment.catalog.release
    words = f"{assessment.pipeline.name}: {show}. {told}. White: no finding. {used} cells marked, ATLAS {release}."
    return table([signs + cell(text(words, size=10))], border=0, cellborder=0, cellspacing=2, cellpadding=4)[1:-1]
