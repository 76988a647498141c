"""Searches from a fact to all that its proofs go on to, or to all that it leads to, in 64 worlds at a time.

Only facts are searched. Steps lie between them: where a fact is on a proof, so are the steps that gain it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Words

Places = NDArray[np.uint32]  # without a sign, as an index that may count from the end takes longer

_NONE = np.uint64(0)


class Edges(NamedTuple):
    """Be where each fact leads: fact n to `ends[starts[n] : starts[n + 1]]`."""

    starts: Places
    ends: Places


class Ways(NamedTuple):
    """Be the ways from facts to what they need, with facts by their places in the sweep.

    `gains` are the useful ones, fact by fact, and lead to their steps. A way is there where a gain of one fact and an
    option of the same step that names the other are: those are its `lanes`, an edge may have many.
    """

    back: Edges
    forth: Edges
    turned: Places  # edge of `forth` -> the same edge of `back`
    gains: Edges
    gain_masks: Places
    lane_edges: Places  # lane -> edge of `back`
    lane_gains: Places
    lane_masks: Places
    masks: Words
    made: Words  # word -> where each step is made
    reached: Words  # word -> where each fact is reached


class Search(NamedTuple):
    """Be what searches over 64 worlds work with; between two of them nothing is found and nothing is news."""

    through: Words  # where each gain is made
    back: Words  # where each edge is there
    forth: Words
    core: Words  # where each fact is on a proof of the hub
    found: Words
    news: Words
    queue: Places  # with a place to spare, as an end that meets the beginning says that nobody waits
    met: Places


@compiled
def search_in(ways: Ways, word: int) -> Search:
    """Return what a search of 64 worlds works with."""
    gains, gain_masks, turned = ways.gains.ends, ways.gain_masks, ways.turned
    lane_edges, lane_gains, lane_masks = ways.lane_edges, ways.lane_gains, ways.lane_masks
    masks, made, reached, ends = ways.masks[:, word].copy(), ways.made[word], ways.reached[word], ways.back.ends
    facts = len(reached)
    through = np.empty(len(gains), np.uint64)
    for gain in range(len(gains)):
        through[gain] = made[gains[gain]] & masks[gain_masks[gain]]
    back, forth = np.zeros(len(ends), np.uint64), np.empty(len(ends), np.uint64)
    for lane in range(len(lane_edges)):
        back[lane_edges[lane]] |= through[lane_gains[lane]] & masks[lane_masks[lane]]
    for edge in range(len(ends)):
        back[edge] &= reached[ends[edge]]
    for edge in range(len(ends)):
        forth[edge] = back[turned[edge]]
    core, found, news = np.zeros(facts, np.uint64), np.zeros(facts, np.uint64), np.zeros(facts, np.uint64)
    return Search(through, back, forth, core, found, news, np.empty(facts + 1, np.uint32), np.empty(facts, np.uint32))


@compiled
def follow(edges: Edges, there: Words, search: Search, root: int, worlds: np.uint64, within: np.uint64) -> int:
    """Search from a fact, leaving out what the hub needs in the worlds `within`, and return how many facts were met.

    All worlds go together: a fact waits in line for as long as there are worlds that have not gone on from it.
    """
    starts, ends = edges
    core, found, news, queue, met = search.core, search.found, search.news, search.queue, search.met
    if worlds == 0:
        return 0
    found[root] = news[root] = worlds
    queue[0] = met[0] = root
    first, last, count = 0, 1, 1
    while first != last:
        fact = queue[first]
        first = first + 1 if first + 1 < len(queue) else 0
        bits, news[fact] = news[fact], _NONE
        for at in range(starts[fact], starts[fact + 1]):
            other = ends[at]
            before = found[other]
            fresh = bits & there[at] & ~before
            if fresh == 0:
                continue
            fresh &= ~(core[other] & within)
            if fresh == 0:
                continue
            if before == 0:
                met[count] = other
                count += 1
            found[other] = before | fresh
            if news[other] == 0:
                queue[last] = other
                last = last + 1 if last + 1 < len(queue) else 0
            news[other] |= fresh
    return count


@compiled
def forget(search: Search, count: int) -> None:
    """Make ready for another search in the same worlds."""
    found, met = search.found, search.met
    for at in range(count):
        found[met[at]] = _NONE
