"""Run the tests that a check carries: small organisations, with pipelines where needed, each with its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from atlasmodel.errors import AtlasModelError
from atlasmodel.govern.check import Check, CheckTest
from atlasmodel.govern.engine import evaluate
from atlasmodel.govern.result import Result
from atlasmodel.govern.situation import Parts, Technical
from atlasmodel.govern.survey import situation_of
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_organisation import FORMAT, VERSION, organisation_from
from atlasmodel.model.reader import pipeline_from
from atlasmodel.workspace import Workspace

Assess = Callable[[Pipeline], Parts]
DAY = "2026-11-30"


def run_test(check: Check, test: CheckTest, workspace: Workspace, assess: Assess) -> list[str]:
    """Return what differs between a test and what the check does; `assess` gives the findings of a pipeline."""
    try:
        result = result_of(check, test, workspace, assess)
    except AtlasModelError as error:
        return [f"{check.id}: a test is unsound: {problem}" for problem in error.problems]
    if result.result == test.result:
        return []
    reasons = "; ".join(reason.fact for reason in result.because)
    return [f"{check.id}: gives {result.result} where {test.result} is expected ({reasons})"]


def result_of(check: Check, test: CheckTest, workspace: Workspace, assess: Assess) -> Result:
    """Return the result of a check on the organisation and pipelines of a test."""
    organisation = sample_organisation(test.organisation)
    samples = sample_pipelines(test, workspace).items()
    pipelines = [Technical(name, pipeline, _later(assess, pipeline)) for name, pipeline in samples]
    return evaluate(check, situation_of(organisation, pipelines, workspace, organisation.as_of))


def sample_organisation(data: Mapping[str, Any]) -> Organisation:
    """Return the small organisation of a test; without a day of its own it is asked on one and the same."""
    return organisation_from({VERSION: FORMAT, "name": "test", "as_of": DAY, **data})


def sample_pipelines(test: CheckTest, workspace: Workspace) -> dict[str, Pipeline]:
    """Return the small pipelines of a test by id; components without a zone stand in one of trust 2."""
    return {name: _pipeline(name, data, workspace) for name, data in test.pipelines.items()}


def _pipeline(name: str, data: Mapping[str, Any], workspace: Workspace) -> Pipeline:
    return pipeline_from({"atlasmodel": 1, "name": name, **data}, vocabulary=workspace.vocabulary)


def _later(assess: Assess, pipeline: Pipeline) -> Callable[[], Parts]:
    return lambda: assess(pipeline)
