"""Attack graphs for tests, written as (name, formula, clauses, gains), and random ones with cycles and unknowns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random

from hypothesis import strategies as st

from atlasmodel.attack.graph import AttackGraph, Step
from atlasmodel.attack.search.hypergraph import Hypergraph
from atlasmodel.attack.search.moves import Move
from atlasmodel.match.conditions import Always
from atlasmodel.match.engine import Grounding, Option
from atlasmodel.match.formula import YES, Formula, Leaf, negate
from atlasmodel.match.formula import Test as Check
from atlasmodel.match.rule import Rule

Options = list[tuple[str, Formula]]
Written = tuple[str, Formula, list[Options], Options]
UNKNOWNS = [Leaf("x", name, Check("is", (True,))) for name in ("verified", "logged")]


def rule(identifier: str, scope: str = "target", technique: str | None = None) -> Rule:
    """A rule with nothing in it but its name."""
    return Rule(
        id=identifier, title=identifier, scope=scope, technique=technique, at=(), on=(), source=(), target=(),  # type: ignore[arg-type]
        when=Always(), requires=(), gains=(), gains_if=(), stage=(), effect=(), skill="intermediate",
        effort_days=(0.0, 0.0, 0.0), base=None, rationale="", false_positives=(), question=None, references=(), tests=(),
        file="test.yaml",
    )  # fmt: skip


def grounding(name: str, formula: Formula, clauses: Sequence[Options], gains: Options) -> Grounding:
    """A grounding at the component `x`; its step has the id `name@x`."""
    return Grounding(
        rule=rule(name),
        component="x",
        flow=None,
        formula=formula,
        evidence=(),
        clauses=tuple(tuple(Option(*option) for option in clause) for clause in clauses),
        gains=tuple(Option(*option) for option in gains),
        span=None,
    )


def graph_of(steps: Sequence[Written]) -> AttackGraph:
    """The graph of steps as written, none left out."""
    made = (grounding(*step) for step in steps)
    return AttackGraph(Step(item, item.clauses, item.gains) for item in made)


@st.composite
def graphs(draw: st.DrawFn, most: int = 10, facts: int = 8, *, unknowns: bool = True) -> tuple[list[Written], set[str]]:
    """Random AND/OR steps over few facts, so that cycles and shared steps are common, and what is held at the start.

    A seed is drawn and not every choice: graphs drawn choice by choice are mostly too small to hold a cycle.
    """
    random = Random(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, most))
    names = [f"f{number}@x" for number in range(facts)]
    formulas = [YES, YES, YES, *UNKNOWNS, *map(negate, UNKNOWNS)] if unknowns else [YES]

    def options(most_options: int) -> Options:
        return [(name, random.choice(formulas)) for name in random.sample(names, random.randint(1, most_options))]

    steps: list[Written] = [
        (f"s{number}", random.choice(formulas), [options(3) for _ in range(random.choice((0, 1, 1, 2)))], options(2))
        for number in range(count)
    ]
    return steps, set(random.sample(names, random.randint(0, 2)))


def relax(
    moves: Iterable[Move], starts: Collection[str], banned: Collection[str] = (), *, additive: bool
) -> dict[str, tuple[float, Move | None]]:
    """Return every reachable fact with its least cost and the move that gains it at that cost.

    `additive` adds up what a step needs; otherwise the dearest need counts, as when all are met side by side.
    """
    graph = Hypergraph(moves, starts)
    relaxed = graph.relax(graph.moves.called(banned), additive=additive)
    return {
        graph.facts[fact]: (relaxed.cost[fact], graph.moves[by] if (by := relaxed.by[fact]) >= 0 else None)
        for fact in relaxed.settled
    }
