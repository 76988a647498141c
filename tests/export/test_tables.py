"""Tables: the documented columns and types, as data frame, CSV, spreadsheet and Parquet."""

import builtins
import csv as standard
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from atlasmodel import plugins
from atlasmodel.assessment import Assessment, assess
from atlasmodel.errors import InputError, MissingTool
from atlasmodel.export.csv import csv
from atlasmodel.export.frames import STATES, TABLES, frame
from atlasmodel.export.xlsx import CUT, xlsx
from atlasmodel.model.builder import PipelineBuilder

FRAMES = ["findings", "goals", "coverage", "paths", "questions", "measures", "components"]
PAGE = Path(__file__).parents[2] / "docs" / "assessment.md"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def parsed(text: str) -> list[dict[str, str]]:
    return list(standard.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", FRAMES)
def test_frames_have_the_documented_types(assessment: Assessment, name: str) -> None:
    rows: pd.DataFrame = getattr(assessment, f"{name}_frame")()
    assert {column: str(type) for column, type in rows.dtypes.items()} == dict(TABLES[name].columns)
    assert len(rows) > 0
    empty = assessment.model_copy(
        update=dict.fromkeys(("findings", "goals", "questions", "mitigations"), ())
        | {"pipeline": assessment.pipeline.model_copy(update={"components": ()})}
        | {"matrix": assessment.matrix.model_copy(update={"techniques": ()})}
    )
    assert frame(empty, name).dtypes.equals(rows.dtypes)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_documented(name: str) -> None:
    (row,) = [
        line for line in PAGE.read_text().partition("## Tables")[2].splitlines() if line.startswith(f"| `{name}`")
    ]
    told = set(re.findall(r"`(\w+)`", row.split("|")[3]))
    assert told == set(TABLES[name].columns)


def test_figures_are_those_of_the_document(assessment: Assessment) -> None:
    findings = assessment.findings_frame()
    assert list(findings["id"]) == [finding.id for finding in assessment.findings]
    assert list(findings["risk"]) == [finding.risk for finding in assessment.findings]
    goals = assessment.goals_frame()
    worst = goals.groupby("goal")["risk"].max().sum()
    assert worst == pytest.approx(assessment.totals.risk, rel=0.01)
    paths = assessment.paths_frame()
    for (goal, adversary, rank), steps in paths.groupby(["goal", "adversary", "path"]):
        result = next(item for item in assessment.goals if (item.fact, item.adversary) == (goal, adversary))
        assert list(steps["step_id"]) == [step.id for step in result.paths[rank - 1].steps]
        assert steps["probability"].prod() == pytest.approx(steps["path_probability"].iloc[0], rel=0.01)


def test_coverage_counts_findings_and_measures_by_technique(assessment: Assessment) -> None:
    rows = assessment.coverage_frame().set_index("technique")
    assert len(rows) == len(assessment.matrix.techniques)
    assert rows["findings"].sum() == len(assessment.findings)
    assert (rows[["open", "mitigated", "accepted"]].sum(axis=1) == rows["findings"]).all()
    assert (rows[list(STATES)].sum(axis=1) == rows["measures"]).all()
    finding = assessment.findings[0]
    measures = {m.id for item in assessment.findings if item.technique == finding.technique for m in item.mitigations}
    assert rows.loc[finding.technique, "measures"] == len(measures)


def test_a_measure_that_may_be_there_counts_as_unknown() -> None:
    builder = PipelineBuilder("p")
    api = builder.add("api", kind="inference_api", exposure="public", authn="none", query_limit=None)
    builder.flow(api, builder.add("model", kind="llm"), kind="serves")
    document = assess(builder.build())
    states = {measure.state for item in document.findings for measure in item.mitigations if measure.id == "rate_limit"}
    assert states == {"unknown"}
    assert document.coverage_frame()["unknown"].sum() > 0


@pytest.mark.parametrize("name", TABLES)
def test_csv_holds_every_row(assessment: Assessment, name: str) -> None:
    rows = parsed(csv(assessment, table=name))
    assert len(rows) == sum(1 for _ in TABLES[name].rows(assessment)) > 0
    assert list(rows[0]) == list(TABLES[name].columns)


def test_formulas_are_text_in_csv(hostile: Assessment) -> None:
    cells = [cell for row in parsed(csv(hostile, table="components")) for cell in row.values()]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    raw = [cell for row in parsed(csv(hostile, table="components", raw=True)) for cell in row.values()]
    assert "=cmd|' /C calc'!A0" in raw
    with pytest.raises(InputError, match=r"AM147.*findings"):
        csv(hostile, table="find")


def sheets(content: bytes) -> dict[str, Any]:
    book = zipfile.ZipFile(io.BytesIO(content))
    return {name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")}


def test_the_spreadsheet_has_every_table_and_no_formula(assessment: Assessment, hostile: Assessment) -> None:
    pytest.importorskip("xlsxwriter", reason="install the extra `xlsx`")
    for document in (assessment, hostile):
        parts = sheets(xlsx(document))
        assert [sheet.get("name") for sheet in parts["xl/workbook.xml"].iter(f"{SHEET}sheet")] == list(TABLES)
        assert not any(tree.findall(f".//{SHEET}f") or tree.findall(f".//{SHEET}hyperlink") for tree in parts.values())
    words = "".join(parts["xl/sharedStrings.xml"].itertext())
    assert "=cmd|' /C calc'!A0" in words
    findings = sheets(xlsx(assessment))["xl/worksheets/sheet1.xml"]
    assert len(findings.findall(f".//{SHEET}row")) == len(assessment.findings) + 1


def test_long_and_invisible_text_fits_a_cell(assessment: Assessment) -> None:
    pytest.importorskip("xlsxwriter", reason="install the extra `xlsx`")
    long = assessment.findings[0].model_copy(update={"title": "x" * 40_000, "rationale": "a\x01b\u202e"})
    words = [
        "".join(item.itertext())
        for item in sheets(xlsx(assessment.model_copy(update={"findings": (long,)})))["xl/sharedStrings.xml"]
    ]
    (cut,) = [word for word in words if word.startswith("xxx")]
    assert len(cut) == 32_767
    assert cut.endswith(CUT)
    assert "a\\u0001b\\u202E" in words


def test_a_missing_extra_is_named(assessment: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in ("xlsxwriter", "pyarrow", "fastparquet"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingTool, match=r"AM304.*atlasmodel\[xlsx\]"):
        xlsx(assessment)
    with pytest.raises(MissingTool, match=r"AM305.*pyarrow"):
        plugins.exporter("parquet").render(assessment)


def test_parquet_reads_back(assessment: Assessment) -> None:
    pytest.importorskip("pyarrow", reason="nothing here writes Parquet; install pyarrow")
    content = plugins.exporter("parquet").render(assessment, table="goals")
    assert isinstance(content, bytes)
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(content)), assessment.goals_frame())


def test_a_path_names_what_it_counts_on(assuming: Assessment) -> None:
    paths, goal = assuming.paths_frame(), assuming.goals[0]
    mine = (paths["goal"] == goal.fact) & (paths["adversary"] == goal.adversary)
    assert set(paths[mine & (paths["path"] == 1)]["assumes"]) == {f"{goal.fact} 0.25"}
    assert not set(paths[paths["path"] == 2]["assumes"]) - {""}
