"""The exporters that need no file of their own: the document as it stands, and the drawings."""

from __future__ import annotations

from functools import wraps
from typing import Any

from atlasmodel._ids import canonical_json
from atlasmodel._text import terminal
from atlasmodel.assessment import Assessment
from atlasmodel.export.attack_tree import tree_dot
from atlasmodel.export.diagram import pipeline_dot
from atlasmodel.export.machine import one_of
from atlasmodel.export.render import picture


def json(assessment: Assessment, *, part: str | None = None) -> str:
    """The assessment document as JSON, whole or one part of it, such as `findings`."""
    if part is None:
        return assessment.to_json() + "\n"
    document = assessment.to_dict()
    return canonical_json(document[one_of("part", part, tuple(document))]) + "\n"


@wraps(pipeline_dot, assigned=())  # the same options
def svg(assessment: Assessment, **options: Any) -> str:
    """Pipeline diagram as SVG (needs Graphviz); options choose a part or an attack path."""
    return picture(pipeline_dot(assessment, **options), "svg").decode()


def tree_source(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as DOT."""
    return tree_dot(assessment.tree())


def tree_svg(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as SVG (needs Graphviz)."""
    return picture(tree_source(assessment), "svg").decode()


def tree_text(assessment: Assessment) -> str:
    """Attack tree of the goal of highest risk, as text with more of its ways than the drawing."""
    return terminal(assessment.tree().text()) + "\n"
