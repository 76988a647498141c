"""What is needed and gained by number, and the searches that it answers: what follows, and at what cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from math import inf

import numpy as np

from atlasmodel.attack.kernels.corridor import meet
from atlasmodel.attack.kernels.settle import offer_free
from atlasmodel.attack.kernels.spread import find_reached
from atlasmodel.attack.search.engine import Engine
from atlasmodel.attack.search.moves import Moves
from atlasmodel.attack.search.relaxed import Offers, Relaxed
from atlasmodel.attack.search.wires import Wires, rows
from atlasmodel.match.pool import Numbers


class Index:
    """Hold moves both ways, facts numbered by name.

    `inside` are the moves that take part, `needed` the clauses that each of them waits for (-1 for the others), `start`
    is what is held. What kernels read (`net`, `prices`, `needs`) is told apart from the same read one by one.
    """

    def __init__(self, engine: Engine, moves: Moves, weight: Sequence[float], facts: list[str], wires: Wires) -> None:
        self.engine, self.moves, self.facts, self.goal = engine, moves, facts, -1
        self._weigh(weight)
        self._wire(wires)
        self._take(np.diff(wires.first))
        self._hold(())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.inside)} moves, {len(self.facts)} facts)"

    def _weigh(self, weight: Sequence[float]) -> None:
        self.prices = self.engine.floats(weight)
        self.weight = self.engine.read(self.prices)

    def _wire(self, wires: Wires) -> None:
        self._wires, self.net = wires, (net := wires.net(self.engine))
        self.first, self.owner = self.engine.read(net.first), self.engine.read(net.owner)
        self.clauses = rows(net.option_starts, net.options, self.engine)
        self.waiting = rows(net.waiting_starts, net.waiting, self.engine)
        self.gains = rows(net.gain_starts, net.gains, self.engine)
        self.gained = rows(net.gained_starts, net.gained, self.engine)

    def _hold(self, start: Sequence[int]) -> None:
        self.start, self.held = start, frozenset(start)
        self._offers: Offers | None = None

    def _take(self, needed: Numbers) -> None:
        """Let those moves take part that wait for some number of clauses, or for none."""
        self._inside: Sequence[int] | None = None
        self.needs = self.engine.numbers(needed)
        self.needed = self.engine.read(self.needs)
        self._free = self.engine.numbers(np.flatnonzero(needed == 0))
        self.is_plain = bool(needed.max(initial=0) <= 1)
        self._offers = None

    @property
    def inside(self) -> Sequence[int]:
        """Return the moves that take part."""
        if self._inside is None:
            self._inside = np.flatnonzero(np.asarray(self.needs) >= 0).tolist()
        return self._inside

    @cached_property
    def number(self) -> dict[str, int]:
        """Return the facts by name."""
        return {fact: number for number, fact in enumerate(self.facts)}

    def clauses_of(self, move: int) -> range:
        """Return the clauses of a move."""
        return range(self.first[move], self.first[move + 1])

    def relax(
        self,
        banned: Collection[int] = (),
        *,
        additive: bool,
        goal: int = -1,
        weight: Sequence[float] | None = None,
        worst: bool = False,
        most: float = inf,
    ) -> Relaxed:
        """Return least costs, as Knuth generalised Dijkstra: the needs of a move add up, or the dearest counts.

        Added up, what serves twice is counted twice: never below the cost of the cheapest proof. With the dearest only,
        never above it. With `worst`, a proof costs what its dearest move does, exactly. It stops where the goal is
        settled, and leaves out what costs more than `most`.
        """
        prices = None if weight is None else self.engine.floats(weight)
        found = self.relaxed(self.offers(banned, prices), prices, additive=additive, worst=worst)
        found.go_on(goal, most)
        return found

    def relaxed(
        self, offers: Offers, prices: list[float] | None = None, *, additive: bool, worst: bool = False
    ) -> Relaxed:
        """Return least costs of which none is known yet."""
        prices = self.prices if prices is None else prices
        return Relaxed(self.engine, self.net, prices, offers, additive=additive, worst=worst)

    def offers(self, banned: Collection[int] = (), prices: list[float] | None = None) -> Offers:
        """Return what is held and offered for nothing but its weight; a banned move waits for ever."""
        if banned or prices is not None:
            return self._offered(banned, self.prices if prices is None else prices)
        if self._offers is None:
            self._offers = self._offered((), self.prices)
        return self._offers

    def _offered(self, banned: Collection[int], prices: list[float]) -> Offers:
        left, ready = self.needs.copy(), self.engine.all(inf, len(self.moves))
        for move in banned:
            left[move] = -1  # is never counted down to nothing
        least, by = self.engine.all(inf, len(self.facts)), self.engine.all(-1, len(self.facts))
        for fact in self.start:
            least[fact] = 0.0
        self.engine.run(offer_free)(self.net, prices, self._free, left, least, by, ready)
        return Offers(left, least, by, ready)

    def corridor(self, wide: float) -> tuple[float, Sequence[float]]:
        """Return the least weight of a proof of the goal, where no move needs two things, and costs of facts.

        Those are the costs of facts on proofs that weigh up to `wide` times as much; others may be too high.
        """
        cost = self.offers().least.copy()
        left = self.engine.all(inf, len(self.facts))
        least = self.engine.run(meet)(self.net, self.prices, self.needs, self.goal, wide, cost, left)
        return least, self.engine.read(cost)

    def derivation(self, relaxed: Relaxed) -> list[int]:
        """Return the moves by which the goal was had, where it was settled."""
        chosen: dict[int, None] = {}
        stack, seen = [self.goal], {self.goal}
        while stack:
            move = relaxed.by[stack.pop()]
            if move >= 0 and move not in chosen:
                chosen[move] = None
                new = [relaxed.met[clause] for clause in self.clauses_of(move)]
                stack += [fact for fact in dict.fromkeys(new) if fact not in seen]
                seen.update(new)
        return list(reversed(chosen))

    def reach(
        self, allowed: Iterable[int] | None = None, banned: Collection[int] = (), without: Collection[int] = ()
    ) -> set[int]:
        """Return the facts that can be had with some moves, or with all but some, and never having some facts."""
        usable = self.engine.all(1 if allowed is None else 0, len(self.moves))
        for move in allowed or ():
            usable[move] = 1
        for move in banned:
            usable[move] = 0
        held, met = self.engine.all(0, len(self.facts)), self.engine.all(0, len(self.owner))
        for fact in self.start:
            held[fact] = 1
        for fact in without:
            held[fact] = 2
        self.engine.run(find_reached)(self.net, self._free, self.needs.copy(), usable, held, met)
        return set(self.engine.marked(held, 1))
