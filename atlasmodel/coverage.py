"""What stands against each technique that was found: measures by state, and what is open, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from atlasmodel.document import Finding, Frozen
from atlasmodel.model.kinds import State

BEST_FIRST = tuple(reversed(get_args(State)))
ACTS = ("verified", "in_place", "partial")


class MeasureState(Frozen):
    """Say in which state a measure is against a technique; `at` are the places where it is in that state."""

    id: str
    name: str
    origin: str
    how: str
    strength: float
    state: str
    at: tuple[str, ...]


class TechniqueCoverage(Frozen):
    """Hold one technique: where it was found, what stands against it there; `uncovered` says why nothing acts."""

    technique: str
    name: str
    scope: str
    found_at: tuple[str, ...]
    open_at: tuple[str, ...]  # places where no measure acts
    risk: float  # of its worst finding
    measures: tuple[MeasureState, ...]
    uncovered: str | None


def coverage(findings: Iterable[Finding]) -> tuple[TechniqueCoverage, ...]:
    """Return the techniques of some findings, the riskiest first, each with every measure and its best state."""
    by_technique: dict[str, list[Finding]] = {}
    for finding in findings:
        by_technique.setdefault(finding.technique.id, []).append(finding)
    rows = [_row(found) for found in by_technique.values()]
    return tuple(sorted(rows, key=lambda row: (-row.risk, row.technique)))


def _row(found: Sequence[Finding]) -> TechniqueCoverage:
    states: dict[str, list[tuple[str, str, Finding]]] = {}
    names: dict[str, MeasureState] = {}
    for finding in found:
        for measure in finding.mitigations:
            state = measure.state or "absent"
            states.setdefault(measure.id, []).append((state, measure.at or finding.component.id, finding))
            names[measure.id] = MeasureState(
                id=measure.id, name=measure.name, origin=measure.origin, how=measure.how,
                strength=measure.strength, state=state, at=(),
            )  # fmt: skip
    measures = []
    for name, seen in states.items():
        best = min((state for state, _, _ in seen), key=_rank)
        places = tuple(sorted({at for state, at, _ in seen if state == best}))
        measures.append(names[name].model_copy(update={"state": best, "at": places}))
    measures.sort(key=lambda item: (_rank(item.state), -item.strength, item.id))
    open_at = tuple(
        sorted({f.component.id for f in found if not any((m.state or "absent") in ACTS for m in f.mitigations)})
    )
    first = found[0]
    return TechniqueCoverage(
        technique=first.technique.id,
        name=first.technique_name,
        scope=first.scope,
        found_at=tuple(sorted({finding.component.id for finding in found})),
        open_at=open_at,
        risk=max(finding.risk for finding in found),
        measures=tuple(measures),
        uncovered=_why(measures) if open_at else None,
    )


def _why(measures: Sequence[MeasureState]) -> str:
    """Say why no measure acts somewhere."""
    if not measures:
        return "no mitigation is known to us"
    acting = [item for item in measures if item.state in ACTS]
    if acting:
        return f"{acting[0].name} acts elsewhere only"
    planned = [item.name for item in measures if item.state == "planned"]
    if planned:
        return f"planned only: {', '.join(planned)}"
    return f"{len(measures)} known, none is there"


def _rank(state: str) -> int:
    return BEST_FIRST.index(state) if state in BEST_FIRST else len(BEST_FIRST)
