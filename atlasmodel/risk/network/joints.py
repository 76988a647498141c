"""Find the places of a graph without which what hangs together falls apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

P = TypeVar("P")


def cut_places(graph: Mapping[P, Collection[P]]) -> Iterator[P]:
    """Yield the places that hold parts of a graph together; each place comes with its neighbours.

    >>> list(cut_places({1: [2], 2: [1, 3], 3: [2]}))
    [2]
    """
    above: dict[P, P | None] = {}  # in the order of a walk that goes deep first
    order: dict[P, int] = {}
    for root in graph:
        stack: list[tuple[P, P | None]] = [(root, None)]
        while stack:
            place, before = stack.pop()
            if place not in order:
                order[place], above[place] = len(order), before
                stack += [(other, place) for other in graph[place] if other not in order]
    lowest = dict(order)  # how far back the places below lead
    below = dict.fromkeys(order, 0)  # the parts below that lead no further back than to this place
    for place, before in reversed(above.items()):
        least = lowest[place]
        for other in graph[place]:
            if other != before:
                least = min(least, order[other])
        if before is not None:
            lowest[before] = min(lowest[before], least)
            below[before] += least >= order[before]
    yield from (place for place, parts in below.items() if parts > (above[place] is None))
