"""In which worlds steps lie on a proof of a goal, and which gains prove nothing: what they gain is needed before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Flags, Indices, Net, Sweep, Words


class Back(NamedTuple):
    """Be the way back from what is gained to what it takes: nodes by their places in the sweep, edges node by node.

    A fact leads back to the steps that gain it, a step to the facts of its clauses; `worlds` has a row for each node,
    where a step fires or a fact is reached.
    """

    starts: Indices
    others: Indices
    edge_masks: Indices
    masks: Words
    worlds: Words


@compiled
def count_proofs(back: Back, goals: Indices, counts: Words) -> None:
    """Add to bit-sliced counters in how many worlds each node is on a proof of each of up to 64 goals.

    World by world, for a world reaches but a small part of the graph. There the nodes that lead to a goal are found
    once for all goals, with those on a cycle as one (Tarjan, without recursion), and each hands on the goals it serves.
    Row `counts[node]` holds the binary digits of 64 counts, the lowest first.
    """
    nodes = len(back.starts) - 1
    here = np.empty(nodes, dtype=np.uint64)  # 64 worlds of each node
    starts = np.zeros(nodes + 1, dtype=np.int32)  # the edges that are there in any of them
    others, alive = np.empty(len(back.others), dtype=np.int32), np.empty(len(back.others), dtype=np.uint64)
    lanes = np.zeros(nodes, dtype=np.uint64)  # the goals that a node serves
    met = np.zeros(nodes, dtype=np.int32)  # when; less than nothing once its component is complete
    low, edge = np.empty(nodes, dtype=np.int32), np.empty(nodes, dtype=np.int32)
    path, opened = np.empty(nodes, dtype=np.int32), np.empty(nodes, dtype=np.int32)
    order, ends = np.empty(nodes, dtype=np.int32), np.empty(nodes, dtype=np.int32)
    for word in range(back.worlds.shape[1]):
        for node in range(nodes):
            here[node] = back.worlds[node, word]
        edges = 0
        for node in range(nodes):
            starts[node] = edges
            if here[node]:
                for at in range(back.starts[node], back.starts[node + 1]):
                    alive[edges] = here[node] & here[back.others[at]] & back.masks[back.edge_masks[at], word]
                    others[edges] = back.others[at]
                    edges += alive[edges] != 0
        starts[nodes] = edges
        for bit in range(64):
            world = np.uint64(1) << np.uint64(bit)
            place, seen = nodes, 0
            for number in range(len(goals)):
                if not here[goals[number]] & world:
                    continue
                lanes[goals[number]] |= np.uint64(1) << np.uint64(number)
                path[0] = goals[number]
                depth, waiting = 0 if met[goals[number]] else 1, 0
                while depth:
                    node = path[depth - 1]
                    if not met[node]:
                        seen += 1
                        met[node] = low[node] = seen
                        edge[node] = starts[node]
                        opened[waiting] = node
                        waiting += 1
                    at, last, lowest, deeper = edge[node], starts[node + 1], low[node], False
                    while at < last:
                        at += 1
                        if not alive[at - 1] & world:
                            continue
                        other = others[at - 1]
                        when = met[other]
                        if when == 0:
                            path[depth] = other
                            depth += 1
                            deeper = True
                            break
                        if 0 < when < lowest:
                            lowest = when
                    edge[node], low[node] = at, lowest
                    if deeper:
                        continue
                    depth -= 1
                    if depth and lowest < low[path[depth - 1]]:
                        low[path[depth - 1]] = lowest
                    if lowest == met[node]:
                        end, member = place, -1
                        while member != node:
                            waiting -= 1
                            member = opened[waiting]
                            met[member] = -1
                            place -= 1
                            order[place] = member
                        ends[place] = end
            first = place
            while place < nodes:
                end, served = ends[place], np.uint64(0)
                for at in range(place, end):
                    served |= lanes[order[at]]
                for at in range(place, end):
                    node = order[at]
                    lanes[node] = served
                    for to in range(starts[node], starts[node + 1]):
                        if alive[to] & world:
                            lanes[others[to]] |= served
                place = end
            for at in range(first, nodes):
                node = order[at]
                carried, digit = lanes[node], 0
                while carried:
                    count = counts[node, digit]
                    counts[node, digit] = count ^ carried
                    carried &= count
                    digit += 1
                lanes[node], met[node] = np.uint64(0), 0


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
