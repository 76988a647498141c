"""Which proofs of an end stand in every world, and the linear bounds that follow from them.

In a world where a proof of an end stands, the end is reached unless one of the proof's steps goes; a step goes only if
what the levers take adds up to what it needs. So `reached >= 1 - sum of (share of the need a lever can take) x lever`,
for every world at once. Averaged over worlds that is a cut: a plane below the risk, and touching it where it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atlasmodel.planning.sample import EVERYWHERE, Array, Flags, Ground, Node, Sample, unpack

Floats = NDArray[np.float64]
HOP = np.float32(1e-3)  # so that no proof goes in circles, and short ones come first
FAR = np.float32(np.inf)


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
class _Part:
    """Be what one control can do to one step: its levers, and the most it can add to breaking it, world by world."""

    levers: tuple[int, ...]
    adds: Array


class Prover:
    """Find standing proofs for one adversary, in all worlds together."""

    def __init__(self, ground: Ground, sample: Sample) -> None:
        self.ground, self.worlds, self.levers = ground, sample.worlds, sample.levers
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
        far, by = self._settle(costs)
        choices: dict[tuple[int, int], list[Flags] | None] = {}
        found = []
        for end in ends:
            fact = self.ground.goals.get(end)
            if fact is not None:
                standing = np.isfinite(far[fact])
                used = self._backward(fact, standing, far, by, choices)
                found.append(self._cut(end, standing, used, parts, rest))
        return found

    def _priced(
        self, rest: Floats, taken: frozenset[int], *, whole: bool
    ) -> tuple[Mapping[int, list[_Part]], list[Array]]:
        """Return what could still break each step, and how far it is broken already; what is gone is infinitely far."""
        parts: dict[int, list[_Part]] = {}
        costs: list[Array] = []
        for number, node in enumerate(self.ground.nodes):
            possible = self._possible[number]
            parts[number] = self._plain[number]
            if any(lever in taken for act in node.acts for lever in act.levers):
                possible = unpack(self.ground.left(number, taken), self.worlds)
                parts[number] = self._parts(node, taken)
            broken = np.zeros(self.worlds, dtype=np.float32)
            for part in parts[number]:
                # Where nothing is broken yet, the proofs that are hardest to break come first.
                there = 1e-2 if whole else min(1.0, float(rest[list(part.levers)].sum()))
                if there > 0:
                    broken += part.adds * np.float32(there)
            costs.append(np.where(possible, broken + HOP, FAR))
        return parts, costs

    def _parts(self, node: Node, taken: Collection[int]) -> list[_Part]:
        """Return what the levers not yet taken can add to breaking a step: of two valid shares, the smaller in all."""
        if node.needs_to_go is None:
            return []
        used = [any(lever in taken for lever in act.levers) for act in node.acts]
        level = np.zeros(self.worlds, dtype=np.float32)
        for act, there in zip(node.acts, used, strict=True):
            if there:
                level += act.takes
        open_acts = [act for act, there in zip(node.acts, used, strict=True) if not there]
        if not open_acts:
            return []
        lack = np.maximum(node.needs_to_go - level, np.float32(1e-6))
        amounts = np.stack([act.takes for act in open_acts])
        able = amounts.sum(axis=0) >= lack  # where all together are not enough, none adds anything
        heaviest = -np.sort(-amounts, axis=0)
        least = 1 + (np.cumsum(heaviest, axis=0) < lack).sum(axis=0)  # so many controls are needed at least
        shares = np.minimum(np.float32(1), amounts / lack)
        even = np.minimum(np.float32(1), np.float32(1) / least)
        rather = shares.sum(axis=0) > even * (amounts > 0).sum(axis=0)
        adds = np.where(able, np.where(rather, np.where(amounts > 0, even, np.float32(0)), shares), np.float32(0))
        return [_Part(act.levers, row) for act, row in zip(open_acts, adds.astype(np.float32), strict=True)]

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
        options = [self._through(wire, far) for wire in clause]
        nearest = options[0] if options else np.full(self.worlds, FAR)
        for option in options[1:]:
            nearest = np.minimum(nearest, option)
        return nearest

    def _through(self, wire: tuple[int, int], far: list[Array]) -> Array:
        fact, mask = wire
        return far[fact] if mask == EVERYWHERE else np.where(self._mask(mask), far[fact], FAR)

    def _mask(self, bits: int) -> Flags:
        if bits not in self._masks:
            self._masks[bits] = unpack(bits, self.worlds)
        return self._masks[bits]

    def _backward(
        self,
        goal: int,
        active: Flags,
        far: list[Array],
        by: list[NDArray[np.int32]],
        choices: dict[tuple[int, int], list[Flags] | None],
    ) -> dict[int, Flags]:
        """Return the steps of the proofs found, each with the worlds in which it is on the proof."""
        used: dict[int, Flags] = {}
        needed: dict[int, Flags] = {}
        stack = [(goal, active)]
        while stack:
            fact, new = stack.pop()
            before = needed.get(fact)
            fresh = new if before is None else new & ~before
            if not fresh.any():
                continue
            needed[fact] = fresh if before is None else before | fresh
            for number in self.ground.gained_by[fact]:
                here = fresh & (by[fact] == number)
                if not here.any():
                    continue
                had = used.get(number)
                more = here if had is None else here & ~had
                used[number] = here if had is None else had | here
                for index, clause in enumerate(self.ground.nodes[number].clauses):
                    if len(clause) == 1:
                        stack.append((clause[0][0], more))
                        continue
                    picks = self._picks(number, index, clause, far, choices)
                    stack += [(wire[0], more & pick) for wire, pick in zip(clause, picks, strict=True)]
        return used

    def _picks(
        self,
        number: int,
        index: int,
        clause: tuple[tuple[int, int], ...],
        far: list[Array],
        choices: dict[tuple[int, int], list[Flags] | None],
    ) -> list[Flags]:
        """Return for each option of a clause the worlds in which it is the nearest."""
        known = choices.get((number, index))
        if known is None:
            nearest = np.argmin(np.stack([self._through(wire, far) for wire in clause]), axis=0)
            known = choices[number, index] = [nearest == option for option in range(len(clause))]
        return known

    def _cut(
        self, end: int, standing: Flags, used: Mapping[int, Flags], parts: Mapping[int, list[_Part]], rest: Floats
    ) -> Cut:
        """Return the plane that the proofs give: counted are the worlds in which it lies above nothing."""
        adds: dict[int, Array] = {}
        for number, here in used.items():
            for part in parts[number]:
                amount = part.adds * here
                for lever in part.levers:
                    adds[lever] = amount if lever not in adds else adds[lever] + amount
        height = np.ones(self.worlds, dtype=np.float32)
        adds = {lever: np.minimum(amount, np.float32(1)) for lever, amount in adds.items()}
        for lever, amount in adds.items():
            if rest[lever] > 0:
                height -= amount * np.float32(rest[lever])
        counted = standing & (height > 0)
        coefficients = np.zeros(self.levers)
        for lever, amount in adds.items():
            coefficients[lever] = float(amount[counted].sum(dtype=np.float64)) / self.worlds
        return Cut(end, float(counted.sum()) / self.worlds, coefficients)
