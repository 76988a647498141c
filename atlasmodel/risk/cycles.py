"""Which gains of a step prove nothing, because every proof of the step already needs what it would gain.

Two steps that grant each other's requirement must not both count as used for a goal that needs only one of them.
Outside cycles no step can need what it gains; on a cycle, the facts that all proofs need are a greatest fixed point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlasmodel.risk.probability import Campaigns


def useless_gains(campaigns: Campaigns) -> dict[int, set[int]]:
    """Return, for each step that lies on a cycle, the facts it gains that every proof of the step already needs."""
    useless: dict[int, set[int]] = {}
    connections = campaigns.connections
    for group in connections.regions.groups:
        gained = {fact for step in group for fact, _ in connections.gains[step]}
        facts = gained.intersection(
            fact for step in group for clause in connections.clauses[step] for fact, _ in clause
        )
        if facts:
            useless |= _needed_on_cycle(campaigns, sorted(facts), sorted(group))
    return useless


def _needed_on_cycle(campaigns: Campaigns, facts: list[int], steps: list[int]) -> dict[int, set[int]]:
    """Return the greatest solution of: a fact needs itself and what all ways to it need, a step what each clause needs.

    Sets of facts are the bits of one integer; what comes from outside the cycle needs nothing on it.
    """
    connections = campaigns.connections
    bit = {fact: 1 << position for position, fact in enumerate(facts)}
    everything = (1 << len(facts)) - 1
    needs_fact = dict.fromkeys(facts, everything)
    needs_step = dict.fromkeys(steps, everything)
    changed = True
    while changed:
        changed = False
        for step in steps:
            need = 0
            for clause in connections.clauses[step]:
                common = everything
                for fact, _ in clause:
                    common &= needs_fact.get(fact, 0)
                need |= common
            changed |= need != needs_step[step]
            needs_step[step] = need
        for fact in facts:
            common = 0 if campaigns.start[fact] else everything
            for step in connections.gained_by.get(fact, ()):
                common &= needs_step.get(step, 0)
            changed |= (common | bit[fact]) != needs_fact[fact]
            needs_fact[fact] = common | bit[fact]
    return {
        step: {fact for fact, _ in connections.gains[step] if fact in bit and needs_step[step] & bit[fact]}
        for step in steps
    }
