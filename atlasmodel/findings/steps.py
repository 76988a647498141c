"""The table of the attack graph: every step on the way to an end, with what it needs, gains and takes."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from atlasmodel._once import Once
from atlasmodel._unchecked import Unchecked
from atlasmodel.analysis import Analysis
from atlasmodel.document import StepRow, rounded
from atlasmodel.findings.chances import chances_of_steps, unsure_facts
from atlasmodel.findings.describer import in_words
from atlasmodel.match.pool import ALL
from atlasmodel.risk.score import StepScore, Term, Weakening, opposing_of

Texts = tuple[str, ...]


def step_rows(analysis: Analysis) -> dict[str, StepRow]:
    """Return the steps on the way to any end, by id."""
    graph, matches = analysis.graph, analysis.groundings
    steps = analysis.steps
    numbers, formulas = graph.grounding_of[steps], graph.wiring.step_formulas[steps]
    chances, shown = list(chances_of_steps(analysis)), _shown(analysis)
    certain, unsure = (formulas == ALL).tolist(), unsure_facts(analysis)
    row = Unchecked(StepRow)
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
                unsure=unsure.get(place, {}),
            )
    return rows


def _name(technique: str | None, analysis: Analysis) -> str | None:
    catalog = analysis.workspace.catalog
    return catalog.display_name(technique) if technique is not None and technique in catalog else None


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
        self._opposing = Once[tuple[Weakening, ...], Texts](lambda acting: tuple(map(factor, opposing_of(acting))))
        self._lowered = Once[tuple[Weakening, ...], Texts](
            lambda acting: tuple([lowering(item) for item in acting if item.share > 0])
        )
        self._same: dict[Texts, Texts] = {}

    def _figures(self, score: StepScore) -> _Figures:
        terms = self._bare(score.bare) + self._opposing(score.weakenings)
        return _Figures(
            self._rounded(score.effort_days),
            self._rounded(score.detection),
            self._same.setdefault(terms, terms),
            self._lowered(score.weakenings),
        )


def _factor(term: Term) -> str:
    return f"{term.name}: x{term.factor:.4g} ({term.reason})"
