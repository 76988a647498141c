"""In which worlds a step lies on some proof of a goal: one backward sweep a goal over the stored worlds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from atlasmodel.risk.sweep import Queue, Wire, copier, shares_by_lane
from atlasmodel.risk.what_if import batches, together
from atlasmodel.risk.worlds import Bits

if TYPE_CHECKING:
    from atlasmodel.risk.probability import Campaigns

Useless = Mapping[int, Collection[int]]


def shares_of_steps(campaigns: Campaigns, goals: Sequence[str], useless: Useless) -> list[dict[int, float]]:
    """Return for each goal, by step, the share of worlds that reach it with the step on some proof of it.

    `useless[step]` are the facts that every proof of the step already needs: gaining them again proves nothing.
    """
    gained_by = campaigns.connections.gained_by
    touched = {
        number: campaigns.connections.regions.before(gained_by.get(campaigns.number.get(goal, -1), ()))
        for number, goal in enumerate(goals)
    }
    made = _made(campaigns, useless)
    ways = _ways(campaigns, made)
    results: list[dict[int, float]] = [{} for _ in goals]
    for some, _ in batches(touched, lambda count: together(2 * count, campaigns.worlds.count)):
        found = _proofs(campaigns, [goals[number] for number in some], made, ways)
        for number, shares in zip(some, found, strict=True):
            results[number] = shares
    return results


def _made(campaigns: Campaigns, useless: Useless) -> dict[int, list[Wire]]:
    """Return, by step, what it gains that may prove something, and the worlds in which it does gain it."""
    made: dict[int, list[Wire]] = {}
    for step, gains in campaigns.connections.gains.items():
        fired, wasted = campaigns.fired(step), useless.get(step, ())
        if fired:
            made[step] = [(fact, fired & mask) for fact, mask in gains if fact not in wasted]
    return made


def _ways(campaigns: Campaigns, made: Mapping[int, Sequence[Wire]]) -> dict[int, dict[int, Bits]]:
    """Return, by fact, the facts that proofs of it go on to, each with the worlds in which they do."""
    ways: dict[int, dict[int, Bits]] = {}
    for step, gains in made.items():
        wires = [wire for clause in campaigns.connections.clauses[step] for wire in clause]
        held = [(other, mask & campaigns.reached[other]) for other, mask in wires]
        for fact, bits in gains:
            on = ways.setdefault(fact, {})
            for other, there in held:
                if both := bits & there:
                    on[other] = on.get(other, 0) | both
    return ways


def _proofs(
    campaigns: Campaigns,
    goals: Sequence[str],
    made: Mapping[int, Sequence[Wire]],
    ways: Mapping[int, Mapping[int, Bits]],
) -> list[dict[int, float]]:
    """Return for each goal, side by side as further worlds, the shares of `shares_of_steps`: only facts are searched.

    Steps lie between facts: where a fact is on a proof, so are the steps that gain it.
    """
    width = campaigns.worlds.count
    wide = copier(width, len(goals))
    needed: dict[int, Bits] = {}
    for number, goal in enumerate(goals):
        if goal in campaigns.number:
            fact = campaigns.number[goal]
            needed[fact] = needed.get(fact, 0) | (campaigns.reached[fact] << (width * number))
    queue = Queue(campaigns.connections.backward_order, needed)
    for fact in queue:
        here = needed[fact]
        for other, bits in ways.get(fact, {}).items():
            old = needed.get(other, 0)
            new = old | (here & wide(bits))
            if new != old:
                needed[other] = new
                queue.add(other)
    shares: list[dict[int, float]] = [{} for _ in goals]
    for step in {step: None for fact in needed for step in campaigns.connections.gained_by.get(fact, ())}:
        on_proof = 0
        for fact, bits in made.get(step, ()):
            if fact in needed:
                on_proof |= needed[fact] & wide(bits)
        for found, share in zip(shares, shares_by_lane(on_proof, width, len(goals)), strict=True):
            if share:
                found[step] = share
    return shares
