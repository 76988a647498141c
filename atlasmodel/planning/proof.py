"""Which proofs of an end stand in every world, and the linear bounds that follow from them.

In a world where a proof of an end stands, the end is reached unless one of the proof's steps goes; a step goes only if
what the levers take adds up to what it needs. So `reached >= 1 - sum of (share of the need a lever can take) x lever`,
for every world at once. Averaged over worlds that is a cut: a plane below the risk, and touching it where it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.planning.sample import EVERYWHERE, Act, Array, Bits, Flags, Ground, Node, Sample, pack, unpack

Floats = NDArray[np.float64]
HOP = np.float32(1e-3)  # so that no proof goes in circles, and short ones come first
FAR = np.float32(np.inf)
SPARING = np.float32(1e-2)  # weight of what could break a step, where nothing is broken yet


@dataclass(frozen=True)
class Cut:
    """Say that the share of an end is at least `constant - coefficients x levers`."""

    end: int
    constant: float
    coefficients: Floats

    def at(self, chosen: Floats) -> float:
        """Return the bound at some levers."""
        return float(self.constant - self.coefficients @ chosen)


@dataclass(frozen=True)
class _Parts:
    """Be what controls can do to one step: the most each can add to breaking it (controls x worlds), and its levers.

    `levers[i]` puts the control of row `rows[i]` there.
    """

    adds: Array
    levers: NDArray[np.intp]
    rows: NDArray[np.intp]

    def weights(self, rest: Floats) -> Array:
        """Return how much of each control is there under some levers, whole or in part."""
        there = np.bincount(self.rows, weights=rest[self.levers], minlength=len(self.adds))
        return np.minimum(1.0, there).astype(np.float32)


class Prover:
    """Find standing proofs for one adversary, in all worlds together.

    `closed` levers are never chosen. `core` says how likely each lever is to be chosen: of proofs that are equally far
    from being broken, and of shares that are equally valid, those are taken that the likely levers break least.
    """

    def __init__(self, ground: Ground, sample: Sample, closed: Collection[int] = ()) -> None:
        self.ground, self.worlds, self.levers = ground, sample.worlds, sample.levers
        self.closed = frozenset(closed)
        self.core = np.ones(sample.levers)
        self._start = [unpack(bits, self.worlds) for bits in ground.start]
        self._possible = [unpack(node.possible, self.worlds) for node in ground.nodes]
        self._masks: dict[int, Flags] = {}
        self._plain = [self._parts(node, frozenset()) for node in ground.nodes]

    def cuts(self, chosen: Floats, ends: Collection[int], taken: Collection[int] = ()) -> list[Cut]:
        """Return a cut for each end at some levers, whole or in part, lifted about those that count as taken.

        What is taken counts in full, so a plane that touches the risk where exactly those are chosen; any set will do.
        """
        held = frozenset(taken)
        rest = chosen.copy()
        rest[sorted(held)] = 0.0
        whole = not rest.any()
        parts, costs = self._priced(rest, held, whole=whole)
        nearest = _Nearest(self, *self._settle(costs))
        found = []
        for end in ends:
            fact = self.ground.goals.get(end)
            if fact is not None:
                standing = np.isfinite(nearest.far[fact])
                found.append(self._cut(end, standing, nearest.proofs(fact, pack(standing)), parts, rest))
        return found

    def _priced(
        self, rest: Floats, taken: frozenset[int], *, whole: bool
    ) -> tuple[Mapping[int, _Parts | None], list[Array]]:
        """Return what could still break each step, and how far it is broken already; what is gone is infinitely far."""
        parts: dict[int, _Parts | None] = {}
        costs: list[Array] = []
        for number, node in enumerate(self.ground.nodes):
            possible = self._possible[number]
            here = self._plain[number]
            if any(lever in taken for act in node.acts for lever in act.levers):
                possible = unpack(self.ground.left(number, taken), self.worlds)
                here = self._parts(node, taken)
            parts[number] = here
            cost = np.full(self.worlds, HOP)
            if here is not None:
                # Where nothing is broken yet, the proofs that are hardest to break come first.
                cost += SPARING * (here.weights(self.core) @ here.adds)
                if not whole:
                    cost += here.weights(rest) @ here.adds
            costs.append(np.where(possible, cost, FAR))
        return parts, costs

    def _core_of(self, acts: Sequence[Act]) -> Array:
        """Return how likely each control is to be there, as far as the search can tell."""
        return np.array([min(1.0, sum(self.core[lever] for lever in act.levers)) for act in acts], dtype=np.float32)

    def _parts(self, node: Node, taken: Collection[int]) -> _Parts | None:
        """Return what the levers not yet taken can add to breaking a step.

        What suffices alone counts in full. The others have two valid shares, of which the smaller in all counts: what
        they take of the need, or one over how many of them it needs at least; where all of them fail, none counts.
        """
        if node.needs_to_go is None:
            return None
        used = [any(lever in taken for lever in act.levers) for act in node.acts]
        level = np.zeros(self.worlds, dtype=np.float32)
        for act, there in zip(node.acts, used, strict=True):
            if there:
                level += act.takes
        unused = [act for act, there in zip(node.acts, used, strict=True) if not there]
        open_acts = [act for act in unused if not self.closed.issuperset(act.levers)]
        if not open_acts:
            return None
        lack = np.maximum(node.needs_to_go - level, np.float32(1e-6))
        amounts = np.stack([act.takes for act in open_acts])
        alone = amounts >= lack
        few = np.where(alone, np.float32(0), amounts)  # what none of these does alone, some may do together
        able = few.sum(axis=0) >= lack
        heaviest = -np.sort(-few, axis=0)
        least = 1 + (np.cumsum(heaviest, axis=0) < lack).sum(axis=0)  # so many of them are needed at least
        shares, even = few / lack, np.where(few > 0, np.float32(1) / least.astype(np.float32), np.float32(0))
        weights = self._core_of(open_acts)
        rather = weights @ shares > weights @ even
        adds = np.where(alone, np.float32(1), np.where(able, np.where(rather, even, shares), np.float32(0)))
        pairs = [(lever, row) for row, act in enumerate(open_acts) for lever in act.levers]
        levers, rows = np.array(pairs, dtype=np.intp).T
        return _Parts(adds.astype(np.float32), levers, rows)

    def _settle(self, costs: list[Array]) -> tuple[list[Array], list[NDArray[np.int32]]]:
        """Return for each fact how far the least broken proof is in each world, and the step that gains it there."""
        far = [np.where(start, np.float32(0), FAR) for start in self._start]
        by = [np.full(self.worlds, -1, dtype=np.int32) for _ in self._start]
        changed = True
        while changed:
            changed = False
            for number, node in enumerate(self.ground.nodes):
                cost = costs[number]
                for clause in node.clauses:
                    cost = cost + self._nearest(clause, far)
                for fact, mask in node.gains:
                    better = cost < far[fact]
                    if mask != EVERYWHERE:
                        better &= self._mask(mask)
                    if better.any():
                        far[fact] = np.where(better, cost, far[fact])
                        by[fact][better] = number
                        changed = True
        return far, by

    def _nearest(self, clause: tuple[tuple[int, int], ...], far: list[Array]) -> Array:
        options = [self.through(wire, far) for wire in clause]
        nearest = options[0] if options else np.full(self.worlds, FAR)
        for option in options[1:]:
            nearest = np.minimum(nearest, option)
        return nearest

    def through(self, wire: tuple[int, int], far: list[Array]) -> Array:
        """Return how far a fact is in each world, by a connection that does not exist in all of them."""
        fact, mask = wire
        return far[fact] if mask == EVERYWHERE else np.where(self._mask(mask), far[fact], FAR)

    def _mask(self, bits: int) -> Flags:
        if bits not in self._masks:
            self._masks[bits] = unpack(bits, self.worlds)
        return self._masks[bits]

    def _cut(
        self, end: int, standing: Flags, used: Mapping[int, Bits], parts: Mapping[int, _Parts | None], rest: Floats
    ) -> Cut:
        """Return the plane that the proofs give: counted are the worlds in which it lies above nothing."""
        where = np.flatnonzero(standing)
        adds = np.zeros((self.levers, len(where)), dtype=np.float32)
        for number, bits in used.items():
            here = parts[number]
            if here is not None:
                columns = np.flatnonzero(unpack(bits, self.worlds)[where])
                adds[here.levers[:, None], columns] += here.adds[here.rows[:, None], where[columns]]
        np.minimum(adds, 1, out=adds)
        counted = 1 - rest @ adds > 0
        coefficients = adds[:, counted].sum(axis=1, dtype=np.float64) / self.worlds
        return Cut(end, float(counted.sum()) / self.worlds, coefficients)


class _Nearest:
    """Hold the least broken proof of every fact in every world, and read proofs from it backwards.

    The worlds are bits here: most steps of a proof stand in few of them.
    """

    def __init__(self, prover: Prover, far: list[Array], by: list[NDArray[np.int32]]) -> None:
        self.prover, self.far, self.by = prover, far, by
        self._gained: dict[int, list[tuple[int, Bits]]] = {}
        self._picked: dict[tuple[int, int], list[tuple[int, Bits]]] = {}

    def proofs(self, goal: int, active: Bits) -> dict[int, Bits]:
        """Return the steps of the proofs of a fact, each with the worlds in which it is on the proof."""
        used: dict[int, Bits] = {}
        needed: dict[int, Bits] = {}
        stack = [(goal, active)]
        while stack:
            fact, new = stack.pop()
            before = needed.get(fact, 0)
            fresh = new & ~before
            if not fresh:
                continue
            needed[fact] = before | fresh
            for number, where in self._gains(fact):
                had = used.get(number, 0)
                more = fresh & where & ~had
                if not more:
                    continue
                used[number] = had | more
                for index, clause in enumerate(self.prover.ground.nodes[number].clauses):
                    if len(clause) == 1:
                        stack.append((clause[0][0], more))
                    else:
                        stack += [(fact, more & pick) for fact, pick in self._picks(number, index) if more & pick]
        return used

    def _gains(self, fact: int) -> list[tuple[int, Bits]]:
        """Return the steps that gain a fact first, each with the worlds in which it does."""
        if fact not in self._gained:
            by = self.by[fact]
            self._gained[fact] = [(number, pack(by == number)) for number in np.unique(by[by >= 0]).tolist()]
        return self._gained[fact]

    def _picks(self, number: int, index: int) -> list[tuple[int, Bits]]:
        """Return the facts of a clause, each with the worlds in which it is the nearest."""
        if (number, index) not in self._picked:
            clause = self.prover.ground.nodes[number].clauses[index]
            nearest = np.argmin(np.stack([self.prover.through(wire, self.far) for wire in clause]), axis=0)
            self._picked[number, index] = [(wire[0], pack(nearest == option)) for option, wire in enumerate(clause)]
        return self._picked[number, index]
