"""In which order an exact sweep takes the draws of a network, and how wide it gets: known before any arithmetic.

The sweep keeps the joint law of the facts that some draw still to come may need. A draw is taken once everything that
may gain its facts has been; draws on one cycle are taken together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2

from atlasmodel.risk.network.network import Draw, Network, gainers, users

MOST_LOOKED_AT = 24  # draws that are ready, among which the next is chosen


@dataclass(frozen=True, slots=True)
class Stage:
    """Be draws taken together: the facts first gained and last needed here, and the bits of their joint outcomes."""

    draws: tuple[int, ...]
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    outcome_bits: int

    @property
    def cyclic(self) -> bool:
        """Tell whether the draws may need each other."""
        return len(self.draws) > 1


@dataclass(frozen=True)
class Order:
    """Be the stages of a sweep, the largest number of bits it holds at once, and its work in states."""

    stages: tuple[Stage, ...]
    width: int
    most_outcomes: int
    work: float


def order_of(network: Network, most: float = float("inf")) -> Order | None:
    """Return an order that keeps the sweep narrow, chosen greedily; None as soon as its work exceeds `most` states."""
    draws = network.draws
    line = _Line(draws, network.goal)
    stages: list[Stage] = []
    live = width = most_outcomes = 0
    work = 0.0
    while line.ready:
        stage = line.take()
        held = live + len(stage.opens) + stage.outcome_bits
        live += len(stage.opens) - len(stage.closes)
        width, most_outcomes = max(width, held), max(most_outcomes, stage.outcome_bits)
        work += 2.0**held
        if work > most:
            return None
        stages.append(stage)
    return Order(tuple(stages), width, most_outcomes, work)


class _Line:
    """Hand out groups of draws, each after all that may gain what it needs, those first that keep few facts in hand."""

    def __init__(self, draws: Sequence[Draw], goal: int) -> None:
        self.draws, self.goal = draws, goal
        self.gained_by, self.used_by = gainers(draws), users(draws)
        self.gains = [draw.gains for draw in draws]
        self.needed = [frozenset().union(*draw.needs) for draw in draws]
        self.groups = _groups(draws, self.gained_by, self.needed)
        self.group_of = {place: number for number, group in enumerate(self.groups) for place in group}
        self.awaited = {fact: len(places) for fact, places in self.gained_by.items()}
        self.asking = {fact: len(places) + (fact == goal) for fact, places in self.used_by.items()}
        self.asking.setdefault(goal, 1)
        self.asked_once = {fact for fact, count in self.asking.items() if count == 1}
        self.inner = self._on_cycles()
        self.live: set[int] = set()
        self.missing = [self._missing(number) for number in range(len(self.groups))]
        self.ready = [number for number, count in enumerate(self.missing) if count == 0]

    def _on_cycles(self) -> dict[int, tuple[int, int]]:
        """Return the facts gained and needed on one cycle, with its group and how many of its draws gain them."""
        found = {}
        for number, group in enumerate(self.groups):
            inside = set(group)
            gained = frozenset().union(*(self.gains[place] for place in group))
            for fact in gained.intersection(frozenset().union(*(self.needed[place] for place in group))):
                found[fact] = number, len(inside.intersection(self.gained_by[fact]))
        return found

    def _missing(self, number: int) -> int:
        """Return how many facts that a group needs may still be gained by draws outside it."""
        needed = frozenset().union(*(self.needed[place] for place in self.groups[number]))
        inner = (self.inner.get(fact, (-1, 0)) for fact in needed)
        return sum(
            len(self.gained_by[fact]) > (count if group == number else 0)
            for fact, (group, count) in zip(needed, inner, strict=True)
        )

    def take(self) -> Stage:
        """Return the next stage, and what it settles becomes known."""
        growths = list(map(self._growth, self.ready[:MOST_LOOKED_AT]))
        number = self.ready.pop(growths.index(min(growths)))
        group = self.groups[number]
        gained = {fact for place in group for fact in self.gains[place]}
        opens = tuple(sorted(gained - self.live))
        self.live |= gained
        closes = []
        for fact, count in self._asked_by(group).items():
            self.asking[fact] -= count
            if self.asking[fact] == 0:
                closes.append(fact)
            elif self.asking[fact] == 1:
                self.asked_once.add(fact)
        self.live.difference_update(closes)
        for place in group:
            for fact in self.gains[place]:
                self.awaited[fact] -= 1
                if self.awaited[fact] == 0:
                    self._settle(dict.fromkeys(self.group_of[user] for user in self.used_by.get(fact, ())), number)
                elif self.inner.get(fact, (number, 0))[0] != number and self.awaited[fact] == self.inner[fact][1]:
                    self._settle((self.inner[fact][0],), number)
        return Stage(group, opens, tuple(sorted(closes)), self._outcome_bits(group))

    def _settle(self, groups: Iterable[int], by: int) -> None:
        """Tell the groups that wait for a fact that nothing more can gain it."""
        for number in groups:
            if number != by:
                self.missing[number] -= 1
                if self.missing[number] == 0:
                    self.ready.append(number)

    def _growth(self, number: int) -> int:
        """Return by how many facts a group makes the sweep wider."""
        group = self.groups[number]
        if len(group) == 1:
            place = group[0]
            return len(self.gains[place] - self.live) - len(self.needed[place] & self.asked_once)
        gained = {fact for place in group for fact in self.gains[place]}
        return len(gained - self.live) - sum(self.asking[f] == count for f, count in self._asked_by(group).items())

    def _asked_by(self, group: Sequence[int]) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for place in group:
            for fact in self.needed[place]:
                found[fact] = found.get(fact, 0) + 1
        return found

    def _outcome_bits(self, group: Sequence[int]) -> int:
        """Return the bits that tell the joint outcomes of draws on one cycle; a draw alone needs none."""
        if len(group) == 1:
            return 0
        return sum(ceil(log2(len(self.draws[p].outcomes) + 1)) for p in group if not self.draws[p].certain)


def _groups(
    draws: Sequence[Draw], gained_by: Mapping[int, list[int]], needed: Sequence[Iterable[int]]
) -> list[tuple[int, ...]]:
    """Return the draws one by one, those on a common cycle together."""
    left = [sum(len(gained_by[fact]) for fact in facts) for facts in needed]
    used_by = users(draws)
    stack = [place for place, count in enumerate(left) if count == 0]
    done = [False] * len(draws)
    while stack:
        place = stack.pop()
        done[place] = True
        for fact in draws[place].gains:
            for user in used_by.get(fact, ()):
                left[user] -= 1
                if left[user] == 0:
                    stack.append(user)
    rest = [place for place, known in enumerate(done) if not known]
    alone: list[tuple[int, ...]] = [(place,) for place, known in enumerate(done) if known]
    if not rest:
        return alone
    import networkx as nx

    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(rest)
    graph.add_edges_from(
        (giver, place) for place in rest for f in needed[place] for giver in gained_by[f] if not done[giver]
    )
    return alone + [tuple(sorted(group)) for group in nx.strongly_connected_components(graph)]
