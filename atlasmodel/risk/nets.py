"""Fields as nets: the steps are numbered anew, in the order of the sweep, so that their rows are read in turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from atlasmodel.match.table import spread
from atlasmodel.risk.field import Field, Indices, Links, starts_of
from atlasmodel.risk.kernels.net import Net, Sweep, sweep_of


def in_order(field: Field) -> tuple[Indices, Net, Sweep]:
    """Return the rows of a field's steps in the order of a sweep, and the net and the sweep where that numbers them."""
    sweep, steps = sweep_of(net_of(field)), len(field.steps)
    rows = sweep.nodes[sweep.nodes < steps]
    numbers = np.arange(len(sweep.nodes), dtype=np.int32)
    numbers[rows] = np.arange(steps)
    places = np.empty_like(sweep.places)
    places[numbers] = sweep.places
    return rows, net_of(_taken(field, rows)), sweep._replace(nodes=numbers[sweep.nodes], places=places)


def _taken(field: Field, rows: Indices) -> Field:
    """Return a field with its steps in another order."""
    starts, clauses = _entries(field.clause_starts, rows)
    return replace(
        field,
        steps=field.steps[rows],
        clause_starts=starts,
        options=_links(field.options, clauses),
        gained=_links(field.gained, rows),
    )


def _links(links: Links, owners: Indices) -> Links:
    starts, entries = _entries(links.starts, owners)
    return Links(starts, links.facts[entries], links.masks[entries])


def _entries(starts: Indices, owners: Indices) -> tuple[Indices, Indices]:
    """Return the entries of some owners one after the other: where each owner's begin, and what they are."""
    places, entries = spread(starts.astype(np.int64), owners.astype(np.int64))
    return starts_of(places, len(owners)), entries.astype(np.int32)


def net_of(field: Field) -> Net:
    """Return a field as the arrays that kernels work on."""
    facts, steps = len(field.number), len(field.steps)
    owners = np.repeat(np.arange(steps, dtype=np.int32), np.diff(field.clause_starts))
    waiting_steps = np.repeat(owners, np.diff(field.options.starts))
    gain_steps = np.repeat(np.arange(steps, dtype=np.int32), np.diff(field.gained.starts))
    waiting = np.argsort(field.options.facts, kind="stable").astype(np.int32)
    gaining = np.argsort(field.gained.facts, kind="stable").astype(np.int32)
    return Net(
        field.clause_starts, field.options.starts, field.options.facts, field.options.masks,
        field.gained.starts, field.gained.facts, field.gained.masks,
        starts_of(field.options.facts, facts), waiting, waiting_steps[waiting],
        starts_of(field.gained.facts, facts), gaining, gain_steps,
        field.masks,
    )  # fmt: skip
