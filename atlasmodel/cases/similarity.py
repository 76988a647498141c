"""Name the published attacks that a pipeline would permit: each case study's steps, played in order on its graph.

A study says what was done, not where in this pipeline it would be done: a step may act wherever its technique stands.
Nothing gained is ever lost, so whatever can be done is done, and no choice of places could let more steps hold. The
work is bounded: each study is played once an adversary and certainty, and a play looks at a step of the graph once for
each fact that it waits for.
"""

from __future__ import annotations

from atlasmodel.cases.case import SimilarCase
from atlasmodel.cases.theatre import Theatre
from atlasmodel.errors import InputError, NothingToAssess, Problem
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.workspace import Workspace


def similar_cases(pipeline: Pipeline, workspace: Workspace, limit: int = 5) -> tuple[SimilarCase, ...]:
    """Return the published attacks that a pipeline would permit, the most telling first; at most `limit`.

    Score: the share of an attack's steps that would hold here, weighted by how telling their techniques are. Raises
    InputError for a limit below 1, NothingToAssess for a pipeline without components.

    >>> from atlasmodel.model.reader import parse_pipeline
    >>> bare = parse_pipeline("{atlasmodel: 1, name: one, components: {a: {kind: dataset}}}")
    >>> similar_cases(bare, Workspace.builtin())
    ()
    """
    if limit < 1:
        raise InputError(Problem("AM144", f"limit is {limit}, and at least one case study must be asked for"))
    if not pipeline.components:
        raise NothingToAssess(Problem("AM401", f"`{pipeline.name}` has no components"))
    theatre = Theatre(pipeline, workspace)
    played = ((study, theatre.best(study)) for study in workspace.catalog.case_studies)
    named = [(study, best) for study, best in played if best.score >= theatre.assumptions.named_from.share]
    named.sort(key=lambda item: (-item[1].score, -theatre.held(item[1]), item[0].id))
    return tuple(theatre.shown(study, best) for study, best in named[:limit])
