"""Answers that sharing cannot spoil: least skill, earliest time, what no other path is better than in every way.

Where the dearest of several needs counts, a step that serves twice counts as it should: these answers are exact on
any graph, also with shared steps and cycles. Sums are not: see `cheapest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from atlasmodel.attack.search.hypergraph import Hypergraph


def earliest(graph: Hypergraph) -> float:
    """Return the earliest time at which the goal can be had if all that can be done side by side is; infinite if never.

    The weight of a move is its duration.

    >>> from atlasmodel.attack.search.moves import Move
    >>> moves = [Move("a", (), ("x",), 2.0), Move("b", (), ("y",), 5.0), Move("c", (("x",), ("y",)), ("g",), 1.0)]
    >>> earliest(Hypergraph(moves, (), "g"))
    6.0
    """
    return graph.least(additive=False, goal=graph.goal).cost[graph.goal]


def least_worst(graph: Hypergraph) -> float:
    """Return the weight of the worst move of the proof whose worst is least; infinite if there is none.

    With the skill that a move needs as its weight, that is the least skill that suffices.

    >>> from atlasmodel.attack.search.moves import Move
    >>> moves = [Move("a", (), ("g",), 3.0), Move("b", (), ("x",), 0.0), Move("c", (("x",),), ("g",), 1.0)]
    >>> least_worst(Hypergraph(moves, (), "g"))
    1.0
    """
    return graph.relax(additive=False, worst=True, goal=graph.goal).cost[graph.goal]


def not_outdone(points: Sequence[Sequence[float]]) -> list[int]:
    """Return the places of the points than which no other is as low in everything and lower in something.

    Of points that are alike the first stands for all.

    >>> not_outdone([(1, 3), (2, 2), (3, 3), (1, 3)])
    [0, 1]
    """
    kept: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (tuple(points[place]), place)):
        if not any(all(a <= b for a, b in zip(points[other], points[place], strict=True)) for other in kept):
            kept.append(place)
    return sorted(kept)


def finite(value: float) -> float | None:
    """Return a figure, or None where there is none."""
    return None if value == inf else value
