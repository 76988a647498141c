"""The exporters that need no file of their own: the document as it stands, and the drawings."""

from __future__ import annotations

from atlasmodel._text import terminal
from atlasmodel.assessment import Assessment
from atlasmodel.export.attack_tree import tree_dot
from atlasmodel.export.diagram import pipeline_dot
from atlasmodel.export.render import picture


def json(assessment: Assessment) -> str:
    """The whole assessment document as JSON, the same bytes on every run."""
    return assessment.to_json() + "\n"


def svg(assessment: Assessment) -> str:
    """Pipeline diagram as SVG (needs Graphviz)."""
    return picture(pipeline_dot(assessment), "svg").decode()


def tree_source(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as DOT."""
    return tree_dot(assessment.tree())


def tree_svg(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as SVG (needs Graphviz)."""
    return picture(tree_source(assessment), "svg").decode()


def tree_text(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as text with more of its ways than the drawing."""
    return terminal(assessment.tree().text()) + "\n"
