"""What a page is written from: the situation, the report, the assessments, and the names of things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from atlasmodel.assessment import Assessment
from atlasmodel.document import RankedMeasure
from atlasmodel.govern.result import Governance
from atlasmodel.govern.situation import Situation, Technical
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.view.naming import Names


@dataclass(frozen=True, eq=False)
class Desk:
    """Hold what pages are written from; each pipeline is assessed when a page first needs it."""

    situation: Situation
    report: Governance
    assessment: Callable[[Pipeline], Assessment]
    names: Names
    functions: tuple[str, ...]  # of the reader

    @property
    def assessed(self) -> Iterator[tuple[Technical, Assessment]]:
        """Yield the pipelines in use with their assessments."""
        for technical in self.situation.production:
            yield technical, self.assessment(technical.pipeline)

    @cached_property
    def measures(self) -> tuple[tuple[Technical, RankedMeasure], ...]:
        """Return the measures that remove most risk over all pipelines, each once a pipeline, at its best place."""
        found: dict[tuple[str, str], tuple[Technical, RankedMeasure]] = {}
        for technical, assessment in self.assessed:
            for row in assessment.mitigations:
                found.setdefault((technical.id, row.control), (technical, row))
        return tuple(sorted(found.values(), key=lambda pair: (-pair[1].removes, pair[0].id, pair[1].control)))
