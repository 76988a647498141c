"""Which placed controls act on which steps, for many steps at once: places, controls and effects are joined by number.

Each thing that weakens is made once, and equal answers are one and the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import pairwise

import numpy as np

from atlasmodel.match.engine import Grounding, Matches
from atlasmodel.match.pool import Numbers
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.match.table import spread
from atlasmodel.mitigate.controls import Library, Weakens
from atlasmodel.mitigate.effects import Effects
from atlasmodel.mitigate.placement import Placed
from atlasmodel.mitigate.reach import Coverage
from atlasmodel.mitigate.stock import Stock
from atlasmodel.mitigate.strongest import counting
from atlasmodel.risk.score import Weakening
from atlasmodel.risk.scoring import Scoring

Acting = tuple[Weakening, ...]
_MOST = 1 << 20  # techniques


class Weakenings:
    """Answer which placed controls act on a step; equal answers are one and the same."""

    def __init__(self, placed: Iterable[Placed], library: Library, coverage: Coverage, scoring: Scoring) -> None:
        self.library, self.coverage, self.scoring = library, coverage, scoring
        self._effects = Effects(library)
        self._kept: list[Placed] = []  # everything that was ever placed: the number of an item is its place here
        self._made: dict[int, Weakening] = {}  # by item and effect
        self._same: dict[tuple[int, ...], Acting] = {}  # by those of which they are
        self._items = self._keep(placed)  # what is placed here
        self._known: dict[int, Acting] = {}  # by site and technique

    def with_further(self, placed: Iterable[Placed]) -> Weakenings:
        """Return what acts on a step where further controls are placed, too."""
        more = Weakenings((), self.library, self.coverage, self.scoring)
        more._effects, more._kept, more._made, more._same = self._effects, self._kept, self._made, self._same
        more._items = np.concatenate([self._items, more._keep(placed)])
        return more

    def _keep(self, placed: Iterable[Placed]) -> Numbers:
        first = len(self._kept)
        self._kept += [item for item in placed if item.control in self.library.controls]
        return np.arange(first, len(self._kept))

    def on(self, grounding: Grounding, technique: str | None, parent: str | None) -> Acting:
        """Return what weakens a step with this technique at its place; each control counts once, at its strongest."""
        site = self._stock.number.get(grounding.flow or grounding.component, self._stock.number[ADVERSARY])
        code = site * _MOST + self._effects.technique(technique, parent)
        if code not in self._known:
            self._learn(np.array([code]))
        return self._known[code]

    def on_each(
        self, groundings: Matches, numbers: Numbers, parents: Mapping[str, str | None]
    ) -> tuple[list[Acting], Numbers]:
        """Return what acts on some groundings, by their numbers: different answers, and which is that of each.

        `parents` gives the parent of each technique.
        """
        named = [batch.rule.technique for batch in groundings.batches]
        each = [self._effects.technique(name, parents.get(name) if name else None) for name in named]
        techniques = np.repeat(np.array(each, dtype=np.int64), [len(batch) for batch in groundings.batches])
        codes = self.coverage.sites(groundings)[numbers] * _MOST + techniques[numbers]
        used, which = np.unique(codes, return_inverse=True)
        self._learn(np.array([code for code in used.tolist() if code not in self._known], dtype=np.int64))
        place: dict[int, int] = {}
        known = [self._known[code] for code in used.tolist()]
        same = np.array([place.setdefault(id(acting), len(place)) for acting in known], dtype=np.int64)
        return list({id(acting): acting for acting in known}.values()), same[which]

    def _learn(self, codes: Numbers) -> None:
        """Find out what acts at sites on techniques, both in one number."""
        if len(codes):
            self._known |= zip(codes.tolist(), self._found(*np.divmod(codes, _MOST)), strict=True)

    def _found(self, sites: Numbers, techniques: Numbers) -> list[Acting]:
        stock, effects, table = self._stock, self._effects, self._effects.table
        rows, places = self.coverage.acted_at(sites)
        near, entries = spread(stock.starts, places)
        rows, items = rows[near], stock.order[entries]
        near, entries = spread(table.starts, techniques[rows] * len(self.library.controls) + stock.controls[items])
        rows, items, acting = rows[near], items[near], table.effects[entries]
        # As in `strongest`: by control and how, and then the strongest first; the known before what may not be there.
        shares, unsure = effects.strengths[acting] * stock.coverages[items] * stock.weights[items], stock.unsure[items]
        ways = rows * len(effects.all) + effects.ways[acting]
        order = np.lexsort((unsure, -shares, ways))
        order = order[counting(ways[order], unsure[order])]
        codes = (stock.items[items[order]] * len(effects.all) + acting[order]).tolist()
        bounds = np.searchsorted(rows[order], np.arange(len(sites) + 1)).tolist()
        return [self._told(tuple(codes[first:last])) for first, last in pairwise(bounds)]

    def _told(self, codes: tuple[int, ...]) -> Acting:
        found = self._same.get(codes)
        if found is None:
            made = self._made
            found = self._same[codes] = tuple([made.get(code) or self._made_of(code) for code in codes])
        return found

    def _made_of(self, code: int) -> Weakening:
        item, effect = divmod(code, len(self._effects.all))
        made = self._made[code] = self._weakening(self._kept[item], self._effects.all[effect])
        return made

    def effects(self, item: Placed, technique: str, parent: str | None) -> list[Weakening]:
        """Return what one placed control does to a technique, or else to its parent."""
        return [self._weakening(item, effect) for effect in self.library.controls[item.control].on(technique, parent)]

    def _weakening(self, item: Placed, effect: Weakens) -> Weakening:
        strength = effect.strength.likely
        share = strength * item.coverage * self.scoring.states[item.state].weight
        return Weakening(
            item.control, item.at, effect.how, strength, item.coverage, item.state, share, item.formula, item.evidence
        )

    @cached_property
    def _stock(self) -> Stock:
        return Stock.of(self._items, self._kept, self.library, self.coverage, self.scoring)
