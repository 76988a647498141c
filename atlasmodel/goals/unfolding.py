"""The attack tree of one goal, with the figures and countermeasures that the document tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

from atlasmodel.attack.growth import WIDEST, grow_tree
from atlasmodel.attack.tree import AttackTree, Countermeasure, Figures, StepLabel, TreeNode
from atlasmodel.document import GoalResult, PipelineView, RankedMeasure, StepRow, rounded
from atlasmodel.errors import InputError, Problem
from atlasmodel.goals.routes import skill_word
from atlasmodel.goals.table import Table


def unfold(
    table: Table,
    result: GoalResult,
    view: PipelineView,
    mitigations: Sequence[RankedMeasure],
    names: Mapping[str, str],
    *,
    depth: int,
    width: int,
    chance: Callable[[str], float] | None = None,
) -> AttackTree:
    """Return the tree of a goal; `names` are those of measures, `chance` gives the probability of a fact where known.

    Without `chance` only the goal has a probability, as the document has it.
    """
    if depth < 1 or not 1 <= width <= WIDEST:
        wrong = f"a tree has at least 1 step down and 1 to {WIDEST} ways to a fact, not {depth} and {width}"
        raise InputError(Problem("AM158", wrong))
    root = grow_tree(table.moves(), table.starts, result.fact, depth, width)
    places = {row["id"]: row["title"] or row["id"] for row in view.components}
    teller = _Teller(table.adversary, places, mitigations, names)
    steps = dict.fromkeys(node.id for node in root.walk() if node.kind == "step")
    exact = result.probability.exact
    goal = result.probability.point if exact is None else exact
    return AttackTree(
        goal=result.fact,
        adversary=result.adversary,
        root=root,
        meaning=result.meaning,
        steps={step: teller.step(table.rows[step]) for step in steps},
        places=places,
        pipeline=view.name,
        figures=_figures(table, result.fact, root, goal, chance),
        method=result.probability.method,
    )


def _figures(
    table: Table, goal: str, root: TreeNode, chance_of_goal: float, chance: Callable[[str], float] | None
) -> dict[str, Figures]:
    """Return the figures of the facts that are shown, and of the starts that may not be held."""
    graphs = {by: table.graph(goal, by) for by in ("effort", "skill", "detection")}
    effort = graphs["effort"].relax(additive=True).cost
    skill, detection = (graphs[by].relax(additive=False, worst=True).cost for by in ("skill", "detection"))
    found = {}
    for node in root.walk():
        if node.kind == "start" and table.starts.get(node.id, 1.0) < 1:
            found[node.id] = Figures(0.0, None, 0.0, rounded(table.starts[node.id]))
        place = graphs["effort"].number.get(node.id)
        if node.kind not in ("goal", "fact") or place is None or effort[place] == inf:
            continue
        known = chance_of_goal if node.id == goal else None if chance is None else rounded(chance(node.id))
        found[node.id] = Figures(
            effort_days=rounded(effort[place]),
            skill=skill_word(skill[place]),
            detection=rounded(detection[place]),
            probability=known,
        )
    return found


class _Teller:
    """Say what is done at a step, and what stands against it."""

    def __init__(
        self, adversary: str, places: Mapping[str, str], mitigations: Sequence[RankedMeasure], names: Mapping[str, str]
    ) -> None:
        self.adversary, self.places, self.names = adversary, places, names
        self._could: dict[tuple[str, str], str] = {}  # (place, technique) -> the measure that removes most
        for row in mitigations:
            for technique in row.techniques:
                self._could.setdefault((row.at, technique), row.name)

    def step(self, row: StepRow) -> StepLabel:
        """Return the label of a step."""
        return StepLabel(
            title=row.title,
            place=self.places.get(row.at, row.at),
            technique=row.technique,
            technique_name=row.technique_name,
            probability=row.probability.get(self.adversary, 0.0),
            measures=tuple(map(self._countermeasure, row.lowered_by)),
            suggestion=self._could.get((row.at, row.technique)) if row.technique else None,
            effort_days=row.effort_days,
            skill=row.skill,
            detection=row.detection,
        )

    def _countermeasure(self, text: str) -> Countermeasure:
        """Return the parts of `control at place (state, evidence)`, with names for ids."""
        control, _, rest = text.partition(" at ")
        place, _, inside = rest.partition(" (")
        state = inside.rstrip(")").partition(", ")[0].replace("_", " ")
        return Countermeasure(self.names.get(control, control), self.places.get(place, place), state)
