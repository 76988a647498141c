"""What one adversary reaches in every world: each step is possible or not, and the fixed point says what follows.

The share of worlds that reach a goal estimates its probability: right on shared steps and on cycles, where multiplying
along a tree is not. Bounds come from the same numbers, with every unknown settled for one side.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from atlasmodel._compiled import is_available
from atlasmodel.attack.graph import Reach
from atlasmodel.match.formula import Formula
from atlasmodel.risk.connections import Connections
from atlasmodel.risk.cycles import useless_gains
from atlasmodel.risk.draws import Draws, StepRows
from atlasmodel.risk.field import Field, Layout, layout_of
from atlasmodel.risk.proofs import shares_of_steps
from atlasmodel.risk.rows import Words
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.scores import Scores
from atlasmodel.risk.sweep import fired
from atlasmodel.risk.what_if import shares_in
from atlasmodel.risk.worlds import Bits, bits_of

if TYPE_CHECKING:
    from atlasmodel.risk.compiled import Compiled

LARGE = 1_000  # steps from which compiled kernels are worth loading


class Campaigns:
    """Hold what one adversary reaches in every world, for the part of the graph that matters to its goals.

    The side of `draws` settles what is unknown: drawn once a world (`point`), for the defender (`low`), for the
    attacker (`high`). What `others` on the same graph and worlds know is not worked out again: another side of the same
    part has numbered the facts, and what those that can do no more have reached (see `contains`) is where the sweeps
    over bits go on from.
    """

    def __init__(
        self,
        part: Reach,
        starts: Mapping[str, Formula],
        scores: Mapping[int, StepScore],
        draws: Draws,
        *,
        others: Sequence[Campaigns] = (),
    ) -> None:
        self.part, self._scores, self.draws, self._others = part, Scores.of(scores), draws, others
        self.graph, self.worlds, self.side = draws.graph, draws.worlds, draws.side
        layout = next((other.layout for other in others if other.part is part), None)
        self.layout: Layout = layout_of(self.graph, part) if layout is None else layout
        self.field: Field = self.layout.field(self.draws.there)
        self.number = self.field.number
        self.start = [0] * len(self.number)
        for fact, formula in starts.items():
            if fact in self.number:
                self.start[self.number[fact]] = draws.where(formula) & self.worlds.all
        self._fired: dict[int, Bits] = {}

    @cached_property
    def rows(self) -> StepRows:
        """Return the worlds in which each step is possible, as rows of words."""
        return self._drawn()

    def _drawn(self) -> StepRows:
        return self.draws.possible(self._scores.at(self.field.steps))

    @cached_property
    def possible(self) -> dict[int, Bits]:
        """Return the worlds in which each step is possible, by its number in the graph."""
        return dict(zip(self.rows, bits_of(self.rows.words), strict=True))

    @cached_property
    def reached(self) -> list[Bits]:
        """Return the worlds in which each fact is reached, by its number: the least fixed point of every world."""
        if self._reached is not None:
            return bits_of(self._reached)
        reached = list(self.start)
        for other in self._others:
            if self.contains(other):
                for fact, number in other.number.items():
                    reached[self.number[fact]] |= other.reached[number]
        self.connections.settle(self.possible, reached, self.possible)
        return reached

    @cached_property
    def _reached(self) -> Words | None:
        """Return what is reached as compiled kernels find it, a row of words a fact, where they are at work.

        Of the bounds nobody asks more than that, so what else the kernels know of them is not kept.
        """
        if not self._is_compiled:
            return None
        return (self._compiled if self.side == "point" else self._compile()).reached

    @cached_property
    def _compiled(self) -> Compiled:
        return self._compile()

    def _compile(self) -> Compiled:
        from atlasmodel.risk.compiled import Compiled

        return Compiled(self.field, self.start, self.rows if self.side == "point" else self._drawn(), self.worlds)

    @cached_property
    def _is_compiled(self) -> bool:
        """Tell whether there are compiled kernels and the work is worth loading them."""
        return len(self.field.steps) >= LARGE and is_available()

    def share(self, fact: str) -> float:
        """Return the share of worlds in which a fact is reached."""
        return self._shares[self.number[fact]] if fact in self.number else 0.0

    @cached_property
    def _shares(self) -> list[float]:
        """Return the share of worlds in which each fact is reached."""
        if self._reached is None:
            return list(map(self.worlds.share, self.reached))
        shares: list[float] = self.worlds.shares(self._reached).tolist()
        return shares

    def bits(self, fact: str) -> Bits:
        """Return the worlds in which a fact is reached."""
        if fact not in self.number:
            return 0
        if self._reached is None:
            return self.reached[self.number[fact]]
        (bits,) = bits_of(self._reached[self.number[fact]])
        return bits

    def what_if(self, scenarios: Sequence[Mapping[int, Bits]], facts: Sequence[str]) -> list[list[float]]:
        """Return, for each scenario, the shares of worlds in which some facts are reached.

        A scenario gives the worlds in which some steps are possible instead of today's (see `possible_with`). Only what
        depends on those steps is computed again.
        """
        if self._is_compiled:
            return self._compiled.what_if(scenarios, facts)
        return shares_in(self, scenarios, facts)

    def shares_of_steps(self, goals: Sequence[str]) -> list[dict[int, float]]:
        """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it.

        What every proof of the step already needs, it proves nothing to gain again.
        """
        if self._is_compiled:
            return self._compiled.shares_of_steps(goals)
        return shares_of_steps(self, goals, self._useless)

    def contains(self, other: Campaigns) -> bool:
        """Tell whether all that other campaigns on the same graph start with and can do, these can in the same worlds.

        The sides may differ: what is certain for `low` is drawn everywhere for `point`, and what is drawn for `point`
        is there for `high`. Then these reach whatever the others reach.
        """
        mine, theirs = self.rows, other.rows
        places = np.searchsorted(mine.steps, theirs.steps).clip(max=len(mine.steps) - 1)
        return (
            self.number.keys() >= other.number.keys()
            and np.array_equal(mine.steps[places], theirs.steps)
            and not any(other.start[number] & ~self.start[self.number[fact]] for fact, number in other.number.items())
            and not bool((theirs.words & ~mine.words[places]).any())
        )

    def possible_with(self, step: int, score: StepScore) -> Bits:
        """Return the worlds in which a step would be possible with other figures: the same draw, another threshold."""
        return self.draws.possible({step: score})[step]

    @cached_property
    def connections(self) -> Connections:
        """Return who needs, gains and helps what, as sweeps over bits ask for it."""
        return Connections(self.field)

    def fired(self, step: int) -> Bits:
        """Return the worlds in which a step is made."""
        if step not in self._fired:
            self._fired[step] = fired(self.possible[step], self.connections.wiring[step], self.reached)
        return self._fired[step]

    @cached_property
    def _useless(self) -> Mapping[int, Collection[int]]:
        return useless_gains(self)
