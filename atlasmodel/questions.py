"""What the file leaves open, ranked by how much an answer would move the total risk."""

from __future__ import annotations

import numpy as np

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.document import Question, rounded
from atlasmodel.match.formula import leaves
from atlasmodel.mitigate.placement import Placed
from atlasmodel.risk.worlds import Floats
from atlasmodel.unsettled import waiting

Key = tuple[str, str]  # place and attribute


def ask(analysis: Analysis, limit: int) -> tuple[tuple[Question, ...], int]:
    """Return the open questions, those that move the total most first, and how many were not valued.

    The value of a question is the mean change of the total risk over its answers, read off the worlds in which each
    answer was drawn. An attribute that would say a control is there is valued by what the control would remove.
    """
    asked = _open(analysis)
    risks = _risk_by_world(analysis)
    valued: list[tuple[float, Key]] = []
    unvalued: list[Key] = []
    for key in asked:
        if len(valued) < 8 * limit:
            valued.append((_value(analysis, key, risks), key))
        else:
            unvalued.append(key)
    controls = _control_questions(analysis, limit)
    questions = [_question(key, value, asked[key], analysis) for value, key in valued]
    questions += controls
    questions.sort(key=lambda item: (-(item.value or 0.0), item.component, item.attribute))
    first = questions[:limit]
    rest = [item.model_copy(update={"value": None}) for item in questions[limit:]]
    rest += [_question(key, None, asked[key], analysis) for key in unvalued]
    return (*first, *rest), len(rest)


def _open(analysis: Analysis) -> dict[Key, list[str]]:
    """Return the open (place, attribute) pairs with the techniques that wait for them, nearest to risk first."""
    asked: dict[Key, list[str]] = {}
    for attack in analysis.attacks:
        for fact, formula in attack.start.facts.items():
            if fact in attack.point.number:
                for leaf in leaves(formula):
                    asked.setdefault((leaf.place, leaf.attribute), [])
    for technique, formula in waiting(analysis):
        for leaf in leaves(formula):
            decides = asked.setdefault((leaf.place, leaf.attribute), [])
            if technique and technique not in decides:
                decides.append(technique)
    return asked


def _risk_by_world(analysis: Analysis) -> Floats:
    """Return the total risk in every world; the mean is today's total."""
    worlds = analysis.attacks[0].point.worlds
    risks = np.zeros(worlds.count, dtype=np.float32)
    for fact, impact in analysis.worst.items():
        likeliest = max(analysis.attacks, key=lambda item: item.point.share(fact))
        bits = likeliest.point.bits(fact)
        if bits:
            risks += RISK_SCALE * impact * worlds.unpack(bits)
    return risks


def _value(analysis: Analysis, key: Key, risks: Floats) -> float:
    """Return the mean absolute change of the total over the answers, each read off the worlds in which it was drawn."""
    worlds = analysis.attacks[0].point.worlds
    total = float(risks.mean(dtype=np.float64))
    change = 0.0
    for _, bits in worlds.values(*key):
        if bits:
            answered = float(risks[worlds.unpack(bits)].mean(dtype=np.float64))
            change += worlds.share(bits) * abs(answered - total)
    return change


def _control_questions(analysis: Analysis, limit: int) -> list[Question]:
    """Return the questions about controls that an attribute would tell of, for those that act on risk."""
    library = analysis.workspace.library
    near = _techniques_at(analysis)
    found = []
    for item in analysis.placement.unasked:
        control = library.controls[item.control]
        covered = analysis.coverage.of(control, item.at)
        decides = sorted({name for place in covered for name in control.effects.keys() & near.get(place, set())})
        if decides:
            found.append((item, decides))
    found.sort(key=lambda pair: (-len(pair[1]), pair[0].at, pair[0].control))
    first = [Placed(item.control, item.at, "in_place", 1.0, None) for item, _ in found[:limit]]
    values: list[float | None] = [max(0.0, analysis.total - after) for after in analysis.totals_with(first)]
    values += [None] * (len(found) - len(values))
    return [
        _question((item.at, str(item.attribute)), value, decides, analysis)
        for (item, decides), value in zip(found, values, strict=True)
    ]


def _techniques_at(analysis: Analysis) -> dict[str, set[str]]:
    """Return the techniques of the steps on the way to an end, by component."""
    found: dict[str, set[str]] = {}
    steps = {number for attack in analysis.attacks for number in attack.scores}
    numbers = np.sort(analysis.graph.grounding_of[np.fromiter(steps, np.int64, len(steps))])
    components = analysis.groundings.sites.components
    for batch, rows in analysis.groundings.by_batch(numbers):
        if batch.rule.technique:
            for component in {components[number] for number in numbers[rows].tolist()}:
                found.setdefault(component, set()).add(batch.rule.technique)
    return found


def _question(key: Key, value: float | None, decides: list[str], analysis: Analysis) -> Question:
    place, name = key
    attribute = analysis.workspace.vocabulary.attributes.get(name)
    meaning = attribute.meaning if attribute else f"Is {name.removeprefix('control:')} in place?"
    choices = " / ".join(attribute.values) if attribute and attribute.values else "yes / no"
    return Question(
        component=place,
        attribute=name,
        text=f"{meaning} ({choices})",
        decides=tuple(decides),
        value=None if value is None else rounded(value),
    )
