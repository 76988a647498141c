"""Write what one adversary may do as a network of draws, for one side of what is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from atlasmodel.attack.graph import AttackGraph, Reach
from atlasmodel.match.engine import Option
from atlasmodel.match.formula import YES, Formula, bound
from atlasmodel.model.kinds import Attribute
from atlasmodel.risk.network.network import Draw, Leading, Network, step
from atlasmodel.risk.network.reduction import Opened, leading_to, open_draws
from atlasmodel.risk.network.unknowns import HELD, NEVER, Unknowns
from atlasmodel.risk.score import StepScore, Weakening
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
        self._written = graph, part, starts, scores, attributes, side

    @cached_property
    def _told(self) -> tuple[dict[str, int], list[Draw]]:
        """Return the numbers of the facts, and all draws: written when a goal is first asked for."""
        graph, part, starts, scores, attributes, side = self._written
        writer = _Writer(attributes, side)
        number = {fact: writer.unknowns.fact() for fact in part.facts}
        for fact, formula in starts.items():
            if fact in number:
                writer.add(step(1.0, [[writer.where(formula)]], [number[fact]]))
        for place in sorted(part.steps):
            found = graph.steps[place]
            needs = [[writer.where(found.formula)]]
            needs += [writer.options(clause, number) for clause in found.clauses]
            writer.step(found.id, scores[place], needs, found.gains, number)
        return number, writer.unknowns.settle()

    @property
    def draws(self) -> list[Draw]:
        """Return all draws, to whatever goal they lead."""
        return self._told[1]

    def network(self, goal: str) -> Network:
        """Return the network of a goal."""
        fact, draws = self._fact(goal), self.draws
        chosen = self._leading.to(fact)
        return Network(frozenset({HELD}), tuple(draws[place] for place in sorted(chosen)), fact)

    def small_network(self, goal: str, most: int) -> Network | None:
        """Return the network of a goal as `settled` leaves it, or None where more than `most` draws may lead to it."""
        fact = self._fact(goal)
        if len(self._leading.to(fact, most)) > most:
            return None
        if fact in self._open.held or fact not in self._open.possible:
            return Network(frozenset({fact}) & self._open.held, (), fact)
        return leading_to(fact, self._open.draws, self._left)

    def _fact(self, goal: str) -> int:
        return self._told[0].get(goal, NEVER)

    @cached_property
    def _leading(self) -> Leading:
        return Leading(self.draws)

    @cached_property
    def _open(self) -> Opened:
        """Return what all draws leave open: the same whichever goal they lead to."""
        return open_draws(frozenset({HELD}), self.draws)

    @cached_property
    def _left(self) -> Leading:
        return Leading(self._open.draws)


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
