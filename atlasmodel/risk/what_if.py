"""What-if questions on the stored worlds: only what depends on a change is computed again, many scenarios at once.

Scenarios that touch the same part of the graph are laid side by side as further worlds: one operation on bits serves
them all, and only where they can differ at all (`margin.py`). The worlds stay the same, so a scenario in which less is
possible never reaches more, in any world.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from atlasmodel.risk.margin import Margin, Scenario, margin_of
from atlasmodel.risk.sweep import copier, settle, shares_by_lane
from atlasmodel.risk.worlds import Bits

if TYPE_CHECKING:
    from atlasmodel.risk.probability import Campaigns

MOST_JOINT = 64  # scenarios bounded together
MOST_TOGETHER = 32  # copies of the worlds side by side
ALIKE = 1.3  # how much larger than the larger part two parts together may be, to be worked on side by side
SPACE = 96 * 1024 * 1024  # bytes that worlds side by side may take


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
    touched = {number: campaigns.connections.regions.after(changed) for number, changed in changes.items()}
    for some, region in batches(touched, lambda _: MOST_JOINT):
        for number, shares in _changed(campaigns, {number: changes[number] for number in some}, region, place.keys()):
            for fact, share in shares.items():
                results[number][place[fact]] = share
    return results


def batches(touched: Mapping[int, Bits], most: Callable[[int], int]) -> list[tuple[list[int], Bits]]:
    """Return what is worked on together: numbers that touch much the same steps (bits), `most(count)` of them."""
    found: list[tuple[list[int], Bits]] = []
    for number, steps in touched.items():
        size = steps.bit_count()
        for place, (members, region) in enumerate(found):
            union = region | steps
            count = union.bit_count()
            if count <= ALIKE * max(region.bit_count(), size) and len(members) < most(count):
                members.append(number)
                found[place] = members, union
                break
        else:
            found.append(([number], steps))
    return found


def together(values: int, worlds: int) -> int:
    """Return how many copies of all worlds fit side by side, for that many values."""
    return max(1, min(MOST_TOGETHER, SPACE // (worlds // 8 * values + 1)))


def _changed(
    campaigns: Campaigns, scenarios: Mapping[int, Scenario], region: Bits, facts: Collection[int]
) -> Iterator[tuple[int, dict[int, float]]]:
    """Return each scenario that may change any of those facts, by its number, with the shares of them that are open."""
    margin = margin_of(campaigns, list(scenarios.values()), campaigns.connections.regions.members(region))
    changes: dict[int, dict[int, Bits]] = {}
    for number, scenario in scenarios.items():
        changed = {
            step: bits
            for step in scenario.keys() & margin.open.keys()
            if (bits := (scenario[step] ^ campaigns.possible[step]) & margin.open[step])
        }
        if changed:
            changes[number] = changed
    numbers = list(changes)
    size = together(len(margin.open) + len(margin.held), campaigns.worlds.count)
    for first in range(0, len(numbers), size):
        some = numbers[first : first + size]
        yield from zip(some, _side_by_side(campaigns, margin, [changes[number] for number in some], facts), strict=True)


def _side_by_side(
    campaigns: Campaigns, margin: Margin, changes: Sequence[Mapping[int, Bits]], facts: Collection[int]
) -> list[dict[int, float]]:
    """Return the shares of the open facts for each scenario, given the worlds in which it turns a step round."""
    width = campaigns.worlds.count
    wide = copier(width, len(changes))
    possible = {step: wide(upper & campaigns.possible[step]) for step, upper in margin.open.items()}
    for lane, changed in enumerate(changes):
        for step, bits in changed.items():
            possible[step] ^= bits << (width * lane)
    wiring = {step: narrow.widened(wide) for step, narrow in margin.wiring.items()}
    reached = {fact: wide(bits) for fact, bits in margin.held.items()}
    settle(wiring, reached, possible, wiring=wiring, order=campaigns.connections.order, waiting=margin.waiting)
    shares = {fact: shares_by_lane(reached[fact], width, len(changes)) for fact in sorted(reached.keys() & facts)}
    return [{fact: found[lane] for fact, found in shares.items()} for lane in range(len(changes))]
