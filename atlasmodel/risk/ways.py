"""The ways from facts to the facts that their proofs go on to, as the kernels search them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.table import begins, spread
from atlasmodel.risk.field import Indices
from atlasmodel.risk.kernels.net import Flags, Net, Words
from atlasmodel.risk.kernels.search import Edges, Places, Ways

Integers = NDArray[np.signedinteger[Any]]


def ways_of(net: Net, places: Indices, useful: Flags, made: Words, reached: Words) -> Ways:
    """Return the ways over useful gains; `places` gives facts other numbers, the rows say what is made and reached."""
    facts = len(places)
    (gains,) = np.nonzero(useful)
    gains = gains[np.argsort(places[net.gain_facts[gains]], kind="stable")]
    steps = net.gain_steps[gains]
    owners, options = spread(net.option_starts[net.clause_starts].astype(np.int64), steps.astype(np.int64))
    needing, needed = places[net.gain_facts[gains]][owners], places[net.option_facts[options]]
    pairs, edges = np.unique(needing.astype(np.int64) * facts + needed, return_inverse=True)
    froms, ends = np.divmod(pairs, facts)
    turned = np.argsort(ends, kind="stable")
    order = np.argsort(places)
    return Ways(
        Edges(_starts(froms, facts), _unsigned(ends)),
        Edges(_starts(ends, facts), _unsigned(froms[turned])),
        _unsigned(turned),
        Edges(_starts(places[net.gain_facts[gains]], facts), _unsigned(steps)),
        _unsigned(net.gain_masks[gains]),
        _unsigned(edges), _unsigned(owners), _unsigned(net.option_masks[options]),
        net.masks, np.ascontiguousarray(made.T), np.ascontiguousarray(reached[order].T),
    )  # fmt: skip


def _starts(owners: Integers, count: int) -> Places:
    return _unsigned(begins(owners, count))


def _unsigned(numbers: Integers) -> Places:
    return numbers.astype(np.uint32)
