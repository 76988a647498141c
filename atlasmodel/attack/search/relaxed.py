"""Least costs, as far as they were asked for: facts come at rising cost, so what is dearer can be left until later."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from atlasmodel.attack.kernels.net import Costs, Net
from atlasmodel.attack.kernels.settle import settle
from atlasmodel.attack.search.engine import Engine


class Offers(NamedTuple):
    """Be what there is before anything is settled: clauses that moves wait for, least offers of facts, and by whom.

    `ready` is 0 for moves that need nothing.
    """

    left: list[int]
    least: list[float]
    by: list[int]
    ready: list[float]


class Relaxed:
    """Hold the cost of every fact, the move that gains it (-1: held or out of reach), and what meets every clause.

    `dearest` is the clause of each move that was met last, `ready` the cost at which all of its clauses were, `settled`
    are the facts in the order in which they were had. What was not come to yet counts as out of reach.
    """

    def __init__(
        self, engine: Engine, net: Net, weight: list[float], offers: Offers, *, additive: bool, worst: bool
    ) -> None:
        facts, moves, clauses = len(offers.least), len(offers.left), len(net.owner)
        self.columns = Costs(
            offers.left.copy(),
            engine.all(0.0, moves),
            offers.least.copy(),
            offers.by.copy(),
            engine.all(inf, facts),
            engine.all(-1, facts),
            engine.all(-1, clauses),
            engine.all(-1, moves),
            offers.ready.copy(),
            engine.all(-1, facts),
        )
        self.cost, self.ready = engine.read(self.columns.cost), engine.read(self.columns.ready)
        self.by, self.met = engine.read(self.columns.by), engine.read(self.columns.met)
        self.dearest = engine.read(self.columns.dearest)
        self._engine, self._net, self._weight = engine, net, weight
        self._additive, self._worst, self._done = additive, worst, 0

    @property
    def settled(self) -> Sequence[int]:
        """Return the facts that were had."""
        return self._engine.read(self.columns.settled)[: self._done]

    def go_on(self, goal: int = -1, most: float = inf) -> None:
        """Settle facts until the goal is, or until whatever is left costs more than `most`."""
        if goal < 0 or self.cost[goal] == inf:
            kernel = self._engine.run(settle)
            self._done = kernel(
                self._net, self._weight, self.columns, self._done, goal, most, self._additive, self._worst
            )
