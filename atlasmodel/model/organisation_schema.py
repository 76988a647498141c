"""The JSON Schema of an organisation file, made from its records, so that editors complete and check."""

from __future__ import annotations

from typing import Any

from atlasmodel.model.organisation import BY_ID, LISTS, HrPractice
from atlasmodel.model.read_organisation import FORMAT, VERSION
from atlasmodel.model.schema import ID, mapping_schema, record_schema
from atlasmodel.model.skill import Skills

_TEXT = {"type": ["string", "null"]}
_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_SAID = {"const": "unknown"}


def organisation_schema(skills: Skills) -> dict[str, Any]:
    """Return the JSON Schema (draft-07) of an organisation file; what refers to what the reader checks."""
    sections: dict[str, Any] = {
        name: mapping_schema(_entry(model, skills), nullable=True) for name, model in BY_ID.items()
    }
    sections |= {name: {"type": ["array", "null"], "items": _entry(model, skills)} for name, model in LISTS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"atlasmodel/organisation/{FORMAT}",
        "title": "atlasmodel organisation",
        "type": "object",
        "additionalProperties": False,
        "required": [VERSION, "name"],
        "properties": {
            VERSION: {"const": FORMAT, "description": "Version of this file's format."},
            "name": {"type": "string"},
            "description": _TEXT,
            "as_of": {"type": ["string", "null"], "pattern": _DATE, "description": "Today, for checks on dates."},
            "currency": {"type": ["string", "null"], "pattern": "^[A-Z]{3}$"},
            "include": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "pipelines": {
                "type": ["object", "null"],
                "patternProperties": {ID: {"type": "string"}},
                "additionalProperties": False,
                "description": "Pipeline files below this file's folder, by the id under which they are spoken of.",
            },
            "hr": _entry(HrPractice, skills),
            **{name: _or_unknown(schema) for name, schema in sections.items()},
        },
    }


def _entry(model: Any, skills: Skills) -> dict[str, Any]:
    """Return the schema of one entry; whatever may be left out may also be said to be unknown."""
    own_id = {"id": _TEXT} if model in LISTS.values() and "id" in model.model_fields else {}
    schema = _relaxed(record_schema(model, own_id, optional=("id",)))
    schema["description"] = str(model.__doc__).splitlines()[0]
    if "skills" in schema["properties"]:
        levels = {
            domain: {"type": "integer", "minimum": 0, "maximum": 4, "description": entry.meaning}
            for domain, entry in skills.domains.items()
        }
        properties = {"type": "object", "properties": levels, "additionalProperties": False}
        schema["properties"]["skills"] = _or_unknown(properties)
    return schema


def _relaxed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes the short forms and `unknown`, in all records inside it.

    Short forms: a text for a list of one, a number for a range of no width.
    """
    if "anyOf" in schema:
        options = [part for option in schema["anyOf"] for part in _options(option)]
        return {**schema, "anyOf": options}
    (first, *more) = _options(schema)
    return {"anyOf": [first, *more]} if more else first


def _options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    if schema.get("type") == "array" and "items" in schema:
        listed = {**schema, "items": _relaxed(schema["items"])}
        return [listed, {"type": "string"}] if schema["items"] == {"type": "string"} else [listed]
    properties = schema.get("properties")
    if not properties:
        return [schema]
    required = schema.get("required", [])
    inner = {name: _relaxed(value) for name, value in properties.items() if name != "span"}
    inner = {name: value if name in required else _or_unknown(value) for name, value in inner.items()}
    whole = {**schema, "properties": inner}
    return [whole, {"type": "number", "minimum": 0}] if "likely" in properties else [whole]


def _or_unknown(schema: dict[str, Any]) -> dict[str, Any]:
    options = schema.get("anyOf", [schema])
    null = [] if {"type": "null"} in options else [{"type": "null"}]
    return {"anyOf": [*options, *null, _SAID]}
