"""What the groundings of an analysis wait for: the formulas that the file does not settle, found by their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np

from atlasmodel.analysis import Analysis
from atlasmodel.match.formula import YES, Formula
from atlasmodel.match.pool import ALL, Numbers
from atlasmodel.match.table import Mask


class _Open(NamedTuple):
    """Hold open formulas by number, each with the grounding that waits for it."""

    groundings: Numbers
    formulas: Numbers


def waiting(analysis: Analysis) -> Iterator[tuple[str | None, Formula]]:
    """Yield the open formulas of all groundings with their techniques, those on the way to an end first, each once.

    A grounding waits for what says that it applies, for what is at hand, and for the controls that act on it.
    """
    matches = analysis.groundings
    own, (of_controls, controls) = _own(analysis), _of_controls(analysis)
    groundings = np.concatenate([own.groundings, of_controls.groundings])
    formulas = np.concatenate([own.formulas, -1 - of_controls.formulas])  # below 0 those of controls
    batches = np.repeat(np.arange(len(matches.batches)), [len(batch) for batch in matches.batches])
    order = np.lexsort((formulas < 0, groundings, ~_near(analysis)[groundings]))
    names = [batch.rule.technique for batch in matches.batches]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    told = list(numbers)
    techniques = np.array([numbers[name] for name in names], dtype=np.int64)[batches[groundings[order]]]
    _, first = np.unique(techniques + len(told) * formulas[order], return_index=True)
    first.sort()
    for technique, formula in zip(techniques[first].tolist(), formulas[order][first].tolist(), strict=True):
        yield told[technique], matches.census.pool.formula(formula) if formula >= 0 else controls[-1 - formula]


def _near(analysis: Analysis) -> Mask:
    """Return which groundings are on the way to an end."""
    near = np.zeros(len(analysis.groundings), dtype=np.bool_)
    near[analysis.graph.grounding_of[analysis.steps]] = True
    return near


def _own(analysis: Analysis) -> _Open:
    """Return the open formulas of groundings: of the condition, the options and the gains of each, in this order."""
    groundings, formulas = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for batch, start in zip(analysis.groundings.batches, analysis.groundings.starts, strict=False):
        every = np.arange(start, start + len(batch))
        choices = (*batch.clauses, batch.gains)
        groundings += [every, *(np.repeat(every, np.diff(choice.starts)) for choice in choices)]
        formulas += [batch.formulas, *(choice.formulas for choice in choices)]
    found = _Open(np.concatenate(groundings), np.concatenate(formulas))
    still = found.formulas > ALL
    return _Open(found.groundings[still], found.formulas[still])


def _of_controls(analysis: Analysis) -> tuple[_Open, list[Formula]]:
    """Return the open formulas of what acts on groundings, numbered as they are listed."""
    coverage, controls = analysis.coverage, analysis.workspace.library.controls
    unsure = np.zeros(len(coverage.names), dtype=np.bool_)
    for item in analysis.placement.placed:
        if item.formula != YES:
            unsure[[coverage.number[place] for place in coverage.of(controls[item.control], item.at)]] = True
    rows, places = coverage.acted_at(coverage.sites(analysis.groundings))
    numbers = np.unique(rows[unsure[places]])
    acting, which = analysis.acting_on(numbers)
    opened = [[item.formula for item in some if item.formula != YES] for some in acting]
    listed = {id(formula): formula for some in opened for formula in some}
    number = {identity: place for place, identity in enumerate(listed)}
    waits = [[number[id(formula)] for formula in some] for some in opened]
    found = [waits[place] for place in which.tolist()]
    groundings = np.repeat(numbers, list(map(len, found)))
    return _Open(groundings, np.fromiter(chain.from_iterable(found), dtype=np.int64)), list(listed.values())
