"""A goal in an AND/OR network of independent draws: all that a probability needs to know, in whole numbers.

A draw whose clauses are met gains the facts of the outcome it draws, once and for all. A step is a draw with one
outcome that gains something; what is unknown is a draw with an outcome for each value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

Clause = frozenset[int]
Outcome = tuple[float, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Draw:
    """Be one independent draw: it needs a fact of each clause; what its outcomes leave of 1 gains nothing.

    A draw with several outcomes needs nothing: it says what is so, not what somebody does.
    """

    needs: tuple[Clause, ...]
    outcomes: tuple[Outcome, ...]
    name: str = ""

    @property
    def probability(self) -> float:
        """Return the probability of the only outcome."""
        ((probability, _),) = self.outcomes
        return probability

    @property
    def gains(self) -> frozenset[int]:
        """Return what any outcome gains."""
        if len(self.outcomes) == 1:
            return self.outcomes[0][1]
        return frozenset().union(*(gains for _, gains in self.outcomes))

    @property
    def plain(self) -> bool:
        """Tell whether there is but one outcome."""
        return len(self.outcomes) == 1

    @property
    def certain(self) -> bool:
        """Tell whether the draw leaves nothing to chance."""
        return self.plain and self.outcomes[0][0] >= 1


@dataclass(frozen=True)
class Network:
    """Be the draws that may lead from the starting facts to a goal; facts are whole numbers from 0."""

    starts: frozenset[int]
    draws: tuple[Draw, ...]
    goal: int


def step(probability: float, needs: Iterable[Iterable[int]], gains: Iterable[int], name: str = "") -> Draw:
    """Return a draw that works with some probability, or gains nothing.

    >>> step(0.5, [[0, 1], [2]], [3]).probability
    0.5
    """
    return Draw(tuple(frozenset(clause) for clause in needs), ((probability, frozenset(gains)),), name)


def reached(network: Network, gains_of: Callable[[int], frozenset[int]]) -> set[int]:
    """Return the facts reached where each draw, by its place, gains what `gains_of` says: the least fixed point."""
    draws = network.draws
    waiting: dict[int, list[tuple[int, int]]] = {}
    unmet = [len(draw.needs) for draw in draws]
    for place, draw in enumerate(draws):
        for index, clause in enumerate(draw.needs):
            for fact in clause:
                waiting.setdefault(fact, []).append((place, index))
    found: set[int] = set()
    stack = sorted(network.starts)
    for place, count in enumerate(unmet):
        if count == 0:
            stack += gains_of(place)
    met: set[tuple[int, int]] = set()
    while stack:
        fact = stack.pop()
        if fact in found:
            continue
        found.add(fact)
        for clause_at in waiting.get(fact, ()):
            if clause_at not in met:
                met.add(clause_at)
                place = clause_at[0]
                unmet[place] -= 1
                if unmet[place] == 0:
                    stack += gains_of(place)
    return found


def gainers(draws: Sequence[Draw]) -> dict[int, list[int]]:
    """Return the places of the draws that may gain each fact."""
    found: dict[int, list[int]] = {}
    for place, draw in enumerate(draws):
        for fact in draw.gains:
            found.setdefault(fact, []).append(place)
    return found


def users(draws: Sequence[Draw]) -> dict[int, list[int]]:
    """Return the places of the draws that each fact may help."""
    found: dict[int, list[int]] = {}
    for place, draw in enumerate(draws):
        for fact in frozenset().union(*draw.needs):
            found.setdefault(fact, []).append(place)
    return found


class Leading:
    """Know which draws lead to a fact, for as many facts as are asked for."""

    def __init__(self, draws: Sequence[Draw]) -> None:
        self.draws = draws
        self._gained_by = gainers(draws)
        self._needed: dict[int, frozenset[int]] = {}  # by the place of a draw, where it was asked for

    def to(self, goal: int, enough: float = inf) -> set[int]:
        """Return the places of the draws that may lead to a fact; once more than `enough` do, only some of them."""
        return self.seen(goal, enough)[0]

    def seen(self, goal: int, enough: float = inf) -> tuple[set[int], set[int]]:
        """Return the same, and the facts that these draws need, with the goal."""
        chosen: set[int] = set()
        seen, stack = {goal}, [goal]
        needed, gained_by = self._needed, self._gained_by
        while stack and len(chosen) <= enough:
            for place in gained_by.get(stack.pop(), ()):
                if place not in chosen:
                    chosen.add(place)
                    if place not in needed:
                        needed[place] = frozenset().union(*self.draws[place].needs)
                    fresh = needed[place] - seen
                    if fresh:
                        seen |= fresh
                        stack += fresh
        return chosen, seen
