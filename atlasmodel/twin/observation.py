"""What was seen when steps were tried on a real twin or in an exercise: a file of observations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, model_validator

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES
from atlasmodel._located import Record, validate
from atlasmodel.analysis import Analysis
from atlasmodel.errors import InputError, Problem, nearest


class Observation(Record):
    """Say how often a step was tried, how often it worked, and how often it was noticed.

    The step is named by its id, or by a technique and a place for all steps of that technique there.
    """

    step: str | None = None
    technique: str | None = None
    at: str | None = None
    tried: int = Field(ge=1, le=1_000_000)
    worked: int = Field(ge=0)
    noticed: int | None = Field(default=None, ge=0)
    source: str = Field(min_length=3)

    @model_validator(mode="after")
    def _possible(self) -> Observation:
        if (self.step is None) == (self.technique is None or self.at is None):
            raise ValueError("name a `step`, or a `technique` and where it was tried (`at`)")
        if self.worked > self.tried or (self.noticed or 0) > self.tried:
            raise ValueError("a step cannot have worked, or been noticed, more often than it was tried")
        return self


class Observations(Record):
    """Hold an observations file."""

    observations: tuple[Observation, ...] = Field(min_length=1)


def read_observations(path: Path, max_bytes: int = MAX_BYTES) -> tuple[Observation, ...]:
    """Read an observations file; raise InputError with every mistake of it."""
    document = _yaml.read(path, max_bytes)
    found, problems = validate(Observations, document.data, document, (), "AM191")
    if found is None:
        raise InputError(problems)
    return tuple(
        item.changed(span=document.span("observations", index)) for index, item in enumerate(found.observations)
    )


def observed_steps(
    analysis: Analysis, observations: Sequence[Observation]
) -> list[tuple[Observation, tuple[int, ...]]]:
    """Return each observation with the numbers of its steps; raise InputError where a name fits none."""
    found: list[tuple[Observation, tuple[int, ...]]] = []
    problems = []
    for item in observations:
        numbers = tuple(
            number
            for number, step in enumerate(analysis.graph.steps)
            if step.id == item.step
            or (
                item.technique is not None
                and (step.grounding.rule.technique, step.grounding.component) == (item.technique, item.at)
            )
        )
        if numbers:
            found.append((item, numbers))
            continue
        name = item.step or f"{item.technique} at {item.at}"
        known = [step.id for step in analysis.graph.steps]
        hint = nearest(item.step, known) if item.step else "`explain` and `assess` name what applies, and where"
        problems.append(Problem("AM192", f"no step of this pipeline is `{name}`", item.span, hint))
    if problems:
        raise InputError(problems)
    return found
