"""Cuts of the goal that every proof must meet, and a weight that no proof can undercut (LM-cut)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import inf

from atlasmodel.attack.kernels.spread import find_ways_in
from atlasmodel.attack.search.hypergraph import EPSILON, Hypergraph
from atlasmodel.attack.search.relaxed import Offers, Relaxed


def landmarks(
    graph: Hypergraph, banned: Collection[int] = (), weight: Sequence[float] | None = None, most: int = 200
) -> tuple[list[frozenset[int]], float]:
    """Return sets of moves of which every proof has one, and a weight that no proof can undercut.

    The cuts of Helmert and Domshlak: moves into the region from which the goal follows for nothing, of which the
    cheapest is paid for and taken off the price of all; after `most` cuts what is left is bounded by the dearest need
    alone. A goal out of reach has no landmark and no finite bound.
    """
    weights = graph.weight if weight is None else weight
    column = graph.engine.floats([value if value > EPSILON else 0.0 for value in weights])
    price: Sequence[float] = graph.engine.read(column)
    offers = graph.offers(banned, column)
    cuts: list[frozenset[int]] = []
    bound = 0.0
    while True:
        relaxed = graph.relaxed(offers, column, additive=False)
        relaxed.go_on()
        left = relaxed.cost[graph.goal]
        if left in (0, inf) or len(cuts) >= most:
            return cuts, bound + left
        cut = _cut(graph, relaxed, column, offers)
        paid = min(price[move] for move in cut)
        for move in cut:
            rest = price[move] - paid
            column[move] = rest = rest if rest > EPSILON else 0.0
            for fact in graph.gains[move] if graph.needed[move] == 0 else ():
                offers.least[fact], offers.by[fact] = min((offers.least[fact], offers.by[fact]), (rest, move))
        bound += paid
        cuts.append(frozenset(cut))


def _cut(graph: Hypergraph, relaxed: Relaxed, price: list[float], offers: Offers) -> list[int]:
    """Return the moves that lead from what can be had before the goal's region into that region."""
    engine = graph.engine
    cut, side = engine.all(-1, len(graph.moves)), engine.all(0, len(graph.facts))
    count = engine.run(find_ways_in)(
        graph.net, price, offers.left, offers.least, relaxed.columns.dearest, graph.goal, side, cut
    )
    return list(engine.read(cut)[:count])
