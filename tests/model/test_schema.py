"""The JSON Schema of a pipeline file: valid itself, true of every sound file, and closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAST, Data, pipeline_data, pipelines, shuffled

from atlasmodel import _yaml
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import STARTER
from atlasmodel.model.schema import pipeline_schema
from atlasmodel.model.writer import pipeline_data as data_of

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
SCHEMA = pipeline_schema(builtin_vocabulary())
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def wrong(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:80]}" for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert "$ref" not in json.dumps(SCHEMA)
    assert "$defs" not in json.dumps(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_it_is_the_same_every_time() -> None:
    assert json.dumps(pipeline_schema(builtin_vocabulary())) == json.dumps(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit(path: Path) -> None:
    assert wrong(_yaml.read(path).data) == []


def test_the_starter_fits() -> None:
    assert wrong(_yaml.parse(STARTER.rsplit("\n", 1)[0].encode(), "starter").data) == []


@FAST
@given(pipeline_data())
def test_sound_data_fit(data: Data) -> None:
    assert wrong(data) == []


@FAST
@given(pipelines())
def test_what_is_written_fits(pipeline: Pipeline) -> None:
    assert wrong(data_of(pipeline)) == []


@FAST
@given(st.data())
def test_the_order_of_keys_says_nothing(data: st.DataObject) -> None:
    plain = data.draw(pipeline_data())
    plain |= data.draw(st.sampled_from([{}, {"zonee": 1}, {"atlasmodel": 2}]))
    assert bool(wrong(data.draw(shuffled(plain)))) == bool(wrong(plain))


SOUND: Data = {
    "atlasmodel": 1,
    "name": "x",
    "zones": {"z": {"trust": 1}},
    "components": {"a": {"kind": "llm", "zone": "z"}},
    "flows": [{"from": "a", "to": "a", "kind": "invokes"}],
    "controls": [{"control": "backup", "at": "a"}],
    "assets": {"g": {"loss": {"low": 1, "likely": 2, "high": 3}}},
    "adversaries": {"x": {"profile": "customer"}},
    "accept": [{"finding": "f", "reason": "because"}],
}


def test_the_sound_one_fits() -> None:
    assert wrong(SOUND) == []


@pytest.mark.parametrize(
    "place",
    [
        (), ("zones", "z"), ("components", "a"), ("flows", 0), ("controls", 0), ("assets", "g"), ("assets", "g", "loss"),
        ("adversaries", "x"), ("accept", 0),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("key", ["no_such_key", "id", "span"])
def test_an_unknown_key_fails(place: tuple[str | int, ...], key: str) -> None:
    data = json.loads(json.dumps(SOUND))
    here = data
    for part in place:
        here = here[part]
    here[key] = 1
    assert len(wrong(data)) == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("atlasmodel",), 2),
        (("atlasmodel",), "1"),
        (("name",), None),
        (("as_of",), "today"),
        (("zones", "z", "trust"), -1),
        (("zones", "z", "trust"), "1"),
        (("zones", "z"), None),
        (("components", "a", "kind"), "lmm"),
        (("components", "a", "kind"), "model"),
        (("components", "a", "exposure"), "pubic"),
        (("components", "a", "verified"), "yes"),
        (("components", "a", "stage"), "deploiment"),
        (("components", "a b"), {"kind": "llm"}),
        (("flows", 0, "kind"), "invoke"),
        (("flows", 0, "encrypted"), "yes"),
        (("controls", 0, "coverage"), 1.5),
        (("controls", 0, "state"), "done"),
        (("assets", "g", "safety"), "enormous"),
        (("assets", "g", "loss", "low"), -1),
        (("assets", "g", "loss", "currency"), "euro"),
        (("adversaries", "x", "profile"), "outsider"),
        (("accept", 0, "until"), "soon"),
        (("accept", 0, "reason"), ""),
    ],
    ids=str,
)
def test_a_wrong_value_fails(place: tuple[str | int, ...], value: Any) -> None:
    data = json.loads(json.dumps(SOUND))
    here = data
    for part in place[:-1]:
        here = here[part]
    here[place[-1]] = value
    assert wrong(data)


def test_every_kind_attribute_and_value_is_offered() -> None:
    properties = SCHEMA["properties"]["components"]["patternProperties"]
    (component,) = properties.values()
    vocabulary = builtin_vocabulary()
    assert set(vocabulary.kinds) <= set(component["properties"]["kind"]["enum"])
    for item in vocabulary.attributes.values():
        if item.on:
            assert item.id in component["properties"]
            assert item.meaning in component["properties"][item.id]["description"]
