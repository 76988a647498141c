"""Charts are plain SVG that says what it shows, whatever names and figures come in."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlasmodel.export.chart import WIDTH, bar_chart, line_chart

SVG = "{http://www.w3.org/2000/svg}"
figures = st.floats(0, 1e12, allow_nan=False)


@given(
    st.lists(st.tuples(st.text(max_size=30), st.lists(st.tuples(figures, st.floats(0, 1)), max_size=6)), max_size=4),
    st.booleans(),
)
def test_any_series_gives_xml_inside_its_page(series: list[tuple[str, list[tuple[float, float]]]], log: bool) -> None:
    root = ET.fromstring(line_chart("a <b> & 'c'", series, "x", "y", log_x=log))
    for line in root.iter(f"{SVG}polyline"):
        for point in (line.get("points") or "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH + 1 and -1 <= y <= 520


@given(
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=5), figures, st.text(max_size=5), figures), max_size=5),
    figures,
)
def test_any_tornado_gives_xml(bars: list[tuple[str, str, float, str, float]], today: float) -> None:
    root = ET.fromstring(bar_chart("t", today, bars, "money"))
    assert len(list(root.iter(f"{SVG}rect"))) == 1 + 2 * len(bars)


def test_series_differ_without_colour_and_are_named() -> None:
    svg = line_chart("t", [("one", [(0, 0), (5, 1)]), ("two", [(0, 1), (5, 0.9)])], "days", "share")
    dashes = {line.get("stroke-dasharray") for line in ET.fromstring(svg).iter(f"{SVG}polyline")}
    assert len(dashes) == 2
    assert ">one<" in svg and ">two<" in svg and "100 %" in svg


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a\u202eb", "]]>", "&lt;", "\x00\x1b[0m"])
def test_hostile_names_stay_text(text: str) -> None:
    svg = line_chart(text, [(text, [(0, 0), (1, 1)])], text, text)
    root = ET.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "\u202e" not in svg and "\x1b" not in svg


def test_nothing_to_draw_is_said() -> None:
    assert "nothing to draw" in line_chart("t", [], "x", "y")
