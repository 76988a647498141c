"""In how many ways steps off the system can serve the same path."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from atlasmodel.attack.search.cheapest import in_order
from atlasmodel.attack.search.hypergraph import Hypergraph

MOST_VARIANTS = 99
MOST_SPARE = 400  # unnamed moves that are looked at; with more, only the path itself is counted


def count_variants(graph: Hypergraph, path: Sequence[int]) -> int:
    """Return in how many minimal ways unnamed moves can serve the named moves of a path, up to MOST_VARIANTS."""
    named = [move for move in path if graph.moves.name(move)]
    if len(named) == len(path):
        return 1
    goal = graph.goal
    held = {*graph.start, *(fact for move in named for fact in graph.gains[move])}
    needs = [graph.clauses[clause] for move in named for clause in graph.clauses_of(move)]
    spare = _spare(graph, [*needs, [goal]], held)
    if len(spare) > MOST_SPARE:
        return 1
    ways = _ways(graph, spare, held)
    found = set()
    for way in _joined([*needs, [goal]], ways, held):
        moves = [*named, *(move for index, move in enumerate(spare) if way >> index & 1)]
        if len(in_order(graph, moves)) == len(moves):
            found.add(way)
    return max(1, len(_smallest(found)))


def _spare(graph: Hypergraph, needs: Iterable[Sequence[int]], held: Collection[int]) -> list[int]:
    """Return the unnamed moves that could serve some clauses, first or last."""
    stack = [facts for facts in needs if not any(fact in held for fact in facts)]
    seen: set[int] = set()
    found: set[int] = set()
    while stack:
        fresh = [fact for fact in stack.pop() if fact not in seen]
        seen.update(fresh)
        for move in (move for fact in fresh for move in graph.gained[fact]):
            if move not in found and not graph.moves.name(move):
                found.add(move)
                further = (graph.clauses[clause] for clause in graph.clauses_of(move))
                stack += [facts for facts in further if not any(fact in held for fact in facts)]
    return sorted(found)


def _ways(graph: Hypergraph, spare: Sequence[int], held: Collection[int]) -> dict[int, list[int]]:
    """Return, for every fact that spare moves can gain, the sets of them that do, as bits: a least fixed point.

    A set that contains another is left out, so going round a cycle adds nothing and the sets settle.
    """
    place = {move: index for index, move in enumerate(spare)}
    takers: dict[int, dict[int, None]] = {}  # fact -> the spare moves that can use it: of all moves these are few
    for move in spare:
        for clause in graph.clauses_of(move):
            for fact in graph.clauses[clause]:
                takers.setdefault(fact, {})[move] = None
    ways: dict[int, list[int]] = {}
    line = deque(spare)
    queued = set(spare)
    while line:
        move = line.popleft()
        queued.discard(move)
        needs = [graph.clauses[clause] for clause in graph.clauses_of(move)]
        new = [way | 1 << place[move] for way in _joined(needs, ways, held)]
        for fact in graph.gains[move]:
            known = ways.get(fact, [])
            if fact in held or not set(new).difference(known) or (merged := _smallest([*known, *new])) == known:
                continue
            ways[fact] = merged
            for taker in takers.get(fact, ()):
                if taker not in queued:
                    queued.add(taker)
                    line.append(taker)
    return ways


def _joined(needs: Iterable[Sequence[int]], ways: dict[int, list[int]], held: Collection[int]) -> list[int]:
    """Return the sets that meet every one of some clauses."""
    joined = [0]
    for facts in needs:
        if not any(fact in held for fact in facts):
            options = [way for fact in facts for way in ways.get(fact, ())]
            joined = _smallest({left | right for left in joined for right in options})
    return joined


def _smallest(sets: Iterable[int]) -> list[int]:
    """Return the sets, as bits, that contain no other, the smallest first and at most MOST_VARIANTS."""
    kept: list[int] = []
    single, wider = 0, list[int]()  # of those kept: what are sets by itself, and the other sets
    for size, group in groupby(sorted(set(sets), key=lambda bits: (bits.bit_count(), bits)), int.bit_count):
        new = [one for one in group if not one & single and not any(other & one == other for other in wider)]
        kept += new
        if size == 0 or len(kept) >= MOST_VARIANTS:
            break
        if size == 1:
            single = sum(new)
        else:
            wider += new
    return kept[:MOST_VARIANTS]
