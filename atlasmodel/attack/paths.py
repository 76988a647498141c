"""Attack paths: minimal proofs of a goal, cheapest first.

A path is a set of steps closed under their requirements from which none can be left out. The weight of a path is that of
the set: a step that serves twice counts once. The cheapest derivation is found as Knuth generalised Dijkstra to
hypergraphs; it counts shared steps twice, so it is proven best only where a bound that does not agrees.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

EPSILON = 1e-9


@dataclass(frozen=True)
class Move:
    """Be one step for the search: what it needs (clauses of facts), what it gains, what it costs (>= 0)."""

    id: str
    needs: tuple[tuple[str, ...], ...]
    gains: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Path:
    """Be one minimal proof, in an order in which it could be done."""

    steps: tuple[str, ...]
    weight: float
    proven: bool


@dataclass(frozen=True)
class PathList:
    """Hold the best paths; `truncated` says that the search stopped at its bound."""

    paths: tuple[Path, ...]
    truncated: bool


def best_paths(
    moves: Sequence[Move], starts: Collection[str], goal: str, limit: int = 3, expansions: int = 60
) -> PathList:
    """Return up to `limit` paths of least weight, best first; the first is the best where it says `proven`.

    Further paths come from forbidding, one after the other, the steps of those found. Every path is replayed.

    >>> hop = [Move("a", ((),), ("x",), 1.0), Move("b", (("s",),), ("x",), 2.0), Move("c", (("x",),), ("g",), 1.0)]
    >>> [path.steps for path in best_paths(hop, {"s"}, "g").paths]
    [('b', 'c')]
    """
    by_id = {move.id: move for move in moves}
    found: dict[frozenset[str], Path] = {}
    waiting: list[tuple[float, tuple[str, ...], frozenset[str]]] = []
    tried: set[frozenset[str]] = set()
    spent = 0

    def look(banned: frozenset[str]) -> None:
        nonlocal spent
        if banned in tried or spent >= expansions:
            return
        tried.add(banned)
        spent += 1
        steps = _cheapest(moves, starts, goal, banned)
        if steps is not None:
            order = minimal(steps, by_id, starts, goal)
            heapq.heappush(waiting, (sum(by_id[step].weight for step in order), order, banned))

    look(frozenset())
    lowest = _lower_bound(moves, starts, goal)
    while waiting and len(found) < limit:
        weight, order, banned = heapq.heappop(waiting)
        key = frozenset(order)
        if key not in found:
            found[key] = Path(order, weight, not found and weight <= lowest + EPSILON)
        for step in order:
            look(banned | {step})
    return PathList(tuple(found.values()), spent >= expansions and len(found) < limit)


def minimal(steps: Iterable[str], by_id: Mapping[str, Move], starts: Collection[str], goal: str) -> tuple[str, ...]:
    """Return the steps in a possible order with none that can be left out; the last ones are tried first."""
    kept = list(replay(steps, by_id, starts))
    for step in reversed(list(kept)):
        rest = [other for other in kept if other != step]
        order = replay(rest, by_id, starts)
        if any(goal in by_id[other].gains for other in order) and len(order) == len(rest):
            kept = rest
    return tuple(replay(kept, by_id, starts))


def replay(steps: Iterable[str], by_id: Mapping[str, Move], starts: Collection[str]) -> tuple[str, ...]:
    """Return the steps that can be done, in an order in which they can: each when its needs are first met."""
    held = set(starts)
    left = list(steps)
    order: list[str] = []
    while True:
        ready = [step for step in left if all(any(fact in held for fact in clause) for clause in by_id[step].needs)]
        if not ready:
            return tuple(order)
        order.append(ready[0])
        held.update(by_id[ready[0]].gains)
        left.remove(ready[0])


def _cheapest(moves: Sequence[Move], starts: Collection[str], goal: str, banned: Collection[str]) -> list[str] | None:
    """Return the steps of the cheapest derivation, or None when the goal cannot be reached."""
    reached = relax(moves, starts, banned, additive=True)
    if goal not in reached:
        return None
    chosen: dict[str, None] = {}
    stack, seen = [goal], set()
    while stack:
        fact = stack.pop()
        if fact in seen:
            continue
        seen.add(fact)
        move = reached[fact][1]
        if move is not None and move.id not in chosen:
            chosen[move.id] = None
            stack += [
                min((option for option in clause if option in reached), key=lambda option: (reached[option][0], option))
                for clause in move.needs
            ]
    return list(reversed(chosen))


def _lower_bound(moves: Sequence[Move], starts: Collection[str], goal: str) -> float:
    """Return a weight no proof can undercut: where a step needs several facts, only the dearest is counted."""
    reached = relax(moves, starts, (), additive=False)
    return reached[goal][0] if goal in reached else float("inf")


def relax(
    moves: Sequence[Move], starts: Collection[str], banned: Collection[str], *, additive: bool
) -> dict[str, tuple[float, Move | None]]:
    """Return every reachable fact with its least cost and the move that gains it at that cost."""
    waiting: dict[str, list[tuple[int, int]]] = {}
    usable = [move for move in moves if move.id not in banned]
    open_clauses = [len(move.needs) for move in usable]
    costs = [[0.0] * len(move.needs) for move in usable]
    met: set[tuple[int, int]] = set()
    for number, move in enumerate(usable):
        for index, clause in enumerate(move.needs):
            for fact in clause:
                waiting.setdefault(fact, []).append((number, index))
    queue: list[tuple[float, str, int]] = [(0.0, fact, -1) for fact in starts]

    def fire(number: int) -> None:
        move = usable[number]
        below = sum(costs[number]) if additive else max(costs[number], default=0.0)
        for fact in move.gains:
            if fact not in settled:
                heapq.heappush(queue, (below + move.weight, fact, number))

    settled: dict[str, tuple[float, Move | None]] = {}
    heapq.heapify(queue)
    for number, count in enumerate(open_clauses):
        if count == 0:
            fire(number)
    while queue:
        cost, fact, by = heapq.heappop(queue)
        if fact in settled:
            continue
        settled[fact] = (cost, usable[by] if by >= 0 else None)
        for number, index in waiting.get(fact, ()):
            if (number, index) not in met:
                met.add((number, index))
                costs[number][index] = cost
                open_clauses[number] -= 1
                if open_clauses[number] == 0:
                    fire(number)
    return settled
