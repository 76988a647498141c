"""The steps of the attack graph as one adversary sees them: a graph to each goal, and paths told in words."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import NamedTuple

from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.attack.search.paths import Path
from atlasmodel.catalog import Catalog
from atlasmodel.document import AttackPath, PathStep, StepRow, rounded
from atlasmodel.goals.weighing import index_of, moves_of, weights_of
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
    """Hold the steps of the attack graph as one adversary sees them; `index` is theirs, where others share it."""

    def __init__(
        self,
        rows: Mapping[str, StepRow],
        adversary: str,
        starts: Collection[str],
        studies: Studies = NO_STUDIES,
        index: Hypergraph | None = None,
    ) -> None:
        self.rows, self.adversary, self.starts, self.studies = rows, adversary, starts, studies
        if index is not None:
            self._index = index
        self._graphs: dict[str, Hypergraph] = {}  # by measure; their parts lead to goals

    def moves(self, by: str = "probability") -> list[Move]:
        """Return the steps for the path search."""
        return moves_of(self.rows.values(), self.adversary, by)

    def path(self, path: Path) -> AttackPath:
        """Return a path with its steps spelled out."""
        return show_path(path, self.rows, self.adversary, self.starts, self.studies)

    def graph(self, goal: str, by: str = "probability") -> Hypergraph:
        """Return the graph to a goal; what goals have in common is found once."""
        if by not in self._graphs:
            steps = [self.rows[name] for name in sorted(self.rows)]  # as the moves of the index are
            self._graphs[by] = self._index.weighed(weights_of(steps, self.adversary, by), self.starts)
        return self._graphs[by].towards(goal)

    @cached_property
    def _index(self) -> Hypergraph:
        return index_of(self.rows.values(), self.starts)


def show_path(
    path: Path,
    rows: Mapping[str, StepRow],
    adversary: str,
    starts: Collection[str] = (),
    studies: Studies = NO_STUDIES,
) -> AttackPath:
    """Return a path with its steps spelled out: what each needed of what was held by then, and what it gained."""
    steps = [rows[identifier] for identifier in path.steps]
    held = dict.fromkeys(starts)
    told = []
    for step in steps:
        needed = (next((fact for fact in clause if fact in held), "") for clause in step.needs)
        told.append(
            PathStep(
                id=step.id,
                rule=step.rule,
                technique=step.technique,
                technique_name=step.technique_name,
                title=step.title,
                at=step.at,
                needs=tuple(fact for fact in dict.fromkeys(needed) if fact),
                gains=step.gains,
                probability=step.probability[adversary],
                case_studies=studies.of(step.technique),
            )
        )
        held |= dict.fromkeys(step.gains)
    skills = [SKILLS.index(step.skill) for step in steps if step.skill in SKILLS]
    return AttackPath(
        probability=rounded(math.prod(step.probability[adversary] for step in steps)),
        effort_days=rounded(sum(step.effort_days for step in steps)),
        detection=rounded(1 - math.prod(1 - step.detection for step in steps)),
        skill=SKILLS[max(skills)] if skills else None,
        proven=path.proven,
        variants=path.variants,
        steps=tuple(told),
    )
