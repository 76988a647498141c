"""Write what one adversary may do as a network of draws, for one side of what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.engine import Option
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.model.kinds import Attribute
from atlasmodel.risk.network import Draw, Network, gainers, step
from atlasmodel.risk.score import StepScore, Weakening
from atlasmodel.risk.unknowns import HELD, NEVER, Unknowns
from atlasmodel.risk.worlds import Side


class Translation:
    """Hold the draws of one adversary, and give the network of any goal among them.

    Its law is that of the worlds: the same steps, chances and beliefs.
    """

    def __init__(
        self,
        graph: AttackGraph,
        part: Reach,
        starts: Mapping[str, Formula],
        scores: Mapping[int, StepScore],
        attributes: Mapping[str, Attribute],
        *,
        side: Side = "point",
    ) -> None:
        writer = _Writer(attributes, side)
        self.number = {fact: writer.unknowns.fact() for fact in part.facts}
        for fact, formula in starts.items():
            if fact in self.number:
                writer.add(step(1.0, [[writer.where(formula)]], [self.number[fact]]))
        for place in sorted(part.steps):
            found = graph.steps[place]
            needs = [[writer.where(found.formula)]]
            needs += [writer.options(clause, self.number) for clause in found.clauses]
            writer.step(found.id, scores[place], needs, found.gains, self.number)
        self.draws = writer.unknowns.settle()
        self._gained_by = gainers(self.draws)

    def network(self, goal: str) -> Network:
        """Return the network of a goal."""
        return self._network(goal, inf)

    def small_network(self, goal: str, most: int) -> Network | None:
        """Return the network of a goal, or None where more than `most` draws may lead to it."""
        found = self._network(goal, most)
        return found if len(found.draws) <= most else None

    def _network(self, goal: str, enough: float) -> Network:
        """Return the network of a goal; once more than `enough` draws lead to it, only part of it."""
        fact = self.number.get(goal, NEVER)
        chosen: set[int] = set()
        seen, stack = {fact}, [fact]
        while stack and len(chosen) <= enough:
            for place in self._gained_by.get(stack.pop(), ()):
                if place not in chosen:
                    chosen.add(place)
                    fresh = frozenset().union(*self.draws[place].needs) - seen
                    seen |= fresh
                    stack += fresh
        return Network(frozenset({HELD}), tuple(self.draws[place] for place in sorted(chosen)), fact)


class _Writer:
    """Write steps and what stands in their way as draws."""

    def __init__(self, attributes: Mapping[str, Attribute], side: Side) -> None:
        self.unknowns = Unknowns(attributes)
        self.side = side

    def add(self, draw: Draw) -> None:
        self.unknowns.draws.append(draw)

    @property
    def where(self) -> Callable[[Formula], int]:
        """Return what gives the fact that a formula holds."""
        if self.side == "point":
            return self.unknowns.where
        favour = self.side == "high"
        return lambda formula: HELD if bound(formula, favour=favour) else NEVER

    def options(self, clause: Iterable[Option], number: Mapping[str, int]) -> list[int]:
        return [
            self.unknowns.both(number[option.fact], self.where(option.formula))
            for option in clause
            if option.fact in number
        ]

    def step(
        self, name: str, score: StepScore, needs: list[list[int]], gains: Iterable[Option], number: Mapping[str, int]
    ) -> None:
        """Write one step; gains that are there only under a formula follow from a fact of its own."""
        chance = score.base
        if self.side == "point":
            for forms in score.prevents:
                chance *= self._left(name, forms, needs)
        else:
            chance = score.probability(favour_attacker=self.side == "high")
        gained = [(number[option.fact], self.where(option.formula)) for option in gains if option.fact in number]
        at_once = [fact for fact, under in gained if under == HELD]
        later = [(fact, under) for fact, under in gained if under not in (HELD, NEVER)]
        if later:
            done = self.unknowns.fact()
            at_once.append(done)
            for fact, under in later:
                self.add(step(1.0, [[done], [under]], [fact]))
        self.add(step(chance, needs, at_once, name))

    def _left(self, name: str, forms: Sequence[Weakening], needs: list[list[int]]) -> float:
        """Return the factor that a control leaves for certain, and add clauses for the forms it may be there in.

        The strongest form there counts. Passing it takes passing each weaker one and a draw for the difference.
        """
        sure = max((form.share for form in forms if form.formula == YES), default=0.0)
        past = 1 - sure
        stronger = [form for form in forms if form.share > sure]
        passed: list[int] = []
        for form in stronger:
            fact = self.unknowns.fact()
            self.add(step((1 - form.share) / past, [], [fact], f"{name} past {form.control} at {1 - form.share}"))
            passed.append(fact)
            past = 1 - form.share
            absent = self.unknowns.sides(form.formula)[1]
            needs += [[absent, other] for other in passed]
            if past == 0:
                break
        return 1 - sure
