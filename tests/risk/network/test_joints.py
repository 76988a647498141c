"""The places that hold a graph together are those whose loss leaves more pieces than there were."""

from __future__ import annotations

import random

from atlasmodel.risk.network.joints import cut_places


def drawn(seed: int) -> dict[int, dict[int, None]]:
    """Draw a graph of one or several pieces."""
    chance = random.Random(seed)
    count = chance.randint(0, 12)
    graph: dict[int, dict[int, None]] = {place: {} for place in range(count)}
    for _ in range(chance.randint(0, 2 * count)):
        one, other = chance.randrange(count), chance.randrange(count)
        if one != other:
            graph[one][other] = graph[other][one] = None
    return graph


def pieces(graph: dict[int, dict[int, None]], without: int | None = None) -> int:
    seen = {without}
    found = 0
    for first in graph:
        found += first not in seen
        stack = [first]
        while stack:
            place = stack.pop()
            if place not in seen:
                seen.add(place)
                stack += graph[place]
    return found


def test_a_place_is_named_where_its_loss_leaves_more_pieces() -> None:
    named = 0
    for seed in range(500):
        graph = drawn(seed)
        found = list(cut_places(graph))
        assert len(set(found)) == len(found)
        assert set(found) == {place for place in graph if pieces(graph, place) > pieces(graph)}, seed
        named += len(found)
    assert named > 300


def test_a_long_line_needs_no_recursion() -> None:
    line = {place: {other: None for other in (place - 1, place + 1) if 0 <= other < 20_000} for place in range(20_000)}
    assert set(cut_places(line)) == set(range(1, 19_999))
