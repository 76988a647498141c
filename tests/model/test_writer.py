"""Pipeline -> text -> the same pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from strategies import FAST, Data, pipeline_data, pipelines

from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.reader import parse_pipeline, pipeline_from, read_pipeline
from atlasmodel.model.writer import pipeline_data as data_of
from atlasmodel.model.writer import write_pipeline

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@FAST
@given(pipelines())
def test_what_is_written_reads_back(pipeline: Pipeline) -> None:
    again = parse_pipeline(write_pipeline(pipeline))
    assert again == pipeline
    assert again.digest == pipeline.digest


@FAST
@given(pipelines())
def test_the_same_through_json(pipeline: Pipeline) -> None:
    assert parse_pipeline(json.dumps(data_of(pipeline))) == pipeline


@FAST
@given(pipeline_data())
def test_yaml_and_plain_data_are_the_same_pipeline(data: Data) -> None:
    assert parse_pipeline(json.dumps(data, indent=1)) == pipeline_from(data)


@FAST
@given(pipelines())
def test_writing_settles(pipeline: Pipeline) -> None:
    text = write_pipeline(pipeline)
    assert write_pipeline(parse_pipeline(text)) == text


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path) -> None:
    pipeline = read_pipeline(path)
    assert parse_pipeline(write_pipeline(pipeline)) == pipeline


def test_what_need_not_be_said_is_not_written() -> None:
    text = "atlasmodel: 1\nname: x\ncomponents:\n  m:\n    kind: llm\n"
    assert write_pipeline(parse_pipeline(text)) == text


def test_unknown_stays_said() -> None:
    text = "atlasmodel: 1\nname: x\ncomponents:\n  m:\n    kind: llm\n    exposure: null\n"
    pipeline = parse_pipeline(text)
    assert pipeline.components[0].attributes == {"exposure": None}
    assert write_pipeline(pipeline) == text
