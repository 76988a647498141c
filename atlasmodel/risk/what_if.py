"""What-if questions on the stored worlds: only what depends on a change is computed again, many scenarios at once.

Scenarios that touch the same part of the graph are laid side by side as further worlds: one operation on bits serves
them all. The worlds stay the same, so a scenario in which less is possible never reaches more, in any world.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from atlasmodel.risk.sweep import copier, settle, shares_by_lane
from atlasmodel.risk.worlds import Bits

if TYPE_CHECKING:
    from atlasmodel.risk.probability import Campaigns

Scenario = Mapping[int, Bits]
MOST_TOGETHER = 32  # scenarios side by side
ALIKE = 1.3  # how much larger than the larger part two parts together may be, to be worked on side by side
SPACE = 256 * 1024 * 1024  # bytes that worlds side by side may take


def shares_in(campaigns: Campaigns, scenarios: Sequence[Scenario], facts: Sequence[str]) -> list[list[float]]:
    """Return, for each scenario, the shares of worlds in which some facts are reached."""
    today = [campaigns.share(fact) for fact in facts]
    place = {campaigns.number[fact]: index for index, fact in enumerate(facts) if fact in campaigns.number}
    results = [list(today) for _ in scenarios]
    changes: dict[int, Scenario] = {}
    for number, scenario in enumerate(scenarios):
        changed = {step: bits for step, bits in scenario.items() if bits != campaigns.possible[step]}
        if changed:
            changes[number] = changed
    touched = {number: campaigns.regions.after(changed) for number, changed in changes.items()}
    for some, region in batches(touched, campaigns.worlds.count):
        affected = campaigns.regions.members(region)
        found = _side_by_side(campaigns, [changes[number] for number in some], affected, place.keys())
        for number, shares in zip(some, found, strict=True):
            for fact, share in shares.items():
                results[number][place[fact]] = share
    return results


def batches(touched: Mapping[int, Bits], worlds: int) -> list[tuple[list[int], Bits]]:
    """Return what is laid side by side: numbers that touch much the same steps (bits), as many as the space allows."""
    found: list[tuple[list[int], Bits]] = []
    for number, steps in touched.items():
        size = steps.bit_count()
        for place, (members, region) in enumerate(found):
            union = region | steps
            count = union.bit_count()
            if count <= ALIKE * max(region.bit_count(), size) and len(members) < _together(2 * count, worlds):
                members.append(number)
                found[place] = members, union
                break
        else:
            found.append(([number], steps))
    return found


def _together(values: int, worlds: int) -> int:
    """Return how many copies of all worlds fit side by side, for that many values."""
    return max(1, min(MOST_TOGETHER, SPACE // (worlds // 8 * values + 1)))


def _side_by_side(
    campaigns: Campaigns, scenarios: Sequence[Scenario], affected: Collection[int], facts: Collection[int]
) -> list[dict[int, float]]:
    """Return for each scenario the shares of those facts, by number, that the affected steps may change."""
    width = campaigns.worlds.count
    wide = copier(width, len(scenarios))
    changed: dict[int, Bits] = {}
    for number, scenario in enumerate(scenarios):
        for step, bits in scenario.items():
            today = changed[step] if step in changed else wide(campaigns.possible[step])
            changed[step] = today ^ ((campaigns.possible[step] ^ bits) << (width * number))
    loose = {fact for step in affected for fact, _ in campaigns.gains[step]}
    steps = {step for fact in loose for step in campaigns.gained_by[fact]}
    near = loose | {fact for step in steps for clause in campaigns.clauses[step] for fact, _ in clause}
    reached = {fact: wide((campaigns.start if fact in loose else campaigns.reached)[fact]) for fact in near}
    for step in steps - affected:  # what does not change has only to be gained once
        bits = wide(campaigns.fired(step))
        for fact, mask in campaigns.gains[step]:
            if fact in loose:
                reached[fact] |= bits & wide(mask)
    possible = {step: changed[step] if step in changed else wide(campaigns.possible[step]) for step in affected}
    wiring = {step: campaigns.wiring[step].widened(wide) for step in affected}
    settle(affected, reached, possible, wiring=wiring, ranks=campaigns.ranks, waiting=campaigns.waiting)
    shares = {fact: shares_by_lane(reached[fact], width, len(scenarios)) for fact in sorted(loose.intersection(facts))}
    return [{fact: found[number] for fact, found in shares.items()} for number in range(len(scenarios))]
