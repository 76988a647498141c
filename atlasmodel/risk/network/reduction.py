"""Make a network smaller without changing the probability of its goal.

Each rewriting is right on cycles, since it keeps the least fixed point of every world: what is held for certain goes,
so does what leads nowhere, what only repeats what its requirement already proves, and steps in series or in parallel
become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from math import prod
from typing import NamedTuple

from atlasmodel.risk.network.network import Clause, Draw, Leading, Network, gainers, reached, users

MOST_ROUNDS = 40  # rewriting is optional: whatever is left is right as well
MOST_COMPARED = 3_000  # facts up to which what each one needs is worked out; it takes their number squared in bits


class Reduced(NamedTuple):
    """Be a probability as a known factor times that of a goal in a smaller network; without one, the factor is all."""

    factor: float
    network: Network | None


def reduce(network: Network) -> Reduced:
    """Return the probability of the goal as a factor and a smaller network.

    >>> from atlasmodel.risk.network.network import step
    >>> reduce(Network(frozenset({0}), (step(0.5, [[0]], [1]), step(0.5, [[1]], [2])), 2))
    Reduced(factor=0.25, network=None)
    """
    factor, goal = 1.0, network.goal
    here = settled(network)
    for _ in range(MOST_ROUNDS):
        if isinstance(here, float):
            return Reduced(factor * here, None)
        share, goal, draws = _last_steps(here.draws, goal)
        factor *= share
        draws = _without_repeats(draws)
        for rewrite in (_merged_facts, _parallel):
            draws, goal = rewrite(draws, goal)
        draws = _series(draws, goal)
        again = settled(Network(frozenset(), tuple(draws), goal))
        if not isinstance(again, float) and len(again.draws) == len(here.draws) and goal == here.goal:
            return Reduced(factor, again)
        here = again
    return Reduced(factor * here, None) if isinstance(here, float) else Reduced(factor, here)


class Settled(Network):
    """Be a network of which `settled` has nothing more to take off."""


class Opened(NamedTuple):
    """Hold draws free of all that is held for certain, the facts so held, and those that may be."""

    draws: Sequence[Draw]
    held: AbstractSet[int]
    possible: AbstractSet[int]


def settled(network: Network) -> Settled | float:
    """Return what lies between start and goal, free of all that is held for certain; or the answer, 0 or 1."""
    if isinstance(network, Settled):
        return network
    opened = open_draws(network.starts, network.draws)
    if network.goal in opened.held:
        return 1.0
    if network.goal not in opened.possible:
        return 0.0
    return leading_to(network.goal, opened.draws)


def open_draws(starts: frozenset[int], draws: Iterable[Draw]) -> Opened:
    """Return what draws leave open, to whatever goal they lead."""
    nothing: frozenset[int] = frozenset()
    draws = [_gaining(draw) for draw in draws]
    gains = [draw.gains for draw in draws]
    network = Network(starts, tuple(draws), -1)
    held = reached(network, lambda place: gains[place] if draws[place].certain else nothing)
    possible = reached(network, gains.__getitem__)
    left, news = [], possible - held
    for draw in draws:
        needs = _smallest(clause & possible for clause in draw.needs if clause.isdisjoint(held))
        if nothing not in needs:
            found = _gaining(draw if needs == draw.needs else Draw(needs, draw.outcomes, draw.name), news)
            if found.outcomes:
                left.append(found)
    return Opened(left, held, possible)


def _smallest(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Return the clauses without those that another one implies."""
    found = list(dict.fromkeys(clauses))
    if len(found) < 2:
        return tuple(found)
    return tuple(clause for clause in found if not any(other < clause for other in found))


def _gaining(draw: Draw, facts: AbstractSet[int] | None = None) -> Draw:
    """Return a draw that gains nothing but some facts, and has no outcome without chance or gain."""
    for share, gains in draw.outcomes:
        if not (share > 0 and gains and (facts is None or gains <= facts)):
            break
    else:
        return draw
    outcomes = [(share, gains if facts is None else gains & facts) for share, gains in draw.outcomes if share > 0]
    return Draw(draw.needs, tuple(outcome for outcome in outcomes if outcome[1]), draw.name)


def leading_to(goal: int, draws: Sequence[Draw], leading: Leading | None = None) -> Settled:
    """Return what leads to a goal of draws free of all that is held for certain, with only those gains."""
    chosen, useful = (leading or Leading(draws)).seen(goal)
    return Settled(frozenset(), tuple(_gaining(draws[place], useful) for place in sorted(chosen)), goal)


def _last_steps(draws: Sequence[Draw], goal: int) -> tuple[float, int, list[Draw]]:
    """Take off what every proof ends with: as long as one step alone gains the goal, it is a factor."""
    factor = 1.0
    gained_by = gainers(draws)
    last: Draw | None = None
    while len(gained_by.get(goal, ())) == 1 and draws[gained_by[goal][0]].plain:
        last = draws[gained_by[goal][0]]
        factor *= last.probability
        if len(last.needs) != 1 or len(last.needs[0]) != 1:
            break
        (goal,) = last.needs[0]
        last = None
    kept = list(leading_to(goal, draws).draws)
    if last is not None:
        kept = [draw for draw in kept if goal not in draw.gains]
        kept.append(Draw(last.needs, ((1.0, frozenset({goal})),), last.name))
    return factor, goal, kept


def _without_repeats(draws: Sequence[Draw]) -> list[Draw]:
    """Leave out of clauses and gains what can never be news: what every proof of a requirement already holds.

    A fact is first reached by a proof without it, so a step that needs it never gains it; and where every proof of one
    alternative holds another alternative, the first is not needed. This opens most cycles.
    """
    gained_by = gainers(draws)
    if len(gained_by) > MOST_COMPARED:
        return list(draws)
    needed = _needed(draws, gained_by)
    bit = {fact: 1 << place for place, fact in enumerate(gained_by)}
    found = []
    for draw in draws:
        gains = sum(bit[fact] for fact in draw.gains)
        needs = []
        held = 0  # what every proof of the draw holds
        for clause in draw.needs:
            news = [fact for fact in clause if gains & ~needed.get(fact, -1)]
            needs.append(frozenset(fact for fact in news if not any(o != fact and needed[fact] & bit[o] for o in news)))
            common = -1
            for fact in needs[-1]:
                common &= needed[fact]
            held |= common if needs[-1] else 0
        if all(needs):
            fresh = Draw(tuple(needs), draw.outcomes, draw.name)
            found.append(_gaining(fresh, {fact for fact in draw.gains if not held & bit[fact]}))
    return [draw for draw in found if draw.outcomes]


def _needed(draws: Sequence[Draw], gained_by: dict[int, list[int]]) -> dict[int, int]:
    """Return the facts, as bits, that every proof of a fact holds, itself included: a greatest fixed point."""
    bit = {fact: 1 << place for place, fact in enumerate(gained_by)}
    used_by = users(draws)
    everything = (1 << len(bit)) - 1
    needed = dict.fromkeys(bit, everything)
    of_draw = [everything if draw.needs else 0 for draw in draws]
    queue = [fact for fact, places in gained_by.items() if not all(draws[place].needs for place in places)]
    queued = set(queue)
    while queue:
        following = []
        for fact in queue:
            queued.discard(fact)
            common = everything
            for place in gained_by[fact]:
                common &= of_draw[place]
            if common | bit[fact] == needed[fact]:
                continue
            needed[fact] = common | bit[fact]
            for place in used_by.get(fact, ()):
                need = 0
                for clause in draws[place].needs:
                    common = everything
                    for other in clause:
                        common &= needed.get(other, everything)
                    need |= common
                if need != of_draw[place]:
                    of_draw[place] = need
                    fresh = [gain for gain in draws[place].gains if gain not in queued]
                    queued.update(fresh)
                    following += fresh
        queue = following
    return needed


def _merged_facts(draws: list[Draw], goal: int) -> tuple[list[Draw], int]:
    """Make one of facts that are always gained together, and of those that certain steps give for each other."""
    gained_by = gainers(draws)
    same: dict[int, int] = {}
    twins: dict[tuple[tuple[int, tuple[int, ...]], ...], int] = {}
    for fact, places in gained_by.items():
        by = tuple((p, tuple(i for i, (_, gains) in enumerate(draws[p].outcomes) if fact in gains)) for p in places)
        same[fact] = twins.setdefault(by, fact)
    for fact, places in gained_by.items():
        if len(places) == 1:
            draw = draws[places[0]]
            if draw.certain and len(draw.needs) == 1 and len(draw.needs[0]) == 1:
                (same[fact],) = draw.needs[0]
    for group in _mutual(draws):
        for fact in group:
            same[fact] = group[0]
    for fact in same:  # a chain of names leads to its end; one round of a loop ends where it began
        line = [fact]
        while same.get(line[-1], line[-1]) not in line:
            line.append(same[line[-1]])
        for member in line:
            same[member] = line[-1]
    if all(fact == name for fact, name in same.items()):
        return draws, goal
    renamed = []
    for draw in draws:
        needs = _smallest(frozenset(same.get(fact, fact) for fact in clause) for clause in draw.needs)
        outcomes = tuple((share, frozenset(same.get(fact, fact) for fact in gains)) for share, gains in draw.outcomes)
        gained = frozenset().union(*(gains for _, gains in outcomes))
        left = _gaining(Draw(needs, outcomes, draw.name), gained.difference(*(c for c in needs if len(c) == 1)))
        if left.outcomes:
            renamed.append(left)
    return renamed, same.get(goal, goal)


def _mutual(draws: Sequence[Draw]) -> list[list[int]]:
    """Return the groups of facts on cycles of certain steps that need one fact alone: who has one has all."""
    import networkx as nx

    implied: nx.DiGraph = nx.DiGraph()
    for draw in draws:
        if draw.certain and len(draw.needs) == 1 and len(draw.needs[0]) == 1:
            implied.add_edges_from((next(iter(draw.needs[0])), fact) for fact in draw.gains)
    return [sorted(group) for group in nx.strongly_connected_components(implied) if len(group) > 1]


def _parallel(draws: list[Draw], goal: int) -> tuple[list[Draw], int]:
    """Make one step of those that need and gain the same."""
    alike: dict[object, list[Draw]] = {}
    for place, draw in enumerate(draws):
        key = (frozenset(draw.needs), draw.gains) if draw.plain else place
        alike.setdefault(key, []).append(draw)
    found = []
    for group in alike.values():
        first = group[0]
        if len(group) > 1:
            missed = prod(1 - draw.probability for draw in group)
            first = Draw(first.needs, ((1 - missed, first.gains),), first.name)
        found.append(first)
    return found, goal


def _series(draws: Sequence[Draw], goal: int) -> list[Draw]:
    """Make one step of two where the first gains one fact, and only the second, which cannot do without it, uses it."""
    line = dict(enumerate(draws))
    gained_by, used_by = gainers(draws), {fact: set(places) for fact, places in users(draws).items()}
    for fact, places in gained_by.items():
        if fact == goal or len(places) != 1 or len(used_by.get(fact, ())) != 1:
            continue
        (first,), (second,) = places, used_by[fact]
        if second not in line:  # a need that a smaller one made void, of a step that is part of another by now
            continue
        before, after = line[first], line[second]
        clause = frozenset({fact})
        if first == second or not (before.plain and after.plain) or before.gains != clause or clause not in after.needs:
            continue
        if sum(fact in other for other in after.needs) != 1:
            continue
        needs = _smallest((*before.needs, *(other for other in after.needs if other != clause)))
        line[second] = Draw(needs, ((before.probability * after.probability, after.gains),), after.name)
        del line[first]
        for other in frozenset().union(*before.needs):
            used_by[other].discard(first)
            used_by[other].add(second)
    return list(line.values())
