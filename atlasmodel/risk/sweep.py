"""Fire steps in many worlds at once until nothing changes: sweeps in an order in which few steps come twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from atlasmodel.risk.worlds import Bits

EVERYWHERE = -1  # as a mask: every bit is set, however many worlds there are
Wire = tuple[int, Bits]  # a fact, and the worlds in which the connection exists
Facts = Mapping[int, Bits] | Sequence[Bits]
MutableFacts = MutableMapping[int, Bits] | list[Bits]


class Wiring(NamedTuple):
    """Be what a step needs and gains: facts without alternative that are there everywhere, and the rest with masks."""

    needs: tuple[int, ...]
    clauses: tuple[tuple[Wire, ...], ...]
    gains: tuple[int, ...]
    masked_gains: tuple[Wire, ...]

    def widened(self, wide: Callable[[Bits], Bits]) -> Wiring:
        """Return the wiring for worlds laid side by side; what exists everywhere stays as it is."""
        if not self.masked_gains and all(mask == EVERYWHERE for clause in self.clauses for _, mask in clause):
            return self
        clauses = tuple(tuple((fact, wide(mask)) for fact, mask in clause) for clause in self.clauses)
        return Wiring(self.needs, clauses, self.gains, tuple((fact, wide(mask)) for fact, mask in self.masked_gains))


def wiring_of(clauses: Iterable[Sequence[Wire]], gains: Iterable[Wire]) -> Wiring:
    """Return the wiring of a step, sorted by how much work a clause is: combining with `everywhere` would be waste."""
    listed = tuple(tuple(clause) for clause in clauses)
    alone = tuple(clause[0][0] for clause in listed if _plain(clause))
    rest = tuple(clause for clause in listed if not _plain(clause))
    gained = tuple(gains)
    plain = tuple(fact for fact, mask in gained if mask == EVERYWHERE)
    return Wiring(alone, rest, plain, tuple(wire for wire in gained if wire[1] != EVERYWHERE))


def waiting_for(wiring: Mapping[int, Wiring]) -> dict[int, list[int]]:
    """Return the steps that each fact may help."""
    waiting: dict[int, list[int]] = {}
    for step, wired in wiring.items():
        for fact in dict.fromkeys((*wired.needs, *(fact for clause in wired.clauses for fact, _ in clause))):
            waiting.setdefault(fact, []).append(step)
    return waiting


def _plain(clause: Sequence[Wire]) -> bool:
    return len(clause) == 1 and clause[0][1] == EVERYWHERE


def fired(possible: Bits, wiring: Wiring, reached: Facts) -> Bits:
    """Return the worlds in which a step is possible and every clause is met."""
    for fact in wiring.needs:
        possible &= reached[fact]
        if not possible:
            return 0
    for clause in wiring.clauses:
        met = 0
        for fact, mask in clause:
            here = reached[fact]
            if here:
                if mask != EVERYWHERE:
                    here &= mask
                met = met | here if met else here
        possible &= met
        if not possible:
            return 0
    return possible


def settle(
    steps: Iterable[int],
    reached: MutableFacts,
    possible: Mapping[int, Bits],
    *,
    wiring: Mapping[int, Wiring],
    order: Order,
    waiting: Mapping[int, Sequence[int]],
) -> None:
    """Fire steps, those nearer to the start first, until nothing changes: the least fixed point of every world.

    `reached` is changed in place. A step that has fired wherever it is possible has nothing left to give.
    """
    spent: set[int] = set()
    queue = Queue(order, steps)
    flags, place = queue.flags, order.place
    for step in queue:
        here = possible[step]
        if not here or step in spent:
            continue
        wired = wiring[step]
        bits = fired(here, wired, reached)
        if not bits:
            continue
        if bits == here:
            spent.add(step)
        for fact in wired.gains:
            before = reached[fact]
            after = before | bits
            if after != before:
                reached[fact] = after
                for other in waiting.get(fact, ()):
                    flags[place[other]] = 1
        for fact, mask in wired.masked_gains:
            before = reached[fact]
            after = before | (bits & mask)
            if after != before:
                reached[fact] = after
                for other in waiting.get(fact, ()):
                    flags[place[other]] = 1


class Order:
    """Be items in the order in which a sweep comes to them, and their places in it."""

    def __init__(self, ranks: Mapping[int, int]) -> None:
        self.items = sorted(ranks, key=lambda item: (ranks[item], item))
        self.place = {item: place for place, item in enumerate(self.items)}


class Queue:
    """Hand out items in sweeps, each once until it is added again; items may be added while it is read.

    What is added behind the sweep waits for the next one: on cycles that takes far fewer rounds than starting over.
    A flag an item says that it waits; whoever adds many may set `flags` at their places.
    """

    def __init__(self, order: Order, items: Iterable[int]) -> None:
        self._order = order
        self.flags = bytearray(len(order.items))
        for item in items:
            self.add(item)

    def add(self, item: int) -> None:
        """Let an item come again, in this sweep if its turn is still to come."""
        self.flags[self._order.place[item]] = 1

    def __iter__(self) -> Iterator[int]:
        flags, items = self.flags, self._order.items
        at = -1
        while (at := _next(flags, at)) >= 0:
            flags[at] = 0
            yield items[at]


def _next(flags: bytearray, at: int) -> int:
    """Return the first place after `at` with a flag, from the start again where there is none, or -1."""
    found = flags.find(1, at + 1)
    return flags.find(1) if found < 0 else found


def ranks_of(feeds: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """Return places in an order in which, cycles apart, each item comes after those that feed it."""
    seen: set[int] = set()
    finished: list[int] = []
    for root in feeds:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(feeds[root]))]
        while stack:
            item, following = stack[-1]
            child = next((other for other in following if other not in seen), None)
            if child is None:
                stack.pop()
                finished.append(item)
            else:
                seen.add(child)
                stack.append((child, iter(feeds[child])))
    return {item: rank for rank, item in enumerate(reversed(finished))}


def copier(count: int, lanes: int) -> Callable[[Bits], Bits]:
    """Return what lays copies of the bits of `count` worlds side by side, doubling them; each is made once."""
    all_once, full = (1 << count) - 1, (1 << (count * lanes)) - 1
    shifts = []  # the last one takes copies twice, which does no harm
    made = 1
    while made < lanes:
        shifts.append(count * min(made, lanes - made))
        made *= 2

    def wide(bits: Bits) -> Bits:
        if bits in (0, EVERYWHERE):
            return bits
        if bits == all_once:
            return full
        for shift in shifts:
            bits |= bits << shift
        return bits

    return cache(wide)


def shares_by_lane(bits: Bits, count: int, lanes: int) -> list[float]:
    """Return the share of `count` worlds in which something holds, for each of the copies laid side by side."""
    words = np.frombuffer(bits.to_bytes(count // 8 * lanes, "little"), dtype=np.uint64).reshape(lanes, -1)
    found: list[float] = (np.bitwise_count(words).sum(axis=1, dtype=np.int64) / count).tolist()
    return found
