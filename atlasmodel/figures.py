"""What the steps of a graph take and how likely they are: as things are, and with every control one could ask about."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.engine import Matches
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.risk.score import Scorer, StepScore
from atlasmodel.risk.scores import Scores
from atlasmodel.workspace import Workspace


class Figures:
    """Give steps their figures; steps of one rule under the same controls share them, and so do adversaries."""

    def __init__(self, groundings: Matches, graph: AttackGraph, workspace: Workspace) -> None:
        self._groundings, self._grounding_of, self._catalog = groundings, graph.grounding_of, workspace.catalog
        self._scorer = Scorer(workspace.scoring, workspace.governance)

    def of(self, steps: Iterable[int], skill: str, weakenings: Weakenings) -> Scores:
        """Return the figures of some steps for an adversary of some skill under some controls."""
        wanted = np.sort(np.fromiter(steps, dtype=np.int64))
        numbers = self._grounding_of[wanted]
        acting, held = weakenings.on_each(self._groundings, numbers, self._catalog.parents)
        which, distinct = np.zeros(len(wanted), dtype=np.int64), list[StepScore]()
        for batch, places in self._groundings.by_batch(numbers):
            known = self._catalog.technique_by_id.get(batch.rule.technique) if batch.rule.technique else None
            used, which_used = np.unique(held[places], return_inverse=True)
            which[places] = len(distinct) + which_used
            distinct += self._scorer.score_each(
                batch.rule, known.maturity if known else None, skill, [acting[number] for number in used.tolist()]
            )
        return Scores(wanted, which, distinct)
