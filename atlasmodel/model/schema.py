"""The JSON Schema of a pipeline file, made from the vocabulary, so that editors complete and check while one types.

Draft-07 subset, which the YAML language server supports. What a schema cannot say (references, kinds by attribute) the
reader checks.
"""

from __future__ import annotations

from typing import Any

from atlasmodel.model.kinds import Attribute, Vocabulary
from atlasmodel.model.pipeline import Acceptance, Adversary, Asset, PlacedControl, Zone
from atlasmodel.model.soundness import STAGES

ID = "^[A-Za-z0-9][A-Za-z0-9_.\\-]{0,127}$"
_TEXT = {"type": "string"}
_TEXT_OR_NOTHING = {"type": ["string", "null"]}
_TEXTS = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def pipeline_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the JSON Schema (draft-07) of a pipeline file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "atlasmodel/pipeline/1",
        "title": "atlasmodel pipeline",
        "type": "object",
        "additionalProperties": False,
        "required": ["atlasmodel", "name"],
        "properties": {
            "atlasmodel": {"const": 1, "description": "Version of this file's format."},
            "name": _TEXT,
            "version": _TEXT_OR_NOTHING,
            "owner": _TEXT_OR_NOTHING,
            "description": _TEXT_OR_NOTHING,
            "as_of": {
                "type": ["string", "null"],
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "description": "Today, for checks on dates.",
            },
            "organisation": {"type": ["string", "object", "null"]},
            "include": _TEXTS,
            "zones": mapping_schema(record_schema(Zone, {})),
            "components": mapping_schema(_component(vocabulary)),
            "flows": {"type": ["array", "null"], "items": _flow(vocabulary)},
            "controls": {
                "type": ["array", "null"],
                "items": record_schema(PlacedControl, {"at": _TEXTS, "state": _state()}, ("state",)),
            },
            "assets": mapping_schema(record_schema(Asset, {}), nullable=True),
            "adversaries": mapping_schema(
                record_schema(
                    Adversary, {"at": _TEXTS, "aims": _TEXTS, "holds": _TEXTS, "profile": _one_of(vocabulary.profiles)}
                ),
                nullable=True,
            ),
            "accept": {"type": ["array", "null"], "items": record_schema(Acceptance, {})},
        },
    }


def mapping_schema(entry: dict[str, Any], *, nullable: bool = False) -> dict[str, Any]:
    """Return the schema of a section that maps ids to entries, which may be left empty if `nullable`."""
    if nullable:
        entry = entry | {"type": ["object", "null"]}
    return {"type": ["object", "null"], "patternProperties": {ID: entry}, "additionalProperties": False}


def record_schema(model: Any, replaced: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of a record as pydantic gives it, without its id, with some properties said better."""
    schema = model.model_json_schema()
    properties = {name: value for name, value in schema["properties"].items() if name not in ("id", "span")} | replaced
    required = [name for name in schema.get("required", []) if name != "id" and name not in optional]
    inner = schema.get("$defs", {})
    return _inlined_object(
        {"type": "object", "additionalProperties": False, "properties": properties, "required": required}, inner
    )


def _inlined_object(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return dict(_inlined(schema, definitions))


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema with references to small definitions replaced by the definitions."""
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if reference:
            found = definitions[reference.rsplit("/", 1)[1]]
            return _inlined({key: value for key, value in found.items() if key != "title"}, definitions)
        return {
            key: _inlined(value, definitions)
            for key, value in schema.items()
            if key not in ("default", "span") and (key != "title" or isinstance(value, dict))
        }
    return [_inlined(item, definitions) for item in schema] if isinstance(schema, list) else schema


def _state() -> dict[str, Any]:
    return {"enum": ["absent", "planned", "partial", "in_place", "verified", "unknown", None]}


def _one_of(entries: Any) -> dict[str, Any]:
    return {
        "enum": list(entries),
        "description": " ".join(f"{name}: {entry.meaning}" for name, entry in entries.items()),
    }


def _component(vocabulary: Vocabulary) -> dict[str, Any]:
    kinds = {**vocabulary.kinds, **{alias: kind for kind in vocabulary.kinds.values() for alias in kind.aliases}}
    properties: dict[str, Any] = {
        "kind": _one_of(kinds),
        "zone": _TEXT,
        "title": _TEXT_OR_NOTHING,
        "description": _TEXT_OR_NOTHING,
        "stage": {"enum": [*STAGES, None]},
        "holds": _TEXTS,
        "owner": _TEXT_OR_NOTHING,
        "tags": _TEXTS,
    }
    properties |= {name: _attribute(item) for name, item in _with_aliases(vocabulary) if item.on or not item.flow}
    return {"type": "object", "additionalProperties": False, "required": ["kind"], "properties": properties}


def _flow(vocabulary: Vocabulary) -> dict[str, Any]:
    kinds = {
        **vocabulary.flow_kinds,
        **{alias: kind for kind in vocabulary.flow_kinds.values() for alias in kind.aliases},
    }
    properties: dict[str, Any] = {
        "from": _TEXT,
        "to": _TEXT,
        "kind": _one_of(kinds),
        "title": _TEXT_OR_NOTHING,
        "description": _TEXT_OR_NOTHING,
        "tags": _TEXTS,
    }
    properties |= {name: _attribute(item) for name, item in _with_aliases(vocabulary) if item.flow}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["from", "to", "kind"],
        "properties": properties,
    }


def _with_aliases(vocabulary: Vocabulary) -> list[tuple[str, Attribute]]:
    return [(name, item) for item in vocabulary.attributes.values() for name in (item.id, *item.aliases)]


def _attribute(attribute: Attribute) -> dict[str, Any]:
    described = {"description": attribute.meaning}
    if attribute.type == "bool":
        return {"enum": [True, False, None, "unknown"], **described}
    if attribute.type == "number":
        return {"oneOf": [{"type": ["number", "null"]}, {"const": "unknown"}], **described}
    if attribute.type in ("text", "date"):
        return {"type": ["string", "null"], **described}
    words = " ".join(f"{value}: {meaning}" for value, meaning in attribute.values.items())
    one = {"enum": [*attribute.values, "unknown", None], "description": f"{attribute.meaning} {words}"}
    if attribute.type == "enum":
        return one
    return {"oneOf": [one, {"type": "array", "items": {"enum": list(attribute.values)}}], **described}
