"""The exact probability of a goal, where its network is narrow enough: reduce, order, sweep, by modules if need be.

The sweep holds the joint law of the facts in hand as an array with one bit a fact. A draw moves part of each state to
the state with its gains; a fact that nothing needs any more is summed out. Draws on a cycle have their joint outcomes
enumerated and the fixed point taken in each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from atlasmodel.risk.network.module import collapse
from atlasmodel.risk.network.network import Draw, Network
from atlasmodel.risk.network.order import Order, Stage, order_of
from atlasmodel.risk.network.reduction import reduce, settled

MOST_WIDTH = 20  # bits at once: facts in hand, and joint outcomes on one cycle
MOST_OUTCOMES = 14  # bits of the joint outcomes on one cycle
MOST_WORK = 2.0**24  # states over the whole sweep
Law = NDArray[np.float64]


@dataclass(frozen=True)
class Exact:
    """Be an exact probability and how it was found: `reduced`, `sweep`, `enumerated` or `modules`, with the width."""

    value: float
    rung: str
    width: int = 0


def exact_probability(network: Network, most_work: float = MOST_WORK, most_draws: float = inf) -> Exact | None:
    """Return the probability of the goal to within rounding, or None where that would take more work than allowed.

    The work is estimated before it is begun, in states of the sweep; 2^24 of them take about a second. A network in
    which more than `most_draws` lie between start and goal is not looked at further.

    >>> from atlasmodel.risk.network.network import step
    >>> both_ways = (step(0.5, [[0]], [1]), step(0.9, [[1]], [2]), step(0.9, [[2]], [1]))
    >>> exact_probability(Network(frozenset({0}), both_ways, 1))
    Exact(value=0.5, rung='reduced', width=0)
    """
    if most_draws < len(network.draws):
        between = settled(network)
        if isinstance(between, Network):
            if len(between.draws) > most_draws:
                return None
            network = between
    factor, rest = reduce(network)
    if rest is None:
        return Exact(factor, "reduced")
    found, most_paired = _direct(rest, most_work), sqrt(most_work) / 8
    rung = found.rung if found else "modules"
    while found is None:
        smaller = collapse(rest, lambda part: _value(part, most_work), most_paired)
        if smaller is None:
            return None
        share, left = reduce(smaller)
        factor *= share
        if left is None:
            return Exact(factor, rung)
        rest = left
        found = _direct(rest, most_work)
    return Exact(min(1.0, factor * found.value), rung, found.width)


def _value(network: Network, most_work: float) -> float | None:
    """Return the probability of a module, or None where it is too wide itself."""
    factor, rest = reduce(network)
    if rest is None:
        return factor
    found = _direct(rest, most_work)
    return min(1.0, factor * found.value) if found else None


def _direct(network: Network, most_work: float) -> Exact | None:
    """Return the probability of a reduced network by one sweep, or None where that is too wide."""
    order = order_of(network, most_work)
    if order is None or order.width > MOST_WIDTH or order.most_outcomes > MOST_OUTCOMES:
        return None
    return Exact(_swept(network, order), "enumerated" if order.most_outcomes else "sweep", order.width)


def _swept(network: Network, order: Order) -> float:
    """Return the probability of the goal by one sweep over the stages."""
    law: Law = np.ones(1)
    facts: list[int] = []  # the fact of each bit, the lowest first
    for stage in order.stages:
        if stage.cyclic:
            law, facts = _cycle([network.draws[place] for place in stage.draws], stage, law, facts)
            continue
        if stage.opens:
            facts += stage.opens
            law = np.concatenate([law, np.zeros((law.size << len(stage.opens)) - law.size)])
        law = _drawn(network.draws[stage.draws[0]], law, {fact: bit for bit, fact in enumerate(facts)})
        for fact in stage.closes:
            bit = facts.index(fact)
            law = law.reshape(-1, 2, 1 << bit).sum(axis=1).ravel()
            del facts[bit]
    return float(law[1])


def _drawn(draw: Draw, law: Law, bit: dict[int, int]) -> Law:
    """Return the law after a draw: of each state where it can be made, part moves to the state with its gains."""
    moving = law
    if draw.needs:
        states = np.arange(law.size)
        met = [(states & sum(1 << bit[fact] for fact in clause)) != 0 for clause in draw.needs]
        moving = law * (met[0] if len(met) == 1 else np.logical_and.reduce(met))
    parts: list[Law] = []
    kept = 1.0
    for share, gains in draw.outcomes:
        part = moving * share
        for fact in gains:
            pair = part.reshape(-1, 2, 1 << bit[fact])
            pair[:, 1] += pair[:, 0]
            pair[:, 0] = 0
        parts.append(part)
        kept -= share
    total = parts[0]
    for part in parts[1:]:
        total += part
    if draw.needs:
        total += law - moving
    return total + moving * max(0.0, kept) if kept > 0 else total


def _cycle(draws: Sequence[Draw], stage: Stage, law: Law, facts: list[int]) -> tuple[Law, list[int]]:
    """Return the law and its facts after draws that may need each other; their joint outcomes are bits for a while."""
    held = {fact: bit for bit, fact in enumerate(facts)}
    bits = len(facts)
    for draw in draws:
        if not draw.certain:
            law = np.concatenate([law * (1 - draw.probability), law * draw.probability])
    states = np.arange(law.size)
    inside = sorted({fact for draw in draws for fact in draw.gains})
    never = np.zeros(law.size, dtype=np.bool_)
    asked = {fact for draw in draws for clause in draw.needs for fact in clause}
    known = {fact: (states >> held[fact]) & 1 == 1 for fact in held if fact in asked or fact in inside}
    known |= {fact: never for fact in inside if fact not in held}
    works = []
    for draw in draws:
        works.append(True if draw.certain else (states >> bits) & 1 == 1)
        bits += not draw.certain
    changed = True
    while changed:
        changed = False
        for draw, possible in zip(draws, works, strict=True):
            met = possible
            for clause in draw.needs:
                met = met & np.logical_or.reduce([known[fact] for fact in clause])
            for fact in draw.gains:
                after = known[fact] | met
                if not np.array_equal(after, known[fact]):
                    known[fact] = after
                    changed = True
    left = [fact for fact in (*facts, *stage.opens) if fact not in stage.closes]
    target = np.zeros(law.size, dtype=np.int64)
    for bit, fact in enumerate(left):
        value = known[fact] if fact in known else (states >> held[fact]) & 1
        target |= value.astype(np.int64) << bit
    return np.bincount(target, weights=law, minlength=1 << len(left)).astype(np.float64), left
