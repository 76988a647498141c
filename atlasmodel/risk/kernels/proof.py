"""In which worlds steps lie on a proof of a goal, and which gains prove nothing: what they gain is needed before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words

_ALL, _NONE = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0)
_TRIED = 8  # facts that are tried as the hub, and goals that may say which


Places = NDArray[np.uint32]  # without a sign, as an index that may count from the end takes longer


class Edges(NamedTuple):
    """Be where each node leads: for node n, `ends[starts[n] : starts[n + 1]]`, each a node and a mask."""

    starts: Places
    ends: Places


class Ways(NamedTuple):
    """Be the ways between facts and steps, with nodes by their places in the sweep.

    Back, a fact leads to the steps that gain it and a step to the facts of its clauses; forth is the reverse. `worlds`
    has a row for each node, where a step fires or a fact is reached; `steps` tells which step a node is, for facts -1.
    """

    back: Edges
    forth: Edges
    steps: Indices
    masks: Words
    worlds: Words


class Search(NamedTuple):
    """Be what searches over 64 worlds work with; between two of them nothing is found and nothing is news."""

    here: Words  # where each node is
    shut: Words  # two for each node: where it is not or was found, and where it leads to the hub's proofs
    news: Words
    queue: Places  # with a place to spare, as an end that meets the beginning says that nobody waits
    met: Places


@compiled
def count_proofs(ways: Ways, goals: Places, counts: Indices) -> None:
    """Add to `counts[goal, step]` in how many worlds a step is on a proof of a goal.

    Proofs have most of their steps in common. Where a goal needs the hub, it needs all that the hub needs: that is
    found once, the search from the goal leaves it out, and its steps count where two rows have worlds in common.
    """
    hub = _hub(ways, goals) if len(goals) > 2 else -1
    steps, worlds = ways.steps, ways.worlds
    core = np.zeros((counts.shape[1], worlds.shape[1]), dtype=np.uint64)  # step -> where it is on a proof of the hub
    needing = np.zeros((len(goals), worlds.shape[1]), dtype=np.uint64)  # goal -> where it needs the hub
    search = _search(len(worlds))
    here, shut, met = search.here, search.shut, search.met
    for word in range(worlds.shape[1]):
        masks = ways.masks[:, word].copy()
        _set_out(search, worlds, word)
        if hub >= 0:
            found = _follow(ways.forth, masks, search, hub, _NONE)
            for number in range(len(goals)):
                needing[number, word] = shut[goals[number], 0] & here[goals[number]]
            _forget(search, found)
            found = _follow(ways.back, masks, search, hub, _NONE)
            for at in range(found):
                node = met[at]
                shut[node, 1] = shut[node, 0] & here[node]
                if steps[node] >= 0:
                    core[steps[node], word] = shut[node, 1]
            _forget(search, found)
        for number in range(len(goals)):
            found = _follow(ways.back, masks, search, goals[number], needing[number, word])
            for at in range(found):
                node = met[at]
                if steps[node] >= 0:
                    counts[number, steps[node]] += ones(shut[node, 0] & here[node])
            _forget(search, found)
    if hub >= 0:
        _count_common(core, needing, counts)


@compiled
def _hub(ways: Ways, goals: Places) -> int:
    """Return a fact on a large cycle that goals need, judged by the first 64 worlds; -1 for none.

    Some facts are tried that a goal with much behind it needs. Nodes that lead to such a fact and back are on a cycle
    with it; on the largest, the fact is chosen that the goal needs in the most worlds.
    """
    search = _search(len(ways.worlds))
    here, shut, met = search.here, search.shut, search.met
    masks = ways.masks[:, 0].copy()
    _set_out(search, ways.worlds, 0)
    most, goal = -1, goals[0]
    for root in goals[:: max(1, len(goals) // _TRIED)]:
        found = _follow(ways.back, masks, search, root, _NONE)
        _forget(search, found)
        if found > most:
            most, goal = found, root
    found = _follow(ways.back, masks, search, goal, _NONE)
    behind, facts = shut[:, 0] & here, met[:found][ways.steps[met[:found]] < 0]
    _forget(search, found)
    best, hub = 0, -1
    for fact in facts[:: max(1, len(facts) // _TRIED)]:
        found = _follow(ways.forth, masks, search, fact, _NONE)
        after = shut[:, 0] & here
        _forget(search, found)
        found = _follow(ways.back, masks, search, fact, _NONE)
        size, widest, stand_in = 0, 0, -1
        for at in range(found):
            node = met[at]
            worlds = ones(shut[node, 0] & after[node])
            size += worlds
            wide = ones(behind[node]) * 65 + worlds
            if ways.steps[node] < 0 and worlds and wide > widest:
                widest, stand_in = wide, node
        _forget(search, found)
        if size > best:
            best, hub = size, stand_in
    return hub


@compiled
def _search(nodes: int) -> Search:
    """Return what a search works with."""
    here, shut, news = np.zeros(nodes, np.uint64), np.zeros((nodes, 2), np.uint64), np.zeros(nodes, np.uint64)
    return Search(here, shut, news, np.empty(nodes + 1, np.uint32), np.empty(nodes, np.uint32))


@compiled
def _set_out(search: Search, worlds: Words, word: int) -> None:
    """Make ready for 64 other worlds."""
    here, shut = search.here, search.shut
    for node in range(len(here)):
        here[node] = worlds[node, word]
        shut[node, 0], shut[node, 1] = ~here[node], _NONE


@compiled
def _forget(search: Search, found: int) -> None:
    """Make ready for another search in the same worlds."""
    here, shut, met = search.here, search.shut, search.met
    for at in range(found):
        shut[met[at], 0] = ~here[met[at]]


@compiled
def _follow(edges: Edges, masks: Words, search: Search, root: int, within: np.uint64) -> int:
    """Search from a fact, leaving out what the hub needs in the worlds `within`, and return how many nodes were met.

    All worlds go together: a fact waits in line for as long as there are worlds that have not gone on from it. Steps
    are gone through at once.
    """
    starts, ends = edges
    here, shut, news, queue, met = search
    if here[root] == 0:
        return 0
    shut[root, 0], news[root] = _ALL, here[root]
    queue[0] = met[0] = root
    first, last, found = 0, 1, 1
    while first != last:
        fact = queue[first]
        first = first + 1 if first + 1 < len(queue) else 0
        bits, news[fact] = news[fact], _NONE
        for at in range(starts[fact], starts[fact + 1]):
            step = ends[at, 0]
            before = shut[step, 0]
            going = bits & masks[ends[at, 1]] & ~(before | shut[step, 1] & within)
            if going == 0:
                continue
            if before == ~here[step]:
                met[found] = step
                found += 1
            shut[step, 0] = before | going
            for to in range(starts[step], starts[step + 1]):
                other = ends[to, 0]
                before = shut[other, 0]
                fresh = going & masks[ends[to, 1]] & ~(before | shut[other, 1] & within)
                if fresh == 0:
                    continue
                if before == ~here[other]:
                    met[found] = other
                    found += 1
                shut[other, 0] = before | fresh
                if news[other] == 0:
                    queue[last] = other
                    last = last + 1 if last + 1 < len(queue) else 0
                news[other] |= fresh
    return found


@compiled
def _count_common(core: Words, needing: Words, counts: Indices) -> None:
    """Add for each goal and step in how many worlds the goal needs the hub and the step is on a proof of it."""
    for step in range(len(core)):
        for number in range(len(needing)):
            total = 0
            for word in range(core.shape[1]):
                total += ones(core[step, word] & needing[number, word])
            counts[number, step] += total


@compiled
def ones(word: np.uint64) -> int:
    """Return how many bits of a word are set."""
    pairs = word - (word >> np.uint64(1) & np.uint64(0x5555555555555555))
    fours = (pairs & np.uint64(0x3333333333333333)) + (pairs >> np.uint64(2) & np.uint64(0x3333333333333333))
    eights = fours + (fours >> np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    eights += eights >> np.uint64(8)
    eights += eights >> np.uint64(16)
    return int(np.int64(eights + (eights >> np.uint64(32)) & np.uint64(0x7F)))


@compiled
def useless_gains(net: Net, sweep: Sweep, held: Flags) -> Flags:
    """Return which gains prove nothing: every proof of their step needs what it gains; `held` are facts of the start.

    The greatest solution of: a fact needs itself and what all ways to it need, a step what each of its clauses needs.
    """
    count = len(net.clause_starts) - 1
    useless = np.zeros(len(net.gain_facts), dtype=np.bool_)
    bit = np.full(len(held), -1, dtype=np.int32)
    place = 0
    while place < len(sweep.nodes):
        first, last = place, sweep.last[place]
        place = last
        if last - first == 1:
            continue
        facts = 0
        for at in range(first, last):
            if sweep.nodes[at] >= count:
                bit[sweep.nodes[at] - count] = facts
                facts += 1
        words = (facts + 63) // 64
        needs = np.full((last - first, words), np.uint64(0xFFFFFFFFFFFFFFFF), dtype=np.uint64)
        need, common = np.empty(words, dtype=np.uint64), np.empty(words, dtype=np.uint64)
        changed = True
        while changed:
            changed = False
            for at in range(first, last):
                node = sweep.nodes[at]
                if node < count:
                    need[:] = np.uint64(0)
                    for clause in range(net.clause_starts[node], net.clause_starts[node + 1]):
                        common[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
                        for option in range(net.option_starts[clause], net.option_starts[clause + 1]):
                            fact = net.option_facts[option]
                            if bit[fact] < 0:
                                common[:] = np.uint64(0)
                                break
                            common &= needs[sweep.places[count + fact] - first]
                        need |= common
                else:
                    fact = node - count
                    need[:] = np.uint64(0) if held[fact] else np.uint64(0xFFFFFFFFFFFFFFFF)
                    for entry in range(net.gaining_starts[fact], net.gaining_starts[fact + 1]):
                        other = sweep.places[net.gain_steps[net.gaining[entry]]]
                        if other < first:
                            need[:] = np.uint64(0)
                            break
                        need &= needs[other - first]
                    own = bit[fact]
                    need[own // 64] |= np.uint64(1) << np.uint64(own % 64)
                for word in range(words):
                    if need[word] != needs[at - first, word]:
                        needs[at - first, word] = need[word]
                        changed = True
        for at in range(first, last):
            step = sweep.nodes[at]
            if step < count:
                for gain in range(net.gain_starts[step], net.gain_starts[step + 1]):
                    own = bit[net.gain_facts[gain]]
                    if own >= 0:
                        word = needs[at - first, own // 64]
                        useless[gain] = bool(word >> np.uint64(own % 64) & np.uint64(1))
        for at in range(first, last):
            if sweep.nodes[at] >= count:
                bit[sweep.nodes[at] - count] = -1
    return useless
