"""Who needs, gains and helps what in a field, as sweeps over bits ask for it: by step, by fact, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from atlasmodel.risk.field import Field, Links
from atlasmodel.risk.regions import Regions
from atlasmodel.risk.rows import Words
from atlasmodel.risk.sweep import (
    EVERYWHERE,
    MutableFacts,
    Order,
    Wire,
    Wiring,
    ranks_of,
    settle,
    waiting_for,
    wiring_of,
)
from atlasmodel.risk.worlds import Bits, bits_of


class Connections:
    """Answer for the steps of a field, by their numbers in the graph, and for its facts, by their own."""

    def __init__(self, field: Field) -> None:
        self._field = field

    @cached_property
    def clauses(self) -> Mapping[int, list[list[Wire]]]:
        """Return what every step needs: of each clause a fact, in worlds in which that option exists."""
        found = _wires(self._field.options, self._field.masks)
        parts = (found[first:last] for first, last in pairwise(self._field.clause_starts.tolist()))
        return dict(zip(self._field.steps.tolist(), parts, strict=True))

    @cached_property
    def gains(self) -> Mapping[int, list[Wire]]:
        """Return what every step gains, with the worlds in which it does."""
        return dict(zip(self._field.steps.tolist(), _wires(self._field.gained, self._field.masks), strict=True))

    @cached_property
    def wiring(self) -> Mapping[int, Wiring]:
        """Return what every step needs and gains as a sweep wants it."""
        return {step: wiring_of(clauses, self.gains[step]) for step, clauses in self.clauses.items()}

    @cached_property
    def gained_by(self) -> Mapping[int, list[int]]:
        """Return the steps that gain each fact."""
        gainers: dict[int, list[int]] = {}
        for step, gains in self.gains.items():
            for fact, _ in gains:
                gainers.setdefault(fact, []).append(step)
        return gainers

    @cached_property
    def waiting(self) -> Mapping[int, list[int]]:
        """Return the steps that each fact may help."""
        return waiting_for(self.wiring)

    @cached_property
    def feeds(self) -> Mapping[int, Sequence[int]]:
        """Return the steps that each step may help."""
        return {
            step: tuple(dict.fromkeys(other for fact, _ in gains for other in self.waiting.get(fact, ())))
            for step, gains in self.gains.items()
        }

    @cached_property
    def ranks(self) -> Mapping[int, int]:
        """Return the steps' places in an order in which, cycles apart, each comes after those that feed it."""
        return ranks_of(self.feeds)

    @cached_property
    def order(self) -> Order:
        """Return the steps in the order in which a sweep from the start comes to them."""
        return Order(self.ranks)

    @cached_property
    def backward_order(self) -> Order:
        """Return the facts in the order of a sweep from the goals: first those that the last steps gain."""
        ranks = dict.fromkeys(self._field.number.values(), 1)
        for step, gains in self.gains.items():
            for fact, _ in gains:
                ranks[fact] = min(ranks[fact], -self.ranks[step])
        return Order(ranks)

    @cached_property
    def regions(self) -> Regions:
        """Return which steps may depend on which."""
        return Regions(self.feeds, self.ranks)

    def settle(self, steps: Iterable[int], reached: MutableFacts, possible: Mapping[int, Bits]) -> None:
        """Fire steps until nothing changes, as `sweep.settle` does; `reached` is changed in place."""
        settle(steps, reached, possible, wiring=self.wiring, order=self.order, waiting=self.waiting)


def _wires(links: Links, rows: Words) -> list[list[Wire]]:
    """Return the facts of every owner, each with the worlds in which the connection exists."""
    masks = [EVERYWHERE, *bits_of(rows[1:])]
    pairs = list(zip(links.facts.tolist(), [masks[mask] for mask in links.masks.tolist()], strict=True))
    return [pairs[first:last] for first, last in pairwise(links.starts.tolist())]
