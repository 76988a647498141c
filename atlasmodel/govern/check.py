"""A check as data: what it asks, what it reads, when it passes, what is said of each result, and its own tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from atlasmodel.errors import Span
from atlasmodel.govern.conditions import Condition
from atlasmodel.govern.reading import Target, Verdict

Type = Literal["check", "measure", "score", "view"]
Pillar = Literal["policy", "process", "personnel"]
Phase = Literal["design", "development", "implementation", "use"]
TYPES: tuple[Type, ...] = get_args(Type)
PILLARS: tuple[Pillar, ...] = get_args(Pillar)
PHASES: tuple[Phase, ...] = get_args(Phase)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# What a check may read. `graph`: components, flows and attributes; `findings`: what an assessment of them found.
SOURCES = ("organisation", "graph", "findings", "threat_data", "assumptions")
STATEMENTS = tuple(range(1, 69))
ACTIONS = ("R1", "R2", "R3", "R4", "R5", "R6")


@dataclass(frozen=True)
class CheckTest:
    """Be a small organisation, with pipelines where needed, and the result that the check has to give on it."""

    result: Verdict
    organisation: Mapping[str, Any]
    pipelines: Mapping[str, Any]
    span: Span | None = None


@dataclass(frozen=True)
class Check:
    """Hold one check; see `docs/organisation.md` for what each field means.

    A check asks `passes` of every subject (`about`: the organisation, a section, components of some kinds) that `where`
    lets in; or it takes the readings of a `measure` that follows the graph, and `target` says which values pass. With
    `share`, enough of the subjects have to pass; without it, all. A score counts the results of `over`.
    """

    id: str
    title: str
    type: Type
    statements: tuple[int | str, ...]
    computed: bool
    reads: tuple[str, ...]
    pillar: Pillar | None
    phases: tuple[Phase, ...]
    question: str
    says: Mapping[Verdict, str]
    advice: str
    references: tuple[str, ...]
    tests: tuple[CheckTest, ...]
    about: str = "organisation"  # organisation, components, or a section
    kinds: tuple[str, ...] = ()
    where: Condition | None = None
    passes: Condition | None = None
    measure: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    target: Target | None = None
    share: Target | None = None
    unit: str = ""
    over: tuple[str, ...] = ()
    span: Span | None = None
