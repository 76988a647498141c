"""Steps, and gates of what is not known, as moves of a path search, and what they weigh by some measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.attack.search.gates import Gate, gated, gates_of
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


class Indexed(NamedTuple):
    """Be the graph of all steps, whoever can do them and whatever they weigh, and its gates, in the order of moves."""

    graph: Hypergraph
    gates: Sequence[Gate]


def index_of(rows: Collection[StepRow], starts: Mapping[str, float]) -> Indexed:
    """Return the index of steps; `starts` are anybody's, each with the least chance that it is held."""
    gates = _gates(rows, starts)
    return Indexed(Hypergraph([*map(_move, rows), *(gate.move() for gate in gates)], starts), gates)


def index_in(
    graph: AttackGraph, rows: Mapping[str, StepRow], numbers: Mapping[str, int], starts: Mapping[str, float]
) -> Indexed:
    """Return the same for steps of an attack graph, of which `numbers` gives the numbers by id."""
    names = sorted(rows)
    gates = _gates(rows.values(), starts)
    moves = _Moves([rows[name] for name in names], gates)
    return Indexed(index_steps(graph, [numbers[name] for name in names], moves, starts, gates), gates)


def _gates(rows: Iterable[StepRow], starts: Mapping[str, float]) -> list[Gate]:
    unsure = [(row.id, row.unsure, row.gains) for row in rows if row.unsure]
    return gates_of(unsure, (fact for fact, chance in starts.items() if chance < 1))


class _Moves:
    """Be steps and the gates after them as moves, each made when it is asked for."""

    def __init__(self, rows: Sequence[StepRow], gates: Sequence[Gate]) -> None:
        self._rows, self._gates = rows, gates

    def __len__(self) -> int:
        return len(self._rows) + len(self._gates)

    def __getitem__(self, number: int) -> Move:
        steps = len(self._rows)
        return _move(self._rows[number]) if number < steps else self._gates[number - steps].move()

    def id(self, number: int) -> str:
        """Return the id of a step or a gate."""
        return self._rows[number].id if number < len(self._rows) else self._gates[number - len(self._rows)].id

    def name(self, number: int) -> str:
        """Return what a step counts as; a gate counts as nothing."""
        return _key(self._rows[number]) if number < len(self._rows) else ""

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


def gate_weights(chances: Iterable[float | None], by: str) -> list[float | None]:
    """Return the weights of gates by some measure, None for those that are shut; to pass takes luck and no work."""
    if by == "probability":
        return [-math.log(chance) if chance else None for chance in chances]
    return [0.0 if chance else None for chance in chances]


def _move(row: StepRow, weight: float = 1.0) -> Move:
    return gated(Move(row.id, row.needs, row.gains, weight, _key(row)), row.unsure)


def _key(row: StepRow) -> str:
    """Return what a step counts as: those on the adversary's own ground serve alike, and make no paths of their own."""
    return "" if row.at == ADVERSARY else row.id
