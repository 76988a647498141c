"""The governance results of the document as a scorecard: pillars by phases, recommended actions, failures first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atlasmodel.assessment import Assessment
from atlasmodel.govern.check import PHASES, PILLARS

ORDER = ("fail", "unknown", "pass", "not_applicable")


@dataclass(frozen=True)
class Scorecard:
    """Be the governance part of a report: counts by result, cells by (pillar, phase), rows by result, scores."""

    counts: Mapping[str, int]
    pillars: Sequence[str]
    phases: Sequence[str]
    cells: Mapping[tuple[str, str], Counter[str]]
    rows: Sequence[Mapping[str, Any]]
    actions: Sequence[Mapping[str, Any]]


def scorecard(assessment: Assessment) -> Scorecard | None:
    """Return the scorecard of a document; None where it says nothing of an organisation."""
    rows = assessment.governance
    if not rows:
        return None
    cells: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        for phase in row.get("phases") or ():
            if row.get("pillar"):
                cells.setdefault((row["pillar"], phase), Counter())[str(row.get("result"))] += 1
    counts = Counter(str(row.get("result")) for row in rows)
    ranked = sorted(rows, key=lambda row: ORDER.index(row["result"]) if row.get("result") in ORDER else len(ORDER))
    return Scorecard(
        {word: counts[word] for word in ORDER if counts[word]},
        [pillar for pillar in PILLARS if any(pillar == at for at, _ in cells)],
        [phase for phase in PHASES if any(phase == at for _, at in cells)],
        cells,
        ranked,
        tuple(row for row in rows if row.get("type") == "score" and row.get("value")),
    )
