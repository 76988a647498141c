"""YAML -> Condition of a check. Only the closed language is known here; everything else is an error with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Problem, nearest
from atlasmodel.govern import conditions as nodes
from atlasmodel.govern.conditions import Condition
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.organisation import BY_ID, LISTS

FIELD_OPS = ("is", "in", "at_least", "at_most", "has", "has_all", "has_outside", "recorded", "agreed")
DATE_OPS = ("happened", "within_days", "not_after", "not_before", "past")
SECTIONS = (*BY_ID, *LISTS)
CODE = "AM292"


class CheckConditionReader:
    """Read the conditions of one document; remember every problem."""

    def __init__(self, document: Document, vocabulary: Vocabulary, problems: list[Problem]) -> None:
        self.document, self.problems = document, problems
        self.of_rules = ConditionReader(document, vocabulary, problems)
        self.readers: dict[str, Callable[[Any, PathKey], Condition]] = {
            "all": lambda value, path: nodes.All(self._list(value, path)),
            "any": lambda value, path: nodes.AtLeast(1, self._list(value, path)),
            "at_least": self._at_least,
            "not": lambda value, path: nodes.Not(self.read(value, path)),
            "field": self._field,
            "date": self._date,
            "same": self._same,
            "outside_technical": lambda value, _: nodes.Function(str(value)),
            "owned": lambda _, __: nodes.Owned(),
            "count": self._count,
            "component": lambda value, path: nodes.OfComponent(self.of_rules.read(value, path)),
        }

    def read(self, data: Any, path: PathKey) -> Condition:
        """Return the condition at a path; unusable parts stand in as always true and are reported."""
        if not isinstance(data, dict) or not data:
            return self._wrong(path, "a condition is a mapping such as `field: {name: …, is: …}`")
        parts = []
        for key, value in data.items():
            if key in self.readers:
                parts.append(self.readers[key](value, (*path, key)))
            else:
                hint = nearest(key, self.readers) or f"one of {', '.join(self.readers)}"
                parts.append(self._wrong((*path, key), f"unknown condition `{key}`", hint))
        return parts[0] if len(parts) == 1 else nodes.All(tuple(parts))

    def _list(self, value: Any, path: PathKey) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            return (self._wrong(path, f"`{path[-1]}` needs a list of at least one condition"),)
        return tuple(self.read(part, (*path, index)) for index, part in enumerate(value))

    def _at_least(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, dict) or set(value) != {"count", "of"}:
            return self._wrong(path, "`at_least` is written {count: 2, of: [ … ]}")
        parts = self._list(value["of"], (*path, "of"))
        count = value["count"]
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= len(parts):
            return self._wrong((*path, "count"), f"`count` is a number from 1 to {len(parts)}, the parts below `of`")
        return nodes.AtLeast(count, parts)

    def _field(self, value: Any, path: PathKey) -> Condition:
        found = self._one_test(value, path, FIELD_OPS)
        if found is None:
            return nodes.Always()
        name, op, wanted = found
        lists = ("in", "has", "has_all")
        if op in lists and not (isinstance(wanted, list) and wanted):
            return self._wrong((*path, op), f"`{op}` takes a list of at least one value")
        number = isinstance(wanted, int | float) and not isinstance(wanted, bool)
        if op in ("at_least", "at_most", "has_outside") and not number:
            return self._wrong((*path, op), f"`{op}` takes a number")
        return nodes.Field(name, op, tuple(wanted) if isinstance(wanted, list) else wanted)  # type: ignore[arg-type]

    def _date(self, value: Any, path: PathKey) -> Condition:
        found = self._one_test(value, path, DATE_OPS)
        if found is None:
            return nodes.Always()
        name, op, wanted = found
        if op == "within_days" and not (isinstance(wanted, int) and not isinstance(wanted, bool) and wanted > 0):
            return self._wrong((*path, op), "`within_days` takes a number of days")
        if op in ("not_after", "not_before") and not isinstance(wanted, str):
            return self._wrong((*path, op), f"`{op}` takes the name of another date")
        return nodes.Date(name, op, wanted)  # type: ignore[arg-type]

    def _one_test(self, value: Any, path: PathKey, ops: tuple[str, ...]) -> tuple[str, str, Any] | None:
        if not isinstance(value, dict) or not isinstance(value.get("name"), str) or len(value) != 2:
            self._wrong(path, f"a test is written {{name: …, …}} with one of {', '.join(ops)}")
            return None
        op = next(key for key in value if key != "name")
        if op not in ops:
            self._wrong((*path, op), f"unknown test `{op}`", nearest(op, ops) or f"one of {', '.join(ops)}")
            return None
        return value["name"], op, value[op]

    def _same(self, value: Any, path: PathKey) -> Condition:
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(item, str) for item in value):
            return self._wrong(path, "`same` takes the names of two fields")
        return nodes.Same(*value)

    def _count(self, value: Any, path: PathKey) -> Condition:
        known = {"of", "where", "about", "at_least", "at_most"}
        if not isinstance(value, dict) or set(value) - known or not isinstance(value.get("of"), str):
            return self._wrong(path, f"`count` takes {', '.join(sorted(known))}")
        if not value["of"].startswith(".") and value["of"] not in SECTIONS:
            hint = nearest(value["of"], SECTIONS)
            return self._wrong((*path, "of"), f"there is no section `{value['of']}`", hint)
        ops = [op for op in ("at_least", "at_most") if op in value]
        if len(ops) != 1 or not isinstance(value[ops[0]], int):
            return self._wrong(path, "`count` has one of at_least, at_most, with a whole number")
        where = self.read(value["where"], (*path, "where")) if "where" in value else None
        return nodes.Count(value["of"], where, value.get("about"), ops[0], value[ops[0]])  # type: ignore[arg-type]

    def _wrong(self, path: PathKey, message: str, hint: str | None = None) -> Condition:
        self.problems.append(Problem(CODE, message, self.document.span(*path), hint))
        return nodes.Always()
