"""Steps as moves of a path search, and what they weigh for an adversary by some measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.indexing import index_steps
from atlasmodel.attack.search.moves import Move
from atlasmodel.document import StepRow
from atlasmodel.match.rule import ADVERSARY, SKILLS

UNKNOWN_SKILL = len(SKILLS)
WEIGHTS: Mapping[str, Callable[[StepRow], float]] = {  # but for the probability, which depends on the adversary
    "effort": lambda row: row.effort_days,
    "time": lambda row: row.effort_days,
    "steps": lambda row: 1.0,
    "skill": lambda row: SKILLS.index(row.skill) if row.skill in SKILLS else UNKNOWN_SKILL,
    "detection": lambda row: row.detection,
}


def index_of(rows: Iterable[StepRow], starts: Collection[str]) -> Hypergraph:
    """Return the graph of all steps, whoever can do them and whatever they weigh; `starts` are anybody's."""
    return Hypergraph(map(_move, rows), starts)


def index_in(
    graph: AttackGraph, rows: Mapping[str, StepRow], numbers: Mapping[str, int], starts: Collection[str]
) -> Hypergraph:
    """Return the same graph for steps of an attack graph, of which `numbers` gives the numbers by id."""
    names = sorted(rows)
    return index_steps(graph, [numbers[name] for name in names], _Moves([rows[name] for name in names]), starts)


class _Moves:
    """Be steps as moves, each made when it is asked for."""

    def __init__(self, rows: Sequence[StepRow]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, number: int) -> Move:
        return _move(self._rows[number])

    def name(self, number: int) -> str:
        """Return what a step counts as."""
        return _key(self._rows[number])

    def called(self, names: Collection[str]) -> list[int]:
        """Return the moves with some names: that of a step is its id, or it has none."""
        rows, place = self._rows, self._place
        return [place[name] for name in names if name in place and _key(rows[place[name]])]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {row.id: place for place, row in enumerate(self._rows)}


def moves_of(rows: Iterable[StepRow], adversary: str, by: str = "probability") -> list[Move]:
    """Return the steps that an adversary can do, for the path search, weighted by some measure."""
    rows = list(rows)
    weights = zip(rows, weights_of(rows, adversary, by), strict=True)
    return [_move(row, weight) for row, weight in weights if weight is not None]


def weights_of(rows: Iterable[StepRow], adversary: str, by: str) -> list[float | None]:
    """Return the weights of steps by some measure, None for those that an adversary cannot do."""
    rows = list(rows)
    chances = [row.probability.get(adversary, 0.0) for row in rows]
    if by == "probability":
        unlikeliness = {chance: max(0.0, -math.log(chance)) for chance in set(chances) if chance > 0}  # few differ
        return [unlikeliness.get(chance) for chance in chances]
    weigh = WEIGHTS[by]
    return [weigh(row) if chance > 0 else None for row, chance in zip(rows, chances, strict=True)]


def _move(row: StepRow, weight: float = 1.0) -> Move:
    return Move(row.id, row.needs, row.gains, weight, _key(row))


def _key(row: StepRow) -> str:
    """Return what a step counts as: those on the adversary's own ground serve alike, and make no paths of their own."""
    return "" if row.at == ADVERSARY else row.id
