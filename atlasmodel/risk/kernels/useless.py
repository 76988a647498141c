"""Which gains prove nothing: what they gain is needed before."""

from __future__ import annotations

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Net, Sweep


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
