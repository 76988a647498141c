"""The attack graph: facts (OR) and steps (AND), and what an adversary reaches in it.

A step is a rule at a place; it needs one option of each of its clauses and gains facts. Everything is monotone, so what
is reached is a least fixed point: cycles do no harm and order does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np

from atlasmodel.attack.grounded import wire
from atlasmodel.attack.names import CodedNames, FactLevels, ListedNames, Names, StepLevels
from atlasmodel.attack.revision import Wired, rewire
from atlasmodel.attack.told import Told, tell
from atlasmodel.attack.wiring import NEVER, Levels, Wiring
from atlasmodel.match.engine import Grounding, Matches, Option
from atlasmodel.match.formula import NO, Formula, some
from atlasmodel.match.pool import Numbers, Pool
from atlasmodel.model.kinds import Token

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Step:
    """Be one AND node: a grounding with its gains closed under what facts imply."""

    grounding: Grounding
    clauses: tuple[tuple[Option, ...], ...]
    gains: tuple[Option, ...]

    @property
    def id(self) -> str:
        """Return the id of the grounding."""
        return self.grounding.id

    @property
    def formula(self) -> Formula:
        """Return the condition under which the step exists."""
        return self.grounding.formula


class MatchedStep(Step):
    """Be a step of matched rules: each part of it is looked up when it is asked for."""

    steps: Steps
    number: int

    def __init__(self, steps: Steps, number: int) -> None:
        grounding = steps.matches[int(steps.numbers[number])]
        self.__dict__.update(grounding=grounding, steps=steps, number=number)

    @cached_property
    def clauses(self) -> tuple[tuple[Option, ...], ...]:
        """Return what it needs: one option of each clause."""
        return self.grounding.clauses

    @cached_property
    def gains(self) -> tuple[Option, ...]:
        """Return what it gains, with all that follows from it."""
        return self.steps.gains(self.number)


class Steps(Sequence[Step]):
    """Be the steps of matched rules, each made when it is asked for."""

    def __init__(self, matches: Matches, numbers: Numbers, wiring: Wiring, names: CodedNames) -> None:
        self.matches, self.numbers, self._wiring, self._names = matches, numbers, wiring, names
        self._made: dict[int, Step] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, number: int) -> Step: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, number: int | slice) -> Step | tuple[Step, ...]:
        if isinstance(number, slice):
            return tuple(self[each] for each in range(*number.indices(len(self))))
        made = self._made.get(number)
        if made is None:
            number = range(len(self))[number]
            made = self._made[number] = MatchedStep(self, number)
        return made

    def gains(self, number: int) -> tuple[Option, ...]:
        """Return what a step gains, with all that follows from it."""
        first, last = self._wiring.gain_starts[number], self._wiring.gain_starts[number + 1]
        facts, formulas = self._wiring.gain_facts[first:last].tolist(), self._wiring.gain_formulas[first:last].tolist()
        parts = self._names.parts
        return self.matches.options((*parts(fact), formula) for fact, formula in zip(facts, formulas, strict=True))


class AttackGraph:
    """Hold the steps of a pipeline, as objects in `steps` and by number in `wiring`; `names` knows the facts."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps: Sequence[Step] = tuple(steps)
        listed = ListedNames()
        self.names: Names = listed
        pool = Pool(())
        self.wiring = _wired(self.steps, listed, pool)
        self.formula = pool.formula  # by its number in the wiring
        self.grounding_of: Numbers = np.arange(len(self.steps))  # where each step stands among what was matched
        self._wired: Wired | None = None
        self._implied: Mapping[str, tuple[str, ...]] = {}

    @classmethod
    def of(
        cls, matches: Matches, implied: Mapping[str, tuple[str, ...]], before: AttackGraph | None = None
    ) -> AttackGraph:
        """Return the graph of matched rules; `implied` gives for each token itself and all that it implies.

        `before` may be the graph of the matches that these are a revision of: what they share is taken from it.
        """
        graph = cls.__new__(cls)
        former = None if before is None else before._wired_like(matches, implied)
        wired = Wired(matches, *wire(matches, implied)) if former is None else rewire(former, matches, implied)
        graph._wired, graph._implied = wired, implied
        graph.wiring, graph.names, graph.grounding_of = wired.wiring, wired.names, wired.numbers
        graph.formula = matches.census.pool.formula
        graph.steps = Steps(matches, graph.grounding_of, graph.wiring, wired.names)
        return graph

    def _wired_like(self, matches: Matches, implied: Mapping[str, tuple[str, ...]]) -> Wired | None:
        """Return what this graph is made of, if other matches number words, places and formulas like its own."""
        if self._wired is None or self._implied != implied:
            return None
        return self._wired if self._wired.matches.census.pool is matches.census.pool else None

    def __repr__(self) -> str:
        return f"AttackGraph({len(self.steps)} steps, {len(self.names)} facts)"

    @cached_property
    def number_of(self) -> dict[str, int]:
        """Return the numbers of the steps by id."""
        return {step: number for number, step in enumerate(self.step_ids)}

    @cached_property
    def step_ids(self) -> Sequence[str]:
        """Return the ids of the steps, without making the steps."""
        if isinstance(self.steps, Steps):
            ids = self.steps.matches.ids
            return [ids[number] for number in self.grounding_of.tolist()]
        return [step.id for step in self.steps]

    def needs(self, step: int) -> tuple[tuple[str, ...], ...]:
        """Return the facts that a step needs, one of each clause, without making the step."""
        return self._told.needs[step]

    def gains(self, step: int) -> tuple[str, ...]:
        """Return the facts that a step gains, without making the step."""
        return self._told.gains[step]

    @cached_property
    def _told(self) -> Told:
        return tell(self.wiring, self.names)

    @cached_property
    def waiting(self) -> Mapping[str, list[int]]:
        """Return, by fact, the steps with it in a clause."""
        wiring = self.wiring
        return _Steps(self.names, *wiring.waiting, wiring.step_of_clause[wiring.clause_of_option])

    @cached_property
    def gained_by(self) -> Mapping[str, list[int]]:
        """Return, by fact, the steps that gain it."""
        return _Steps(self.names, *self.wiring.gaining, self.wiring.step_of_gain)

    def reach(self, starts: Iterable[str], *, certain: bool, banned: Collection[int] = ()) -> Reach:
        """Return all that follows from the starting facts.

        With `certain`, only steps, options and gains that are certainly there count; otherwise the unknown ones too.
        """
        known, aside = self._numbers(starts)
        left_out = [number for number in banned if 0 <= number < len(self.steps)]
        facts, steps = self.wiring.reach(known, certain=certain, banned=left_out)
        return Reach(FactLevels(self.names, facts, aside), StepLevels(steps))

    def leading_to(self, goals: Iterable[str], within: Reach) -> Reach:
        """Return the part of what is reached from which a goal can still be reached: the rest does not matter to it."""
        known, aside = self._numbers(goal for goal in goals if goal in within.facts)
        fact_levels, step_levels = self.levels_of(within)
        facts, steps = self.wiring.leading_to(known, fact_levels, step_levels)
        near = FactLevels(self.names, np.where(facts, fact_levels, np.int32(NEVER)), aside)
        return Reach(near, StepLevels(np.where(steps, step_levels, np.int32(NEVER))))

    def to_networkx(self) -> nx.DiGraph:
        """Return a directed graph with nodes of type fact and step, for networkx's own algorithms."""
        import networkx as nx

        graph = nx.DiGraph()
        for step in self.steps:
            graph.add_node(step.id, type="step", rule=step.grounding.rule.id, at=step.grounding.component)
            for index, clause in enumerate(step.clauses):
                for option in clause:
                    graph.add_node(option.fact, type="fact")
                    graph.add_edge(option.fact, step.id, clause=index)
            for option in step.gains:
                graph.add_node(option.fact, type="fact")
                graph.add_edge(step.id, option.fact)
        return graph

    def _numbers(self, facts: Iterable[str]) -> tuple[Numbers, list[str]]:
        """Return the numbers of some facts, and those that no step names."""
        numbers = {fact: self.names.number(fact) for fact in facts}
        known = [number for number in numbers.values() if number is not None]
        return np.array(known, dtype=np.int64), [fact for fact, number in numbers.items() if number is None]

    def levels_of(self, within: Reach) -> tuple[Levels, Levels]:
        """Return the levels of a reach as arrays, also of one that was not computed here."""
        if isinstance(within.facts, FactLevels) and isinstance(within.steps, StepLevels):
            return within.facts.levels, within.steps.levels
        facts = np.full(len(self.names), NEVER, dtype=np.int32)
        for fact, level in within.facts.items():
            number = self.names.number(fact)
            if number is not None:
                facts[number] = level
        steps = np.full(len(self.steps), NEVER, dtype=np.int32)
        for step, level in within.steps.items():
            steps[step] = level
        return facts, steps


class _Steps(Mapping[str, list[int]]):
    """Be the steps that name each fact, in the order of their numbers, each once."""

    def __init__(self, names: Names, starts: Numbers, entries: Numbers, steps: Numbers) -> None:
        self._names, self._starts, self._entries, self._steps = names, starts, entries, steps

    def __getitem__(self, fact: str) -> list[int]:
        number = self._names.number(fact)
        if number is None or self._starts[number] == self._starts[number + 1]:
            raise KeyError(fact)
        entries = self._entries[self._starts[number] : self._starts[number + 1]]
        return list(dict.fromkeys(self._steps[entries].tolist()))

    def __iter__(self) -> Iterator[str]:
        return map(self._names.name, np.nonzero(np.diff(self._starts))[0].tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(np.diff(self._starts)))


@dataclass(frozen=True)
class Reach:
    """Hold the facts and steps reached, each with the number of steps before it on the shortest way."""

    facts: Mapping[str, int]
    steps: Mapping[int, int]


def build_graph(
    groundings: Sequence[Grounding], tokens: Mapping[str, Token], before: AttackGraph | None = None
) -> AttackGraph:
    """Return the graph of all groundings that gain something; what a fact implies is gained with it.

    With `before`, the graph of matches that `groundings` revises, only what changed is built anew.
    """
    closure = {name: _implied_tokens(name, tokens) for name in tokens}
    if isinstance(groundings, Matches):
        return AttackGraph.of(groundings, closure, before)
    steps = []
    for grounding in groundings:
        if grounding.gains and all(any(option.formula != NO for option in clause) for clause in grounding.clauses):
            steps.append(Step(grounding, grounding.clauses, _implied(grounding.gains, closure)))
    return AttackGraph(steps)


def implied_facts(fact: str, tokens: Mapping[str, Token]) -> list[str]:
    """Return a fact and all that it implies at the same place.

    >>> from atlasmodel.model.read_kinds import builtin_vocabulary
    >>> implied_facts("acc.product@api", builtin_vocabulary().tokens)
    ['acc.product@api', 'acc.query@api']
    """
    token, _, place = fact.partition("@")
    return [f"{name}@{place}" for name in _implied_tokens(token, tokens)]


def _implied_tokens(name: str, tokens: Mapping[str, Token]) -> tuple[str, ...]:
    line = [name]
    for member in line:
        following = tokens[member].implies if member in tokens else ()
        line += [implied for implied in following if implied not in line]
    return tuple(line)


def _implied(gains: Iterable[Option], closure: Mapping[str, tuple[str, ...]]) -> tuple[Option, ...]:
    found: dict[str, list[Formula]] = {}
    for option in gains:
        token, _, place = option.fact.partition("@")
        for name in closure.get(token, (token,)):
            found.setdefault(f"{name}@{place}", []).append(option.formula)
    return tuple(Option(fact, some(formulas)) for fact, formulas in found.items())


def _wired(steps: Sequence[Step], names: ListedNames, pool: Pool) -> Wiring:
    """Return the arrays of steps that were made one by one."""
    clauses = [clause for step in steps for clause in step.clauses]
    option_facts = [names.add(option.fact) for clause in clauses for option in clause]
    gain_facts = [names.add(option.fact) for step in steps for option in step.gains]
    return Wiring(
        facts=len(names),
        step_formulas=pool.intern(step.formula for step in steps),
        clause_starts=_starts(len(step.clauses) for step in steps),
        option_starts=_starts(len(clause) for clause in clauses),
        option_facts=np.array(option_facts, dtype=np.int64),
        option_formulas=pool.intern(option.formula for clause in clauses for option in clause),
        gain_starts=_starts(len(step.gains) for step in steps),
        gain_facts=np.array(gain_facts, dtype=np.int64),
        gain_formulas=pool.intern(option.formula for step in steps for option in step.gains),
    )


def _starts(counts: Iterable[int]) -> Numbers:
    return np.cumsum([0, *counts], dtype=np.int64)
