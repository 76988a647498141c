"""The table of the attack graph: every step on the way to an end, with what it needs, gains and takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from atlasmodel.match.formula import YES
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.match.table import spread
from atlasmodel.risk.score import END_STATE, StepScore, Term, Weakening, left_of, opposing_of, preventing

Floats = NDArray[np.float64]
Texts = tuple[str, ...]


def step_rows(analysis: Analysis) -> dict[str, StepRow]:
    """Return the steps on the way to any end, by id."""
    graph, matches = analysis.graph, analysis.groundings
    steps = np.array(sorted({number for attack in analysis.attacks for number in attack.scores}), dtype=np.int64)
    numbers, formulas = graph.grounding_of[steps], graph.wiring.step_formulas[steps]
    scores = [[attack.scores.get(step) for step in steps.tolist()] for attack in analysis.attacks]
    firsts = [next(filter(None, several)) for several in zip(*scores, strict=True)]
    chances = list(_chances(analysis, formulas, scores))
    certain, unsure = (formulas == ALL).tolist(), _unsure(analysis, steps)
    texts, row = _Texts(), Unchecked(StepRow)
    rows: dict[str, StepRow] = {}
    for batch, places in matches.by_batch(numbers):  # in the order of their ids
        rule, name = batch.rule, _name(batch.rule.technique, analysis)
        mine = zip(places.tolist(), steps[places].tolist(), numbers[places].tolist(), strict=True)
        for place, step, number in mine:
            figures = texts.of(firsts[place])
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


def _chances(
    analysis: Analysis, formulas: Numbers, scores: Sequence[Sequence[StepScore | None]]
) -> Iterator[dict[str, float]]:
    """Yield how likely each step is to be there and to work, by adversary; equal answers are one and the same."""
    names = [attack.adversary.id for attack in analysis.attacks]
    there = _shares(analysis, formulas)
    left = Once[tuple[Weakening, ...], float](lambda acting: left_of(acting, favour_attacker=True))
    # A step that may not be there at all is as likely as it is to be there and to work.
    columns = []
    hang: dict[tuple[int, int], float] = {}  # by formula and controls: adversaries share them
    for column in scores:
        likely = _likely(column, left) * there
        for number, score in _hanging(column):
            key = int(formulas[number]), id(score.weakenings)
            if key not in hang:
                formula = analysis.graph.formula(key[0])
                hang[key] = analysis.attacks[0].point.draws.likely(formula, score.weakenings)
            likely[number] = score.base * hang[key]
        columns.append(_rounded(likely))
    known: dict[tuple[float | None, ...], dict[str, float]] = {}
    for row in zip(*columns, strict=True):
        if row not in known:
            known[row] = {name: chance for name, chance in zip(names, row, strict=True) if chance is not None}
        yield known[row]


def _shares(analysis: Analysis, formulas: Numbers) -> Floats:
    """Return how likely formulas of the graph hold, given by number, what is not known as drawn."""
    point = analysis.attacks[0].point
    distinct, place = np.unique(formulas, return_inverse=True)
    shares: Floats = point.worlds.shares(point.draws.there(distinct))[place]
    return shares


def _hanging(scores: Sequence[StepScore | None]) -> Iterator[tuple[int, StepScore]]:
    """Yield those figures, with their places, that hang on controls of which it is not known whether they are there."""
    hangs = Once[tuple[Weakening, ...], bool](
        lambda acting: any(form.formula != YES for forms in preventing(acting) for form in forms)
    )
    return ((place, score) for place, score in enumerate(scores) if score is not None and hangs(score.weakenings))


def _unsure(analysis: Analysis, steps: Numbers) -> dict[int, dict[str, float]]:
    """Return, by the place of a step, what serves or follows only if an unknown turns out so, and how likely."""
    wiring, name = analysis.graph.wiring, analysis.graph.names.name
    owners, clauses = spread(wiring.clause_starts, steps)
    sides, options = spread(wiring.option_starts, clauses)
    gainers, gains = spread(wiring.gain_starts, steps)
    likely: dict[tuple[int, int], float] = {}
    _note(likely, analysis, owners[sides], wiring.option_facts[options], wiring.option_formulas[options])
    _note(likely, analysis, gainers, wiring.gain_facts[gains], wiring.gain_formulas[gains])
    found: dict[int, dict[str, float]] = {}
    for (place, fact), share in likely.items():
        if share < 1:
            found.setdefault(place, {})[name(fact)] = rounded(share)
    return found


def _note(
    likely: dict[tuple[int, int], float], analysis: Analysis, steps: Numbers, facts: Numbers, formulas: Numbers
) -> None:
    """Note how likely facts serve steps or follow from them, for the steps of which that is open for some."""
    (some,) = np.nonzero(np.isin(steps, steps[formulas != ALL]))
    keys = zip(steps[some].tolist(), facts[some].tolist(), strict=True)
    for key, share in zip(keys, _shares(analysis, formulas[some]).tolist(), strict=True):
        likely[key] = max(share, likely.get(key, 0.0))


def _likely(scores: Sequence[StepScore | None], left: Callable[[tuple[Weakening, ...]], float]) -> Floats:
    """Return how likely steps are to work, or NaN where there is none; many share their figures."""
    _, first, place = np.unique(list(map(id, scores)), return_index=True, return_inverse=True)
    distinct = (scores[number] for number in first.tolist())
    likely = [nan if score is None else score.base * left(score.weakenings) for score in distinct]
    return np.array(likely)[place]


def _rounded(values: Floats) -> list[float | None]:
    """Return figures as they are shown, and None for NaN."""
    distinct, place = np.unique(values, return_inverse=True)
    figures = [None if isnan(value) else rounded(value) for value in distinct.tolist()]
    return [figures[number] for number in place.tolist()]


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
