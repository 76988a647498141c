"""The errors of atlasmodel, all meant to be read by people.

AtlasModelError
├── InputError          AM1xx  what a user wrote: a pipeline, an organisation, an option
├── CatalogError        AM2xx  what the catalogues say: ATLAS data, kinds, rules, controls
│   └── RuleError       AM21x  a rule that cannot stand
├── MissingTool         AM3xx  something outside the library is not there: Graphviz, an extra
└── NothingToAssess     AM4xx  the input is sound and empty

Every error carries one or more `Problem`s, so that all mistakes of a file are told at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

# A file written to break things may hold millions of mistakes; nobody reads more than these.
MAX_PROBLEMS = 200
_MANY_WORDS = 1_000


@dataclass(frozen=True, order=True)
class Span:
    """Say where something stands in a file: 1-based line and column.

    >>> str(Span("pipeline.yaml", 3, 7))
    'pipeline.yaml:3:7'
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """Say one thing that is wrong, where, and what to do about it.

    >>> print(Problem("AM119", "unknown kind `lmm`", Span("p.yaml", 2, 5), "did you mean llm?"))
    p.yaml:2:5: AM119 unknown kind `lmm` (did you mean llm?)
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        hint = ""
        if self.hint:
            hint = f":\n{self.hint}" if "\n" in self.hint else f" ({self.hint})"
        return f"{place}{self.code} {self.message}{hint}"

    def at(self, span: Span | None) -> Problem:
        """Return the same problem with a place, unless it already has one."""
        return self if self.span else replace(self, span=span)


class AtlasModelError(Exception):
    """Carry one or more problems; the root of every error the library raises on purpose."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InputError(AtlasModelError):
    """Tell what is wrong with something a user wrote."""


class CatalogError(AtlasModelError):
    """Tell what is wrong with catalogue data."""


class RuleError(CatalogError):
    """Tell what is wrong with a rule."""


class MissingTool(AtlasModelError):
    """Tell which program or extra is missing and how to install it."""


class NothingToAssess(AtlasModelError):
    """Tell that the input is sound but holds no component."""


def shown(value: Any, limit: int = 60) -> str:
    r"""Return a user's value for a message: on one line, nothing hidden, not too long.

    >>> shown("a\nb"), shown(True), shown(None), shown("x" * 9, 4)
    ('a\\nb', 'true', 'null', 'xxx…')
    """
    if value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, dict | list | tuple):
        text = "a mapping" if isinstance(value, dict) else "a list"
    else:
        text = str(value)[: limit + 1]
    text = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def nearest(word: str, known: Iterable[str], count: int = 3) -> str | None:
    """Return a hint with the known words nearest to `word`, or None when none is near.

    Among very many words only those that stand next to it in the alphabet are compared.

    >>> nearest("query_limt", ["query_limit", "authn"])
    'did you mean query_limit?'
    """
    candidates = sorted(set(known))
    word = str(word)[:200]
    if len(candidates) > _MANY_WORDS:
        place = bisect_left(candidates, word)
        candidates = candidates[max(0, place - _MANY_WORDS // 20) : place + _MANY_WORDS // 20]
    folded = {candidate.lower(): candidate for candidate in candidates}
    near: Sequence[str] = get_close_matches(word.lower(), list(folded), n=count, cutoff=0.6)
    if not near:
        return None
    return f"did you mean {' or '.join(folded[match] for match in near)}?"
