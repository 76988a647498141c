"""Pipeline -> YAML that reads back equal."""

from __future__ import annotations

from typing import Any

from atlasmodel import _yaml
from atlasmodel.model.pipeline import DEFAULT_ZONE, Component, Flow, Pipeline
from atlasmodel.model.reader import FORMAT


def write_pipeline(pipeline: Pipeline) -> str:
    """Return the pipeline as the text of a pipeline file.

    >>> from atlasmodel.model.reader import parse_pipeline
    >>> text = "atlasmodel: 1\\nname: x\\ncomponents:\\n  m:\\n    kind: llm\\n"
    >>> write_pipeline(parse_pipeline(text)) == text
    True
    """
    return _yaml.dump(pipeline_data(pipeline))


def pipeline_data(pipeline: Pipeline) -> dict[str, Any]:
    """Return the pipeline as plain data in the shape of the file, without what need not be said."""
    data: dict[str, Any] = {"atlasmodel": FORMAT, "name": pipeline.name}
    head = {name: getattr(pipeline, name) for name in ("version", "owner", "description", "as_of", "organisation")}
    data |= {name: value for name, value in head.items() if value is not None}
    if [zone.id for zone in pipeline.zones] != [DEFAULT_ZONE] or pipeline.zones[0].trust != 2:
        data["zones"] = {zone.id: _said(zone, "id") for zone in pipeline.zones}
    sections: dict[str, Any] = {
        "components": {item.id: _component(item) for item in pipeline.components},
        "flows": [_flow(flow) for flow in pipeline.flows],
        "controls": [_said(control) | {"state": control.state or "unknown"} for control in pipeline.controls],
        "assets": {asset.id: _said(asset, "id") for asset in pipeline.assets},
        "adversaries": {adversary.id: _said(adversary, "id") for adversary in pipeline.adversaries},
        "accept": [_said(record) for record in pipeline.accept],
    }
    return data | {name: section for name, section in sections.items() if section}


def _said(record: Any, *without: str) -> dict[str, Any]:
    """Return the fields of a record that differ from what is taken when nothing is said."""
    plain = record.model_dump(mode="json", exclude_defaults=True)
    return {key: value for key, value in plain.items() if key not in without}


def _component(item: Component) -> dict[str, Any]:
    plain = _said(item, "id", "attributes")
    if plain.get("zone") == DEFAULT_ZONE:
        del plain["zone"]
    return plain | {name: _value(value) for name, value in item.attributes.items()}


def _flow(flow: Flow) -> dict[str, Any]:
    plain = {"from": flow.source, "to": flow.target, "kind": flow.kind}
    plain |= _said(flow, "id", "source", "target", "kind", "attributes")
    return plain | {name: _value(value) for name, value in flow.attributes.items()}


def _value(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
