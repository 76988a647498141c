"""Attack graphs for tests, written as (name, formula, clauses, gains), and random ones with cycles and unknowns."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from atlasmodel.attack.graph import AttackGraph, Step
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
    """Random AND/OR steps over few facts, so that cycles and shared steps are common, and what is held at the start."""
    names = st.sampled_from([f"f{number}@x" for number in range(facts)])
    formulas = st.sampled_from([YES, YES, YES, *UNKNOWNS, *map(negate, UNKNOWNS)]) if unknowns else st.just(YES)
    option = st.tuples(names, formulas)
    clause = st.lists(option, min_size=1, max_size=3, unique_by=lambda item: item[0])
    gains = st.lists(option, min_size=1, max_size=2, unique_by=lambda item: item[0])
    count = draw(st.integers(1, most))
    steps: list[Written] = [
        (f"s{number}", draw(formulas), draw(st.lists(clause, max_size=2)), draw(gains)) for number in range(count)
    ]
    return steps, draw(st.sets(names, max_size=2))
