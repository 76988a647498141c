"""The table of the attack graph: every step on the way to an end, with what it needs, gains and takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from math import isnan, nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from atlasmodel._once import Once
from atlasmodel._unchecked import Unchecked
from atlasmodel.analysis import Analysis
from atlasmodel.document import StepRow, rounded
from atlasmodel.finding import in_words
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.risk.score import END_STATE, StepScore, Term, Weakening, left_of, opposing_of
from atlasmodel.risk.scores import Scores

Floats = NDArray[np.float64]
Texts = tuple[str, ...]


def step_rows(analysis: Analysis) -> dict[str, StepRow]:
    """Return the steps on the way to any end, by id."""
    graph, matches = analysis.graph, analysis.groundings
    steps = analysis.steps
    numbers, formulas = graph.grounding_of[steps], graph.wiring.step_formulas[steps]
    chances, shown = list(_chances(analysis, formulas)), _shown(analysis)
    certain, row = (formulas == ALL).tolist(), Unchecked(StepRow)
    rows: dict[str, StepRow] = {}
    for batch, places in matches.by_batch(numbers):  # in the order of their ids
        rule, name = batch.rule, _name(batch.rule.technique, analysis)
        mine = zip(places.tolist(), steps[places].tolist(), numbers[places].tolist(), strict=True)
        for place, step, number in mine:
            figures = shown[place]
            rows[matches.ids[number]] = row(
                id=matches.ids[number],
                rule=rule.id,
                title=rule.title,
                technique=rule.technique,
                technique_name=name,
                at=matches.sites.components[number],
                needs=graph.needs(step),
                gains=graph.gains(step),
                certainty="yes" if certain[place] else "unknown",
                effort_days=figures.effort_days,
                skill=rule.skill,
                detection=figures.detection,
                probability=chances[place],
                terms=figures.terms,
                lowered_by=figures.lowered_by,
            )
    return rows


def _name(technique: str | None, analysis: Analysis) -> str | None:
    catalog = analysis.workspace.catalog
    return catalog.display_name(technique) if technique is not None and technique in catalog else None


def _chances(analysis: Analysis, formulas: Numbers) -> Iterator[dict[str, float]]:
    """Yield how likely each step is to be there and to work, by adversary; equal answers are one and the same."""
    point, names = analysis.attacks[0].point, [attack.adversary.id for attack in analysis.attacks]
    distinct, place = np.unique(formulas, return_inverse=True)
    there = point.worlds.shares(point.draws.there(distinct))
    left = Once[tuple[Weakening, ...], float](lambda acting: left_of(acting, favour_attacker=True))
    # A step that may not be there at all is as likely as it is to be there and to work.
    columns = [_rounded(_likely(attack.scores, analysis.steps, left) * there[place]) for attack in analysis.attacks]
    known: dict[tuple[float | None, ...], dict[str, float]] = {}
    for row in zip(*columns, strict=True):
        if row not in known:
            known[row] = {name: chance for name, chance in zip(names, row, strict=True) if chance is not None}
        yield known[row]


def _likely(scores: Scores, steps: Numbers, left: Callable[[tuple[Weakening, ...]], float]) -> Floats:
    """Return how likely steps are to work, or NaN where there is no such step."""
    likely = [score.base * left(score.weakenings) for score in scores.distinct]
    each: Floats = np.array([*likely, nan])[scores.columns(steps)]
    return each


def _rounded(values: Floats) -> list[float | None]:
    """Return figures as they are shown, and None for NaN."""
    distinct, place = np.unique(values, return_inverse=True)
    figures = [None if isnan(value) else rounded(value) for value in distinct.tolist()]
    return [figures[number] for number in place.tolist()]


def _shown(analysis: Analysis) -> list[_Figures]:
    """Return the figures of every step on the way to an end, those for the first adversary who may do it."""
    texts, figures = _Texts(), list[_Figures]()
    which = np.zeros(len(analysis.steps), dtype=np.int64)
    for attack in reversed(analysis.attacks):
        mine = attack.scores.columns(analysis.steps)
        which[mine >= 0] = len(figures) + mine[mine >= 0]
        figures += map(texts.of, attack.scores.distinct)
    return [figures[number] for number in which.tolist()]


class _Figures(NamedTuple):
    """Hold the figures of steps as they are shown."""

    effort_days: float
    detection: float
    terms: Texts
    lowered_by: Texts


class _Texts:
    """Show figures; those that steps share are put into words once, and equal words are one and the same."""

    def __init__(self) -> None:
        factor = Once[Weakening, str](lambda item: _factor(item.term))
        lowering = Once(in_words)
        self.of = Once(self._figures)
        self._rounded = cache(rounded)
        self._bare = Once[tuple[Term, ...], Texts](lambda terms: tuple(map(_factor, terms)))
        self._by_itself = Once[tuple[Term, ...], bool](lambda terms: END_STATE in terms)
        self._opposing = Once[tuple[Weakening, ...], Texts](lambda acting: tuple(map(factor, opposing_of(acting))))
        self._lowered = Once[tuple[Weakening, ...], Texts](
            lambda acting: tuple([lowering(item) for item in acting if item.share > 0])
        )
        self._same: dict[Texts, Texts] = {}

    def _figures(self, score: StepScore) -> _Figures:
        terms = self._bare(score.bare)
        if score.weakenings and not self._by_itself(score.bare):
            terms += self._opposing(score.weakenings)
        return _Figures(
            self._rounded(score.effort_days),
            self._rounded(score.detection),
            self._same.setdefault(terms, terms),
            self._lowered(score.weakenings),
        )


def _factor(term: Term) -> str:
    return f"{term.name}: x{term.factor:.4g} ({term.reason})"
