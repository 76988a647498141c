"""Match again after a change: only the rules, and only the places, whose answer the change can reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from atlasmodel.match.batch import Batch, batch_at
from atlasmodel.match.census import Census, Places
from atlasmodel.match.changes import Changes
from atlasmodel.match.conditions import (
    All,
    Always,
    AtLeast,
    Condition,
    HasAttribute,
    HasFlow,
    Holds,
    IsKind,
    Neighbour,
    Not,
    ZoneTrust,
    walk,
)
from atlasmodel.match.pool import Numbers
from atlasmodel.match.rule import Rule
from atlasmodel.match.table import spread
from atlasmodel.model.pipeline import Pipeline

_HERE = (All, Always, AtLeast, HasAttribute, Holds, IsKind, Not, ZoneTrust)


class Outlook(NamedTuple):
    """Say how far a rule looks, in flows from its component, and which attributes it reads."""

    rule: Rule
    distance: int
    reads: frozenset[str]


def outlook(rule: Rule) -> Outlook:
    """Return how far a rule looks and what it reads.

    >>> from atlasmodel.workspace import Workspace
    >>> max(outlook(rule).distance for rule in Workspace.builtin().rules) < 10
    True
    """
    conditions = (rule.when, *(extra.when for extra in rule.gains_if))
    nodes = [node for condition in conditions for node in walk(condition)]
    inner = [part for node in nodes if isinstance(node, HasFlow | Neighbour) for part in node.attributes]
    reads = frozenset(node.name for node in (*nodes, *inner) if isinstance(node, HasAttribute))
    return Outlook(rule, max(map(_looks, nodes), default=0) + bool(rule.on), reads)


def _looks(node: Condition) -> int:
    if isinstance(node, Neighbour):
        return node.within
    if isinstance(node, HasFlow):
        return 1
    if isinstance(node, _HERE):
        return 0
    raise TypeError(f"it is not known how far {type(node).__name__} looks")


def revise(
    outlooks: Iterable[Outlook], before: Sequence[Batch], census: Census, after: Pipeline, changed: Changes
) -> tuple[Census, list[Batch]]:
    """Return the census and the batches of a pipeline that differs in some components and flows only.

    Equal to matching it afresh. The numbers of formulas of the census before stay good; new ones are added to them.
    """
    again = copy(census)
    again.table = census.table.revised(after, changed.components, changed.flows)
    table = again.table
    ends = [table.source[changed.flows], table.target[changed.flows]]
    rings = [np.unique(np.concatenate([np.array(changed.components, dtype=np.int64), *ends]))]
    known = {batch.rule.id: batch for batch in before}
    batches = []
    for rule, distance, reads in outlooks:
        old = known.get(rule.id)
        untouched = changed.attributes is not None and reads.isdisjoint(changed.attributes)
        at = None if untouched else _affected(rule, again, _ring(distance, again, rings))
        if at is None or not len(at):
            batches += [] if old is None else [old]
            continue
        new = batch_at(rule, again, at)
        whole = new if old is None else _spliced(old, new, at, again)
        if whole is not None and len(whole):
            batches.append(whole)
    return again, batches


def _affected(rule: Rule, census: Census, near: Numbers) -> Places | None:
    """Return the places of a rule at or around some components, sorted by id; None for a rule off the system."""
    table = census.table
    if rule.at:
        at = near[table.kind_is_a(rule.at)[table.kind[near]]]
        return Places(at[np.argsort(table.component_rank[at])])
    if not rule.on:
        return None
    starts, arriving, _ = table.beside("in")
    _, entries = spread(starts, near)
    flows = arriving[entries]
    fits = table.flow_kind_is(rule.on)[table.flow_kind[flows]]
    fits &= table.kind_is_a(rule.source)[table.kind[table.source[flows]]]
    fits &= table.kind_is_a(rule.target)[table.kind[table.target[flows]]]
    flows = flows[fits]
    flows = flows[np.argsort(table.flow_rank[flows])]
    return Places(table.target[flows], flows)


def _ring(distance: int, census: Census, rings: list[Numbers]) -> Numbers:
    """Return the components up to some flows away from what changed; `rings` remembers those of smaller distances."""
    starts, _, far = census.table.beside("any")
    while len(rings) <= distance:
        _, entries = spread(starts, rings[-1])
        rings.append(np.union1d(rings[-1], far[entries]))
    return rings[distance]


def _spliced(old: Batch, new: Batch | None, at: Places, census: Census) -> Batch:
    """Return the old rows where nothing was asked again, and the new ones, sorted by id."""
    asked = at.components if at.flows is None else at.flows
    before = old.components if old.flows is None else old.flows
    kept = old.taken(np.nonzero(~np.isin(before, asked))[0])
    if new is None:
        return kept
    whole = kept.then(new)
    rank = census.table.component_rank if whole.flows is None else census.table.flow_rank
    return whole.taken(np.argsort(rank[whole.components if whole.flows is None else whole.flows]))
