"""The attacks of a pipeline as the hardening search sees them: minimal proofs, weighed by chance and worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.attack.paths import Search
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.findings.chances import unsure_facts
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.hardening import CLOSE, FARTHEST, Attack, Hardening
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.search import Effort, Outcome
from atlasmodel.planning.weighed_steps import WeighedSteps

Floats = NDArray[np.float64]
SEARCHES = 60  # of the path search, for each end
NEAR = math.log(2)  # attacks half as strong as the strongest are looked for, too


class Attacks:
    """Find the strongest attacks on a pipeline: risk of the end x chance that all steps of one proof succeed.

    With a goal, only that end counts, and by its chance alone.
    """

    def __init__(self, analysis: Analysis, candidates: Sequence[Candidate], goal: str | None = None) -> None:
        self.analysis, self.goal = analysis, goal
        unsure = {int(analysis.steps[place]): facts for place, facts in unsure_facts(analysis).items()}
        self._weighed = [WeighedSteps(analysis, attacker, candidates, unsure) for attacker in analysis.attacks]

    @cached_property
    def ends(self) -> dict[str, float]:
        """Return what each end is worth: its risk if it were certain, or 1 for the one goal asked for."""
        if self.goal is not None:
            return {fact: 1.0 for fact in self.analysis.worst if fact in (self.goal,)}
        return {fact: RISK_SCALE * impact for fact, impact in self.analysis.worst.items()}

    def strongest(self, levers: Floats, count: int) -> tuple[list[Attack], float]:
        """Return the lightest attacks known, and a weight that none undercuts.

        Ends are searched in the order of what their attacks weigh at least, as far as that is near the lightest found.
        """
        found: list[Attack] = []
        lightest = sure = math.inf
        for least, steps, graph, fact in sorted(self._ends_under(levers), key=lambda end: end[0]):
            if least > lightest + NEAR:
                return found, min(sure, least)
            worth = math.log(self.ends[fact])
            paths = Search(graph.towards(fact)).best(count, SEARCHES)
            sure = min([sure, paths.bound - worth, *(path.weight - worth for path in paths.paths)])
            lightest = min([lightest, *(path.weight - worth for path in paths.paths)])
            found += [steps.attack(path, worth) for path in paths.paths]
        return found, sure

    def _ends_under(self, levers: Floats) -> Iterator[tuple[float, WeighedSteps, Hypergraph, str]]:
        """Yield what attacks on each end weigh at least, with the steps and the graph of each adversary."""
        for steps in self._weighed:
            graph = steps.under(levers)
            cost = graph.least(additive=False).cost
            for fact, worth in self.ends.items():
                if fact in graph.number and cost[graph.number[fact]] < math.inf:
                    yield cost[graph.number[fact]] - math.log(worth), steps, graph, fact


def find_hardest(attacks: Attacks, limits: Limits, effort: Effort) -> Outcome:
    """Return the levers that leave the weakest strongest attack; value and bound are its risk."""
    search = Hardening(attacks, limits, effort, count=3)
    found = search.run()
    kept = found.chosen
    for lever in sorted(kept - limits.fixed, reverse=True):
        # An attack that nothing weakens further makes some measures needless.
        if search.offer(kept - {lever}) >= found.value - CLOSE:
            kept -= {lever}
    found = replace(found, chosen=kept)
    value, bound = math.exp(-min(found.value, FARTHEST)), math.exp(-min(found.bound, FARTHEST))
    return replace(found, value=value, bound=min(value, bound))
