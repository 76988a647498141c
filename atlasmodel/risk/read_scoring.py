"""Files of assumptions -> Scoring, with all mistakes reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from atlasmodel import _yaml
from atlasmodel._located import Record, validate
from atlasmodel.errors import CatalogError, Problem, nearest
from atlasmodel.match.conditions import WORDS, Condition
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.match.rule import SKILLS
from atlasmodel.model.kinds import State, Vocabulary
from atlasmodel.risk.scoring import Goal, Raise, Scoring

# What must be there, whatever an organisation puts in its place: the words that rules, files and ATLAS use.
_NAMED: dict[str, tuple[str, ...]] = {
    "base": ("realized", "demonstrated", "feasible", "certain", "likely", "even", "unlikely"),
    "skill_fit": SKILLS,
    "states": get_args(State),
    "severity": ("low", "medium", "high", "critical"),
    "worth": WORDS,
}


def load_scoring(folders: Iterable[Path], vocabulary: Vocabulary) -> Scoring:
    """Read the assumptions of some folders, later ones replacing earlier section by section; raise CatalogError."""
    sections: dict[str, Any] = {}
    entries: dict[str, tuple[Record, ...]] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/{path.name}")
            if not isinstance(document.data, dict):
                problems.append(Problem("AM230", "assumptions are a mapping of sections", document.span()))
                continue
            for key, data in document.data.items():
                if key in ("goals", "raises"):
                    entries[key] = _entries(key, data, document, vocabulary, problems)
                else:
                    sections[key] = data
            if document.data.keys() - {"goals", "raises"}:
                problems += _checked(sections, document)
    if problems:
        raise CatalogError(problems)
    return Scoring.model_validate(sections, strict=False).model_copy(update=entries)


def _checked(sections: dict[str, Any], document: _yaml.Document) -> list[Problem]:
    """Return what is wrong with the sections as they stand after a document."""
    _, problems = validate(Scoring, sections, document, (), "AM230")
    for section, names in _NAMED.items():
        data = document.data.get(section)
        if not isinstance(data, dict):
            continue
        for name in names:
            if name not in data:
                problems.append(Problem("AM230", f"`{section}` says nothing of `{name}`", document.key_span(section)))
        if section == "severity":
            for name in data.keys() - set(names):
                problems.append(
                    Problem("AM230", f"`{name}` is no severity", document.key_span(section, name), nearest(name, names))
                )
    return problems


def _entries(
    key: str, data: Any, document: _yaml.Document, vocabulary: Vocabulary, problems: list[Problem]
) -> tuple[Record, ...]:
    entries: list[Record] = []
    conditions = ConditionReader(document, vocabulary, problems)
    model: type[Record] = Goal if key == "goals" else Raise
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        problems.append(Problem("AM230", f"`{key}` is a list of mappings", document.key_span(key)))
        return ()
    for index, item in enumerate(data):
        plain = {name: value for name, value in item.items() if name != "when"}
        record, found = validate(model, plain, document, (key, index), "AM230")
        problems += found
        if record is None:
            continue
        named = (record.token,) if isinstance(record, Goal) else getattr(record, "token", ())
        for token in named:
            if token not in vocabulary.tokens:
                where = document.span(key, index, "token")
                problems.append(Problem("AM230", f"unknown token `{token}`", where, nearest(token, vocabulary.tokens)))
        if isinstance(record, Goal):
            conditions.kinds(list(record.at), (key, index, "at"))
        elif "when" in item:
            condition: Condition = conditions.read(item["when"], (key, index, "when"))
            record = record.model_copy(update={"condition": condition})
        entries.append(record)
    return tuple(entries)
