"""The steps of the attack graph as one adversary sees them: a graph to each goal, and paths told in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from atlasmodel.attack.paths import Path
from atlasmodel.attack.search.gates import Gate
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.catalog import Catalog
from atlasmodel.document import AttackPath, PathStep, StepRow, rounded
from atlasmodel.goals.weighing import Indexed, gate_weights, index_of, moves_of, weights_of
from atlasmodel.match.rule import SKILLS


class Studies(NamedTuple):
    """Know which case studies used a technique."""

    by_technique: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_catalog(cls, catalog: Catalog) -> Studies:
        """Return what a catalogue tells."""
        found: dict[str, dict[str, None]] = {}
        for study in catalog.case_studies:
            for technique in study.techniques:
                found.setdefault(technique, {})[study.id] = None
        return cls({technique: tuple(studies) for technique, studies in found.items()})

    def of(self, technique: str | None) -> tuple[str, ...]:
        """Return the case studies that used a technique, in the order of the catalogue."""
        return self.by_technique.get(technique, ()) if technique else ()


NO_STUDIES = Studies({})


class Table:
    """Hold the steps of the attack graph as one adversary sees them; `index` is theirs, where others share it.

    `starts` are what the adversary holds at the start, each with how likely.
    """

    def __init__(
        self,
        rows: Mapping[str, StepRow],
        adversary: str,
        starts: Mapping[str, float],
        studies: Studies = NO_STUDIES,
        index: Indexed | None = None,
    ) -> None:
        self.rows, self.adversary, self.starts, self.studies = rows, adversary, starts, studies
        if index is not None:
            self._index = index
        self._graphs: dict[str, Hypergraph] = {}  # by measure; their parts lead to goals

    def moves(self, by: str = "probability") -> list[Move]:
        """Return the steps for the path search."""
        return moves_of(self.rows.values(), self.adversary, by)

    def path(self, path: Path) -> AttackPath:
        """Return a path with its steps spelled out: what each needed of what was held by then, and what it gained."""
        gates = [self._gate_by_id[name] for name in path.steps if name in self._gate_by_id]
        open_at = {(gate.step, gate.fact) for gate in gates}
        steps = [self.rows[name] for name in path.steps if name not in self._gate_by_id]
        held = dict.fromkeys([*self._sure, *(gate.fact for gate in gates if gate.step is None)])
        told = []
        for step in steps:
            shut = {fact for fact in step.unsure if (step.id, fact) not in open_at}
            needed = (next((fact for fact in clause if fact in held and fact not in shut), "") for clause in step.needs)
            gains = tuple(fact for fact in step.gains if fact not in shut)
            told.append(
                PathStep(
                    id=step.id,
                    rule=step.rule,
                    technique=step.technique,
                    technique_name=step.technique_name,
                    title=step.title,
                    at=step.at,
                    needs=tuple(fact for fact in dict.fromkeys(needed) if fact),
                    gains=gains,
                    probability=step.probability[self.adversary],
                    case_studies=self.studies.of(step.technique),
                    certainty=step.certainty,
                )
            )
            held |= dict.fromkeys(gains)
        skills = [SKILLS.index(step.skill) for step in steps if step.skill in SKILLS]
        chances = [*(step.probability for step in told), *map(self._chance, gates)]
        return AttackPath(
            probability=rounded(math.prod(chances)),
            effort_days=rounded(sum(step.effort_days for step in steps)),
            detection=rounded(1 - math.prod(1 - step.detection for step in steps)),
            skill=SKILLS[max(skills)] if skills else None,
            proven=path.proven,
            variants=path.variants,
            steps=tuple(told),
            assumes={gate.fact: rounded(self._chance(gate)) for gate in gates},
        )

    def graph(self, goal: str, by: str = "probability") -> Hypergraph:
        """Return the graph to a goal; what goals have in common is found once."""
        if by not in self._graphs:
            steps = [self.rows[name] for name in sorted(self.rows)]  # as the moves of the index are
            weights = weights_of(steps, self.adversary, by) + gate_weights(map(self._chance, self._index.gates), by)
            self._graphs[by] = self._index.graph.weighed(weights, self._sure)
        return self._graphs[by].towards(goal)

    @cached_property
    def _index(self) -> Indexed:
        return index_of(self.rows.values(), self.starts)

    @cached_property
    def _gate_by_id(self) -> dict[str, Gate]:
        return {gate.id: gate for gate in self._index.gates}

    @cached_property
    def _sure(self) -> list[str]:
        return [fact for fact, chance in self.starts.items() if chance >= 1]

    def _chance(self, gate: Gate) -> float:
        """Return how likely a gate is open; never for what is held for certain, or not at all."""
        if gate.step is not None:
            return self.rows[gate.step].unsure[gate.fact]
        chance = self.starts.get(gate.fact, 0.0)
        return chance if chance < 1 else 0.0
