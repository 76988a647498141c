"""In which worlds steps lie on a proof of a goal, and which gains prove nothing: what they gain is needed before."""

from __future__ import annotations

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words, add


@compiled
def prove(
    net: Net, sweep: Sweep, useless: Flags, reached: Words, fired: Words, goal: int,
    needed: Words, proving: Words, flags: Flags, touched: Flags, touched_nodes: Indices,
) -> int:  # fmt: skip
    """Sweep back from a goal; leave in `proving` where each step is on a proof of it, and return how many nodes it met.

    `needed` and `proving` are empty before; the nodes it met say which rows are to be emptied after.
    """
    count, words = len(net.clause_starts) - 1, reached.shape[1]
    news = np.empty(words, dtype=np.uint64)
    needed[goal] = reached[goal]
    touched[count + goal], touched_nodes[0], met = True, count + goal, 1
    place = sweep.places[count + goal]
    flags[place] = True
    while place >= 0:
        if not flags[place]:
            place -= 1
            continue
        flags[place] = False
        fact, following = sweep.nodes[place] - count, place - 1
        for entry in range(net.gaining_starts[fact], net.gaining_starts[fact + 1]):
            gain = net.gaining[entry]
            if useless[gain]:
                continue
            step, mask = net.gain_steps[gain], net.gain_masks[gain]
            for word in range(words):
                news[word] = fired[step, word] & needed[fact, word]
            if not add(proving[step], news, net.masks[mask]):
                continue
            if not touched[step]:
                touched[step], touched_nodes[met] = True, step
                met += 1
            for option in range(
                net.option_starts[net.clause_starts[step]], net.option_starts[net.clause_starts[step + 1]]
            ):
                other, mask = net.option_facts[option], net.option_masks[option]
                for word in range(words):
                    news[word] = proving[step, word] & reached[other, word]
                if add(needed[other], news, net.masks[mask]):
                    if not touched[count + other]:
                        touched[count + other], touched_nodes[met] = True, count + other
                        met += 1
                    at = sweep.places[count + other]
                    flags[at] = True
                    following = max(following, at)
        place = following
    return met


@compiled
def empty(net: Net, needed: Words, proving: Words, touched: Flags, nodes: Indices) -> None:
    """Empty the rows of some nodes."""
    count = len(net.clause_starts) - 1
    for node in nodes:
        touched[node] = False
        if node < count:
            proving[node] = np.uint64(0)
        else:
            needed[node - count] = np.uint64(0)


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
