"""What a part contributes to a goal: how the probability moves when the part is there for certain, or not at all.

All figures come from the same worlds as today's, so they differ by what the part does and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.sweep import settle, wiring_of


@dataclass(frozen=True)
class Importance:
    """Be the probability of a goal today, with a part for certain and without it."""

    today: float
    certain: float
    never: float

    @property
    def birnbaum(self) -> float:
        """Return Birnbaum's importance: the chance that the goal hangs on the part, 0 to 1."""
        return self.certain - self.never

    @property
    def reduction(self) -> float:
        """Return the risk reduction worth: how much the probability falls without the part."""
        return self.today - self.never


def of_steps(campaigns: Campaigns, steps: Sequence[int], goal: str) -> list[Importance]:
    """Return the importance of steps: each alone works wherever it exists, or nowhere."""
    scenarios = [
        {step: bits} for step in steps for bits in (campaigns.draws.exists(step), 0) if step in campaigns.possible
    ]
    shares = iter(campaigns.what_if(scenarios, [goal]))
    today = campaigns.share(goal)
    found = []
    for step in steps:
        if step in campaigns.possible:
            ((certain,), (never,)) = next(shares), next(shares)
            found.append(Importance(today, certain, never))
        else:
            found.append(Importance(today, today, today))
    return found


def of_fact(campaigns: Campaigns, fact: str, goal: str) -> Importance:
    """Return the importance of a fact: held from the start, or not to be had."""
    return Importance(campaigns.share(goal), _given(campaigns, fact, goal, held=True), _given(campaigns, fact, goal))


def of_unknown(campaigns: Campaigns, place: str, attribute: str, goal: str) -> Mapping[str, float]:
    """Return the probability of a goal for each value that an unknown may take, read off the worlds where it does."""
    worlds, reached = campaigns.worlds, campaigns.bits(goal)
    return {
        str(value): (bits & reached).bit_count() / bits.bit_count()
        for value, bits in worlds.values(place, attribute)
        if bits
    }


def _given(campaigns: Campaigns, fact: str, goal: str, *, held: bool = False) -> float:
    """Return the probability of a goal where a fact is held everywhere, or gained and held nowhere."""
    number = campaigns.number.get(fact)
    if number is None:
        return campaigns.share(goal)
    reached = list(campaigns.start)
    reached[number] = campaigns.worlds.all if held else 0
    connections = campaigns.connections
    wiring = dict(connections.wiring)
    for step in connections.gained_by.get(number, ()):
        left = [wire for wire in connections.gains[step] if wire[0] != number]
        wiring[step] = wiring_of(connections.clauses[step], left)
    settle(wiring, reached, campaigns.possible, wiring=wiring, order=connections.order, waiting=connections.waiting)
    return campaigns.worlds.share(reached[campaigns.number[goal]]) if goal in campaigns.number else 0.0
