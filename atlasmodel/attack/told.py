"""What steps need and gain, in the names of facts: equal ones are one and the same, as steps of a place share many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from atlasmodel.attack.names import Names
from atlasmodel.attack.wiring import Wiring
from atlasmodel.match.pool import Numbers

T = TypeVar("T")


class Told(NamedTuple):
    """Hold, for every step, the facts that it needs, one of each clause, and those that it gains."""

    needs: Sequence[tuple[tuple[str, ...], ...]]
    gains: Sequence[tuple[str, ...]]


def tell(wiring: Wiring, names: Names) -> Told:
    """Return what all steps need and gain."""
    facts = names.listed()
    clauses = _grouped([facts[number] for number in wiring.option_facts.tolist()], wiring.option_starts)
    gains = [facts[number] for number in wiring.gain_facts.tolist()]
    return Told(_grouped(clauses, wiring.clause_starts), _grouped(gains, wiring.gain_starts))


def _grouped(parts: Sequence[T], starts: Numbers) -> list[tuple[T, ...]]:
    """Return parts in groups, of which equal ones are one and the same."""
    known: dict[tuple[T, ...], tuple[T, ...]] = {}
    groups = (tuple(parts[first:last]) for first, last in pairwise(starts.tolist()))
    return [known.setdefault(group, group) for group in groups]
