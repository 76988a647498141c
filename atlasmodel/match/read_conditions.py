"""YAML -> Condition. Only the closed language is known here; everything else is an error with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Problem, nearest
from atlasmodel.match.conditions import (
    WORDS,
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
    walk,
)  # fmt: skip
from atlasmodel.match.formula import Test
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
ASIDE = ("name", "of", "stated")  # what stands beside the test of an attribute
DIMENSIONS = ("confidentiality", "integrity", "availability", "safety")
RESERVED = ("self", "from", "to", "adversary")  # names of places that no neighbour may take
_UNUSABLE = Always()
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WRITTEN_AS: dict[str, tuple[type, ...]] = {"bool": (bool,), "number": (int, float), "text": (str,), "date": (str,)}


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
        readers: dict[str, Callable[[Any, PathKey], Condition]] = {
            "all": lambda value, path: All(self._list(value, path)),
            "any": lambda value, path: AtLeast(1, self._list(value, path)),
            "at_least": self._at_least,
            "not": self._not,
            "kind": lambda value, path: IsKind(self.kinds(value, path)),
            "attribute": self.attribute,
            "zone": self._zone,
            "holds": self._holds,
            "flow": self._flow,
        }
        if key in readers:
            return readers[key](value, path)
        return self._neighbour(key, value, path)  # type: ignore[arg-type]

    def _at_least(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) != {"count", "of"}:
            return self._wrong(path, "`at_least` is written {count: 2, of: [ … ]}")
        parts = self._list(value["of"], (*path, "of"))
        if not _is_whole(value["count"]) or not 1 <= value["count"] <= len(parts):
            return self._wrong((*path, "count"), f"`count` is a number from 1 to {len(parts)}, the parts below `of`")
        return AtLeast(value["count"], parts)

    def _not(self, value: Any, path: PathKey) -> Condition:
        part = self.read(value, path)
        for node in walk(part):
            if isinstance(node, HasFlow | Neighbour | Holds):
                # More structure must never make a condition less true: adding a flow would.
                return self._wrong(path, "`not` holds attributes, kinds and zones only")
            if isinstance(node, HasAttribute) and node.stated and node.test.op != "exists":
                return self._wrong(path, "`stated` has no meaning under `not`", "put it beside a test outside of `not`")
        return Not(part)

    def _list(self, value: Any, path: PathKey) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            self._wrong(path, f"`{path[-1]}` needs a list of at least one condition")
            return (_UNUSABLE,)
        return tuple(self.read(part, (*path, index)) for index, part in enumerate(value))

    def attribute(self, value: Any, path: PathKey) -> HasAttribute:
        """Return one attribute test: `{name: …, is|in|at_least|has|exists: …, of: self|flow|from|to, stated: true}`."""
        nothing = HasAttribute("", Test("exists", ()))
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            self._wrong(path, "an attribute test is written {name: …, is: …}")
            return nothing
        name = self.vocabulary.canonical("attribute", value["name"])
        ops = [key for key in value if key in OPS]
        for key in value:
            if key not in (*OPS, *ASIDE):
                self._wrong((*path, key), f"unknown key `{key}`", nearest(key, (*OPS, *ASIDE)), at_key=True)
        if name not in self.vocabulary.attributes:
            self._wrong((*path, "name"), f"unknown attribute `{name}`", nearest(name, self.vocabulary.attributes))
            return nothing
        if len(ops) != 1:
            self._wrong(path, f"an attribute test has one of {', '.join(OPS)}")
            return nothing
        of, stated = value.get("of", "self"), value.get("stated", False)
        if of not in ("self", "flow", "from", "to"):
            self._wrong((*path, "of"), "`of` is self, flow, from or to")
            return nothing
        if not isinstance(stated, bool):
            self._wrong((*path, "stated"), "`stated` is true or false")
        attribute = self.vocabulary.attributes[name]
        if ops[0] == "exists":
            if value["exists"] is not True:
                self._wrong((*path, "exists"), "`exists` is true; put `not` around it for the contrary")
            return HasAttribute(name, Test("exists", ()), of, stated=True)
        self._check_value(attribute, ops[0], value[ops[0]], (*path, ops[0]))
        return HasAttribute(name, make_test(attribute, ops[0], value[ops[0]]), of, stated)

    def _check_value(self, attribute: Attribute, op: str, wanted: Any, path: PathKey) -> None:
        problem = _misfit(attribute, op, wanted)
        if problem:
            self._wrong(path, problem)
            return
        for index, item in enumerate(wanted if isinstance(wanted, list) else [wanted]):
            where = (*path, index) if isinstance(wanted, list) else path
            if attribute.values and item not in attribute.values:
                hint = nearest(str(item), attribute.values) or f"one of {', '.join(attribute.values)}"
                self._wrong(where, f"`{item}` is no value of `{attribute.id}`", hint)
            elif not attribute.values and type(item) not in _WRITTEN_AS[attribute.type]:
                self._wrong(where, f"`{item}` is no {attribute.type}, which `{attribute.id}` is")

    def _attributes(self, value: Any, path: PathKey) -> tuple[HasAttribute, ...]:
        if value is None:
            return ()
        if isinstance(value, list):
            return tuple(self.attribute(item, (*path, index)) for index, item in enumerate(value))
        return (self.attribute(value, path),)

    def _zone(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or not value or set(value) - {"at_most", "at_least"}:
            return self._wrong(path, "a zone test is written {at_most: 1} or {at_least: 2}, in trust levels")
        if not all(_is_whole(level) for level in value.values()):
            return self._wrong(path, "a trust level is a whole number")
        return ZoneTrust(value.get("at_most"), value.get("at_least"))

    def _holds(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) - {"dimension", "at_least"}:
            return self._wrong(path, "`holds` is written {dimension: confidentiality, at_least: medium}, each optional")
        if value.get("dimension") not in (None, *DIMENSIONS):
            return self._wrong((*path, "dimension"), f"a dimension is one of {', '.join(DIMENSIONS)}")
        if value.get("at_least") not in (None, *WORDS):
            return self._wrong((*path, "at_least"), f"the worth of an asset is one of {', '.join(WORDS)}")
        return Holds(value.get("dimension"), value.get("at_least"))

    def _flow(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) - {"kind", "direction", "crosses", "attribute"}:
            return self._wrong(
                path, "a flow test is written {kind: …, direction: in|out|any, crosses: true, attribute: …}"
            )
        if value.get("direction", "any") not in ("in", "out", "any"):
            return self._wrong((*path, "direction"), "`direction` is in, out or any")
        crosses = self._crosses(value, path)
        attributes = tuple(
            HasAttribute(a.name, a.test, "flow", a.stated)
            for a in self._attributes(value.get("attribute"), (*path, "attribute"))
        )
        kinds = self.flow_kinds(value.get("kind", []), (*path, "kind"))
        return HasFlow(kinds, value.get("direction", "any"), crosses, attributes)

    def _crosses(self, value: dict[str, Any], path: PathKey) -> bool | None:
        crosses = value.get("crosses")
        if crosses is None or isinstance(crosses, bool):
            return crosses
        self._wrong((*path, "crosses"), "`crosses` is true or false")
        return None

    def _neighbour(self, key: Direction, value: Any, path: PathKey) -> Condition:
        known = {"flow", "kind", "within", "crosses", "attribute", "as"}
        if not isinstance(value, dict) or set(value) - known:
            return self._wrong(path, f"`{key}` takes {', '.join(sorted(known))}")
        within = value.get("within", 1)
        if not _is_whole(within) or not 1 <= within <= 8:
            return self._wrong((*path, "within"), "`within` is a number of flows from 1 to 8")
        name = value.get("as")
        if name is not None and (not isinstance(name, str) or not _NAME.fullmatch(name) or name in RESERVED):
            return self._wrong(
                (*path, "as"), f"`as` gives a name in lower-case letters, other than {', '.join(RESERVED)}"
            )
        return Neighbour(
            key,
            self.flow_kinds(value.get("flow", []), (*path, "flow")),
            self.kinds(value.get("kind", []), (*path, "kind")),
            within,
            self._crosses(value, path),
            self._attributes(value.get("attribute"), (*path, "attribute")),
            name,
        )

    def kinds(self, value: Any, path: PathKey) -> tuple[str, ...]:
        """Return kinds or groups by their present names."""
        known = {*self.vocabulary.kinds, *self.vocabulary.groups, "*"}
        return self._names("kind", known, value, path)

    def flow_kinds(self, value: Any, path: PathKey) -> tuple[str, ...]:
        """Return flow kinds by their present names."""
        return self._names("flow", set(self.vocabulary.flow_kinds), value, path)

    def _names(self, section: Literal["kind", "flow"], known: set[str], value: Any, path: PathKey) -> tuple[str, ...]:
        word = "flow kind" if section == "flow" else "kind"
        names = []
        for index, written in enumerate(value if isinstance(value, list) else [value]):
            name = self.vocabulary.canonical(section, str(written))
            if name not in known:
                where = (*path, index) if isinstance(value, list) else path
                self._wrong(where, f"unknown {word} `{name}`", nearest(name, known))
            names.append(name)
        return tuple(names)

    def _wrong(self, path: PathKey, message: str, hint: str | None = None, *, at_key: bool = False) -> Condition:
        span = self.document.key_span(*path) if at_key else self.document.span(*path)
        self.problems.append(Problem("AM210", message, span, hint))
        return _UNUSABLE


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _misfit(attribute: Attribute, op: str, wanted: Any) -> str | None:
    """Return why a test cannot be asked of an attribute of this type, or None."""
    if attribute.type == "bool":
        fits = op == "is" and isinstance(wanted, bool)
        return None if fits else f"`{attribute.id}` is yes or no: write `is: true` or `is: false`"
    if attribute.type == "set":
        return None if op == "has" else f"`{attribute.id}` is a set: write `has: …`"
    if op == "has":
        return f"`{attribute.id}` has one value: write `is` or `in`"
    if op == "at_least" and attribute.type != "number" and not attribute.ordered:
        return f"the values of `{attribute.id}` are not ordered"
    if op in ("is", "at_least") and isinstance(wanted, list):
        return f"`{op}` takes one value; write `in: [ … ]` for several"
    return None if wanted != [] else "an empty list fits nothing"
