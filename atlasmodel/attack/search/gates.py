"""Gates: what is held, needed or gained only if an unknown turns out so, as a move of its own that takes no work.

A step that may gain a fact gains its gate, and the gate gains the fact; a fact that may serve a step opens the gate,
and the gate serves the step; a fact that may be held at the start is gained by its gate. So a gate has a chance like
any move, and a way that does not pass through it does not pay for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from atlasmodel.attack.search.moves import Move

_SIGN = "~"  # sorts after every letter: gates come after all steps, and after all facts


class Gate(NamedTuple):
    """Be the gate of a fact: at a step that may gain it or be served by it, or at the start, which is no step."""

    id: str
    fact: str
    step: str | None
    gains: bool

    def move(self) -> Move:
        """Return the gate as a move, which counts as nothing where paths are told apart."""
        if self.step is None:
            return Move(self.id, (), (self.fact,), 1.0, "")
        needs, gain = (self.id, self.fact) if self.gains else (self.fact, self.id)
        return Move(self.id, ((needs,),), (gain,), 1.0, "")


def gates_of(unsure: Iterable[tuple[str, Collection[str], Collection[str]]], starts: Iterable[str]) -> list[Gate]:
    """Return the gates of steps, each given with what may be there and with what it gains, and of some starts; by id.

    >>> [gate.id for gate in gates_of([("a", ["x"], ["x", "y"])], ["s"])]
    ['~s', '~x~a']
    """
    found = [Gate(f"{_SIGN}{fact}", fact, None, True) for fact in starts]
    found += [
        Gate(f"{_SIGN}{fact}{_SIGN}{step}", fact, step, fact in gains)
        for step, facts, gains in unsure
        for fact in facts
    ]
    return sorted(found)


def is_gate(name: str) -> bool:
    """Tell whether a move or fact is a gate."""
    return name.startswith(_SIGN)


def gated(move: Move, unsure: Collection[str]) -> Move:
    """Return a move with gates for what may be there.

    >>> gated(Move("a", (("s", "t"),), ("x", "y"), 1.0), {"t": 0.1, "x": 0.5})
    Move(id='a', needs=(('s', '~t~a'),), gains=('~x~a', 'y'), weight=1.0, key=None)
    """
    if not unsure:
        return move

    def through(facts: tuple[str, ...], apart: Collection[str]) -> tuple[str, ...]:
        return tuple(f"{_SIGN}{fact}{_SIGN}{move.id}" if fact in apart else fact for fact in facts)

    needed = [fact for fact in unsure if fact not in move.gains]
    needs = tuple(through(clause, needed) for clause in move.needs)
    return Move(move.id, needs, through(move.gains, unsure), move.weight, move.key)
