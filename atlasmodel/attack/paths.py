"""Attack paths: minimal proofs of a goal, cheapest first.

A path is a set of steps closed under their requirements from which none can be left out. The weight of a path is that
of the set: a step that serves twice counts once. The cheapest derivation is found as Knuth generalised Dijkstra to
hypergraphs; it counts shared steps twice, so it is proven best only where a bound that does not agrees.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

EPSILON = 1e-9
MOST_VARIANTS = 99


@dataclass(frozen=True)
class Move:
    """Be one step for the search: what it needs (clauses of facts), what it gains, what it costs (>= 0).

    `key` is what the step counts as where paths are told apart: its own id if None, nothing if empty (a step off the
    system, of which there are many that serve as well).
    """

    id: str
    needs: tuple[tuple[str, ...], ...]
    gains: tuple[str, ...]
    weight: float
    key: str | None = None

    @property
    def name(self) -> str:
        """Return the key, or the id where there is none."""
        return self.id if self.key is None else self.key


@dataclass(frozen=True)
class Path:
    """Be one minimal proof, in an order in which it could be done, and the best of its variants.

    Variants differ only in steps that have no name: here they are counted, up to 99.
    """

    steps: tuple[str, ...]
    weight: float
    proven: bool
    variants: int = 1


@dataclass(frozen=True)
class PathList:
    """Hold the best paths; `truncated` says that the search stopped at its bound."""

    paths: tuple[Path, ...]
    truncated: bool


def best_paths(
    moves: Sequence[Move], starts: Collection[str], goal: str, limit: int = 3, expansions: int = 60
) -> PathList:
    """Return up to `limit` paths of least weight, best first; the first is the best where it says `proven`.

    Further paths come from forbidding, one after the other, the named steps of those found. Every path is replayed.

    >>> hop = [Move("a", ((),), ("x",), 1.0), Move("b", (("s",),), ("x",), 2.0), Move("c", (("x",),), ("g",), 1.0)]
    >>> [path.steps for path in best_paths(hop, {"s"}, "g").paths]
    [('b', 'c')]
    """
    search = _Search(_leading_to(goal, moves), starts)
    by_id = {move.id: move for move in search.moves}
    found: dict[frozenset[str], Path] = {}
    waiting: list[tuple[float, tuple[str, ...], frozenset[str]]] = []
    tried: set[frozenset[str]] = set()

    def look(banned: frozenset[str]) -> None:
        if banned in tried or len(tried) >= expansions:
            return
        tried.add(banned)
        steps = search.cheapest(goal, banned)
        if steps is not None:
            order = minimal(steps, by_id, starts, goal)
            heapq.heappush(waiting, (sum(by_id[step].weight for step in order), order, banned))

    look(frozenset())
    lowest = search.lower_bound(goal)
    while waiting and len(found) < limit:
        weight, order, banned = heapq.heappop(waiting)
        names = [name for name in dict.fromkeys(by_id[step].name for step in order) if name]
        if frozenset(names) not in found:
            proven = not found and weight <= lowest + EPSILON
            found[frozenset(names)] = Path(order, weight, proven, _variants(order, search.moves, starts, goal))
        for name in names if len(found) < limit else ():
            look(banned | {name})
    return PathList(tuple(found.values()), len(tried) >= expansions and len(found) < limit)


def minimal(steps: Iterable[str], by_id: Mapping[str, Move], starts: Collection[str], goal: str) -> tuple[str, ...]:
    """Return the steps in a possible order with none that can be left out; the last ones are tried first."""
    kept = dict.fromkeys(replay(steps, by_id, starts))
    suppliers = _Suppliers(kept, by_id, starts, goal)
    for step in reversed(list(kept)):
        if suppliers.depend_on(step):
            continue
        rest = [other for other in kept if other != step]
        order = replay(rest, by_id, starts)
        if any(goal in by_id[other].gains for other in order) and len(order) == len(rest):
            del kept[step]
            suppliers.drop(step)
    return replay(kept, by_id, starts)


def replay(steps: Iterable[str], by_id: Mapping[str, Move], starts: Collection[str]) -> tuple[str, ...]:
    """Return the steps that can be done, in an order in which they can: of those that are ready, the first."""
    line = [by_id[step] for step in dict.fromkeys(steps)]
    waiting: dict[str, list[tuple[int, int]]] = {}
    for position, move in enumerate(line):
        for index, clause in enumerate(move.needs):
            for fact in dict.fromkeys(clause):
                waiting.setdefault(fact, []).append((position, index))
    left = [set(range(len(move.needs))) for move in line]
    ready = [position for position, needs in enumerate(left) if not needs]
    order: list[str] = []
    facts: Iterable[str] = starts
    held: set[str] = set()
    while True:
        for fact in facts:
            if fact in held:
                continue
            held.add(fact)
            for position, index in waiting.get(fact, ()):
                if index in left[position]:
                    left[position].discard(index)
                    if not left[position]:
                        heapq.heappush(ready, position)
        if not ready:
            return tuple(order)
        move = line[heapq.heappop(ready)]
        order.append(move.id)
        facts = move.gains


class _Suppliers:
    """Know which steps of a proof meet each of its clauses; a step that alone meets one cannot be left out."""

    def __init__(self, steps: Iterable[str], by_id: Mapping[str, Move], starts: Collection[str], goal: str) -> None:
        gaining: dict[str, list[str]] = {}
        for step in steps:
            for fact in by_id[step].gains:
                gaining.setdefault(fact, []).append(step)
        needs = [("", (goal,)), *((step, clause) for step in steps for clause in by_id[step].needs)]
        self._clauses: dict[tuple[str, int], set[str]] = {}
        self._meets: dict[str, list[tuple[str, int]]] = {}
        for index, (step, clause) in enumerate(needs):
            if not any(fact in starts for fact in clause):
                meeting = {other for fact in clause for other in gaining.get(fact, ()) if other != step}
                self._clauses[step, index] = meeting
                for other in meeting:
                    self._meets.setdefault(other, []).append((step, index))

    def depend_on(self, step: str) -> bool:
        """Tell whether some clause has no other step to meet it."""
        return any(self._clauses.get(clause) == {step} for clause in self._meets.get(step, ()))

    def drop(self, step: str) -> None:
        """Forget a step: it meets nothing and needs nothing any more."""
        for clause in self._meets.pop(step, ()):
            if clause in self._clauses:
                self._clauses[clause].discard(step)
        self._clauses = {clause: steps for clause, steps in self._clauses.items() if clause[0] != step}


def relax(
    moves: Sequence[Move], starts: Collection[str], banned: Collection[str], *, additive: bool
) -> dict[str, tuple[float, Move | None]]:
    """Return every reachable fact with its least cost and the move that gains it at that cost."""
    return _Search(moves, starts).relax(banned, additive=additive)


class _Search:
    """Answer questions on one set of moves; what they wait for is indexed once."""

    def __init__(self, moves: Sequence[Move], starts: Collection[str]) -> None:
        self.moves, self.starts = moves, starts
        self._waiting: dict[str, list[tuple[int, int]]] = {}
        self._named: dict[str, list[int]] = {}
        for number, move in enumerate(moves):
            self._named.setdefault(move.name, []).append(number)
            for index, clause in enumerate(move.needs):
                for fact in clause:
                    self._waiting.setdefault(fact, []).append((number, index))

    def cheapest(self, goal: str, banned: Collection[str]) -> list[str] | None:
        """Return the steps of the cheapest derivation, or None when the goal cannot be reached."""
        reached = self.relax(banned, additive=True, goal=goal)
        if goal not in reached:
            return None
        # Facts stand in the order in which they were settled. Of those that meet a clause the first was there before
        # the step was done: a later one may rest on the step itself, at no cost where steps are certain.
        order = {fact: place for place, fact in enumerate(reached)}
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
                for clause in move.needs:
                    stack.append(min((option for option in clause if option in order), key=order.__getitem__))
        return list(reversed(chosen))

    def lower_bound(self, goal: str) -> float:
        """Return a weight no proof can undercut: where a step needs several facts, only the dearest is counted."""
        reached = self.relax((), additive=False, goal=goal)
        return reached[goal][0] if goal in reached else float("inf")

    def relax(
        self, banned: Collection[str], *, additive: bool, goal: str | None = None
    ) -> dict[str, tuple[float, Move | None]]:
        """Return the reachable facts, each with its least cost and the move that gains it, as far as the goal needs."""
        settled: dict[str, tuple[float, Move | None]] = {}
        queue: list[tuple[float, str, int]] = [(0.0, fact, -1) for fact in self.starts]
        met: dict[int, dict[int, float]] = {}  # what the clauses met so far cost, by move
        gone = {number for name in banned for number in self._named.get(name, ())}

        def fire(number: int) -> None:
            move = self.moves[number]
            costs = met.get(number, {}).values()
            below = sum(costs) if additive else max(costs, default=0.0)
            for fact in move.gains:
                if fact not in settled:
                    heapq.heappush(queue, (below + move.weight, fact, number))

        heapq.heapify(queue)
        for number, move in enumerate(self.moves):
            if not move.needs and number not in gone:
                fire(number)
        while queue:
            cost, fact, by = heapq.heappop(queue)
            if fact in settled:
                continue
            settled[fact] = (cost, self.moves[by] if by >= 0 else None)
            if fact == goal:
                break
            for number, index in self._waiting.get(fact, ()):
                if number in gone:
                    continue
                costs = met.setdefault(number, {})
                if index not in costs:
                    costs[index] = cost
                    if len(costs) == len(self.moves[number].needs):
                        fire(number)
        return settled


def _leading_to(goal: str, moves: Sequence[Move]) -> list[Move]:
    """Return the moves from which the goal can follow, in their order."""
    gaining: dict[str, list[int]] = {}
    for number, move in enumerate(moves):
        for fact in move.gains:
            gaining.setdefault(fact, []).append(number)
    wanted: set[int] = set()
    stack, seen = [goal], {goal}
    while stack:
        for number in gaining.get(stack.pop(), ()):
            if number not in wanted:
                wanted.add(number)
                new = {fact for clause in moves[number].needs for fact in clause} - seen
                seen |= new
                stack.extend(new)
    return [moves[number] for number in sorted(wanted)]


def _variants(order: Sequence[str], moves: Sequence[Move], starts: Collection[str], goal: str) -> int:
    """Return in how many ways unnamed steps can serve the named steps of a path, up to MOST_VARIANTS."""
    chosen = set(order)
    fixed = [move for move in moves if move.id in chosen and move.name]
    spare = [move for move in moves if not move.name]
    by_id = {move.id: move for move in (*fixed, *spare)}
    ways = _Ways(spare, {*starts, *(fact for move in fixed for fact in move.gains)})
    found: set[frozenset[str]] = set()
    for way in ways.all_of([clause for move in fixed for clause in move.needs] or [(goal,)], ()):
        steps = [*way, *(move.id for move in fixed)]
        if len(replay(steps, by_id, starts)) == len(steps):
            found.add(way)
    return max(1, sum(not any(other < way for other in found) for way in found))


class _Ways:
    """Find the sets of spare moves by which facts can be had, at most MOST_VARIANTS of each."""

    def __init__(self, spare: Sequence[Move], held: Collection[str]) -> None:
        self._held = held
        self._gaining: dict[str, list[Move]] = {}
        for move in spare:
            for fact in move.gains:
                self._gaining.setdefault(fact, []).append(move)

    def all_of(self, clauses: Iterable[tuple[str, ...]], above: tuple[str, ...]) -> list[frozenset[str]]:
        """Return the sets that meet every clause; `above` are the facts that they are to prove."""
        ways: list[frozenset[str]] = [frozenset()]
        for clause in dict.fromkeys(clauses):
            if any(fact in self._held for fact in clause):
                continue
            options = [way for fact in clause for way in self._of(fact, above)]
            joined = (left | right for left in ways for right in dict.fromkeys(options))
            ways = list(itertools.islice(dict.fromkeys(joined), MOST_VARIANTS))
        return ways

    def _of(self, fact: str, above: tuple[str, ...]) -> list[frozenset[str]]:
        if fact in above:
            return []
        ways = (
            way | {move.id} for move in self._gaining.get(fact, ()) for way in self.all_of(move.needs, (*above, fact))
        )
        return list(itertools.islice(dict.fromkeys(ways), MOST_VARIANTS))
