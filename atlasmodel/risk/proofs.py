"""In which worlds a step lies on some proof of a goal: one backward sweep a goal over the stored worlds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from atlasmodel.risk.sweep import EVERYWHERE, Queue, copier, shares_by_lane
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
    results: list[dict[int, float]] = [{} for _ in goals]
    for some, _ in batches(touched, lambda count: together(2 * count, campaigns.worlds.count)):
        found = _proofs(campaigns, [goals[number] for number in some], useless)
        for number, shares in zip(some, found, strict=True):
            results[number] = shares
    return results


def _proofs(campaigns: Campaigns, goals: Sequence[str], useless: Useless) -> list[dict[int, float]]:
    width = campaigns.worlds.count
    wide = copier(width, len(goals))
    needed: dict[int, Bits] = {}
    for number, goal in enumerate(goals):
        if goal in campaigns.number:
            fact = campaigns.number[goal]
            needed[fact] = needed.get(fact, 0) | (campaigns.reached[fact] << (width * number))
    on_proof: dict[int, Bits] = {}
    queue = Queue(campaigns.connections.backward_order, needed)
    for fact in queue:
        for step in campaigns.connections.gained_by.get(fact, ()):
            if fact in useless.get(step, ()):
                continue
            fired = wide(campaigns.fired(step))
            gain = next(mask for other, mask in campaigns.connections.gains[step] if other == fact)
            news = fired & needed[fact] if gain == EVERYWHERE else fired & needed[fact] & wide(gain)
            before = on_proof.get(step, 0)
            after = before | news
            if after == before:
                continue
            on_proof[step] = after
            wiring = campaigns.connections.wiring[step]
            for other in wiring.needs:  # a requirement without alternative is held wherever the step is made
                _add(needed, other, after, queue)
            for clause in wiring.clauses:
                for other, mask in clause:
                    held = after & wide(campaigns.reached[other])
                    _add(needed, other, held if mask == EVERYWHERE else held & wide(mask), queue)
    shares: list[dict[int, float]] = [{} for _ in goals]
    for step, bits in on_proof.items():
        for found, share in zip(shares, shares_by_lane(bits, width, len(goals)), strict=True):
            if share:
                found[step] = share
    return shares


def _add(needed: dict[int, Bits], fact: int, bits: Bits, queue: Queue) -> None:
    """Need a fact in further worlds."""
    old = needed.get(fact, 0)
    new = old | bits
    if new != old:
        needed[fact] = new
        queue.add(fact)
