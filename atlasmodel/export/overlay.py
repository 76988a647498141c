"""An attack path laid over the pipeline: which step happens where, along which flows, from where to where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlasmodel.document import AttackPath, PipelineView

OUTSIDE = "adversary"  # where steps stand that happen off the system


@dataclass(frozen=True)
class Overlay:
    """Be a path on the drawing: `steps` place -> numbers from 1, `flows` ids, `leaps` what no flow joins."""

    path: AttackPath
    steps: Mapping[str, tuple[int, ...]]
    flows: frozenset[str]
    leaps: tuple[tuple[str, str], ...]
    touched: frozenset[str]  # components where steps happen, or from which a line of the path leaves


def overlay(path: AttackPath, view: PipelineView) -> Overlay:
    """Return where a path runs: a step that needs what another gained elsewhere makes a line between the two places."""
    steps: dict[str, list[int]] = {}
    gained: dict[str, str] = {}
    lines: dict[tuple[str, str], None] = {}
    along = {flow["id"]: (flow["source"], flow["target"]) for flow in view.flows}
    taken = set()
    for number, step in enumerate(path.steps, 1):
        steps.setdefault(step.at, []).append(number)
        flow = step.id.partition("@")[2]
        if flow in along:
            taken.add(flow)
        for fact in step.needs:
            source = gained.get(fact) or fact.partition("@")[2]  # what is held at the start lies at its own place
            if source != step.at and (source != OUTSIDE or fact in gained):
                lines[source, step.at] = None
        gained |= dict.fromkeys(step.gains, step.at)
    joined: dict[frozenset[str], list[str]] = {}
    for name, ends in along.items():
        joined.setdefault(frozenset(ends), []).append(name)
    taken |= {name for line in lines for name in joined.get(frozenset(line), [])[:1]} - taken
    covered = {frozenset(along[name]) for name in taken}
    known = {row["id"] for row in view.components} | {OUTSIDE}
    leaps = tuple(line for line in lines if frozenset(line) not in covered and known.issuperset(line))
    touched = {*steps, *(end for name in taken for end in along[name]), *(end for line in leaps for end in line)}
    return Overlay(
        path,
        {place: tuple(numbers) for place, numbers in steps.items()},
        frozenset(taken),
        leaps,
        frozenset(touched - {OUTSIDE}),
    )
