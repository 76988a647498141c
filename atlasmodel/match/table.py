"""A pipeline as columns: kinds, attributes and flows of all components at once, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.pool import Numbers
from atlasmodel.model.kinds import Value, Vocabulary
from atlasmodel.model.pipeline import Component, Flow, Pipeline

Mask = NDArray[np.bool_]
FOREIGN, SILENT, OPEN = -3, -2, -1  # cannot stand there, the file is silent, the file says that it is unknown
KNOWN = 3  # the numbers of known values begin at 0; shifted by this they index a table that begins with the above


class Column:
    """Hold one attribute of all components or flows: a number for each, and the values that the numbers stand for."""

    def __init__(self, count: int) -> None:
        self.numbers: Numbers = np.full(count, FOREIGN, dtype=np.int64)
        self.values: list[Value] = []
        self._number_of: dict[tuple[type, Value], int] = {}

    def number(self, value: Value) -> int:
        """Return the number of a value; `true` and 1 are two."""
        if value is None:
            return OPEN
        key = (type(value), value)
        if key not in self._number_of:
            self._number_of[key] = len(self.values)
            self.values.append(value)
        return self._number_of[key]


class Table:
    """Hold a pipeline by columns; components are numbered as in the file, flows likewise, and after the components."""

    def __init__(self, pipeline: Pipeline, vocabulary: Vocabulary) -> None:
        self.pipeline, self.vocabulary = pipeline, vocabulary
        self.components, self.flows = pipeline.components, pipeline.flows
        self.places = [*(item.id for item in self.components), *(flow.id for flow in self.flows)]
        number_of = {item.id: number for number, item in enumerate(self.components)}
        self.source = _array(number_of[flow.source] for flow in self.flows)
        self.target = _array(number_of[flow.target] for flow in self.flows)
        self._kind_number: dict[str, int] = {}
        self._flow_kind_number: dict[str, int] = {}
        self.kind = _numbered((item.kind for item in self.components), self._kind_number)
        self.flow_kind = _numbered((flow.kind for flow in self.flows), self._flow_kind_number)

    @cached_property
    def component_order(self) -> Numbers:
        """Return the components by id."""
        return _array(sorted(range(len(self.components)), key=lambda number: self.components[number].id))

    @cached_property
    def component_rank(self) -> Numbers:
        """Return the place of every component in the order of their ids."""
        return np.argsort(self.component_order)

    @cached_property
    def flow_order(self) -> Numbers:
        """Return the flows by id."""
        return _array(sorted(range(len(self.flows)), key=lambda number: self.flows[number].id))

    def is_a(self, kinds: Iterable[str]) -> Mask:
        """Return which components are of some kinds, children included."""
        wanted = tuple(kinds)
        fits = np.array([self.vocabulary.is_a(kind, wanted) for kind in self._kind_number], dtype=np.bool_)
        return np.asarray(fits[self.kind])

    def flow_is(self, kinds: Iterable[str]) -> Mask:
        """Return which flows are of some kinds."""
        wanted = set(kinds)
        fits = np.array([kind in wanted for kind in self._flow_kind_number], dtype=np.bool_)
        return np.asarray(fits[self.flow_kind])

    @cached_property
    def crosses(self) -> Mask:
        """Return which flows cross the boundary of a zone; that depends on the zones of their ends alone."""
        known: dict[tuple[str, str], bool] = {}
        crossing = []
        for flow in self.flows:
            zones = (self.pipeline.by_id[flow.source].zone, self.pipeline.by_id[flow.target].zone)
            if zones not in known:
                known[zones] = bool(self.pipeline.crossings(flow))
            crossing.append(known[zones])
        return np.array(crossing, dtype=np.bool_)

    def column(self, name: str, of: Literal["component", "flow"]) -> Column:
        """Return an attribute of all components or flows."""
        columns, blank = (self._of_components, self._blank) if of == "component" else (self._of_flows, self._blank_flow)
        return columns[name] if name in columns else blank(name)

    def beside(self, direction: str) -> tuple[Numbers, Numbers, Numbers]:
        """Return the flows at every component, those that arrive first: where each begins, the flows, their far ends.

        `direction` is upstream or in, downstream or out, neighbour or any.
        """
        return {
            "upstream": self._arriving, "in": self._arriving, "downstream": self._leaving, "out": self._leaving,
            "neighbour": self._either, "any": self._either,
        }[direction]  # fmt: skip

    @cached_property
    def _arriving(self) -> tuple[Numbers, Numbers, Numbers]:
        return self._grouped(self.target, self.source, np.arange(len(self.flows)))

    @cached_property
    def _leaving(self) -> tuple[Numbers, Numbers, Numbers]:
        return self._grouped(self.source, self.target, np.arange(len(self.flows)))

    @cached_property
    def _either(self) -> tuple[Numbers, Numbers, Numbers]:
        numbers = np.arange(len(self.flows))
        return self._grouped(
            np.concatenate([self.target, self.source]),
            np.concatenate([self.source, self.target]),
            np.concatenate([numbers, numbers]),
        )

    def _grouped(self, near: Numbers, far: Numbers, flows: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        order = np.argsort(near, kind="stable")
        starts = np.zeros(len(self.components) + 1, dtype=np.int64)
        np.cumsum(np.bincount(near, minlength=len(self.components)), out=starts[1:])
        return starts, flows[order], far[order]

    @cached_property
    def _of_components(self) -> dict[str, Column]:
        return self._columns(self.components, self._blank)

    @cached_property
    def _of_flows(self) -> dict[str, Column]:
        return self._columns(self.flows, self._blank_flow)

    def _columns(self, items: Iterable[Component | Flow], blank: Callable[[str], Column]) -> dict[str, Column]:
        said: dict[str, tuple[list[int], list[Value]]] = {}
        for number, item in enumerate(items):
            for name, value in item.attributes.items():
                rows, values = said.setdefault(name, ([], []))
                rows.append(number)
                values.append(value)
        columns = {}
        for name, (rows, values) in said.items():
            column = columns[name] = blank(name)
            column.numbers[rows] = [column.number(value) for value in values]
        return columns

    def _blank(self, name: str) -> Column:
        """Return a column in which no component says anything: what its kind gives by its nature, or nothing."""
        column = Column(len(self.components))
        numbers = []
        for kind in self._kind_number:
            default = self.vocabulary.default(kind, name)
            allowed = name in self.vocabulary.attributes_of(kind)
            numbers.append(FOREIGN if not allowed else SILENT if default is None else column.number(default.value))
        column.numbers = _array(numbers)[self.kind]
        return column

    def _blank_flow(self, name: str) -> Column:
        column = Column(len(self.flows))
        column.numbers[:] = SILENT if name in self.vocabulary.flow_attributes else FOREIGN
        return column


def spread(starts: Numbers, members: Numbers) -> tuple[Numbers, Numbers]:
    """Return, for the groups of some members one after the other, which member each entry is of, and its position.

    >>> rows, entries = spread(np.array([0, 2, 2, 3]), np.array([2, 0]))
    >>> rows.tolist(), entries.tolist()
    ([0, 1, 1], [2, 0, 1])
    """
    if len(members) == 1:  # as in every round along a chain
        first, last = starts[members[0]], starts[members[0] + 1]
        return np.zeros(last - first, dtype=np.int64), np.arange(first, last)
    counts = starts[members + 1] - starts[members]
    rows = np.repeat(np.arange(len(members)), counts)
    before = np.cumsum(counts) - counts
    return rows, np.arange(len(rows)) - np.repeat(before - starts[members], counts)


def _array(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), dtype=np.int64)


def _numbered(names: Iterable[str], numbers: dict[str, int]) -> Numbers:
    """Return the number of each name, and remember the names in the order of their numbers."""
    return _array(numbers.setdefault(name, len(numbers)) for name in names)
