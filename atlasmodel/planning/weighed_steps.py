"""The steps of one adversary as moves of a path search: what each weighs today, and what measures add to it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from atlasmodel.analysis import Analysis
from atlasmodel.attack.paths import Path
from atlasmodel.attack.search.gates import gated, gates_of
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.mitigate.strongest import strongest
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.hardening import FARTHEST, Attack
from atlasmodel.planning.sample import FULL
from atlasmodel.risk.attacks import Attack as Attacker
from atlasmodel.risk.score import StepScore

Floats = NDArray[np.float64]


class WeighedSteps:
    """Hold the steps of an adversary, and the gates of what is not known, by what takes their chance away.

    `unsure_of` tells, by step, what serves or follows only if an unknown turns out so, and how likely.
    `today` has minus the logarithm of each chance, `adds` what each control adds, by the levers that put it there.
    """

    def __init__(
        self,
        analysis: Analysis,
        attacker: Attacker,
        candidates: Sequence[Candidate],
        unsure_of: Mapping[int, Mapping[str, float]],
    ) -> None:
        self._analysis, self._attacker, self._candidates = analysis, attacker, candidates
        ids, steps = analysis.graph.step_ids, analysis.graph.steps
        chances = {ids[number]: self._likely(number, score) for number, score in attacker.scores.items()}
        unsure = {ids[number]: unsure_of.get(number, {}) for number in attacker.scores}
        moves = []
        for number in attacker.scores:
            needs, gains = steps[number].clauses, steps[number].gains
            facts = tuple(tuple(option.fact for option in clause) for clause in needs)
            moves.append(Move(ids[number], facts, tuple(option.fact for option in gains), 1.0))
        gates = gates_of(
            ((move.id, unsure[move.id], move.gains) for move in moves),
            (fact for fact, chance in attacker.held.items() if 0 < chance < 1),
        )
        for gate in gates:
            chances[gate.id] = attacker.held[gate.fact] if gate.step is None else unsure[gate.step][gate.fact]
        self.today = {name: -math.log(chance) if chance > 0 else FARTHEST for name, chance in chances.items()}
        self.adds = dict(self._added())
        self._held = [fact for fact, chance in attacker.held.items() if chance >= 1]
        every = [*(gated(move, unsure[move.id]) for move in moves), *(gate.move() for gate in gates)]
        self._index = Hypergraph(every, self._held)
        self._names = sorted(chances)  # as the moves of the index are

    def under(self, levers: Floats) -> Hypergraph:
        """Return the graph with the weights of moves under some levers, each pulled from 0 to 1."""
        weights: list[float | None] = []
        for name in self._names:
            weight = self.today[name]
            for group, amount in self.adds.get(name, {}).items():
                weight += amount * min(1.0, float(sum(levers[lever] for lever in sorted(group))))
            weights.append(max(0.0, weight) if weight < FULL else None)
        return self._index.weighed(weights, self._held)

    def attack(self, path: Path, worth: float) -> Attack:
        """Return a path as an attack: its weight today less a worth, and what the levers together add to it."""
        adds: dict[frozenset[int], float] = {}
        for step in path.steps:
            for group, amount in self.adds.get(step, {}).items():
                adds[group] = adds.get(group, 0.0) + amount
        return Attack(sum(self.today[step] for step in path.steps) - worth, adds)

    def _likely(self, step: int, score: StepScore) -> float:
        """Return how likely a step is to be there and to work, what is not known as drawn."""
        formula = self._analysis.graph.formula(int(self._analysis.graph.wiring.step_formulas[step]))
        return score.base * self._attacker.point.draws.likely(formula, score.weakenings)

    def _added(self) -> Iterator[tuple[str, dict[frozenset[int], float]]]:
        """Yield steps with what each control adds to their weight, by the levers that put it there."""
        acting: dict[int, dict[str, list[int]]] = {}
        for lever, candidate in enumerate(self._candidates):
            for step in candidate.acted:
                if step in self._attacker.scores:
                    acting.setdefault(step, {}).setdefault(candidate.control.id, []).append(lever)
        for number, controls in acting.items():
            score = self._attacker.scores[number]
            today, found = self._likely(number, score), dict[frozenset[int], float]()
            for levers in controls.values():
                effects = self._candidates[levers[0]].acted[number]
                then = self._likely(number, replace(score, weakenings=strongest([*score.weakenings, *effects])))
                amount = FULL if then <= 0 < today else math.log(today / then) if then > 0 else 0.0
                if amount > 0:
                    found[frozenset(levers)] = amount
            if found:
                yield self._analysis.graph.step_ids[number], found
