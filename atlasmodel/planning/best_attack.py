"""The attacks of a pipeline as the hardening search sees them: minimal proofs, weighed by chance and worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.search.paths import best_paths
from atlasmodel.mitigate.strongest import strongest
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.hardening import CLOSE, FARTHEST, Attack, Hardening
from atlasmodel.planning.limits import Limits
from atlasmodel.planning.sample import FULL
from atlasmodel.planning.search import Effort, Outcome
from atlasmodel.risk.attacks import Attack as Attacker

Floats = NDArray[np.float64]
SEARCHES = 60  # of the path search, for each end


class Attacks:
    """Find the strongest attacks on a pipeline: risk of the end x chance that all steps of one proof succeed.

    With a goal, only that end counts, and by its chance alone.
    """

    def __init__(self, analysis: Analysis, candidates: Sequence[Candidate], goal: str | None = None) -> None:
        self.analysis = analysis
        self.goal = goal
        self._candidates = candidates
        self._adds = {attacker.adversary.id: self._added(attacker) for attacker in analysis.attacks}

    @cached_property
    def ends(self) -> dict[str, float]:
        """Return what each end is worth: its risk if it were certain, or 1 for the one goal asked for."""
        if self.goal is not None:
            return {fact: 1.0 for fact in self.analysis.worst if fact in (self.goal,)}
        return {fact: RISK_SCALE * impact for fact, impact in self.analysis.worst.items()}

    def strongest(self, levers: Floats, count: int) -> tuple[list[Attack], float]:
        """Return the lightest attacks known, and a weight that none undercuts."""
        found: list[Attack] = []
        sure = math.inf
        for attacker in self.analysis.attacks:
            adds = self._adds[attacker.adversary.id]
            moves = self._moves(attacker, levers)
            weights = self._weights[attacker.adversary.id]
            for fact, worth in self.ends.items():
                if fact not in attacker.possible.facts:
                    continue
                paths = best_paths(moves, attacker.start.names(certain=False), fact, count, SEARCHES)
                sure = min(sure, paths.bound - math.log(worth))
                for path in paths.paths:
                    total: dict[frozenset[int], float] = {}
                    for step in path.steps:
                        for group, amount in adds.get(step, {}).items():
                            total[group] = total.get(group, 0.0) + amount
                    base = sum(weights[step] for step in path.steps) - math.log(worth)
                    found.append(Attack(base, total))
                    sure = min(sure, path.weight - math.log(worth))
        return found, sure

    def _moves(self, attacker: Attacker, levers: Floats) -> list[Move]:
        weights, adds = self._weights[attacker.adversary.id], self._adds[attacker.adversary.id]
        moves = []
        for number in attacker.scores:
            step = self.analysis.graph.steps[number]
            weight = weights[step.id]
            for group, amount in adds.get(step.id, {}).items():
                weight += amount * min(1.0, float(sum(levers[lever] for lever in sorted(group))))
            if weight < FULL:
                needs = tuple(tuple(option.fact for option in clause) for clause in step.clauses)
                moves.append(Move(step.id, needs, tuple(option.fact for option in step.gains), max(0.0, weight)))
        return moves

    @cached_property
    def _weights(self) -> dict[str, dict[str, float]]:
        """Return the weight of each step today, by adversary: minus the logarithm of its chance."""
        return {attacker.adversary.id: self._weighed(attacker) for attacker in self.analysis.attacks}

    def _weighed(self, attacker: Attacker) -> dict[str, float]:
        found = {}
        for number, score in attacker.scores.items():
            step = self.analysis.graph.steps[number]
            worlds = attacker.point.worlds
            chance = score.probability(favour_attacker=True) * worlds.share(worlds.where(step.formula))
            found[step.id] = -math.log(chance) if chance > 0 else FARTHEST
        return found

    def _added(self, attacker: Attacker) -> dict[str, dict[frozenset[int], float]]:
        """Return what each control adds to the weight of each step, by the levers that put it there."""
        acting: dict[int, dict[str, list[int]]] = {}
        for lever, candidate in enumerate(self._candidates):
            for step in candidate.acted:
                acting.setdefault(step, {}).setdefault(candidate.control.id, []).append(lever)
        found: dict[str, dict[frozenset[int], float]] = {}
        for number, controls in acting.items():
            score = attacker.scores.get(number)
            if score is None:
                continue
            today = score.probability(favour_attacker=True)
            for levers in controls.values():
                effects = self._candidates[levers[0]].acted[number]
                with_it = replace(score, weakenings=strongest([*score.weakenings, *effects]))
                then = with_it.probability(favour_attacker=True)
                amount = FULL if then <= 0 < today else math.log(today / then) if then > 0 else 0.0
                if amount > 0:
                    name = self.analysis.graph.steps[number].id
                    found.setdefault(name, {})[frozenset(levers)] = amount
        return found


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
