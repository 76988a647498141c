"""What the file leaves open, ranked by how much an answer would move the total risk."""

from __future__ import annotations

from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from atlasmodel._unchecked import Unchecked
from atlasmodel.advice.unasked import acting_unasked
from atlasmodel.advice.unsettled import waiting
from atlasmodel.analysis import RISK_SCALE, Analysis
from atlasmodel.document import Question, rounded
from atlasmodel.match.formula import leaves
from atlasmodel.mitigate.placement import Placed
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.risk.worlds import Floats

Key = tuple[str, str]  # place and attribute
_AT_ONCE = 2**24  # flags, of worlds of ends
_ANSWERS = {"bool": "true / false", "number": "a number", "date": "a date"}  # as the file takes them


class _Asked(NamedTuple):
    """Be a question before it is put into words."""

    place: str
    attribute: str
    decides: list[str]
    value: float | None


def ask(analysis: Analysis, limit: int) -> tuple[tuple[Question, ...], int]:
    """Return the open questions, those that move the total most first, and how many were not valued.

    The value of a question is the mean change of the total risk over its answers, read off the worlds in which each
    answer was drawn. An attribute that would say a control is there is valued by what the control would remove.
    """
    opened = _open(analysis)
    risks = _risk_by_world(analysis)
    keys = list(opened)
    valued = [_Asked(*key, opened[key], rounded(_value(analysis, key, risks))) for key in keys[: 8 * limit]]
    valued += _of_controls(analysis, limit)
    valued.sort(key=lambda item: (-(item.value or 0.0), item.place, item.attribute))
    rest = [item._replace(value=None) for item in valued[limit:]]
    rest += [_Asked(*key, opened[key], None) for key in keys[8 * limit :]]
    words = _Words(analysis.workspace.vocabulary)
    return tuple(map(words.question, (*valued[:limit], *rest))), len(rest)


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
    risks = np.zeros(worlds.count, dtype=np.float64)
    ends = sorted(analysis.worst, key=lambda fact: analysis.worst[fact])
    for impact, alike in groupby(ends, key=lambda fact: analysis.worst[fact]):
        while facts := list(islice(alike, max(1, _AT_ONCE // worlds.count))):
            rows = worlds.rows_of(analysis.likeliest[fact].point.bits(fact) for fact in facts)
            reached = np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little")
            risks += RISK_SCALE * impact * reached.sum(axis=0)
    return risks.astype(np.float32)


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


def _of_controls(analysis: Analysis, limit: int) -> list[_Asked]:
    """Return the questions about controls that an attribute would tell of, for those that act on risk."""
    found = acting_unasked(analysis)
    first = [Placed.in_full(item.control, item.at) for item, _ in found[:limit]]
    values: list[float | None] = [rounded(max(0.0, analysis.total - after)) for after in analysis.totals_with(first)]
    values += [None] * (len(found) - len(values))
    return [
        _Asked(item.at, str(item.attribute), decides, value)
        for (item, decides), value in zip(found, values, strict=True)
    ]


class _Words:
    """Put questions into words; what they ask about an attribute is told once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary, self._question = vocabulary, Unchecked(Question)
        self._texts: dict[str, str] = {}

    def question(self, asked: _Asked) -> Question:
        """Return a question as it is shown."""
        text = self._texts.get(asked.attribute) or self._text(asked.attribute)
        return self._question(
            component=asked.place, attribute=asked.attribute, text=text, decides=tuple(asked.decides), value=asked.value
        )

    def _text(self, name: str) -> str:
        attribute = self._vocabulary.attributes.get(name)
        if attribute is None:
            text = f"Is {name.removeprefix('control:')} in place? (yes / no)"
        else:
            text = f"{attribute.meaning} ({' / '.join(attribute.values) or _ANSWERS.get(attribute.type, 'a text')})"
        self._texts[name] = text
        return text
