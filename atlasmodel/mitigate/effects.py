"""What the controls of a library do to techniques, as columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlasmodel.match.pool import Numbers
from atlasmodel.mitigate.controls import Library


class EffectTable(NamedTuple):
    """Hold what each control does to each technique, technique by technique and then control by control."""

    starts: Numbers  # of the effects of control c on technique t: at t x controls + c
    effects: Numbers


class Effects:
    """Number the controls of a library, their effects, and the techniques that are asked about."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.control = {name: number for number, name in enumerate(library.controls)}
        named = [(name, effect) for name, control in library.controls.items() for effect in control.weakens]
        self.all = [effect for _, effect in named]
        self.strengths = np.array([effect.strength.likely for effect in self.all], dtype=np.float64)
        rank = {way: place for place, way in enumerate(sorted({(name, effect.how) for name, effect in named}))}
        self.ways = np.array([rank[name, effect.how] for name, effect in named], dtype=np.int64)
        self._number = {(name, id(effect)): number for number, (name, effect) in enumerate(named)}
        self._technique: dict[tuple[str | None, str | None], int] = {}
        self._counts: list[Numbers] = []
        self._acting: list[int] = []
        self._table: EffectTable | None = None

    def technique(self, name: str | None, parent: str | None) -> int:
        """Return the number of a technique with its parent; nothing acts on what is no technique."""
        number = self._technique.get((name, parent))
        if number is None:
            number = self._technique[name, parent] = len(self._technique)
            self._add(name, parent)
        return number

    def _add(self, name: str | None, parent: str | None) -> None:
        counts = np.zeros(len(self.control), dtype=np.int64)
        against = self.library.against(name, parent) if name else {}
        for control, effects in sorted(against.items(), key=lambda item: self.control[item[0]]):
            counts[self.control[control]] = len(effects)
            self._acting += [self._number[control, id(effect)] for effect in effects]
        self._counts.append(counts)
        self._table = None

    @property
    def table(self) -> EffectTable:
        """Return what is done to the techniques that were asked about."""
        if self._table is None:
            starts = np.concatenate([[0], np.cumsum(np.concatenate(self._counts))])
            self._table = EffectTable(starts, np.array(self._acting, dtype=np.int64))
        return self._table
