"""Fill the report's templates: everything from the document is escaped, style and scripts are allowed by digest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from atlasmodel._files import read_bounded
from atlasmodel._text import visible
from atlasmodel.assessment import Assessment
from atlasmodel.document import SEVERITIES, AttackPath
from atlasmodel.errors import InputError, MissingTool, Problem
from atlasmodel.export.attack_tree import tree_dot
from atlasmodel.export.diagram import Level, pipeline_dot
from atlasmodel.export.html import inline
from atlasmodel.export.html.graph import graph
from atlasmodel.export.html.organisation import scorecard
from atlasmodel.export.html.rationale import rationales
from atlasmodel.export.html.trees import Ended, gravest
from atlasmodel.export.matrix import RISK, columns
from atlasmodel.export.plan import sentence
from atlasmodel.export.render import svg
from atlasmodel.export.selection import MOST
from atlasmodel.export.words import (
    CAUTION,
    SCALE,
    advice,
    ends,
    fact_words,
    not_listed,
    number,
    percent,
    places,
    sentences,
)
from atlasmodel.plan import Plan

ENDS, MEASURES, ROWS, MOST_ROWS = 8, 5, 20, 200
_PAGES = {"T": "techniques", "M": "mitigations", "CS": "studies", "TA": "tactics"}
_ATLAS = re.compile(r"AML\.(TA|CS|T|M)[0-9]+(\.[0-9]+)*")


def html(assessment: Assessment, *, plan: Plan | str | None = None) -> str:
    """Report as one self-contained HTML file; `plan` adds a plan, or the file it was written to as JSON.

    Without Graphviz the drawings are given as text. Raises InputError AM315 for a plan that cannot be read.
    """
    return page(assessment, plan)


def page(assessment: Assessment, plan: Plan | str | None = None, *, paper: bool = False) -> str:
    """Return the report; on paper there are no scripts and nothing to explore."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    planned = _read(plan)
    style, scripts = inline.style(paper=paper), () if paper else inline.scripts()
    environment = Environment(
        loader=PackageLoader("atlasmodel.export"), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {
        "number": number,
        "percent": percent,
        "atlas_url": atlas_url,
        "spoken": _spoken,
        "brief": _brief,
        "fact_words": fact_words,
    }
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":"), "sort_keys": True}
    names = places(assessment)
    goals = gravest(assessment)
    why, why_of = rationales(assessment)
    text = environment.get_template("report.html.j2").render(
        a=assessment,
        view=assessment.pipeline,
        style=Markup(style),  # noqa: S704 - our own file
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
        policy=inline.policy(style, scripts),
        sentences=sentences(assessment),
        caution=CAUTION,
        scale=SCALE,
        not_listed=not_listed(assessment),
        severities=SEVERITIES,
        place=lambda name: names.get(str(name), str(name)),
        zone_of={row["id"]: row["zone"] for row in assessment.pipeline.components},
        zones={row["id"]: row["title"] or row["id"] for row in assessment.pipeline.zones},
        techniques=dict(sorted({item.technique: item.technique_name for item in why}.items())),
        tactics={row.id: row.name for row in assessment.matrix.tactics},
        ends=ends(assessment),
        advice=advice(assessment),
        steps=assessment.step_by_id,
        adversaries={start.adversary: start for start in assessment.pipeline.adversaries},
        shown_ends=ENDS,
        shown_measures=MEASURES,
        shown_rows=ROWS,
        most_rows=MOST_ROWS,
        goals=goals,
        why=why,
        why_of=why_of,
        graph=None if paper else graph(assessment, dict(_numbered(goals))),
        matrix=columns(assessment),
        signs=RISK,
        plan=planned,
        plan_sentence=sentence(planned) if planned else "",
        plan_picture=Markup(planned.export("svg")) if planned else "",  # noqa: S704 - its texts are escaped
        organisation=scorecard(assessment),
        assumptions=sorted({term for step in assessment.steps for term in step.terms if _brief(term) != term}),
        **_drawings(assessment, goals),
    )
    return text if text.endswith("\n") else text + "\n"


def atlas_url(identifier: str) -> str | None:
    """Return the address of an ATLAS object on MITRE's site; None for anything that is not such an id.

    >>> atlas_url("AML.T0020"), atlas_url("javascript:alert(1)")
    ('https://atlas.mitre.org/techniques/AML.T0020', None)
    """
    found = _ATLAS.fullmatch(identifier)
    return f"https://atlas.mitre.org/{_PAGES[found[1]]}/{identifier}" if found else None


def _read(plan: Plan | str | None) -> Plan | None:
    if plan is None or isinstance(plan, Plan):
        return plan
    try:
        return Plan.model_validate_json(read_bounded(Path(str(plan))))
    except ValueError:
        hint = "write one with `plan FILE --format json`"
        raise InputError(Problem("AM315", f"{plan} is no plan that can be read", hint=hint)) from None


def _numbered(goals: Sequence[Ended]) -> Iterator[tuple[str, AttackPath]]:
    for goal_number, ended in enumerate(goals, 1):
        for path_number, path in enumerate(ended.goal.paths, 1):
            yield f"path-{goal_number}-{path_number}", path


def _drawings(assessment: Assessment, goals: Sequence[Ended]) -> dict[str, Any]:
    """Return the drawings, each None where it cannot be made, with what is missing."""
    level: Level = "zone" if len(assessment.pipeline.components) > MOST else "component"
    diagram, missing = None, None
    trees: list[Any] = [None] * len(goals)
    try:
        diagram = inline.drawing(svg(pipeline_dot(assessment, level=level)), f"Diagram of {assessment.pipeline.name}")
        trees = [inline.drawing(svg(tree_dot(ended.tree)), f"Attack tree for {ended.goal.meaning}") for ended in goals]
    except MissingTool as error:
        missing = error.problems[0]
    return {"diagram": diagram, "trees": trees, "missing": missing}


def _brief(term: str) -> str:
    """Return a term of a chance without its reason, which stands once among the assumptions."""
    return term.partition(" (Assumed:")[0]


def _spoken(word: str | None) -> str:
    return (word or "").replace("_", " ")


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
