"""The lightest set that meets every one of some sets: exact by branch and bound, or by a MILP solver where it is there.

Both questions of this package that are NP-hard come down to it: the cheapest attack must meet every cut of the goal,
and the cheapest cut must meet every attack. A solver's answer is checked here before it is believed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from atlasmodel.attack.search.hypergraph import EPSILON

Engine = Literal["search", "milp"]
MOST_NODES = 20_000


@dataclass(frozen=True)
class Hit:
    """Be a set that meets all, its weight, a weight that none can undercut, and how it was found."""

    chosen: frozenset[int]
    weight: float
    bound: float
    engine: Engine

    @property
    def exact(self) -> bool:
        """Tell whether nothing lighter can be there."""
        return self.weight <= self.bound + EPSILON


def lightest_hit(
    sets: Sequence[Collection[int]], weight: Sequence[float], engine: Engine = "search", nodes: int = MOST_NODES
) -> Hit:
    """Return the lightest set with an element of each of some sets (none of them empty), weights >= 0.

    `milp` falls back to the search where SciPy is absent, or gives no answer that stands up to checking.

    >>> lightest_hit([{0, 1}, {1, 2}], [1.0, 1.5, 1.0]).chosen
    frozenset({1})
    """
    if engine == "milp":
        found = _solved(sets, weight)
        if found is not None:
            return found
    chosen: set[int] = set()
    bound = 0.0
    for part in _parts(_reduced([frozenset(one) for one in sets], weight)):
        best, least = _searched(part, weight, nodes)
        chosen |= best
        bound += least
    total = sum(weight[element] for element in sorted(chosen))
    return Hit(frozenset(chosen), total, min(bound, total), "search")


def _reduced(sets: Sequence[frozenset[int]], weight: Sequence[float]) -> list[frozenset[int]]:
    """Return sets with a lightest hit of the same weight: without what contains another, and what another outdoes."""
    before = -1
    while before != sum(map(len, sets)):
        before = sum(map(len, sets))
        kept: list[frozenset[int]] = []
        for one in sorted(set(sets), key=lambda one: (len(one), sorted(one))):
            if not any(other <= one for other in kept):
                kept.append(one)
        meets: dict[int, int] = {}  # element -> the sets that it meets, as bits
        for place, one in enumerate(kept):
            for element in one:
                meets[element] = meets.get(element, 0) | 1 << place
        useful: list[int] = []
        for element in sorted(meets, key=lambda element: (weight[element], -meets[element].bit_count(), element)):
            if not any(meets[element] & ~meets[other] == 0 for other in useful):
                useful.append(element)
        sets = [one.intersection(useful) for one in kept]
    return list(sets)


def _parts(sets: Sequence[frozenset[int]]) -> list[list[frozenset[int]]]:
    """Return the sets in groups that have no element in common."""
    groups: list[tuple[set[int], list[frozenset[int]]]] = []
    for one in sets:
        joined, members = set(one), [one]
        for elements, others in [group for group in groups if not group[0].isdisjoint(one)]:
            groups.remove((elements, others))
            joined |= elements
            members = [*others, *members]
        groups.append((joined, members))
    return [members for _, members in groups]


def _searched(sets: Sequence[frozenset[int]], weight: Sequence[float], nodes: int) -> tuple[frozenset[int], float]:
    """Return the lightest hit and its weight, or after so many nodes the best one and what none can undercut.

    It branches on the elements of the smallest set that is not met; one that was tried is out of the later branches.
    """
    best = _greedy(sets, weight)
    least = sum(weight[element] for element in sorted(best))
    root = _dual(sets, weight, frozenset())
    stack: list[tuple[float, frozenset[int], frozenset[int]]] = [(0.0, frozenset(), frozenset())]
    while stack and nodes > 0 and least > root + EPSILON:
        nodes -= 1
        paid, chosen, out = stack.pop()
        unmet = [one for one in sets if chosen.isdisjoint(one)]
        if not unmet:
            if paid < least - EPSILON:
                best, least = chosen, paid
            continue
        if paid + _dual(unmet, weight, out) >= least - EPSILON:
            continue
        narrow = min((one - out for one in unmet), key=lambda one: (len(one), sorted(one)))
        branches = []
        for element in sorted(narrow, key=lambda element: (weight[element], element)):
            branches.append((paid + weight[element], chosen | {element}, out))
            out |= {element}
        stack += reversed(branches)
    return best, root if stack and nodes <= 0 else least


def _greedy(sets: Sequence[frozenset[int]], weight: Sequence[float]) -> frozenset[int]:
    """Return some hit: always the element with most sets for its weight, then what is not needed goes."""
    chosen: list[int] = []
    unmet = list(sets)
    while unmet:
        counts: dict[int, int] = {}
        for one in unmet:
            for element in one:
                counts[element] = counts.get(element, 0) + 1
        pick = min(counts, key=lambda element: (weight[element] / counts[element], -counts[element], element))
        chosen.append(pick)
        unmet = [one for one in unmet if pick not in one]
    for element in list(chosen):
        rest = frozenset(chosen) - {element}
        if not any(rest.isdisjoint(one) for one in sets):
            chosen.remove(element)
    return frozenset(chosen)


def _dual(sets: Sequence[frozenset[int]], weight: Sequence[float], out: frozenset[int]) -> float:
    """Return a weight that no hit can undercut: each set in turn pays what its cheapest element still costs."""
    left: dict[int, float] = {}
    total = 0.0
    for one in sets:
        usable = one - out if out else one
        if not usable:
            return float("inf")
        paid = min([left.get(element, weight[element]) for element in usable])
        if paid > 0:
            total += paid
            for element in usable:
                left[element] = left.get(element, weight[element]) - paid
    return total


def _solved(sets: Sequence[Collection[int]], weight: Sequence[float]) -> Hit | None:
    """Return the answer of scipy's MILP solver, tried again without presolve; None where there is none to trust."""
    try:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array
    except ImportError:
        return None
    elements = sorted({element for one in sets for element in one})
    if not elements:
        return Hit(frozenset(), 0.0, 0.0, "milp")
    column = {element: index for index, element in enumerate(elements)}
    rows = [row for row, one in enumerate(sets) for _ in one]
    columns = [column[element] for one in sets for element in sorted(one)]
    matrix = csr_array(([1.0] * len(rows), (rows, columns)), shape=(len(sets), len(elements)))
    price = [weight[element] for element in elements]
    for presolve in (True, False):
        answer = milp(
            price,
            constraints=LinearConstraint(matrix, lb=1.0),
            bounds=Bounds(0, 1),
            integrality=[1] * len(elements),
            options={"presolve": presolve, "mip_rel_gap": 0.0, "time_limit": 30.0},
        )
        if answer.x is None:
            continue
        chosen = frozenset(element for element, value in zip(elements, answer.x, strict=True) if value > 0.5)
        if any(chosen.isdisjoint(one) for one in sets):
            continue
        total = sum(weight[element] for element in chosen)
        bound = getattr(answer, "mip_dual_bound", None)
        # The solver's tolerance is wider than ours; its bound is believed up to that.
        bound = total if bound is not None and total <= bound + 1e-6 * max(1.0, total) else float(bound or 0.0)
        return Hit(chosen, total, min(bound, total), "milp")
    return None
