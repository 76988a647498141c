"""The next best measure, again and again: start and check of the exact search, and what is left without a solver."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from atlasmodel.planning.limits import Limits

TOGETHER = 32  # sets tried at once
Risks = Callable[[Sequence[Iterable[int]]], list[float]]


def greedy(
    risks: Risks, limits: Limits, start: Collection[int] = (), *, per_cost: bool = True, enough: float = 0.0
) -> frozenset[int]:
    """Return the levers found by always taking the one that removes most, by what it takes or outright.

    What a lever removed when it was last tried ranks it; it is tried again before it is taken. It ends where no more
    than `enough` is left.
    """
    chosen = frozenset(start) | limits.fixed
    if not limits.allow(chosen):
        return limits.fixed
    now = risks([chosen])[0]
    gains = {lever: float("inf") for lever in limits.free if lever not in chosen}

    def rank(lever: int) -> tuple[float, int]:
        burden = limits.burden(lever) if per_cost else 1.0
        return (-gains[lever] / burden if burden > 0 else -gains[lever] * 1e9, lever)

    while True:
        fitting = [lever for lever in gains if limits.allow(chosen | {lever}) and gains[lever] > 0]
        if not fitting or now <= enough:
            return chosen
        fresh: set[int] = set()
        while True:
            fitting.sort(key=rank)
            if fitting[0] in fresh:
                break
            tried = [lever for lever in fitting if lever not in fresh][:TOGETHER]
            if gains[fitting[0]] == float("inf"):
                tried = [lever for lever in fitting if gains[lever] == float("inf")]
            for lever, after in zip(tried, risks([chosen | {lever} for lever in tried]), strict=True):
                gains[lever] = now - after
            fresh.update(tried)
        best = fitting[0]
        if gains[best] <= 0:
            return chosen
        chosen |= {best}
        now -= gains.pop(best)
        now = risks([chosen])[0]


def best_greedy(risks: Risks, limits: Limits) -> frozenset[int]:
    """Return the better of the two greedy plans."""
    plans = [greedy(risks, limits, per_cost=per_cost) for per_cost in (True, False)]
    return min(plans, key=lambda plan: (risks([plan])[0], sorted(plan)))


def in_order(risks: Risks, chosen: Collection[int]) -> list[tuple[int, float, float]]:
    """Return the chosen levers with what remains before and after each, each step the best next.

    Levers that only help together look useless one by one: where nothing helps alone, the best pair goes first.
    """
    taken: list[tuple[int, float, float]] = []
    done: frozenset[int] = frozenset()
    left = sorted(chosen)
    now = risks([done])[0]
    while left:
        after = risks([done | {lever} for lever in left])
        best = min(range(len(left)), key=lambda place: (after[place], left[place]))
        if after[best] >= now and len(left) > 1:
            pairs = [(one, two) for place, one in enumerate(left) for two in left[place + 1 :]]
            both = risks([done | set(pair) for pair in pairs])
            first = min(range(len(pairs)), key=lambda place: (both[place], pairs[place]))
            if both[first] < now:
                best = left.index(pairs[first][0])
        lever = left.pop(best)
        taken.append((lever, now, after[best]))
        done |= {lever}
        now = after[best]
    return taken


@dataclass(frozen=True)
class Enumerated:
    """Be the best plan of a search that needs no solver, and a bound nothing can undercut."""

    chosen: frozenset[int]
    bound: float


def branch_and_bound(risks: Risks, limits: Limits, start: Collection[int], nodes: int = 2000) -> Enumerated:
    """Return the best plan found by deciding lever by lever, and a bound: where nodes run out, that of what is left.

    More levers never leave more risk, so what all open levers that still fit leave is a bound.
    """
    best = frozenset(start)
    value = risks([best])[0]
    singles = risks([limits.fixed | {lever} for lever in limits.free])
    order = [lever for _, lever in sorted(zip(singles, limits.free, strict=True))]
    stack: list[tuple[int, frozenset[int], float]] = [(0, limits.fixed, float("-inf"))]
    while stack and nodes > 0:
        nodes -= 1
        depth, chosen, _ = stack.pop()
        fitting = [lever for lever in order[depth:] if limits.allow(chosen | {lever})]
        here, low = risks([chosen, chosen | set(fitting)])
        if here < value - 1e-12:
            best, value = chosen, here
        if low >= value - 1e-12 or not fitting:
            continue
        following = order.index(fitting[0]) + 1
        stack += [(following, chosen, low), (following, chosen | {fitting[0]}, low)]
    return Enumerated(best, min([value, *(low for _, _, low in stack)]))
