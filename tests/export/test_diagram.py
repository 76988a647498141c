"""Parts of a pipeline and paths on it: what is drawn, what is lit, what is refused with the way to select."""

import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from atlasmodel.assessment import Assessment, assess
from atlasmodel.cli.app import run
from atlasmodel.errors import InputError, MissingTool
from atlasmodel.export.diagram import draft_dot, pipeline_dot
from atlasmodel.export.html.graph import blocks
from atlasmodel.export.markdown import markdown
from atlasmodel.export.matrix import matrix_dot
from atlasmodel.export.mermaid import mermaid, tree_mermaid
from atlasmodel.export.overlay import overlay
from atlasmodel.export.plain import svg
from atlasmodel.export.render import coordinates
from atlasmodel.export.selection import MOST, neighbourhood, select
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.options import Options

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def nodes(dot: str) -> list[str]:
    return re.findall(r"^ +(n\d+) \[label=", dot, re.MULTILINE)


def chain(count: int) -> Pipeline:
    builder = PipelineBuilder("large")
    zones = [builder.zone(f"z{number}", trust=number) for number in range(4)]
    parts = [builder.add(f"c{number}", kind="dataset", zone=zones[number % 4]) for number in range(count)]
    for left, right in pairwise(parts):
        builder.flow(left, right, kind="derives_from")
    return builder.build()


@pytest.fixture(scope="session")
def large() -> Assessment:
    return assess(chain(160), options=Options(worlds=64, removes=0, measures=0, questions=0))


def test_a_drawing_nobody_can_read_is_refused_with_the_ways_out(large: Assessment) -> None:
    for draw in (lambda: pipeline_dot(large), lambda: draft_dot(chain(MOST + 1))):
        with pytest.raises(MissingTool, match=r"AM310.*around.*zone.*path.*level=zone"):
            draw()
    assert nodes(draft_dot(chain(MOST)))
    assert list(large._repr_mimebundle_()) == ["text/plain"]


def test_a_large_pipeline_is_drawn_zone_by_zone_where_asked(large: Assessment) -> None:
    dot = pipeline_dot(large, level="zone")
    assert dot.count("40 components") == 4
    assert dot.count(" -> ") == 4


def test_a_neighbourhood_counts_flows_either_way(large: Assessment) -> None:
    assert neighbourhood(large.pipeline, ["c7"], 2) == {"c5", "c6", "c7", "c8", "c9"}
    dot = pipeline_dot(large, around="c7", within=2)
    assert len(nodes(dot)) == 5 and "a part: 5 of 160 components" in dot


def test_a_zone_brings_those_inside_it_and_those_around_it() -> None:
    builder = PipelineBuilder("nested")
    outer = builder.zone("outer", trust=1)
    inner = builder.zone("inner", trust=2, parent=outer)
    other = builder.zone("other", trust=3)
    for name, zone in (("a", outer), ("b", inner), ("c", other)):
        builder.add(name, kind="dataset", zone=zone)
    view = assess(builder.build()).pipeline
    assert [row["id"] for row in select(view, zone="outer").components] == ["a", "b"]
    kept = select(view, zone="inner")
    assert [row["id"] for row in kept.components] == ["b"]
    assert [row["id"] for row in kept.zones] == ["outer", "inner"]
    assert select(view) is view


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"around": "lakke"}, "AM311.*did you mean lake"),
        ({"zone": "platfrom"}, "AM311.*did you mean platform"),
        ({"path": 9}, "AM312.*numbered 1 to 3"),
        ({"path": 1, "goal": "out.nothing"}, "AM150"),
        ({"direction": "up"}, "AM147.*TB, LR"),
        ({"audience": "x"}, "AM147"),
        ({"level": "x"}, "AM147"),
    ],
)
def test_what_is_not_there_is_told(assessment: Assessment, options: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        pipeline_dot(assessment, **options)  # type: ignore[arg-type]


def test_every_step_of_a_path_is_on_the_drawing_once(assessment: Assessment) -> None:
    for goal in assessment.goals[:6]:
        for number, path in enumerate(goal.paths, 1):
            laid = overlay(path, assessment.pipeline)
            numbers = sorted(step for steps in laid.steps.values() for step in steps)
            assert numbers == list(range(1, len(path.steps) + 1))
            assert goal.at in laid.touched
            if assessment.goal(goal.fact) == goal:
                dot = pipeline_dot(assessment, path=number, goal=goal.fact)
                assert all(f"<B>{step}</B>" in dot for step in numbers)


def test_a_path_lies_along_flows_where_there_are_some(assessment: Assessment) -> None:
    view = assessment.pipeline
    ends = {flow["id"]: {flow["source"], flow["target"]} for flow in view.flows}
    for goal in assessment.goals[:20]:
        for path in goal.paths:
            laid = overlay(path, view)
            assert laid.flows <= ends.keys()
            assert not [leap for leap in laid.leaps if set(leap) in ends.values()]


def test_an_executive_sees_fewer_words(assessment: Assessment) -> None:
    plain, full = (pipeline_dot(assessment, audience=who) for who in ("executive", "engineer"))  # type: ignore[arg-type]
    assert len(nodes(plain)) == len(nodes(full))
    assert "feature store" in full and "feature store" not in plain and "Legend" not in plain
    assert 'rankdir="LR"' in pipeline_dot(assessment, direction="LR")


@needs_dot
def test_the_svg_takes_the_same_options(assessment: Assessment) -> None:
    assert svg(assessment, around="lake") != svg(assessment)


@needs_dot
def test_coordinates_are_those_of_the_drawing(assessment: Assessment) -> None:
    placed = coordinates(pipeline_dot(assessment))
    assert len(placed) == len(assessment.pipeline.components)
    for (x, y, wide, high), (left, top, broad, tall) in pairwise(placed.values()):
        assert abs(x - left) >= (wide + broad) / 2 - 1 or abs(y - top) >= (high + tall) / 2 - 1
        assert min(x, y) > 0


def test_blocks_never_overlap(large: Assessment) -> None:
    boxes = blocks(large.pipeline)
    assert boxes.keys() == {row["id"] for row in large.pipeline.components}
    assert len({(x, y) for x, y, _, _ in boxes.values()}) == len(boxes)


def test_the_command_draws_what_is_asked(
    assessment: Assessment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.json"
    file.write_text(assessment.to_json())
    assert run(["diagram", str(file), "--path", "2", "--direction", "LR", "--audience", "executive"]) == 0
    assert capsys.readouterr().out == pipeline_dot(assessment, path=2, direction="LR", audience="executive")
    assert run(["diagram", str(file), "--show", "coverage"]) == 0
    assert capsys.readouterr().out == matrix_dot(assessment, show="coverage")
    assert run(["diagram", str(file), "--around", "lakke", "--output", str(tmp_path / "x.dot")]) == 3
    assert "AM311" in capsys.readouterr().err and not (tmp_path / "x.dot").exists()
    assert run(["diagram", str(file), "--show", "raci"]) == 3
    assert "AM155" in capsys.readouterr().err


def test_markdown_holds_both_charts(assessment: Assessment) -> None:
    text = markdown(assessment)
    assert mermaid(assessment) in text and tree_mermaid(assessment) in text
