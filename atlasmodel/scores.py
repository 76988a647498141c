"""What the steps of a graph take and how likely they are: as things are, and with every control one could ask about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.mitigate.weakenings import Weakenings
from atlasmodel.risk.score import Scorer, StepScore
from atlasmodel.workspace import Workspace


class Figures:
    """Give steps their figures, rule by rule; adversaries of one skill share them."""

    def __init__(self, groundings: Matches, graph: AttackGraph, workspace: Workspace) -> None:
        self._groundings, self._grounding_of, self._catalog = groundings, graph.grounding_of, workspace.catalog
        self._scorer = Scorer(workspace.scoring, workspace.governance)
        self._known: dict[tuple[str, int], tuple[Weakenings, dict[int, StepScore]]] = {}

    def of(self, steps: Iterable[int], skill: str, weakenings: Weakenings) -> dict[int, StepScore]:
        """Return the figures of some steps for an adversary of some skill under some controls."""
        wanted = list(steps)
        _, known = self._known.setdefault((skill, id(weakenings)), (weakenings, {}))
        fresh = [step for step in wanted if step not in known]
        if fresh:
            known.update(self._scored(np.sort(np.array(fresh, dtype=np.int64)), skill, weakenings))
        return {step: known[step] for step in wanted}

    def _scored(self, steps: Numbers, skill: str, weakenings: Weakenings) -> Iterator[tuple[int, StepScore]]:
        numbers = self._grounding_of[steps]
        acting = weakenings.on_each(self._groundings, numbers, self._catalog.parents)
        for batch, places in self._groundings.by_batch(numbers):
            known = self._catalog.technique_by_id.get(batch.rule.technique) if batch.rule.technique else None
            here = slice(places[0], places[-1] + 1)
            scores = self._scorer.score_each(batch.rule, known.maturity if known else None, skill, acting[here])
            yield from zip(steps[here].tolist(), scores, strict=True)
