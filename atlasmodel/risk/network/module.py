"""Put one step for a part of a network that meets the rest in one or two places: a module, solved apart.

What hangs at one place can do nothing but reach it; what lies between two facts, and begins with one of them, can do
nothing but lead from the one to the other. In any world at most one of these two ways matters, so that its probability
is all that the rest needs to know. A part may have cycles inside, and lie on one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from math import inf
from typing import Any, NamedTuple

from atlasmodel.risk.network.joints import cut_places
from atlasmodel.risk.network.network import Clause, Draw, Network, step

MOST_PLACES = 2_000  # up to which modules are looked for
Solve = Callable[[Network], "float | None"]
Place = tuple[str, Any]  # ("fact", number), ("draw", place), or ("clause", facts) where it has several
Graph = dict[Place, dict[Place, None]]  # each place with its neighbours


class _Module(NamedTuple):
    """Be draws that meet the rest at `out` alone, or at `out` and the fact `into`."""

    draws: tuple[int, ...]
    out: Place
    into: int | None = None


def collapse(network: Network, solve: Solve, most_paired: float = inf) -> Network | None:
    """Return a smaller network of the same probability, or None where no module is found that `solve` can do.

    `solve` gives the probability of a network, or None where it is too wide as well. The starts are empty, as `reduce`
    leaves them. What lies between two facts is looked for where there are at most `most_paired` draws, facts and
    clauses: each fact is taken out in turn. Small modules come first: one inside another has been made a step when the
    outer one is tried.

    >>> from atlasmodel.risk.network.network import step
    >>> both = (step(0.5, [], [0]), step(0.5, [[0]], [1]), step(0.5, [], [2]),
    ...     step(0.5, [[1], [2]], [3]))
    >>> smaller = collapse(Network(frozenset(), both, 3), lambda part: 0.25 if part.goal == 1 else None)
    >>> [(sorted(draw.gains), draw.probability) for draw in smaller.draws]
    [([2], 0.5), ([3], 0.5), ([1], 0.25)]
    """
    graph = _graph(network)
    if len(graph) > MOST_PLACES:
        return None
    for modules in (_hanging(graph, network), _between(graph, network) if len(graph) <= most_paired else ()):
        line: dict[int, Draw] = dict(enumerate(network.draws))
        gone: set[int] = set()
        added: list[Draw] = []
        fresh = 1 + max(place[1] for place in graph if place[0] == "fact")
        for module in sorted(dict.fromkeys(modules), key=lambda module: (len(module.draws), module.draws)):
            if not gone.isdisjoint(module.draws):
                continue
            steps = _steps(module, line, graph, fresh, solve)
            if steps is not None and len(steps) < len(module.draws):
                gone.update(module.draws)
                added += steps
                fresh += 1
                for place in module.draws:
                    del line[place]
            if gone and module.into is not None:
                break  # what lies between two other facts may have changed
        if gone:
            return Network(network.starts, (*line.values(), *added), network.goal)
    return None


def _graph(network: Network) -> Graph:
    """Return draws, facts and clauses of several facts, joined where one needs or gains another."""
    graph: Graph = {("fact", network.goal): {}}

    def join(one: Place, other: Place) -> None:
        graph.setdefault(one, {})[other] = None
        graph.setdefault(other, {})[one] = None

    for place, draw in enumerate(network.draws):
        me = ("draw", place)
        for fact in sorted(draw.gains):
            join(me, ("fact", fact))
        for clause in draw.needs:
            join(me, _place(clause))
            for fact in sorted(clause) if len(clause) > 1 else ():
                join(("clause", clause), ("fact", fact))
    return graph


def _place(clause: Clause) -> Place:
    return ("clause", clause) if len(clause) > 1 else ("fact", next(iter(clause)))


def _apart(graph: Graph, network: Network) -> Iterator[tuple[Place, tuple[int, ...]]]:
    """Yield what falls off when one place is taken out: the place, and the draws of each part without the goal."""
    goal = ("fact", network.goal)
    core = _among(graph, {place for place, near in graph.items() if len(near) > 1 or place == goal})
    for place in dict.fromkeys([*cut_places(core), goal]):
        seen: set[Place] = {place}
        if place != goal:
            seen |= _connected(graph, goal, seen)
        for first in graph[place]:
            if first not in seen:
                part = _connected(graph, first, seen)
                seen |= part
                draws = tuple(sorted(number for kind, number in part if kind == "draw"))
                if len(draws) > 1:
                    yield place, draws


def _among(graph: Graph, kept: Collection[Place]) -> Graph:
    """Return what joins some of the places to each other."""
    return {place: {other: None for other in near if other in kept} for place, near in graph.items() if place in kept}


def _connected(graph: Graph, first: Place, without: set[Place]) -> set[Place]:
    """Return what hangs together with a place, other places taken out."""
    found, stack = {first}, [first]
    while stack:
        fresh = [place for place in graph[stack.pop()] if place not in found and place not in without]
        found.update(fresh)
        stack += fresh
    return found


def _hanging(graph: Graph, network: Network) -> Iterator[_Module]:
    for place, draws in _apart(graph, network):
        if len(draws) < len(network.draws) and (place[0] != "draw" or network.draws[place[1]].plain):
            yield _Module(draws, place)


def _between(graph: Graph, network: Network) -> Iterator[_Module]:
    """Yield what lies between two facts and needs one of them to begin with."""
    for kind, fact in sorted(place for place in graph if place[0] == "fact"):
        if fact == network.goal:
            continue
        rest = _among(graph, graph.keys() - {(kind, fact)})
        for out, draws in _apart(rest, network):
            if out[0] == "fact" and all(network.draws[place].needs for place in draws) and len(draws) > 2:
                yield _Module(draws, out, fact)


def _steps(module: _Module, line: dict[int, Draw], graph: Graph, fresh: int, solve: Solve) -> list[Draw] | None:
    """Return the steps that do what a module does, in whose stead they come; None where it is too wide."""
    kind, out = module.out
    draws = tuple(line[place] for place in module.draws)
    if module.into is not None:
        there = solve(Network(frozenset({module.into}), draws, out))
        back = solve(Network(frozenset({out}), draws, module.into))
        if there is None or back is None:
            return None
        ways = ((there, module.into, out), (back, out, module.into))
        return [step(chance, [[before]], [after]) for chance, before, after in ways if chance > 0]
    if kind == "fact":
        chance = solve(Network(frozenset(), draws, out))
        return None if chance is None else [step(chance, [], [out])]
    inside = {fact for draw in draws for fact in draw.gains}
    if kind == "draw":
        last = line[out]
        needs = tuple(clause for clause in last.needs if clause <= inside)
        chance = solve(Network(frozenset(), (*draws, Draw(needs, ((1.0, frozenset({fresh})),))), fresh))
        if chance is None or not needs:
            return None
        left = tuple(clause for clause in last.needs if clause not in needs)
        line[out] = Draw(left, ((chance * last.probability, last.gains),), last.name)
        return []
    some = out & inside
    chance = solve(Network(frozenset(), (*draws, step(1.0, [some], [fresh])), fresh)) if some else None
    if chance is not None:
        _rename(line, module, graph, out, (out - some) | {fresh})
    return None if chance is None else [step(chance, [], [fresh])]


def _rename(line: dict[int, Draw], module: _Module, graph: Graph, clause: Clause, to: Clause) -> None:
    """Let the draws outside a module that need a clause need another instead."""
    for kind, place in graph[("clause", clause)]:
        if kind == "draw" and place in line and place not in module.draws:
            draw = line[place]
            needs = tuple(to if other == clause else other for other in draw.needs)
            line[place] = Draw(needs, draw.outcomes, draw.name)
