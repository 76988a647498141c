"""The ATLAS matrix, the text twins, the map of roles, and the report as PDF."""

import re
import shutil
from xml.etree import ElementTree

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.document import Matrix
from atlasmodel.errors import InputError, MissingTool
from atlasmodel.export.matrix import COVERAGE, RISK, columns, matrix_dot, matrix_svg
from atlasmodel.export.mermaid import tree_mermaid
from atlasmodel.export.outline import pipeline_text
from atlasmodel.export.raci import raci_dot
from atlasmodel.export.render import svg
from atlasmodel.export.sketch import sketch
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.model.organisation import Organisation, Role
from tests.export.conftest import TITLES
from tests.export.test_drawing import words

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def test_the_matrix_holds_every_technique_under_each_of_its_tactics(assessment: Assessment) -> None:
    shown = columns(assessment)
    assert [column.id for column in shown] == [tactic.id for tactic in assessment.matrix.tactics]
    assert len(shown) == 16
    placed = {(column.id, cell.id) for column in shown for cell in column.cells}
    tops = [row for row in assessment.matrix.techniques if not row.parent]
    assert placed == {(tactic, row.id) for row in tops for tactic in row.tactics}
    children = {child.id for column in shown for cell in column.cells for child in cell.children}
    assert children == {row.id for row in assessment.matrix.techniques if row.parent}


def test_a_cell_has_the_worst_of_its_findings(assessment: Assessment) -> None:
    cells = {cell.id: cell for column in columns(assessment) for top in column.cells for cell in (top, *top.children)}
    found = {finding.technique for finding in assessment.findings}
    assert {name for name, cell in cells.items() if cell.state} == found
    first = assessment.findings[0]
    assert cells[first.technique].state == first.severity
    assert cells[first.technique].findings == sum(item.technique == first.technique for item in assessment.findings)


def test_states_are_told_apart_without_colour() -> None:
    for palette in (RISK, COVERAGE):
        assert len({sign for sign, _, _ in palette.values()}) == len(palette)
        light = [lightness(colour) for _, colour, _ in palette.values()]
        assert all(abs(a - b) > 0.02 for number, a in enumerate(light) for b in light[:number])
        for _, colour, ink in palette.values():
            one, two = sorted((lightness(colour), lightness({"white": "#ffffff"}.get(ink, ink))))
            assert (two + 0.05) / (one + 0.05) >= 4.0


def lightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@needs_dot
def test_the_matrix_is_drawn(assessment: Assessment, hostile: Assessment) -> None:
    for document in (assessment, hostile):
        root = ElementTree.fromstring(matrix_svg(document, show="coverage", every=True))
        assert not [node for node in root.iter() if node.tag.rpartition("}")[2] in ("script", "a", "image")]
    assert len(matrix_dot(assessment, every=True)) > len(matrix_dot(assessment))
    with pytest.raises(InputError, match="AM147"):
        matrix_dot(assessment, show="heat")  # type: ignore[arg-type]


def test_the_text_twin_names_every_component_and_flow(assessment: Assessment, hostile: Assessment) -> None:
    told = pipeline_text(assessment)
    view = assessment.pipeline
    assert all(row["title"] in told for row in (*view.zones, *view.components))
    assert told.count("--> ") == len(view.flows)
    assert told.count("(crosses ") == sum(bool(flow["crosses"]) for flow in view.flows)
    lines = pipeline_text(hostile).splitlines()
    assert not any(line.lstrip().startswith("::") for line in lines)


def test_the_tree_in_mermaid_is_that_of_the_drawing(assessment: Assessment, hostile: Assessment) -> None:
    drawn = list(sketch(assessment.tree()).walk())
    text = tree_mermaid(assessment)
    assert len(re.findall(r"^  n\d+[\[({>]", text, re.MULTILINE)) == len(drawn)
    assert text.count(" --- ") == len(drawn) - 1
    attacked = tree_mermaid(hostile)
    assert not any(title in attacked for title in TITLES if set(title) & set('<>";]'))


def organised(**roles: Role) -> Assessment:
    builder = PipelineBuilder("p")
    zone = builder.zone("z", trust=1)
    builder.add("set", kind="dataset", zone=zone, title="The <b>set</b>")
    builder.add("job", kind="training_job", zone=zone)
    around = Organisation(name="Acme", roles=tuple(roles.values()) or None)
    return assess(builder.build().changed(around=around))


def test_the_map_of_roles_shows_gaps_and_overlaps() -> None:
    owner = Role(id="owner", title="Data owner", function="data_science", accountable=("set",), informed=("stage:use",))
    other = Role(id="other", function="it_operations", responsible=("set",), accountable=("p/set",))
    dot = raci_dot(organised(owner=owner, other=other))
    assert "2 accountable" in dot and dot.count("no role accountable") == 2
    assert "<B>R/A</B>" in dot and "stage: use" in dot and "&lt;b&gt;set" in dot
    if shutil.which("dot"):
        assert words(svg(dot)).count("no role accountable") == 2
    with pytest.raises(InputError, match="AM313"):
        raci_dot(organised())


def test_without_weasyprint_the_error_says_how_to_get_it(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlasmodel.export.pdf import pdf

    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(MissingTool, match=r"AM314.*atlasmodel\[pdf\].*Pango"):
        pdf(assessment)


def test_the_report_as_pdf_is_the_same_on_every_run() -> None:
    from atlasmodel.export.pdf import pdf

    small = organised().model_copy(update={"matrix": Matrix()})
    try:
        made = pdf(small)
    except MissingTool as error:
        pytest.skip(str(error))
    assert made.startswith(b"%PDF-") and made == pdf(Assessment.from_json(small.to_json()))
