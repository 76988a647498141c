"""Negate each leaf of each rule's condition in turn: does a test of the rule notice? Prints the share that is noticed.

python benchmarks/mutation.py [--verbose]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from atlasmodel.match.conditions import All, Always, AtLeast, Condition, Not, Outcome, Scope
from atlasmodel.match.formula import negate
from atlasmodel.match.rule import Rule
from atlasmodel.match.selftest import run_test
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.workspace import Workspace


@dataclass(frozen=True)
class Negated(Condition):
    """Be a leaf turned round: holds where the leaf does not; its neighbours keep their names where they fit."""

    leaf: Condition

    def evaluate(self, scope: Scope) -> Outcome:
        """Return the negation of the leaf."""
        outcome = self.leaf.evaluate(scope)
        return Outcome(negate(outcome.formula), outcome.evidence, outcome.bindings)


def mutants(condition: Condition) -> Iterator[tuple[Condition, Condition]]:
    """Yield each leaf with the condition in which that one leaf is negated."""
    if isinstance(condition, Always):
        return
    if isinstance(condition, Not):
        for leaf, changed in mutants(condition.part):
            yield leaf, Not(changed)
    elif isinstance(condition, (All, AtLeast)):
        for number, part in enumerate(condition.parts):
            for leaf, changed in mutants(part):
                parts = (*condition.parts[:number], changed, *condition.parts[number + 1 :])
                yield leaf, replace(condition, parts=parts)
    else:
        yield condition, Negated(condition)


def survivors(rule: Rule, vocabulary: Vocabulary) -> tuple[int, list[Condition]]:
    """Return how many leaves a rule has, and those whose negation none of its tests notices."""
    count, alive = 0, []
    for leaf, changed in mutants(rule.when):
        count += 1
        mutant = replace(rule, when=changed)
        if not any(run_test(mutant, test, vocabulary) for test in rule.tests):
            alive.append(leaf)
    return count, alive


def score(space: Workspace) -> tuple[float, dict[str, list[Condition]]]:
    """Return the share of leaves whose negation is noticed, and the leaves that are not, by rule."""
    total, missed = 0, {}
    for rule in space.rules:
        count, alive = survivors(rule, space.vocabulary)
        total += count
        if alive:
            missed[rule.id] = alive
    return 1 - sum(map(len, missed.values())) / max(1, total), missed


def main() -> None:
    """Print the share, and with --verbose what survives."""
    share, missed = score(Workspace.builtin())
    if "--verbose" in sys.argv:
        for name, leaves in missed.items():
            for leaf in leaves:
                print(f"{name}: {leaf}")
    print(f"{'leaves whose negation fails a test of the rule':54} {share:.3f}")


if __name__ == "__main__":
    main()
