"""Questions name the answers as a pipeline file takes them."""

from __future__ import annotations

import pytest
import yaml

from atlasmodel.assessment import assess
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import pipeline_from
from atlasmodel.model.values import check_value
from atlasmodel.options import Options

VOCABULARY = builtin_vocabulary()


@pytest.fixture(scope="module")
def asked() -> dict[str, str]:
    """Return the texts of questions by attribute, of a pipeline that says nothing of its parts."""
    kinds = sorted(kind for kind in VOCABULARY.kinds if kind not in VOCABULARY.groups)
    components = {kind.replace("_", "-"): {"kind": kind, "exposure": "public"} for kind in kinds}
    document = assess(
        pipeline_from({"atlasmodel": 1, "name": "Silent", "components": components}),
        options=Options(worlds=64, paths=0, removes=0, measures=0, questions=0),
    )
    return {question.attribute: question.text for question in document.questions}


def test_each_answer_is_one_that_the_file_takes(asked: dict[str, str]) -> None:
    answered = 0
    for name, text in asked.items():
        attribute = VOCABULARY.attributes.get(name)
        if attribute is None or attribute.type in ("number", "date", "text"):
            continue
        for choice in text.rpartition("(")[2].rstrip(")").split(" / "):
            value = yaml.safe_load(choice)
            _, wrong, _ = check_value(attribute, [value] if attribute.type == "set" else value)
            assert wrong is None, (name, text)
            answered += 1
    assert answered > 50


def test_what_cannot_be_listed_is_said_by_its_type(asked: dict[str, str]) -> None:
    told = {VOCABULARY.attributes[name].type: text.rpartition("(")[2] for name, text in asked.items()
            if name in VOCABULARY.attributes and not VOCABULARY.attributes[name].values}  # fmt: skip
    assert told["bool"] == "true / false)"
    assert set(told.values()) <= {"true / false)", "a number)", "a date)", "a text)"}
