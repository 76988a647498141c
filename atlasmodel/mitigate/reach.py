"""Where controls can stand and what they cover from there; places have numbers, so that many are asked at once.

Components are numbered as in the file, the adversary comes after them, then the flows, and everywhere is the last.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from atlasmodel.match.census import Census, Places
from atlasmodel.match.engine import Grounding, Matches
from atlasmodel.match.pool import NONE, Numbers
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.match.table import Table, spread
from atlasmodel.mitigate.controls import EVERYWHERE, Control
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline

_Reach = tuple[tuple[str, tuple[str, ...], int], ...]  # along which flows, in which direction, how far


class Coverage:
    """Answer which places a control at a place covers; what controls that reach equally far cover is worked out once.

    `table` may be the columns of the pipeline, where somebody has made them.
    """

    def __init__(self, pipeline: Pipeline, vocabulary: Vocabulary, table: Table | None = None) -> None:
        self.pipeline, self.vocabulary = pipeline, vocabulary
        self.table = Table(pipeline, vocabulary) if table is None else table
        components, flows = self.table.components, self.table.flows
        self.names = [*(item.id for item in components), ADVERSARY, *(flow.id for flow in flows), EVERYWHERE]
        self.number = {name: number for number, name in enumerate(self.names)}
        self._areas: dict[_Reach, _Area] = {}
        self._known: dict[str, _Area] = {}  # by control
        self._beside: dict[tuple[str, tuple[str, ...]], tuple[Numbers, Numbers]] = {}

    def of(self, control: Control, at: str) -> frozenset[str]:
        """Return the ids of the components and flows that a control at a place covers; `*` covers all."""
        number = self.number.get(at, len(self.names))
        area = self._area(control) if number < len(self.table.components) else None
        return frozenset([at]) if area is None else frozenset([self.names[each] for each in area.of(number)])

    def of_each(self, control: Control, places: Numbers) -> tuple[Numbers, Numbers]:
        """Return what a control at each of some places covers: from which of them, and the number of what."""
        inside = places < len(self.table.components)
        (here,), (apart,) = np.nonzero(inside), np.nonzero(~inside)
        area = self._area(control)
        near, entries = spread(area.starts, places[here])
        return np.concatenate([here[near], apart]), np.concatenate([area.covered[entries], places[apart]])

    def _area(self, control: Control) -> _Area:
        area = self._known.get(control.id)
        if area is None:
            reach = tuple((covers.direction, covers.flow, covers.within) for covers in control.reach)
            if reach not in self._areas:
                self._areas[reach] = self._measured(reach)
            area = self._known[control.id] = self._areas[reach]
        return area

    def _measured(self, reach: _Reach) -> _Area:
        """Return what each component covers: itself, and what lies so many flows from it."""
        count = len(self.table.components)
        every = np.arange(count)
        pairs = [every * (count + 1)]
        for direction, kinds, within in reach:
            starts, far = self._neighbours(direction, kinds)
            rows = here = every
            for _ in range(within):
                near, entries = spread(starts, here)
                found = np.unique(rows[near] * count + far[entries])
                rows, here = np.divmod(found, count)
                pairs.append(found)
        rows, covered = np.divmod(np.unique(np.concatenate(pairs)), count)
        return _Area(np.searchsorted(rows, np.arange(count + 1)), covered)

    def _neighbours(self, direction: str, kinds: tuple[str, ...]) -> tuple[Numbers, Numbers]:
        """Return the components one flow of some kinds up or down: where those of each begin, and their numbers."""
        if (direction, kinds) not in self._beside:
            starts, flows, far = self.table.beside(direction)
            kept = self.table.flow_is(kinds)[flows]
            self._beside[direction, kinds] = np.concatenate([[0], np.cumsum(kept)])[starts], far[kept]
        return self._beside[direction, kinds]

    def places(self, control: Control) -> list[str]:
        """Return where a control makes sense in this pipeline: component ids in file order, or `*`."""
        return [self.names[number] for number in self.places_numbered(control).tolist()]

    def places_numbered(self, control: Control) -> Numbers:
        """Return the same by number.

        It does not make sense where its condition fails, or where that rests on something about which the file is
        silent. For the whole pipeline the condition has to hold of some component.
        """
        everywhere = EVERYWHERE in control.at
        fitting = np.nonzero(self.table.is_a((EVERYWHERE,) if everywhere else control.at))[0]
        found: Numbers = fitting[self._census.ask(control.applies, Places(fitting)).formulas != NONE]
        if everywhere:
            return np.array([len(self.names) - 1] if len(found) or control.when is None else [], dtype=np.int64)
        return found

    def sites(self, groundings: Matches) -> Numbers:
        """Return where groundings stand, by number: those of rules on flows at the flow, others at the component."""
        before = len(self.table.components) + 1
        each = (batch.components if batch.flows is None else batch.flows + before for batch in groundings.batches)
        return np.concatenate([np.zeros(0, dtype=np.int64), *each])

    def acted_at(self, sites: Numbers) -> tuple[Numbers, Numbers]:
        """Return where controls would act on steps at some sites (see `places_at`): on which, and the place."""
        table, before = self.table, len(self.table.components) + 1
        flows = sites - before
        (along,) = np.nonzero((flows >= 0) & (flows < len(table.flows)))
        source, target = table.source[flows[along]], table.target[flows[along]]
        found = np.full((len(sites), 4), -1, dtype=np.int64)
        found[:, 0] = sites
        found[along, 0] = target
        found[:, 1] = len(self.names) - 1
        found[along, 2] = sites[along]
        found[along, 3] = np.where(source == target, -1, source)
        rows, roles = np.nonzero(found >= 0)
        return rows, found[rows, roles]

    @cached_property
    def _census(self) -> Census:
        return Census(self.table, stated=True)


class _Area:
    """Hold what controls that reach equally far cover from every component, one after the other."""

    def __init__(self, starts: Numbers, covered: Numbers) -> None:
        self.starts, self.covered = starts, covered

    def of(self, component: int) -> list[int]:
        """Return what is covered from one component."""
        starts, covered = self._lists
        return covered[starts[component] : starts[component + 1]]

    @cached_property
    def _lists(self) -> tuple[list[int], list[int]]:
        return self.starts.tolist(), self.covered.tolist()


def places_of(grounding: Grounding) -> tuple[str, ...]:
    """Return where a control would act on a step: at its component, its flow and that flow's ends, everywhere."""
    return places_at(grounding.component, grounding.flow)


def places_at(component: str, flow: str | None) -> tuple[str, ...]:
    """Return the same for a step that is given by its place."""
    if flow is None:
        return (component, EVERYWHERE)
    return tuple(dict.fromkeys((component, EVERYWHERE, flow, flow.partition(">")[0])))
