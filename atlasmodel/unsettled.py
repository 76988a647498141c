"""What the groundings of an analysis wait for: the formulas that the file does not settle, found by their numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from atlasmodel.analysis import Analysis
from atlasmodel.match.batch import Batch
from atlasmodel.match.formula import YES, Formula
from atlasmodel.match.pool import ALL
from atlasmodel.match.table import Mask
from atlasmodel.mitigate.controls import EVERYWHERE


def waiting(analysis: Analysis) -> Iterator[tuple[str | None, Formula]]:
    """Yield the open formulas of every grounding with its technique, those on the way to an end first.

    A grounding waits for what says that it applies, for what is at hand, and for the controls that act on it.
    """
    formula = analysis.groundings.census.pool.formula
    numbers = _in_order(analysis)
    for number, acting in zip(numbers, analysis.acting_on(numbers), strict=True):
        batch, row = analysis.groundings.at(number)
        for open_number in _numbers(batch, row):
            yield batch.rule.technique, formula(open_number)
        for item in acting:
            yield batch.rule.technique, item.formula


def _in_order(analysis: Analysis) -> list[int]:
    """Return the groundings that may wait for something, those on the way to an end first."""
    unsettled = np.concatenate([np.zeros(0, dtype=np.bool_), *_unsettled(analysis)])
    near = np.zeros(len(unsettled), dtype=np.bool_)
    steps = {number for attack in analysis.attacks for number in attack.scores}
    near[analysis.graph.grounding_of[np.fromiter(steps, np.int64, len(steps))]] = True
    found: list[int] = np.nonzero(unsettled & near)[0].tolist()
    return found + np.nonzero(unsettled & ~near)[0].tolist()


def _unsettled(analysis: Analysis) -> Iterator[Mask]:
    """Yield, batch by batch, which rows have an open formula, or lie where a control may act that may be there."""
    table = analysis.groundings.census.table
    places = {
        place
        for item in analysis.placement.placed
        if item.formula != YES
        for place in analysis.coverage.of(analysis.workspace.library.controls[item.control], item.at)
    }
    everywhere = EVERYWHERE in places
    at = np.array([*(everywhere or item.id in places for item in table.components), everywhere], dtype=np.bool_)
    along = np.array([flow.id in places for flow in table.flows], dtype=np.bool_)
    for batch in analysis.groundings.batches:
        found = (batch.formulas > ALL) | at[batch.components]
        if batch.flows is not None:
            found |= along[batch.flows] | at[table.source[batch.flows]]
        for choices in (*batch.clauses, batch.gains):
            row_of = np.repeat(np.arange(len(batch)), np.diff(choices.starts))
            found[row_of[choices.formulas > ALL]] = True
        yield found


def _numbers(batch: Batch, row: int) -> Iterator[int]:
    """Yield the numbers of the open formulas of a row: of its condition, its options and its gains."""
    yield from (number for number in (int(batch.formulas[row]),) if number > ALL)
    for choices in (*batch.clauses, batch.gains):
        numbers = choices.formulas[choices.starts[row] : choices.starts[row + 1]]
        yield from numbers[numbers > ALL].tolist()
