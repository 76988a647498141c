"""Fill the report's template. Everything from the document is escaped; style and script are allowed by their digest."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any

from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.errors import InputError, MissingTool
from atlasmodel.export.attack_tree import tree_dot
from atlasmodel.export.diagram import pipeline_dot
from atlasmodel.export.render import svg
from atlasmodel.export.words import CAUTION, SEVERITIES, advice, ends, number, percent, places, sentences

ENDS, MEASURES, ROWS = 10, 5, 20
_PAGES = {"T": "techniques", "M": "mitigations", "CS": "studies", "TA": "tactics"}
_ATLAS = re.compile(r"AML\.(TA|CS|T|M)[0-9]+(\.[0-9]+)*")


def html(assessment: Assessment) -> str:
    """Report as one self-contained HTML file; without Graphviz the drawings are given as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    style, script = _asset("report.css"), _asset("report.js")
    environment = Environment(
        loader=PackageLoader("atlasmodel.export"), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"number": number, "percent": percent, "atlas_url": atlas_url}
    names = places(assessment)
    page = environment.get_template("report.html.j2").render(
        a=assessment,
        view=assessment.pipeline,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=_policy(style, script),
        sentences=sentences(assessment),
        caution=CAUTION,
        severities=SEVERITIES,
        place=lambda name: names.get(str(name), str(name)),
        ends=ends(assessment),
        advice=advice(assessment),
        steps=assessment.step_by_id,
        adversaries={start.adversary: start for start in assessment.pipeline.adversaries},
        shown_ends=ENDS,
        shown_measures=MEASURES,
        shown_rows=ROWS,
        **_drawings(assessment),
    )
    return page if page.endswith("\n") else page + "\n"


def atlas_url(identifier: str) -> str | None:
    """Return the address of an ATLAS object on MITRE's site; None for anything that is not such an id.

    >>> atlas_url("AML.T0020"), atlas_url("javascript:alert(1)")
    ('https://atlas.mitre.org/techniques/AML.T0020', None)
    """
    found = _ATLAS.fullmatch(identifier)
    return f"https://atlas.mitre.org/{_PAGES[found[1]]}/{identifier}" if found else None


def _drawings(assessment: Assessment) -> dict[str, Any]:
    """Return the drawings, each None where it cannot be made, with the text that stands beside or instead of it."""
    try:
        tree = assessment.tree()
    except InputError:  # no adversary reaches anything
        tree = None
    missing = None
    drawn: dict[str, Any] = {"diagram": None, "tree": None}
    try:
        drawn["diagram"] = _inline(svg(pipeline_dot(assessment)), f"Diagram of {assessment.pipeline.name}")
        if tree:
            drawn["tree"] = _inline(svg(tree_dot(tree)), f"Attack tree for {tree.meaning}")
    except MissingTool as error:
        missing = error.problems[0]
    return {**drawn, "missing": missing, "tree_text": tree.text() if tree else None}


def _inline(drawing: str, label: str) -> Any:
    """Return a drawing for use inside the page: Graphviz has escaped every text in it, and it holds no link."""
    from markupsafe import Markup, escape

    body = drawing.partition("<svg ")[2].strip()
    size = re.match(r'width="(\d+)pt" height="(\d+)pt"', body)
    lying = size is not None and int(size[1]) > 1.25 * int(size[2])
    name = ' class="lying"' if lying else ""
    return Markup(f'<svg{name} role="img" aria-label="{escape(visible(label))}" {body}')  # noqa: S704


def _asset(name: str) -> str:
    return files("atlasmodel.export").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    allowed = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (style, script)]
    return (
        f"default-src 'none'; style-src {allowed[0]}; script-src {allowed[1]}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
