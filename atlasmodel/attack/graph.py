"""The attack graph: facts (OR) and steps (AND), and what an adversary reaches in it.

A step is a rule at a place; it needs one option of each of its clauses and gains facts. Everything is monotone, so what
is reached is a least fixed point: cycles do no harm and order does not matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from atlasmodel.match.engine import Grounding, Option
from atlasmodel.match.formula import NO, YES, Formula, some
from atlasmodel.model.kinds import Token


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


class AttackGraph:
    """Hold the steps of a pipeline, indexed both ways; the facts are numbered in the order they are first named."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps: tuple[Step, ...] = tuple(steps)
        self.number_of: dict[str, int] = {step.id: number for number, step in enumerate(self.steps)}
        self.waiting: dict[str, list[int]] = {}  # fact -> steps with it in a clause
        self.gained_by: dict[str, list[int]] = {}  # fact -> steps that gain it
        for number, step in enumerate(self.steps):
            for fact in dict.fromkeys(option.fact for clause in step.clauses for option in clause):
                self.waiting.setdefault(fact, []).append(number)
            for option in step.gains:
                self.gained_by.setdefault(option.fact, []).append(number)

    def __repr__(self) -> str:
        facts = {*self.waiting, *self.gained_by}
        return f"AttackGraph({len(self.steps)} steps, {len(facts)} facts)"

    def reach(self, starts: Iterable[str], *, certain: bool, banned: Collection[int] = ()) -> Reach:
        """Return all that follows from the starting facts.

        With `certain`, only steps, options and gains that are certainly there count; otherwise the unknown ones too.
        """
        levels: dict[str, int] = dict.fromkeys(starts, 0)
        step_levels: dict[int, int] = {}
        open_clauses = {number: len(step.clauses) for number, step in enumerate(self.steps)}
        met: set[tuple[int, int]] = set()
        queue = deque(levels)
        fired = deque(number for number, count in open_clauses.items() if count == 0)
        while queue or fired:
            while fired:
                number = fired.popleft()
                step = self.steps[number]
                if number in banned or not _counts(step.formula, certain=certain):
                    continue
                step_levels[number] = max((_level(clause, levels, certain) for clause in step.clauses), default=0)
                for option in step.gains:
                    if option.fact not in levels and _counts(option.formula, certain=certain):
                        levels[option.fact] = step_levels[number] + 1
                        queue.append(option.fact)
            if queue:
                fact = queue.popleft()
                for number in self.waiting.get(fact, ()):
                    for index, clause in enumerate(self.steps[number].clauses):
                        if (number, index) in met:
                            continue
                        if any(option.fact == fact and _counts(option.formula, certain=certain) for option in clause):
                            met.add((number, index))
                            open_clauses[number] -= 1
                            if open_clauses[number] == 0:
                                fired.append(number)
        return Reach(levels, step_levels)

    def leading_to(self, goals: Iterable[str], within: Reach) -> Reach:
        """Return the part of what is reached from which a goal can still be reached: the rest does not matter to it."""
        facts: dict[str, int] = {}
        steps: dict[int, int] = {}
        stack = [goal for goal in goals if goal in within.facts]
        while stack:
            fact = stack.pop()
            if fact in facts:
                continue
            facts[fact] = within.facts[fact]
            for number in self.gained_by.get(fact, ()):
                if number in within.steps and number not in steps:
                    steps[number] = within.steps[number]
                    clauses = self.steps[number].clauses
                    stack.extend(option.fact for clause in clauses for option in clause if option.fact in within.facts)
        return Reach(facts, steps)

    def to_networkx(self) -> nx.DiGraph:
        """Return a directed graph with nodes of type fact and step, for networkx's own algorithms."""
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


@dataclass(frozen=True)
class Reach:
    """Hold the facts and steps reached, each with the number of steps before it on the shortest way."""

    facts: Mapping[str, int]
    steps: Mapping[int, int]


def build_graph(groundings: Sequence[Grounding], tokens: Mapping[str, Token]) -> AttackGraph:
    """Return the graph of all groundings that gain something; what a fact implies is gained with it."""
    closure = {name: _implied_tokens(name, tokens) for name in tokens}
    steps = []
    for grounding in groundings:
        if grounding.gains and all(any(option.formula != NO for option in clause) for clause in grounding.clauses):
            steps.append(Step(grounding, grounding.clauses, _implied(grounding.gains, closure)))
    return AttackGraph(steps)


def implied_facts(fact: str, tokens: Mapping[str, Token]) -> list[str]:
    """Return a fact and all that it implies at the same place.

    >>> from atlasmodel.model.kinds import builtin_vocabulary
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


def _counts(formula: Formula, *, certain: bool) -> bool:
    return formula == YES if certain else formula != NO


def _level(clause: Iterable[Option], levels: Mapping[str, int], certain: bool) -> int:
    """Return the level at which a clause was first met."""
    return min(levels[o.fact] for o in clause if o.fact in levels and _counts(o.formula, certain=certain))
