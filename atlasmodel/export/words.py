"""The words and figures that every readable format shares: three sentences, names of things, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.assessment import Assessment
from atlasmodel.document import GoalResult, RankedMeasure

CAUTION = (
    "Chances and strengths are assumptions that stand in the scoring data, not measurements: "
    "read the figures as an order of importance."
)
SCALE = "The risk of a goal is 0 to 100; that of a finding adds up the goals it has a part in, and can be higher."
_FACTS = {"acc": "access", "know": "knowledge", "cap": "means", "out": "outcome"}
_HIDDEN = {
    "asked": "that stand as a question only",
    "duplicate": "of a technique that is listed at the same place",
    "low": "of low risk",
    "unreachable": "that no adversary reaches",
}


@dataclass(frozen=True)
class End:
    """Be an end with everyone who may bring it about, the most dangerous first."""

    worst: GoalResult
    others: tuple[GoalResult, ...]


@dataclass(frozen=True)
class Advice:
    """Be a measure with the places where it helps, the best first."""

    best: RankedMeasure
    others: tuple[RankedMeasure, ...]


def number(value: float) -> str:
    """Return a figure as people read it: no needless digits, no exponent.

    >>> number(750.5), number(0.36), number(12350.0), number(20.0)
    ('750', '0.36', '12,350', '20')
    """
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}".rstrip("0").rstrip(".") if value >= 10 else f"{value:.2g}"


def percent(chance: float) -> str:
    """Return a probability in words that do not feign precision.

    >>> percent(0.8987), percent(0.002), percent(0.9999), percent(0)
    ('90 %', 'under 1 %', 'over 99 %', '0 %')
    """
    if chance in (0, 1):
        return f"{chance:.0%}".replace("%", " %")
    return "under 1 %" if chance < 0.01 else "over 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"


def fact_words(fact: str) -> str:
    """Return a fact of an attack tree with its kind as a word.

    >>> fact_words("acc.data_write at Lake"), fact_words("cap.adv_input")
    ('access: data write at Lake', 'means: adv input')
    """
    token, _, place = fact.partition(" at ")
    kind, _, name = token.partition(".")
    words = f"{_FACTS.get(kind, kind)}: {name.replace('_', ' ').replace('.', ', ')}"
    return f"{words} at {place}" if place else words


def places(assessment: Assessment) -> Mapping[str, str]:
    """Return the name of every component by id, and of the pipeline as a whole."""
    return {row["id"]: row["title"] or row["id"] for row in assessment.pipeline.components} | {
        "*": "the whole pipeline"
    }


def not_listed(assessment: Assessment) -> str:
    """Return how many findings are not listed, and why."""
    return ", ".join(
        f"{count} {_HIDDEN.get(reason, reason)}" for reason, count in sorted(assessment.hidden.items()) if count
    )


def ends(assessment: Assessment) -> tuple[End, ...]:
    """Return the ends by risk, each once."""
    found: dict[str, list[GoalResult]] = {}
    for goal in assessment.goals:
        found.setdefault(goal.fact, []).append(goal)
    return tuple(End(first, tuple(rest)) for first, *rest in found.values())


def advice(assessment: Assessment, most: int | None = None) -> tuple[Advice, ...]:
    """Return the measures by how much risk they remove, each once."""
    found: dict[str, list[RankedMeasure]] = {}
    for row in assessment.mitigations:
        found.setdefault(row.control, []).append(row)
    return tuple(Advice(first, tuple(rest)) for first, *rest in found.values())[:most]


def sentences(assessment: Assessment) -> tuple[str, str, str]:
    """Say in plain words what threatens, how bad it is, and what to do first."""
    names = places(assessment)
    first = next(iter(advice(assessment)), None)
    todo = (
        f"Do this first: {first.best.name} at {names.get(first.best.at, first.best.at)}; "
        f"alone it would take {number(first.best.removes)} off the total risk."
        if first
        else "No single measure in the library would lower the risk noticeably."
    )
    if not assessment.goals:
        return (
            "Nothing that matters can be reached by the adversaries that are described.",
            "The total risk is 0; that is only as good as the description of what is exposed and what is valuable.",
            "Do this first: answer the open questions below." if assessment.questions else todo,
        )
    worst = assessment.goals[0]
    steps = len(worst.paths[0].steps) if worst.paths else 0
    way = f" in {steps} step{'s' * (steps != 1)}" if steps else ""
    chance, impact = worst.probability, max(worst.impact.values(), default=0)
    return (
        f"The gravest threat, at {names.get(worst.at, worst.at)}: {worst.meaning} "
        f"The adversary {worst.adversary} gets there{way}.",
        f"In one campaign the chance is about {percent(chance.point)} "
        f"({percent(chance.low)} to {percent(chance.high)}) and the impact {impact} of 5, "
        f"a risk of {number(worst.risk)} of 100 ({worst.severity}); "
        f"all {len(ends(assessment))} goals together come to {number(assessment.totals.risk)}.",
        todo,
    )
