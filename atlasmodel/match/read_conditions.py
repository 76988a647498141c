"""YAML -> Condition. Only the closed language is known here; everything else is an error with its place."""

from __future__ import annotations

from typing import Any

from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Problem, nearest
from atlasmodel.match.conditions import (
    All,
    Always,
    AtLeast,
    Condition,
    Direction,
    HasAttribute,
    HasFlow,
    Holds,
    IsKind,
    Neighbour,
    Not,
    ZoneTrust,
    make_test,
)  # fmt: skip
from atlasmodel.model.kinds import Attribute, Vocabulary

NODES = (
    "all",
    "any",
    "not",
    "at_least",
    "kind",
    "attribute",
    "zone",
    "holds",
    "flow",
    "upstream",
    "downstream",
    "neighbour",
)
OPS = ("is", "in", "at_least", "has", "exists")
DIMENSIONS = ("confidentiality", "integrity", "availability", "safety")
_UNUSABLE = Always()


class ConditionReader:
    """Read the conditions of one document; remember every problem."""

    def __init__(self, document: Document, vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self.document, self.vocabulary, self.problems = document, vocabulary, problems

    def read(self, data: Any, path: PathKey) -> Condition:
        """Return the condition at a path; unusable parts stand in as always true and are reported."""
        if not isinstance(data, dict) or not data:
            return self._wrong(path, "a condition is a mapping such as `attribute: {name: …, is: …}`")
        parts = [self._node(key, value, (*path, key)) for key, value in data.items()]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _node(self, key: str, value: Any, path: PathKey) -> Condition:
        if key not in NODES:
            return self._wrong(
                path, f"unknown condition `{key}`", nearest(key, NODES) or f"one of {', '.join(NODES)}", at_key=True
            )
        if key in ("all", "any"):
            parts = self._list(value, path)
            return All(parts) if key == "all" else AtLeast(1, parts)
        if key == "at_least":
            if not isinstance(value, dict) or set(value) != {"count", "of"} or not isinstance(value["count"], int):
                return self._wrong(path, "`at_least` is written {count: 2, of: [ … ]}")
            return AtLeast(value["count"], self._list(value["of"], (*path, "of")))
        if key == "not":
            return Not(self.read(value, path))
        if key == "kind":
            return IsKind(self.kinds(value, path))
        readers = {"attribute": self.attribute, "zone": self._zone, "holds": self._holds, "flow": self._flow}
        if key in readers:
            return readers[key](value, path)
        return self._neighbour(key, value, path)  # type: ignore[arg-type]

    def _list(self, value: Any, path: PathKey) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            self._wrong(path, f"`{path[-1]}` needs a list of at least one condition")
            return (_UNUSABLE,)
        return tuple(self.read(part, (*path, index)) for index, part in enumerate(value))

    def attribute(self, value: Any, path: PathKey) -> HasAttribute:
        """Return one attribute test: `{name: …, is|in|at_least|has|exists: …, of: self|flow|from|to}`."""
        nothing = HasAttribute("", None)
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            self._wrong(path, "an attribute test is written {name: …, is: …}")
            return nothing
        name = self.vocabulary.canonical("attribute", value["name"])
        ops = [key for key in value if key in OPS]
        for key in value:
            if key not in (*OPS, "name", "of"):
                self._wrong((*path, key), f"unknown key `{key}`", nearest(key, (*OPS, "name", "of")), at_key=True)
        if name not in self.vocabulary.attributes:
            self._wrong((*path, "name"), f"unknown attribute `{name}`", nearest(name, self.vocabulary.attributes))
            return nothing
        if len(ops) != 1:
            self._wrong(path, f"an attribute test has one of {', '.join(OPS)}")
            return nothing
        of = value.get("of", "self")
        if of not in ("self", "flow", "from", "to"):
            self._wrong((*path, "of"), "`of` is self, flow, from or to")
            return nothing
        if ops[0] == "exists":
            return HasAttribute(name, None, of)
        attribute = self.vocabulary.attributes[name]
        self._check_value(attribute, ops[0], value[ops[0]], (*path, ops[0]))
        return HasAttribute(name, make_test(attribute, ops[0], value[ops[0]]), of)

    def _check_value(self, attribute: Attribute, op: str, wanted: Any, path: PathKey) -> None:
        values = wanted if isinstance(wanted, list) else [wanted]
        if attribute.type == "bool" and (op not in ("is",) or not isinstance(wanted, bool)):
            self._wrong(path, f"`{attribute.id}` is yes or no: write `is: true` or `is: false`")
        if attribute.type == "set" and op != "has":
            self._wrong(path, f"`{attribute.id}` is a set: write `has: …`")
        if attribute.type == "enum" and op == "has":
            self._wrong(path, f"`{attribute.id}` has one value: write `is` or `in`")
        if op == "at_least" and attribute.type == "enum" and not attribute.ordered:
            self._wrong(path, f"the values of `{attribute.id}` are not ordered")
        if attribute.type in ("enum", "set"):
            for index, item in enumerate(values):
                if item not in attribute.values:
                    where = (*path, index) if isinstance(wanted, list) else path
                    hint = nearest(str(item), attribute.values) or f"one of {', '.join(attribute.values)}"
                    self._wrong(where, f"`{item}` is no value of `{attribute.id}`", hint)

    def _attributes(self, value: Any, path: PathKey) -> tuple[HasAttribute, ...]:
        if value is None:
            return ()
        if isinstance(value, list):
            return tuple(self.attribute(item, (*path, index)) for index, item in enumerate(value))
        return (self.attribute(value, path),)

    def _zone(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or not value or set(value) - {"at_most", "at_least"}:
            return self._wrong(path, "a zone test is written {at_most: 1} or {at_least: 2}, in trust levels")
        return ZoneTrust(value.get("at_most"), value.get("at_least"))

    def _holds(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) - {"dimension", "at_least"}:
            return self._wrong(path, "`holds` is written {dimension: confidentiality, at_least: medium}, each optional")
        if value.get("dimension") not in (None, *DIMENSIONS):
            return self._wrong((*path, "dimension"), f"a dimension is one of {', '.join(DIMENSIONS)}")
        return Holds(value.get("dimension"), value.get("at_least"))

    def _flow(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) - {"kind", "direction", "crosses", "attribute"}:
            return self._wrong(
                path, "a flow test is written {kind: …, direction: in|out|any, crosses: true, attribute: …}"
            )
        if value.get("direction", "any") not in ("in", "out", "any"):
            return self._wrong((*path, "direction"), "`direction` is in, out or any")
        attributes = tuple(
            HasAttribute(a.name, a.test, "flow") for a in self._attributes(value.get("attribute"), (*path, "attribute"))
        )
        kinds = self.flow_kinds(value.get("kind", []), (*path, "kind"))
        return HasFlow(kinds, value.get("direction", "any"), value.get("crosses"), attributes)

    def _neighbour(self, key: Direction, value: Any, path: PathKey) -> Condition:
        known = {"flow", "kind", "within", "crosses", "attribute", "as"}
        if not isinstance(value, dict) or set(value) - known:
            return self._wrong(path, f"`{key}` takes {', '.join(sorted(known))}")
        within = value.get("within", 1)
        if not isinstance(within, int) or not 1 <= within <= 8:
            return self._wrong((*path, "within"), "`within` is a number of flows from 1 to 8")
        return Neighbour(
            key,
            self.flow_kinds(value.get("flow", []), (*path, "flow")),
            self.kinds(value.get("kind", []), (*path, "kind")),
            within,
            value.get("crosses"),
            self._attributes(value.get("attribute"), (*path, "attribute")),
            value.get("as"),
        )

    def kinds(self, value: Any, path: PathKey) -> tuple[str, ...]:
        """Return kinds or groups by their present names."""
        names = tuple(
            self.vocabulary.canonical("kind", str(name)) for name in (value if isinstance(value, list) else [value])
        )
        known = {*self.vocabulary.kinds, *self.vocabulary.groups, "*"}
        for name in names:
            if name not in known:
                self._wrong(path, f"unknown kind `{name}`", nearest(name, known))
        return names

    def flow_kinds(self, value: Any, path: PathKey) -> tuple[str, ...]:
        """Return flow kinds by their present names."""
        names = tuple(
            self.vocabulary.canonical("flow", str(name)) for name in (value if isinstance(value, list) else [value])
        )
        for name in names:
            if name not in self.vocabulary.flow_kinds:
                self._wrong(path, f"unknown flow kind `{name}`", nearest(name, self.vocabulary.flow_kinds))
        return names

    def _wrong(self, path: PathKey, message: str, hint: str | None = None, *, at_key: bool = False) -> Condition:
        span = self.document.key_span(*path) if at_key else self.document.span(*path)
        self.problems.append(Problem("AM210", message, span, hint))
        return _UNUSABLE
