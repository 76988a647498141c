"""The cheapest cut where it is a minimum cut of a network: each element takes one move, each move waits for one thing.

What is had whatever is taken away counts as held, so a move with several needs may still wait for one alone. Costs are
scaled to whole numbers without rounding, so the answer is exact; of cuts that cost the same it is one with the fewest
elements. Elsewhere the question is NP-hard (`cuts.cheapest_cut`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from atlasmodel.attack.search.hypergraph import Hypergraph

if TYPE_CHECKING:
    import networkx as nx

START = -1


def minimum_cut(
    graph: Hypergraph, elements: Mapping[str, Collection[int]], cost: Mapping[str, float]
) -> tuple[str, ...] | None:
    """Return the names of the cheapest elements that leave no proof; None where the shortcut does not apply.

    It does not where an element takes two moves between start and goal, where one of these waits for two things, or
    where there is a proof that no element meets.

    >>> from atlasmodel.attack.search.moves import Move
    >>> moves = [Move("a", (("s",),), ("x",), 1), Move("b", (("x",),), ("g",), 1), Move("c", (("x",),), ("g",), 1)]
    >>> graph = Hypergraph(moves, {"s"}, "g")
    >>> minimum_cut(graph, {"a": [0], "b": [1], "c": [2]}, {"a": 2.5, "b": 1.2, "c": 1.2})
    ('b', 'c')
    """
    import networkx as nx

    taking: dict[int, tuple[float, str]] = {}  # move -> the cheapest element that takes it away
    for name, moves in elements.items():
        for move in moves:
            offer = (max(0.0, cost[name]), name)
            taking[move] = min(offer, taking.get(move, offer))
    had = graph.reach()
    if graph.goal not in had:
        return ()
    waiting = _between(graph, had, graph.reach(banned=taking))
    if waiting is None or any(len(waiting.keys() & set(moves)) > 1 for moves in elements.values()):
        return None
    chosen = {move: taking[move] for move in sorted(waiting) if move in taking}
    capacity = dict(zip(chosen, _whole([price for price, _ in chosen.values()]), strict=True))
    network = nx.DiGraph()
    ends: dict[int, tuple[int, int]] = {}
    for move, (needs, gains) in sorted(waiting.items()):
        ends[move] = _ends(network, len(graph.facts) + 2 * move, needs, gains)
        _join(network, *ends[move], capacity.get(move))
    _, (_, beyond) = nx.minimum_cut(network, START, graph.goal)
    return tuple(
        sorted(name for move, (_, name) in chosen.items() if ends[move][0] not in beyond and ends[move][1] in beyond)
    )


def _between(
    graph: Hypergraph, had: AbstractSet[int], sure: AbstractSet[int]
) -> dict[int, tuple[list[int], list[int]]] | None:
    """Return the moves from start to goal with the facts one of which each waits for, and the facts that it brings.

    Facts that are `sure` are had in any case. None where the goal is, or where a move waits for two things.
    """
    if graph.goal in sure:
        return None
    found: dict[int, tuple[list[int], list[int]]] = {}
    stack, seen = [graph.goal], {graph.goal}
    while stack:
        for move in graph.gained[stack.pop()]:
            if move in found or graph.needed[move] < 0:
                continue
            clauses = [graph.clauses[clause] for clause in graph.clauses_of(move)]
            needs = [[fact for fact in clause if fact in had] for clause in clauses if sure.isdisjoint(clause)]
            if not all(needs):
                continue  # it is never made
            if len(needs) > 1:
                return None
            waits = needs[0] if needs else [START]
            found[move] = waits, [fact for fact in graph.gains[move] if fact not in sure]
            fresh = [fact for fact in waits if fact != START and fact not in seen]
            seen.update(fresh)
            stack += fresh
    return found


def _ends(network: nx.DiGraph, node: int, needs: list[int], gains: list[int]) -> tuple[int, int]:
    """Return where a move begins and ends: at a fact, or at a node of its own where it has several."""
    before = needs[0] if len(needs) == 1 else node
    after = gains[0] if len(gains) == 1 else node + 1
    if before == node:
        network.add_edges_from((fact, node) for fact in needs)
    if after == node + 1:
        network.add_edges_from((node + 1, fact) for fact in gains)
    return before, after


def _join(network: nx.DiGraph, before: int, after: int, capacity: int | None) -> None:
    """Add a way with some capacity (None: no bound) to those that are there."""
    if not network.has_edge(before, after):
        network.add_edge(before, after)
        if capacity is not None:
            network[before][after]["capacity"] = capacity
    elif capacity is None:
        network[before][after].pop("capacity", None)
    elif "capacity" in network[before][after]:
        network[before][after]["capacity"] += capacity


def _whole(prices: list[float]) -> list[int]:
    """Return whole numbers in the order of the sums of some prices; of equal sums, that of fewer prices comes first."""
    ratios = [price.as_integer_ratio() for price in prices]
    unit = max((under for _, under in ratios), default=1)  # all are powers of two
    return [over * (unit // under) * (len(prices) + 1) + 1 for over, under in ratios]
