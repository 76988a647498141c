"""The assumptions behind every figure: base rates, skill fit, states, severity, goals. Data, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel.errors import CatalogError, Problem
from atlasmodel.match.conditions import Condition
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.model.kinds import Vocabulary

DIMENSIONS = (
    "confidentiality", "integrity", "availability", "abuse", "safety", "legal", "financial", "reputational", "ethical",
)  # fmt: skip


class Rate(Record):
    """Give a probability and why."""

    p: float = Field(ge=0, le=1)
    reason: str


class Fit(Record):
    """Give the factor on success for an adversary of one skill, by the skill a step needs, and why."""

    novice: float = Field(ge=0, le=1)
    intermediate: float = Field(ge=0, le=1)
    advanced: float = Field(ge=0, le=1)
    expert: float = Field(ge=0, le=1)
    reason: str

    def factor(self, needed: str) -> float:
        """Return the factor for a step that needs some skill."""
        return float(getattr(self, needed))


class Weight(Record):
    """Give the share of its full strength that a control has in a state, and why."""

    weight: float = Field(ge=0, le=1)
    reason: str


class Threshold(Record):
    """Give the risk from which a severity word holds, and why."""

    start: float = Field(alias="from", ge=0, le=100)
    reason: str


class Worlds(Record):
    """Say how many worlds are drawn, and from which seed."""

    count: int = Field(ge=64, le=1_048_576, multiple_of=64)
    seed: int = Field(ge=0, lt=2**63)


class Goal(Record):
    """Say which fact at which kinds is an end worth counting, and what it touches."""

    token: str
    at: tuple[str, ...]
    impact: dict[str, int]
    meaning: str
    reason: str


class Raise(Record):
    """Say what makes an end worse than its base impact."""

    id: str
    token: tuple[str, ...]
    condition: Any = None
    add: int = 0
    impact: dict[str, int] = Field(default_factory=dict)
    reason: str


class Scoring(Record):
    """Hold all assumptions of one organisation."""

    base: dict[str, Rate]
    skill_fit: dict[str, Fit]
    states: dict[str, Weight]
    severity: dict[str, Threshold]
    worth: dict[str, int]
    worlds: Worlds
    goals: tuple[Goal, ...] = ()
    raises: tuple[Raise, ...] = ()

    def severity_of(self, risk: float) -> str:
        """Return the word for a risk of 0 to 100; `none` for no risk at all."""
        if risk <= 0:
            return "none"
        words = sorted(self.severity.items(), key=lambda item: item[1].start)
        return [word for word, threshold in words if threshold.start <= risk or threshold is words[0][1]][-1]


def load_scoring(folders: Iterable[Path], vocabulary: Vocabulary) -> Scoring:
    """Read the assumptions of some folders, later ones replacing earlier section by section; raise CatalogError."""
    sections: dict[str, Any] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/{path.name}")
            for key, data in document.data.items():
                if key in ("goals", "raises"):
                    sections[key] = _entries(key, data, document, vocabulary, problems)
                else:
                    sections[key] = data
            if "goals" not in document.data:
                _, found = validate(
                    Scoring, {k: v for k, v in sections.items() if k not in ("goals", "raises")}, document, (), "AM230"
                )
                problems += found
    if problems:
        raise CatalogError(problems)
    plain = {key: value for key, value in sections.items() if key not in ("goals", "raises")}
    scoring = Scoring.model_validate(plain, strict=False)
    return scoring.model_copy(update={"goals": sections.get("goals", ()), "raises": sections.get("raises", ())})


@cache
def builtin_scoring(vocabulary: Vocabulary) -> Scoring:
    """Return the assumptions that come with the library."""
    return load_scoring([data_root() / "catalogs" / "scoring"], vocabulary)


def _entries(
    key: str, data: Any, document: _yaml.Document, vocabulary: Vocabulary, problems: list[Problem]
) -> tuple[Record, ...]:
    entries: list[Record] = []
    conditions = ConditionReader(document, vocabulary, problems)
    model: type[Record] = Goal if key == "goals" else Raise
    for index, item in enumerate(data):
        plain = {name: value for name, value in item.items() if name != "when"}
        record, found = validate(model, plain, document, (key, index), "AM230")
        problems += found
        if record is None:
            continue
        if isinstance(record, Goal):
            conditions.kinds(list(record.at), (key, index, "at"))
        elif "when" in item:
            condition: Condition = conditions.read(item["when"], (key, index, "when"))
            record = record.model_copy(update={"condition": condition})
        entries.append(record)
    return tuple(entries)
