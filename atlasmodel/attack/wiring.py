"""The attack graph as arrays: which facts meet which clauses of which steps, which facts steps gain, all by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.pool import ALL, NONE, Numbers
from atlasmodel.match.table import Mask, begins, spread

Levels = NDArray[np.int32]
NEVER = -1  # as a level: not reached
_WIDE = 64  # numbers among this many times as many are worth marking


class Entries(NamedTuple):
    """Be what some steps need and gain: which of the steps each clause, which clause each option, and so for gains."""

    clause_steps: Numbers
    option_clauses: Numbers
    options: Numbers
    gain_steps: Numbers
    gains: Numbers


@dataclass(frozen=True)
class Wiring:
    """Hold steps, clauses and options, each sorted by what it belongs to, with the numbers of their formulas.

    The clauses of step s are `clause_starts[s]` to `clause_starts[s + 1]`, the options of clause c and the gains of a
    step likewise.
    """

    facts: int  # how many there are
    step_formulas: Numbers
    clause_starts: Numbers
    option_starts: Numbers
    option_facts: Numbers
    option_formulas: Numbers
    gain_starts: Numbers
    gain_facts: Numbers
    gain_formulas: Numbers

    def of_steps(self, steps: Numbers) -> Entries:
        """Return the clauses, options and gains of some steps, in their order."""
        clause_steps, clauses = spread(self.clause_starts, steps)
        return Entries(clause_steps, *spread(self.option_starts, clauses), *spread(self.gain_starts, steps))

    @cached_property
    def step_of_clause(self) -> Numbers:
        """Return the step of every clause."""
        return _owners(self.clause_starts)

    @cached_property
    def clause_of_option(self) -> Numbers:
        """Return the clause of every option."""
        return _owners(self.option_starts)

    @cached_property
    def waiting(self) -> tuple[Numbers, Numbers]:
        """Return, fact by fact, the options that name it: where each fact's begin, and the options."""
        return _grouped(self.option_facts, self.facts)

    @cached_property
    def gaining(self) -> tuple[Numbers, Numbers]:
        """Return, fact by fact, the gains that name it: where each fact's begin, and the gains."""
        return _grouped(self.gain_facts, self.facts)

    @cached_property
    def step_of_gain(self) -> Numbers:
        """Return the step of every gain."""
        return _owners(self.gain_starts)

    def reach(self, starts: Numbers, *, certain: bool, banned: Sequence[int] = ()) -> tuple[Levels, Levels]:
        """Return for every fact, and for every step, the number of steps before it on the shortest way, or NEVER.

        What was reached last round is all that is looked at in this one, so every option is looked at once.
        """
        usable, options, gains = (
            _counting(formulas, certain=certain)
            for formulas in (self.step_formulas, self.option_formulas, self.gain_formulas)
        )
        usable[list(banned)] = False
        fact_levels = np.full(self.facts, NEVER, dtype=np.int32)
        step_levels = np.full(len(self.step_formulas), NEVER, dtype=np.int32)
        unmet = np.diff(self.clause_starts)
        met = np.zeros(len(self.option_starts) - 1, dtype=np.bool_)
        frontier = np.unique(starts)
        fact_levels[frontier] = 0
        (free,) = np.nonzero(unmet == 0)
        fired = np.concatenate([free, self._met(frontier, options, met, unmet)])
        level = 0
        while True:
            fired = fired[usable[fired]]
            step_levels[fired] = level
            _, gained = spread(self.gain_starts, fired)
            gained = self.gain_facts[gained[gains[gained]]]
            frontier = _once(gained[fact_levels[gained] == NEVER], self.facts)
            if not len(frontier):
                return fact_levels, step_levels
            level += 1
            fact_levels[frontier] = level
            fired = self._met(frontier, options, met, unmet)

    def _met(self, frontier: Numbers, options: Mask, met: Mask, unmet: Numbers) -> Numbers:
        """Mark the clauses that some facts meet, and return the steps of which no clause is left."""
        first, waiting = self.waiting
        _, entries = spread(first, frontier)
        found = waiting[entries]
        clauses = self.clause_of_option[found[options[found]]]
        clauses = _once(clauses[~met[clauses]], len(met))
        met[clauses] = True
        steps = self.step_of_clause[clauses]
        np.subtract.at(unmet, steps, 1)
        return _once(steps[unmet[steps] == 0], len(unmet))

    def leading_to(self, goals: Numbers, fact_levels: Levels, step_levels: Levels) -> tuple[Mask, Mask]:
        """Return which facts and steps, of those reached, a goal may still be reached from."""
        facts = np.zeros(self.facts, dtype=np.bool_)
        steps = np.zeros(len(self.step_formulas), dtype=np.bool_)
        first, gaining = self.gaining
        frontier = np.unique(goals[fact_levels[goals] != NEVER])
        while len(frontier):
            facts[frontier] = True
            _, entries = spread(first, frontier)
            found = self.step_of_gain[gaining[entries]]
            found = _once(found[(step_levels[found] != NEVER) & ~steps[found]], len(steps))
            steps[found] = True
            _, clauses = spread(self.clause_starts, found)
            _, options = spread(self.option_starts, clauses)
            needed = self.option_facts[options]
            frontier = _once(needed[(fact_levels[needed] != NEVER) & ~facts[needed]], self.facts)
        return facts, steps


def _counting(formulas: Numbers, *, certain: bool) -> Mask:
    return np.asarray(formulas == ALL if certain else formulas != NONE)


def _owners(starts: Numbers) -> Numbers:
    return np.repeat(np.arange(len(starts) - 1), np.diff(starts))


def _grouped(keys: Numbers, count: int) -> tuple[Numbers, Numbers]:
    return begins(keys, count), np.argsort(keys, kind="stable")


def _once(numbers: Numbers, count: int) -> Numbers:
    """Return each of some numbers below `count` once, sorted.

    A chain of many rounds has one number in most; where a round has many, marking them is faster than sorting.
    """
    if len(numbers) < 2:
        return numbers
    if len(numbers) * _WIDE < count:
        return np.unique(numbers)
    marked = np.zeros(count, dtype=np.bool_)
    marked[numbers] = True
    return np.flatnonzero(marked)
