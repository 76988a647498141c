"""What a set of scenarios can change at all: between what all of them reach and what any of them may reach.

Two sweeps bound every scenario: one in which each step is possible only where all scenarios allow it, one in which it
is possible wherever one does. A fact is open in the worlds where the two differ. Elsewhere the answer is known, so it
is built into the wiring of the steps that are left, and most steps, needs and alternatives drop out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import and_, or_
from typing import TYPE_CHECKING

from atlasmodel.risk.sweep import EVERYWHERE, Wire, Wiring, fired, waiting_for
from atlasmodel.risk.worlds import Bits

if TYPE_CHECKING:
    from atlasmodel.risk.probability import Campaigns

Scenario = Mapping[int, Bits]


@dataclass(frozen=True)
class Margin:
    """Hold what is open: facts with the worlds that reach them in every scenario, steps with those they may add in.

    `wiring` leaves out what is settled; a fact of it that is not open stands for the settled part of a clause.
    """

    held: dict[int, Bits]
    open: dict[int, Bits]
    wiring: dict[int, Wiring]

    @cached_property
    def waiting(self) -> Mapping[int, list[int]]:
        """Return the open steps that each fact may help."""
        return waiting_for(self.wiring)


def margin_of(campaigns: Campaigns, scenarios: Sequence[Scenario], affected: Collection[int]) -> Margin:
    """Return what is open between some scenarios; `affected` are the steps that may depend on what they change."""
    least, most = campaigns.possible | _joint(campaigns, scenarios, and_), _joint(campaigns, scenarios, or_)
    low, high = _lowered(campaigns, affected, least), _raised(campaigns, most)
    held = {
        fact: low[fact] for fact in {fact for step in affected for fact, _ in campaigns.connections.gains[step]}
        if low[fact] != high[fact]
    }  # fmt: skip
    opened: dict[int, Bits] = {}
    wiring: dict[int, Wiring] = {}
    settled: dict[Bits, int] = {}
    for step in sorted({step for fact in held for step in campaigns.connections.gained_by[fact]}):
        plan = campaigns.connections.wiring[step]
        gains = tuple(fact for fact in plan.gains if fact in held)
        masked = tuple((fact, mask) for fact, mask in plan.masked_gains if fact in held)
        news = 0
        for fact in gains:
            news |= high[fact] & ~low[fact]
        for fact, mask in masked:
            news |= high[fact] & ~low[fact] & mask
        here = most.get(step, campaigns.possible[step])
        upper = news and news & fired(here, plan, high) & ~fired(least[step], plan, low)
        if upper:
            opened[step] = upper
            wiring[step] = Wiring(*_left(plan, upper, held, low, settled), gains, masked)
    held.update((fact, bits) for bits, fact in settled.items())
    return Margin(held, opened, wiring)


def _joint(
    campaigns: Campaigns, scenarios: Sequence[Scenario], combine: Callable[[Bits, Bits], Bits]
) -> dict[int, Bits]:
    """Return the worlds in which the changed steps are possible in all scenarios and today, or in any of them."""
    found: dict[int, Bits] = {}
    for scenario in scenarios:
        for step, bits in scenario.items():
            found[step] = combine(found.get(step, campaigns.possible[step]), bits)
    return found


def _lowered(campaigns: Campaigns, affected: Collection[int], possible: Mapping[int, Bits]) -> list[Bits]:
    """Return what is reached where less is possible than today in some of the steps that affect others."""
    if all(campaigns.fired(step) & ~possible[step] == 0 for step in affected):
        return campaigns.reached
    reached = list(campaigns.reached)
    loose = {fact for step in affected for fact, _ in campaigns.connections.gains[step]}
    for fact in loose:
        reached[fact] = campaigns.start[fact]
    steps = {step for fact in loose for step in campaigns.connections.gained_by[fact]}
    campaigns.connections.settle(steps, reached, possible)
    return reached


def _raised(campaigns: Campaigns, changed: Mapping[int, Bits]) -> list[Bits]:
    """Return what is reached where some steps are possible in more worlds than today."""
    more = {step: bits for step, bits in changed.items() if bits != campaigns.possible[step]}
    if not more:
        return campaigns.reached
    reached = list(campaigns.reached)
    possible = {**campaigns.possible, **more}
    campaigns.connections.settle(more, reached, possible)
    return reached


def _left(
    plan: Wiring, upper: Bits, held: Mapping[int, Bits], low: Sequence[Bits], settled: dict[Bits, int]
) -> tuple[tuple[int, ...], tuple[tuple[Wire, ...], ...]]:
    """Return the needs and clauses of a step that are not met wherever it may add something.

    What is settled of a clause becomes one more alternative, numbered below zero.
    """
    needs = [fact for fact in plan.needs if fact in held and upper & ~low[fact]]
    clauses = []
    for clause in plan.clauses:
        sure = 0
        for fact, mask in clause:
            sure |= low[fact] & mask
        sure &= upper
        if sure == upper:
            continue
        wires = [(fact, mask) for fact, mask in clause if fact in held]
        if len(wires) == 1 and not sure and wires[0][1] == EVERYWHERE:
            needs.append(wires[0][0])
            continue
        if sure:
            wires.append((settled.setdefault(sure, -1 - len(settled)), EVERYWHERE))
        clauses.append(tuple(wires))
    return tuple(needs), tuple(clauses)
