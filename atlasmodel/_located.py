"""Check plain data against a pydantic model, and say each mistake where it stands in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import MAX_PROBLEMS, CatalogError, Problem, Span, nearest, shown

Model = TypeVar("Model", bound=BaseModel)
_encode = json.JSONEncoder(default=str).encode


class Record(BaseModel):
    """Be frozen, strict and closed; know where it was written, without that making two records differ."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)

    span: Span | None = Field(default=None, exclude=True, repr=False)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        mine, theirs = self.__dict__, other.__dict__
        return all(mine[name] == theirs[name] for name in type(self).model_fields if not name.endswith("span"))

    def changed(self, **fields: Any) -> Self:
        """Return a record with some fields changed, and nothing of what the old one has cached."""
        same = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_construct(None, **(same | fields))

    def __hash__(self) -> int:
        return hash(self.model_dump_json())


def validate(
    model: type[Model], data: Any, document: Document, path: PathKey, code: str = "AM121", **sound: Any
) -> tuple[Model | None, list[Problem]]:
    """Return the model built from `data`, which stands at `path` of the document, or None and every problem.

    `sound` are further fields that somebody has checked.
    """
    problems: list[Problem] = []
    ours = _own_fields(model)
    if isinstance(data, dict) and not ours.isdisjoint(data):
        problems += [
            _unknown((name,), model, document, path) for name in model.model_fields if name in ours & data.keys()
        ]
    try:
        built = model.model_validate_json(_encode(data))
    except ValidationError as error:
        problems += [
            _problem(detail, model, document, path, code) for detail in error.errors(include_url=False)[:MAX_PROBLEMS]
        ]
    if problems:
        return None, problems
    # The record is frozen for others; it was made a moment ago and nobody has seen it.
    if "span" in ours:
        built.__dict__["span"] = document.key_span(*path)
    if sound:
        built.__dict__.update(sound)
        built.__pydantic_fields_set__.update(sound)
    return built, []


@cache
def _own_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the fields that nobody writes, such as where a record stands."""
    return frozenset(name for name, field in model.model_fields.items() if field.exclude)


def packaged(model: type[Model], name: str, code: str = "AM121") -> Model:
    """Return the record that a packaged file `catalogs/<name>` holds; raise CatalogError with its mistakes."""
    document = _yaml.read(data_root() / "catalogs" / name, name=name)
    found, problems = validate(model, document.data, document, (), code)
    if found is None:
        raise CatalogError(problems)
    return found


def named(path: PathKey) -> str:
    """Return a place in a document as people write it.

    >>> named(("accept", 0, "until")), named(())
    ('accept[0].until', 'the document')
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path)
    return text.removeprefix(".") or "the document"


def _problem(detail: Any, model: type[BaseModel], document: Document, path: PathKey, code: str) -> Problem:
    inner = tuple(detail["loc"])
    # The section's name says nothing beside an id, and everything beside a number.
    start = max(0, len(path) - (2 if path and isinstance(path[-1], int) else 1))
    name = named((*path[start:], *inner))
    kind = detail["type"]
    hint: str | None
    if kind == "extra_forbidden":
        return _unknown(inner, model, document, path)
    if kind == "json_invalid":  # plain data from Python; the parser of files refuses such texts itself
        return Problem("AM113", f"`{name}` holds half of a surrogate pair, which is no character", document.span(*path))
    if kind == "missing":
        place = named((*path[start:], *inner[:-1]))
        return Problem(code, f"`{inner[-1]}` is missing in {place}", document.key_span(*path, *inner[:-1]))
    span = document.span(*path, *inner)
    context = detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", ""))
        words = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        hint = nearest(str(detail.get("input")), words) or f"one of {', '.join(words)}"
        return Problem(code, f"`{name}` is {shown(detail.get('input'))}", span, hint)
    message = str(detail["msg"]).removeprefix("Value error, ")
    message = re.sub("^(Input|String|Tuple|List|Dictionary|Object) should", "should", message)
    message = message.split(" after validation")[0]
    written = document.text(*path, *inner)
    hint = f'put it in quotes: "{written}"' if kind == "string_type" and written else None
    return Problem(code, f"`{name}`: {message}", span, hint)


def _unknown(inner: PathKey, model: type[BaseModel], document: Document, path: PathKey) -> Problem:
    known = _fields_at(model, inner[:-1])
    hint = nearest(str(inner[-1]), known) or f"known here: {', '.join(sorted(known))}"
    return Problem("AM118", f"unknown key `{shown(inner[-1])}`", document.key_span(*path, *inner), hint)


def _fields_at(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the field names that the model allows at a path inside it, as far as they can be told."""
    here: Any = model
    for part in path:
        fields = {field.alias or name: field for name, field in getattr(here, "model_fields", {}).items()}
        if part in fields:
            here = _model_in(fields[part].annotation) or here
    return [
        field.alias or name
        for name, field in getattr(here, "model_fields", {}).items()
        if name != "id" and not field.exclude
    ]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found:
            return found
    return None
