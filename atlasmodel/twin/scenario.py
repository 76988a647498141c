"""Scenarios from a file: names, each with the measures that would be put in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from atlasmodel import _yaml
from atlasmodel._files import MAX_BYTES
from atlasmodel._located import validate
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.model.pipeline import PlacedControl

KEY = "scenarios"
Scenarios = dict[str, tuple[PlacedControl, ...]]


def read_scenarios(path: Path, max_bytes: int = MAX_BYTES) -> Scenarios:
    """Read a file of scenarios: `scenarios:` maps a name to entries as under a pipeline's `controls:`.

    The first is what the others are compared with. Raises InputError with every mistake.
    """
    document = _yaml.read(path, max_bytes)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get(KEY), dict) or not data[KEY]:
        raise InputError(Problem("AM193", f"expected `{KEY}:` with a list of measures for each name", document.span()))
    problems = [
        Problem("AM118", f"unknown key `{key}`", document.key_span(key), nearest(str(key), (KEY,)))
        for key in data
        if key != KEY
    ]
    found: Scenarios = {}
    for name, entries in data[KEY].items():
        if not isinstance(entries, list | None):
            problems.append(Problem("AM193", f"`{name}` should be a list of measures", document.span(KEY, name)))
            continue
        changes = []
        for index, entry in enumerate(entries or ()):
            where = (KEY, str(name), index)
            if not isinstance(entry, dict):
                problems.append(
                    Problem("AM193", "a measure is a mapping with `control` and `at`", document.span(*where))
                )
                continue
            change, wrong = validate(PlacedControl, _completed(entry), document, where)
            problems += wrong
            if change is not None:
                changes.append(change)
        found[str(name)] = tuple(changes)
    if problems:
        raise InputError(problems)
    return found


def _completed(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with what a pipeline file leaves out too: one place as a text, a state of `in_place`."""
    at = entry.get("at")
    return {"state": "in_place"} | entry | ({"at": [at]} if isinstance(at, str) else {})
