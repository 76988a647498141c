"""Play a sequence of techniques on an attack graph: a step holds where what it needs is there by its turn.

What happens off the system is seldom told: a study names the prompt that was sent, not that it was written. So the
attacker's own workshop stands open. But where a study does tell of a means that a step can use, it is there from that
step on and not before, and no other means that is not told of takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from atlasmodel.attack.graph import AttackGraph
from atlasmodel.catalog import Catalog
from atlasmodel.match.engine import Grounding, Option
from atlasmodel.match.formula import NO, YES
from atlasmodel.match.rule import ADVERSARY, Rule

SCOPES = ("target", "impact", "exposure", "adversary")


@dataclass
class Hand:
    """Hold what the attacker has: facts, what the workshop could add to them, and which steps were drawn on."""

    held: set[str]
    spare: set[str]
    done: set[int]

    def copy(self) -> Hand:
        """Return the same facts, to go on from without touching these."""
        return Hand(set(self.held), set(self.spare), set(self.done))


def family(technique: str, catalog: Catalog) -> frozenset[str]:
    """Return the techniques that count as this one: itself, its sub-techniques, and its parent."""
    if technique not in catalog:
        return frozenset({technique})
    parent = catalog.technique(technique).parent
    children = (child.id for child in catalog.children(technique))
    return frozenset({technique, *children, *([parent] if parent else [])})


def scope_of(technique: str, catalog: Catalog, rules: Iterable[Rule]) -> str:
    """Return where a technique acts, by the rules on its family: target, impact, exposure, adversary, or none."""
    names = family(technique, catalog)
    scopes = {rule.scope for rule in rules if rule.technique in names}
    return next((scope for scope in SCOPES if scope in scopes), "none")


class Stage:
    """Hold the steps of a pipeline by what moves them: told ones by technique, carriers and the workshop by fact.

    With `certain`, only what is certainly there counts; without `workshop`, no means is had that is not told of.
    """

    def __init__(
        self,
        groundings: Iterable[Grounding],
        graph: AttackGraph,
        catalog: Catalog,
        *,
        certain: bool = False,
        workshop: bool = True,
    ) -> None:
        self.catalog, self.certain = catalog, certain
        self._of: dict[str, list[Grounding]] = {}
        for item in groundings:
            if item.rule.technique and self._counts(item):
                self._of.setdefault(item.rule.technique, []).append(item)
        self._gains = {
            step.id: tuple(option.fact for option in step.gains if self._counts(option)) for step in graph.steps
        }
        self._carriers: set[int] = set()
        self._needs: dict[int, tuple[tuple[str, ...], ...]] = {}  # of carriers and of the workshop
        self._ids = tuple(step.id for step in graph.steps)
        self._waiting: dict[str, list[int]] = {}
        for number, step in enumerate(graph.steps):
            carries = step.grounding.rule.scope == "propagation"
            if self._counts(step.grounding) and (carries or (workshop and _is_private(step.grounding))):
                if carries:
                    self._carriers.add(number)
                self._needs[number] = self.needs(step.grounding)
                for fact in dict.fromkeys(fact for clause in self._needs[number] for fact in clause):
                    self._waiting.setdefault(fact, []).append(number)

    def candidates(self, technique: str) -> list[Grounding]:
        """Return every place at which a technique, or one of its family, stands."""
        return [item for name in sorted(family(technique, self.catalog)) for item in self._of.get(name, ())]

    def gains(self, grounding: Grounding) -> tuple[str, ...]:
        """Return the facts that a step gives, with what they imply."""
        return self._gains.get(grounding.id, ())

    def needs(self, grounding: Grounding) -> tuple[tuple[str, ...], ...]:
        """Return the clauses of a step: of each, one fact is needed."""
        return tuple(tuple(option.fact for option in clause if self._counts(option)) for clause in grounding.clauses)

    def opening(self, starts: Iterable[str]) -> Hand:
        """Return what the start gives once everything that carries facts on has carried them."""
        hand = Hand(set(starts), set(), set())
        self._grow(hand, frozenset(), self._carriers)
        return hand

    def play(self, moves: Sequence[Sequence[Grounding]], opening: Hand) -> list[list[Grounding]]:
        """Return for each move which of its groundings can be done when its turn comes; `opening` stays as it is.

        Whatever can be done is done: nothing gained is ever lost, so no choice of places could let more steps hold.
        """
        told = frozenset(
            fact for move in moves for item in move for fact in self.gains(item) if fact.endswith(f"@{ADVERSARY}")
        )
        hand = opening.copy()
        self._grow(hand, told, self._needs)
        results = []
        for move in moves:
            able = [item for item in move if _met(self.needs(item), hand, told)]
            results.append(able)
            new = {fact for item in able for fact in self.gains(item)} - hand.held
            hand.held |= new
            self._grow(hand, told, (number for fact in new for number in self._waiting.get(fact, ())))
        return results

    def _grow(self, hand: Hand, told: frozenset[str], numbers: Iterable[int]) -> None:
        """Add what propagation makes of the facts, and what the workshop could add to them."""
        stack = list(numbers)
        while stack:
            number = stack.pop()
            if number in hand.done or not _met(self._needs[number], hand, told):
                continue
            hand.done.add(number)
            into = hand.held if number in self._carriers else hand.spare
            for fact in self._gains[self._ids[number]]:
                if fact not in into:
                    into.add(fact)
                    stack += self._waiting.get(fact, ())

    def _counts(self, item: Grounding | Option) -> bool:
        return item.formula == YES if self.certain else item.formula != NO


def _met(clauses: Iterable[Sequence[str]], hand: Hand, told: frozenset[str]) -> bool:
    """Tell whether each clause has a fact that is held, or one from the workshop where the study tells of none."""
    for clause in clauses:
        if any(fact in hand.held for fact in clause):
            continue
        if any(fact in told for fact in clause) or not any(fact in hand.spare for fact in clause):
            return False
    return True


def _is_private(grounding: Grounding) -> bool:
    """Tell whether a step takes place on the attacker's own ground, where nobody sees it."""
    return grounding.rule.scope == "adversary" and grounding.component == ADVERSARY
