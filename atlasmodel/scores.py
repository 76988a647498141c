"""What the steps of a graph take and how likely they are: as things are, and with every control one could ask about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.match.engine import Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.placement import Weakenings
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
        known.update(self._scored([step for step in wanted if step not in known], skill, weakenings))
        return {step: known[step] for step in wanted}

    def _scored(self, steps: list[int], skill: str, weakenings: Weakenings) -> Iterator[tuple[int, StepScore]]:
        components, flows = self._groundings.sites
        for rule, found, numbers in self._by_rule(np.sort(np.array(steps, dtype=np.int64))):
            known = self._catalog.technique_by_id.get(rule.technique) if rule.technique else None
            maturity, parent = (known.maturity, known.parent) if known else (None, None)
            made: dict[int, StepScore] = {}  # equal answers about what acts are one and the same
            for step, number in zip(found.tolist(), numbers.tolist(), strict=True):
                acting = weakenings.at(components[number], flows[number], rule.technique, parent)
                score = made.get(id(acting))
                if score is None:
                    score = made[id(acting)] = self._scorer.score(rule, maturity, skill, acting)
                yield step, score

    def _by_rule(self, steps: Numbers) -> Iterator[tuple[Rule, Numbers, Numbers]]:
        """Yield each rule with its steps and their groundings."""
        numbers = self._grounding_of[steps]
        for batch, places in self._groundings.by_batch(numbers):
            yield batch.rule, steps[places], numbers[places]
