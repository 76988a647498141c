"""What the file leaves open, ranked by how much an answer would move the total risk."""

from __future__ import annotations

from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.document import Question, rounded
from atlasmodel.match.engine import Grounding
from atlasmodel.match.formula import Formula, leaves
from atlasmodel.mitigate.placement import Placed


def ask(analysis: Analysis, limit: int) -> tuple[tuple[Question, ...], int]:
    """Return the open questions, those that move the total most first, and how many were not valued.

    The value of a question is the mean change of the total risk over its answers, read off the worlds in which each
    answer was drawn. An attribute that would say a control is there is valued by what the control would remove.
    """
    asked = _open(analysis)
    valued: list[tuple[float, tuple[str, str]]] = []
    unvalued: list[tuple[str, str]] = []
    for key in asked:
        value = _value(analysis, key) if len(valued) < 8 * limit else None
        if value is None:
            unvalued.append(key)
        else:
            valued.append((value, key))
    controls = _control_questions(analysis, limit)
    questions = [_question(key, value, asked[key], analysis) for value, key in valued]
    questions += controls
    questions.sort(key=lambda item: (-(item.value or 0.0), item.component, item.attribute))
    first = questions[:limit]
    rest = [item.model_copy(update={"value": None}) for item in questions[limit:]]
    rest += [_question(key, None, asked[key], analysis) for key in unvalued]
    return (*first, *rest), len(rest)


def _open(analysis: Analysis) -> dict[tuple[str, str], list[str]]:
    """Return the open (place, attribute) pairs with the techniques that wait for them, nearest to risk first."""
    near = {number for attack in analysis.attacks for number in attack.scores}
    groundings = [analysis.graph.steps[number].grounding for number in sorted(near)]
    seen = {grounding.id for grounding in groundings}
    groundings += [grounding for grounding in analysis.groundings if grounding.id not in seen]
    asked: dict[tuple[str, str], list[str]] = {}
    for attack in analysis.attacks:
        for fact, formula in attack.start.facts.items():
            if fact in attack.point.number:
                for leaf in leaves(formula):
                    asked.setdefault((leaf.place, leaf.attribute), [])
    for grounding in groundings:
        for formula in _formulas(grounding):
            for leaf in leaves(formula):
                decides = asked.setdefault((leaf.place, leaf.attribute), [])
                if grounding.rule.technique and grounding.rule.technique not in decides:
                    decides.append(grounding.rule.technique)
    return asked


def _formulas(grounding: Grounding) -> list[Formula]:
    options = [option.formula for clause in grounding.clauses for option in clause]
    return [grounding.formula, *options, *(option.formula for option in grounding.gains)]


def _value(analysis: Analysis, key: tuple[str, str]) -> float | None:
    """Return the mean absolute change of the total over the answers, or None for what the vocabulary cannot draw."""
    if key[1].startswith("control:"):
        return None
    worlds = analysis.attacks[0].point.worlds
    best = {fact: max(analysis.attacks, key=lambda item: item.point.share(fact)) for fact in analysis.worst}
    change = 0.0
    for _, bits in worlds.values(*key):
        weight = worlds.share(bits)
        if weight > 0:
            shares = (
                RISK_SCALE * impact * worlds.share(best[fact].point.bits(fact) & bits) / weight
                for fact, impact in analysis.worst.items()
            )
            change += weight * abs(sum(shares) - analysis.total)
    return change


def _control_questions(analysis: Analysis, limit: int) -> list[Question]:
    """Return the questions about controls that an attribute would tell of, for those that act on risk."""
    library = analysis.workspace.library
    near: dict[str, set[str]] = {}
    for attack in analysis.attacks:
        for number in attack.scores:
            grounding = analysis.graph.steps[number].grounding
            if grounding.rule.technique:
                near.setdefault(grounding.component, set()).add(grounding.rule.technique)
    found = []
    for item in analysis.placement.unasked:
        control = library.controls[item.control]
        covered = analysis.coverage.of(control, item.at)
        decides = sorted(
            {technique for place in covered for technique in near.get(place, ()) if technique in control.effects}
        )
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


def _question(key: tuple[str, str], value: float | None, decides: list[str], analysis: Analysis) -> Question:
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
