"""The drawings: they parse, they are the same on every run, nothing a user wrote has a meaning in them."""

import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from atlasmodel.assessment import Assessment
from atlasmodel.attack.tree import AttackTree, Countermeasure, StepLabel, TreeNode
from atlasmodel.errors import InputError, MissingTool
from atlasmodel.export import render as drawing
from atlasmodel.export.attack_tree import tree_dot
from atlasmodel.export.diagram import pipeline_dot
from atlasmodel.export.render import picture, render, svg
from atlasmodel.export.sketch import LEAVES, NODES, sketch
from atlasmodel.model.builder import PipelineBuilder
from tests.export.conftest import TITLES

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


def words(picture: str) -> str:
    root = ElementTree.fromstring(picture)
    return " ".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text"))


@needs_dot
def test_the_diagram_shows_every_component_zone_and_figure(assessment: Assessment) -> None:
    shown = words(svg(pipeline_dot(assessment)))
    for row in assessment.pipeline.components:
        for word in row["title"].split():
            assert word in shown
    assert all(zone["title"] in shown for zone in assessment.pipeline.zones)
    assert f"total risk {assessment.totals.risk:,.0f}" in shown
    assert assessment.pipeline.version is not None and assessment.pipeline.version in shown


def test_crossed_boundaries_look_different(assessment: Assessment) -> None:
    arrows = [line for line in pipeline_dot(assessment).splitlines() if " -> " in line]
    crossing = [line for line in arrows if 'style="dashed"' in line and 'arrowtail="tee"' in line]
    assert 0 < len(crossing) < len(arrows)


@needs_dot
def test_drawings_are_the_same_on_every_run(assessment: Assessment, tree: AttackTree) -> None:
    for dot in (pipeline_dot(assessment), tree_dot(tree)):
        for kind in ("svg", "png", "pdf"):
            assert picture(dot, kind) == picture(dot, kind)
    assert pipeline_dot(assessment) == pipeline_dot(Assessment.from_json(assessment.to_json()))


@needs_dot
def test_drawings_name_no_machine_and_no_generated_id(assessment: Assessment) -> None:
    drawn = svg(pipeline_dot(assessment))
    assert "<!--" not in drawn and "graphviz version" not in drawn
    assert "<title>" not in drawn and "javascript" not in drawn
    assert not re.search(r'\b(href|style|id)="', drawn)


@needs_dot
def test_hostile_words_stay_words(hostile: Assessment) -> None:
    for dot in (pipeline_dot(hostile), tree_dot(hostile.tree())):
        drawn = svg(dot)
        root = ElementTree.fromstring(drawn)
        assert not [node for node in root.iter() if node.tag.rpartition("}")[2] in ("script", "a", "image", "b")]
        assert not re.search(r"\b(href|on\w+)=", re.sub(r">[^<]*<", "><", drawn))
    shown = words(svg(pipeline_dot(hostile)))
    assert "<b>bold</b>" in shown and "\\N" in shown and "&amp;" not in shown


def test_node_names_are_made_up(hostile: Assessment) -> None:
    for dot in (pipeline_dot(hostile), tree_dot(hostile.tree())):
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', '""', re.sub(r"=<.*>(?=[,\]])", "=<>", dot))
        assert not any(title[:6] in outside for title in TITLES)
        assert "URL" not in outside and "href" not in outside and "image" not in outside


def test_the_tree_fits_a_page(assessment: Assessment) -> None:
    for result in assessment.goals[:10]:
        tree = assessment.tree(result.fact)
        best = sketch(tree, 1, 1, 1)
        drawn = sketch(tree)
        assert sum(1 for _ in drawn.walk()) <= max(NODES, sum(1 for _ in best.walk()))
        assert drawn.leaves <= max(LEAVES, best.leaves)


def test_every_leaf_of_the_drawing_is_a_start_or_says_why_not(tree: AttackTree) -> None:
    drawn = sketch(tree)
    facts = {fact for item in drawn.walk() for fact in item.facts}
    for item in drawn.walk():
        if item.children:
            continue
        assert item.kind in ("start", "cut") or item.node.id in facts or not item.node.children


def test_the_tree_says_what_stands_against_a_step(assessment: Assessment) -> None:
    tree = assessment.tree()
    assert "GOAL" in tree_dot(tree) and "any of" in tree_dot(tree)
    steps = [node for node in tree.root.walk() if node.kind == "step"]
    assert any(tree.step(node).measures for node in steps)
    assert "against it" in tree.text()


def test_countermeasures_are_nodes_of_their_own_and_bounded() -> None:
    measures = tuple(Countermeasure(f"Measure {number}", "there", "in place") for number in range(5))
    root = TreeNode("goal", "out.x@a", (TreeNode("step", "s", (TreeNode("start", "acc.y@a"),)),))
    drawn = tree_dot(AttackTree("out.x@a", "eve", root, steps={"s": StepLabel("Do it", measures=measures)}))
    (number,) = re.findall(r"(n\d+) .*Do it", drawn)
    lines = [line for line in drawn.splitlines() if line.strip().startswith(f"{number} -> {number}d")]
    assert len(lines) == 3 and all("dotted" in line for line in lines)
    assert "Measure 1" in drawn and "Measure 2" not in drawn and "+3 more" in drawn


def test_nothing_in_the_tree_rests_on_itself(tree: AttackTree) -> None:
    stack: list[tuple[TreeNode, frozenset[str]]] = [(tree.root, frozenset())]
    while stack:
        node, above = stack.pop()
        assert node.kind == "step" or node.id not in above
        assert node.children or node.kind in ("start", "step") or node.shared or node.left_out
        below = above if node.kind in ("step", "any") else above | {node.id}
        stack += [(child, below) for child in node.children]


@needs_dot
@pytest.mark.parametrize("kind", ["svg", "png", "pdf", "dot"])
def test_files_are_written_whole_and_not_over_others(tree: AttackTree, tmp_path: Path, kind: str) -> None:
    target = tree.render(tmp_path / f"tree.{kind}")
    assert target.stat().st_size > 1000
    with pytest.raises(InputError, match="AM134"):
        tree.render(target)
    assert tree.render(target, overwrite=True) == target


def test_an_unknown_ending_is_told(tree: AttackTree, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="AM151"):
        tree.render(tmp_path / "tree.gif")


def test_without_graphviz_the_error_says_how_to_get_it(tree: AttackTree, tmp_path: Path, no_graphviz: None) -> None:
    with pytest.raises(MissingTool, match=r"AM301.*apt install graphviz"):
        tree.render(tmp_path / "tree.svg")
    assert not list(tmp_path.iterdir())
    assert render(tree.dot, tmp_path / "tree.dot").read_text().startswith("digraph")
    assert list(tree._repr_mimebundle_()) == ["text/plain"]


@needs_dot
def test_a_drawing_that_takes_too_long_is_given_up(tree: AttackTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "SECONDS", 0.000001)
    with pytest.raises(MissingTool, match="AM303"):
        svg(tree.dot)


@needs_dot
def test_broken_dot_is_told_in_one_line() -> None:
    with pytest.raises(MissingTool, match=r"AM303.*syntax error"):
        svg("digraph { -> }")


@needs_dot
def test_notebooks_get_a_drawing_and_text(assessment: Assessment, tree: AttackTree) -> None:
    pipeline = PipelineBuilder("p")
    pipeline.add("x", kind="llm")
    for item in (assessment, tree, pipeline.build()):
        bundle = item._repr_mimebundle_()
        assert set(bundle) == {"image/svg+xml", "text/plain"}
