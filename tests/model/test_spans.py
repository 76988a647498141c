"""Places of attributes are those of the file, under the present name of each, however late they are asked for."""

from __future__ import annotations

import pickle
from copy import deepcopy

from atlasmodel.model.pipeline import Component
from atlasmodel.model.reader import parse_pipeline
from atlasmodel.model.spans import WrittenSpans

TEXTS = (
    '{"atlasmodel": 1, "name": "x",\n "components": {"m": {"kind": "llm",\n  "exposure": "public", "proprietary": true}}}',
    "atlasmodel: 1\nname: x\ncomponents:\n  m:\n    kind: llm\n    exposure: public\n    proprietary: true\n",
)


def test_each_attribute_stands_where_its_key_is_written() -> None:
    for text, wanted in zip(TEXTS, (["p:3:3", "p:3:25"], ["p:6:5", "p:7:5"]), strict=True):
        spans = parse_pipeline(text, "p").components[0].attribute_span
        assert [str(spans[name]) for name in ("exposure", "proprietary")] == wanted
        assert list(spans) == ["exposure", "proprietary"] and len(spans) == 2
        assert "kind" not in spans and spans.get("kind") is None


def test_places_are_kept_by_copies_of_every_sort() -> None:
    component = parse_pipeline(TEXTS[0], "p").components[0]
    plain = dict(component.attribute_span)
    again = Component(**{name: getattr(component, name) for name in Component.model_fields})
    for copy in (
        pickle.loads(pickle.dumps(component)),  # noqa: S301 -- our own bytes
        deepcopy(component),
        component.model_copy(update={"title": "t"}),
        again,
    ):
        assert copy.attribute_span == plain
    assert deepcopy(component.attribute_span) is component.attribute_span
    assert isinstance(component.attribute_span, WrittenSpans)
