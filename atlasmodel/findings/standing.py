"""Where every grounding that is a finding stands: who reaches it, and in how much risk it has a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.analysis import Analysis, Credit
from atlasmodel.attack.wiring import NEVER
from atlasmodel.document import rounded
from atlasmodel.findings.describer import met
from atlasmodel.match.pool import Numbers
from atlasmodel.match.rule import Rule
from atlasmodel.match.table import Mask

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """Hold, for every grounding that is a finding, what decides whether and where it is listed."""

    numbers: Numbers  # of the groundings
    steps: Numbers  # of the graph; -1 where there is none
    reached: Mask
    sure: Mask  # certainly reached, and certainly there
    risk: Floats
    severe: Numbers  # 0 below medium, 1 medium, 2 high and critical

    @classmethod
    def of(cls, analysis: Analysis, credits: Mapping[int, Credit]) -> Standing:
        """Return how the findings of an analysis stand."""
        graph = analysis.graph
        (numbers,) = np.nonzero(by_rule(analysis, lambda rule: rule.is_finding))
        step_of = np.full(len(analysis.groundings), -1, dtype=np.int64)
        step_of[graph.grounding_of] = np.arange(len(graph.steps))
        steps = step_of[numbers]
        risk, worst = np.zeros((2, len(graph.steps) + 1))  # the last stands for what is no step
        reached, sure = np.zeros((2, len(graph.steps) + 1), dtype=np.bool_)
        credited = list(credits)
        risk[credited] = [credit.total for credit in credits.values()]
        worst[credited] = [credit.worst for credit in credits.values()]
        # What is merely shown to the world is listed apart and carries no risk of its own.
        shown = by_rule(analysis, lambda rule: rule.scope == "exposure")[graph.grounding_of]
        risk[:-1][shown] = worst[:-1][shown] = 0
        distinct, place = np.unique(worst[steps], return_inverse=True)
        words = map(analysis.workspace.scoring.severity_of, distinct.tolist())
        severe = np.array([{"medium": 1, "high": 2, "critical": 2}.get(word, 0) for word in words], dtype=np.int64)
        for attack in analysis.attacks:
            reached[:-1] |= graph.levels_of(attack.possible)[1] != NEVER
            sure[:-1] |= graph.levels_of(attack.certain)[1] != NEVER
        found = cls(numbers, steps, reached[steps], sure[steps], risk[steps], severe[place])
        found._add_idle(analysis)
        return found

    def _add_idle(self, analysis: Analysis) -> None:
        """Tell who meets the requirements of what gains nothing, and so is no step."""
        for place in np.nonzero(self.steps < 0)[0]:
            grounding = analysis.groundings[int(self.numbers[place])]
            for attack in analysis.attacks:
                self.reached[place] |= met(grounding, attack.possible.facts)
                self.sure[place] |= grounding.certainty == "yes" and met(grounding, attack.certain.facts)

    def order(self, wanted: Mask) -> list[int]:
        """Return the wanted places by risk as it is shown, the reached and the certain first, and then by id."""
        (places,) = np.nonzero(wanted)
        risk = np.array([rounded(figure) for figure in self.risk[places].tolist()])
        order = np.lexsort((self.numbers[places], ~self.sure[places], ~self.reached[places], -risk))
        found: list[int] = places[order].tolist()
        return found


def by_rule(analysis: Analysis, tell: Callable[[Rule], bool]) -> Mask:
    """Return what is told of the rule of every grounding."""
    batches = analysis.groundings.batches
    return np.repeat(
        np.array([tell(batch.rule) for batch in batches], dtype=np.bool_), [len(batch) for batch in batches]
    )
