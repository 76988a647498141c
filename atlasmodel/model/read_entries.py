"""One entry of a pipeline file -> its record; a broken one too, so that who refers to it makes no second mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from atlasmodel._located import Record, named, validate
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Span, nearest, shown
from atlasmodel.model.kinds import Attribute, Value, Vocabulary
from atlasmodel.model.mistakes import Mistakes
from atlasmodel.model.pipeline import (
    Acceptance,
    Adversary,
    Asset,
    Component,
    Flow,
    PlacedControl,
    Zone,
)  # fmt: skip
from atlasmodel.model.spans import WrittenSpans
from atlasmodel.model.values import check_value

NULLABLE = ("zones", "assets", "adversaries")  # an entry may be left empty, as in `card-data:`
COMPONENT_KEYS = ("kind", "zone", "title", "description", "stage", "holds", "owner", "tags")
FLOW_KEYS = ("from", "to", "kind", "title", "description", "tags")
R = TypeVar("R", bound=Record)
_MODELS: Mapping[str, type[Record]] = {
    "zones": Zone, "components": Component, "flows": Flow, "controls": PlacedControl, "assets": Asset,
    "adversaries": Adversary, "accept": Acceptance,
}  # fmt: skip
# What refers to other entries; in a stand-in, an empty text says that its mistake is told already.
REFERENCES = ("kind", "zone", "parent", "stage", "source", "target", "profile", "control", "holds", "at", "aims")


class Entries:
    """Read entries of the sections of a pipeline file; what is wrong with them goes to `mistakes`."""

    def __init__(self, vocabulary: Vocabulary, mistakes: Mistakes) -> None:
        self.vocabulary, self._wrong = vocabulary, mistakes.add
        self._stems: Counter[str] = Counter()
        self._takers: dict[str | None, _Taker] = {}
        self._flow_taker = _Taker("a flow", frozenset(FLOW_KEYS), vocabulary.flow_attributes)
        self._readers: dict[str, Callable[[dict[str, Any], Document, PathKey], Record]] = {
            "zones": self._zone, "components": self._component, "flows": self._flow, "controls": self._control,
            "assets": self._asset, "adversaries": self._adversary, "accept": self._acceptance,
        }  # fmt: skip

    def read(self, section: str, data: Any, document: Document, path: PathKey) -> Record:
        """Return the record of an entry; a broken one too, so that who refers to it makes no second mistake."""
        if data is None and section in NULLABLE:
            data = {}
        if not isinstance(data, dict):
            self._wrong("AM121", f"`{named(path)}` should be a mapping", document.span(*path))
            data = dict.fromkeys(REFERENCES)
            return _stand_in(_MODELS[section], {"id": str(path[-1]), **data}, document.key_span(*path))
        if "id" in data and section in ("zones", "assets", "adversaries"):
            hint = "the id is the key above"
            self._wrong("AM118", "unknown key `id`", document.key_span(*path, "id"), hint)
        return self._readers[section](data, document, path)

    def _zone(self, data: dict[str, Any], document: Document, path: PathKey) -> Zone:
        return self._record(Zone, {**data, "id": path[-1]}, document, path)

    def _asset(self, data: dict[str, Any], document: Document, path: PathKey) -> Asset:
        return self._record(Asset, {**data, "id": path[-1]}, document, path)

    def _adversary(self, data: dict[str, Any], document: Document, path: PathKey) -> Adversary:
        return self._record(Adversary, _listed(data, "at", "aims", "holds") | {"id": path[-1]}, document, path)

    def _control(self, data: dict[str, Any], document: Document, path: PathKey) -> PlacedControl:
        data = {**data, "state": None if data.get("state") == "unknown" else data.get("state", "in_place")}
        return self._record(PlacedControl, _listed(data, "at"), document, path)

    def _acceptance(self, data: dict[str, Any], document: Document, path: PathKey) -> Acceptance:
        return self._record(Acceptance, data, document, path)

    def _record(self, model: type[R], data: dict[str, Any], document: Document, path: PathKey, **sound: Any) -> R:
        record, problems = validate(model, data, document, path, **sound)
        for problem in problems:
            self._wrong(problem.code, problem.message, problem.span, problem.hint)
        return record or _stand_in(model, data, document.key_span(*path)).model_copy(update=sound)

    def _component(self, data: dict[str, Any], document: Document, path: PathKey) -> Component:
        kind = self._kind(data, document, path)
        if kind not in self._takers:
            allowed = self.vocabulary.attributes_of(kind) if kind else self.vocabulary.attributes
            self._takers[kind] = _Taker(f"`{kind}`" if kind else "a component", frozenset(COMPONENT_KEYS), allowed)
        attributes, spans = self._attributes(data, self._takers[kind], document, path)
        plain = {key: data[key] for key in COMPONENT_KEYS if key in data}
        plain = _listed(plain, "holds", "tags") | {"id": path[-1], "kind": kind or ""}
        return self._record(Component, plain, document, path, attributes=attributes, attribute_span=spans)

    def _kind(self, data: dict[str, Any], document: Document, path: PathKey) -> str | None:
        if "kind" not in data:
            hint = "`atlasmodel kinds` lists them"
            self._wrong("AM119", f"`{shown(path[-1])}` has no kind", document.key_span(*path), hint)
            return None
        kind = data["kind"]
        if isinstance(kind, str):
            kind = self.vocabulary.canonical("kind", kind)
            if kind in self.vocabulary.kinds:
                return kind
        span = document.span(*path, "kind")
        if not isinstance(kind, str):
            self._wrong("AM121", f"`{named(path[1:])}.kind` should be a text", span, "`atlasmodel kinds` lists them")
        elif kind in self.vocabulary.groups:
            members = sorted(self.vocabulary.kinds_under([kind]))
            self._wrong("AM124", f"`{kind}` is a group, not a kind", span, f"one of {', '.join(members)}")
        else:
            hint = nearest(kind, self.vocabulary.kinds) or "`atlasmodel kinds` lists them"
            self._wrong("AM124", f"unknown kind `{shown(kind)}`", span, hint)
        return None

    def _flow(self, data: dict[str, Any], document: Document, path: PathKey) -> Flow:
        ends = [self._flow_text(key, data, document, path) for key in ("from", "to", "kind")]
        kind = ends[2] and self.vocabulary.canonical("flow", ends[2])
        if kind and kind not in self.vocabulary.flow_kinds:
            hint = nearest(kind, self.vocabulary.flow_kinds) or "`atlasmodel kinds` lists them"
            self._wrong("AM124", f"unknown flow kind `{shown(kind)}`", document.span(*path, "kind"), hint)
            kind = None
        attributes, spans = self._attributes(data, self._flow_taker, document, path)
        plain: dict[str, Any] = {key: data[key] for key in ("title", "description", "tags") if key in data}
        stem = f"{ends[0]}>{ends[1]}:{kind}"
        self._stems[stem] += 1
        plain |= {"id": f"{stem}#{self._stems[stem]}", "source": ends[0] or "", "target": ends[1] or ""}
        plain = _listed(plain, "tags") | {"kind": kind or ""}
        return self._record(Flow, plain, document, path, attributes=attributes, attribute_span=spans)

    def _flow_text(self, key: str, data: dict[str, Any], document: Document, path: PathKey) -> str | None:
        """Return the text that a flow needs under a key."""
        value = data.get(key)
        if isinstance(value, str):
            return value
        if key not in data:
            self._wrong("AM119", f"a flow needs `{key}`", document.span(*path))
        else:
            written = document.text(*path, key)
            hint = f'put it in quotes: {key}: "{written}"' if written else None
            self._wrong("AM121", f"`{key}` should be a text", document.span(*path, key), hint)
        return None

    def _attributes(
        self, data: dict[str, Any], taker: _Taker, document: Document, path: PathKey
    ) -> tuple[dict[str, Value], WrittenSpans]:
        values: dict[str, Value] = {}
        keys: dict[str, str] = {}
        spans = WrittenSpans(document, path, keys)
        canonical, allowed = self.vocabulary.canonical, taker.allowed
        for key, written in data.items():
            if key in taker.reserved:
                continue
            name = canonical("attribute", key)
            attribute = allowed.get(name)
            if attribute is None:
                self._unknown_attribute(name, taker, document.key_span(*path, key))
            elif name in values:
                hint = f"it stands at {spans[name]} under another name"
                self._wrong("AM118", f"`{key}` says `{name}` a second time", document.key_span(*path, key), hint)
            else:
                keys[name] = key
                values[name], wrong, hint_ = check_value(attribute, written)
                if wrong:
                    self._wrong("AM125", wrong, document.span(*path, key), hint_)
        return values, spans

    def _unknown_attribute(self, name: str, taker: _Taker, span: Span) -> None:
        known = self.vocabulary.attributes.get(name)
        if known:
            places = ", ".join(known.on) or "flows"
            self._wrong("AM118", f"`{name}` does not stand on {taker.name}", span, f"it stands on {places}")
        else:
            hint = nearest(name, (*taker.reserved, *taker.allowed)) or "`atlasmodel kinds KIND` lists what it takes"
            self._wrong("AM118", f"unknown key `{shown(name)}` on {taker.name}", span, hint)


@dataclass(frozen=True)
class _Taker:
    """Say what takes attributes: its name, the keys that are no attributes, and the attributes that fit."""

    name: str
    reserved: frozenset[str]
    allowed: Mapping[str, Attribute]


def _listed(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the data with a single text where a list may stand turned into a list."""
    return {key: [value] if key in keys and isinstance(value, str) else value for key, value in data.items()}


def _stand_in(model: type[R], data: dict[str, Any], span: Span) -> R:
    """Return a record for an entry that is broken, with what it refers to as far as that can be read."""
    many = ("holds", "at", "aims")
    usable: dict[str, Any] = {"id": data.get("id"), "parent": None, "trust": 0}
    for name in REFERENCES:
        value = data.get(name, model.model_fields[name].default if name in model.model_fields else None)
        if name in many:
            usable[name] = tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
        else:
            usable[name] = value if isinstance(value, str) else ""
    return model.model_construct(**{name: usable[name] for name in usable if name in model.model_fields}, span=span)
