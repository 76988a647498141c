"""A pipeline as columns: kinds, attributes and flows of all components at once, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, Literal

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
        self._fitting: dict[tuple[str, ...], Mask] = {}

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
        return np.asarray(self.kind_is_a(kinds)[self.kind])

    def kind_is_a(self, kinds: Iterable[str]) -> Mask:
        """Return which kinds, by the numbers that `kind` holds, are of some kinds."""
        wanted = tuple(kinds)
        if wanted not in self._fitting:
            self._fitting[wanted] = fits = np.zeros(len(self._kind_number), dtype=np.bool_)
            for name in wanted:
                fits[self._descending.get(name, [])] = True
        return self._fitting[wanted]

    @cached_property
    def _descending(self) -> dict[str, list[int]]:
        """Return the numbers of the kinds here that are, or descend from, each kind or group; `*` stands for all."""
        found: dict[str, list[int]] = {"*": list(self._kind_number.values())}
        for kind, number in self._kind_number.items():
            for name in self.vocabulary.lineage(kind):
                found.setdefault(name, []).append(number)
        return found

    def flow_is(self, kinds: Iterable[str]) -> Mask:
        """Return which flows are of some kinds."""
        return np.asarray(self.flow_kind_is(kinds)[self.flow_kind])

    def flow_kind_is(self, kinds: Iterable[str]) -> Mask:
        """Return which flow kinds, by the numbers that `flow_kind` holds, are among some kinds."""
        wanted = set(kinds)
        return np.array([kind in wanted for kind in self._flow_kind_number], dtype=np.bool_)

    @cached_property
    def flow_rank(self) -> Numbers:
        """Return the place of every flow in the order of their ids."""
        return np.argsort(self.flow_order)

    @cached_property
    def crosses(self) -> Mask:
        """Return which flows cross the boundary of a zone."""
        crossing = [bool(self.pipeline.crossings(flow)) for flow in self.flows]
        return np.array(crossing, dtype=np.bool_)

    def column(self, name: str, of: Literal["component", "flow"]) -> Column:
        """Return an attribute of all components or flows."""
        columns, blank = (self._of_components, self._blank) if of == "component" else (self._of_flows, self._blank_flow)
        if name not in columns:
            columns[name] = blank(name)
        return columns[name]

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
        return begins(near, len(self.components)), flows[order], far[order]

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
            kept = list(zip(map(type, values), values, strict=True))
            number_of = {key: column.number(key[1]) for key in dict.fromkeys(kept)}
            column.numbers[rows] = [number_of[key] for key in kept]
        return columns

    def revised(self, pipeline: Pipeline, components: Iterable[int], flows: Iterable[int]) -> Table:
        """Return the table of a pipeline that differs in these components and flows only (see `changes`)."""
        table = copy(self)
        table.pipeline, table.components, table.flows = pipeline, pipeline.components, pipeline.flows
        if any(self.components[number].zone != pipeline.components[number].zone for number in components):
            table.__dict__.pop("crosses", None)
        for number in components:
            for name in pipeline.components[number].attributes:
                self.column(name, "component")
        for number in flows:
            for name in pipeline.flows[number].attributes:
                self.column(name, "flow")
        table._of_components = _patched(self._of_components, pipeline.components, components, self._by_nature)
        table._of_flows = _patched(self._of_flows, pipeline.flows, flows, self._by_nature_of_flows)
        return table

    def _blank(self, name: str) -> Column:
        """Return a column in which no component says anything: what its kind gives by its nature, or nothing."""
        column = Column(len(self.components))
        column.numbers = _array(self._by_nature(kind, name, column) for kind in self._kind_number)[self.kind]
        return column

    def _by_nature(self, kind: str, name: str, column: Column) -> int:
        if name not in self.vocabulary.attributes_of(kind):
            return FOREIGN
        default = self.vocabulary.default(kind, name)
        return SILENT if default is None else column.number(default.value)

    def _blank_flow(self, name: str) -> Column:
        column = Column(len(self.flows))
        column.numbers[:] = self._by_nature_of_flows("", name, column)
        return column

    def _by_nature_of_flows(self, kind: str, name: str, column: Column) -> int:
        return SILENT if name in self.vocabulary.flow_attributes else FOREIGN


def summed(counts: Numbers) -> Numbers:
    """Return where each of some groups begins among all members, and where the last ends, given how many each has."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def begins(groups: NDArray[np.integer[Any]], count: int) -> Numbers:
    """Return where each of so many groups begins, given the group of every member, in order."""
    return summed(np.bincount(groups, minlength=count))


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


def _patched(
    columns: Mapping[str, Column],
    items: Sequence[Component | Flow],
    numbers: Iterable[int],
    silent: Callable[[str, str, Column], int],
) -> dict[str, Column]:
    """Return columns with some rows read again; what does not change is shared."""
    patched = dict(columns)
    for number in numbers:
        item = items[number]
        for name, column in columns.items():
            said = name in item.attributes
            wanted = column.number(item.attributes[name]) if said else silent(item.kind, name, column)
            if column.numbers[number] != wanted:
                if patched[name] is column:
                    patched[name] = copy(column)
                    patched[name].numbers = column.numbers.copy()
                patched[name].numbers[number] = wanted
    return patched


def _array(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), dtype=np.int64)


def _numbered(names: Iterable[str], numbers: dict[str, int]) -> Numbers:
    """Return the number of each name, and remember the names in the order of their numbers."""
    return _array(numbers.setdefault(name, len(numbers)) for name in names)
