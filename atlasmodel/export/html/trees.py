"""The gravest ends with their attack trees; in a very large graph, the trees of their listed paths alone."""

from __future__ import annotations

from typing import NamedTuple

from atlasmodel.assessment import Assessment
from atlasmodel.attack.tree import AttackTree
from atlasmodel.document import GoalResult
from atlasmodel.export.words import ends
from atlasmodel.goals.table import Studies, Table
from atlasmodel.goals.unfolding import unfold

GOALS = 3
LARGE = 2000  # steps; a tree of all ways through more takes longer than a report may


class Ended(NamedTuple):
    """Be an end with its tree; `whole` says that the tree looks at all steps, not only at those of the listed paths."""

    goal: GoalResult
    tree: AttackTree
    whole: bool


def gravest(assessment: Assessment, most: int = GOALS) -> list[Ended]:
    """Return the gravest ends, each once."""
    whole = len(assessment.steps) <= LARGE
    return [Ended(end.worst, _tree(assessment, end.worst, whole), whole) for end in ends(assessment)[:most]]


def _tree(assessment: Assessment, goal: GoalResult, whole: bool) -> AttackTree:
    if whole:
        return assessment.tree(goal.fact, adversary=goal.adversary)
    kept = {step.id: assessment.step_by_id[step.id] for path in goal.paths for step in path.steps}
    held = next(start.held() for start in assessment.pipeline.adversaries if start.adversary == goal.adversary)
    table = Table(kept, goal.adversary, held, Studies({}))
    return unfold(table, goal, assessment.pipeline, assessment.mitigations, assessment.measure_names, depth=14, width=3)
