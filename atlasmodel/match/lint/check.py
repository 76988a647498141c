"""What every check on rules is made of: a problem, what a check may look at, and the check itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from atlasmodel.errors import Problem, Span
from atlasmodel.match.lint.place import Places, places_of
from atlasmodel.match.lint.reach import Reach
from atlasmodel.match.rule import Rule
from atlasmodel.model.kinds import Vocabulary

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class LintProblem:
    """Say one thing that is wrong with a rule, or with the set of rules when `rule` is None.

    >>> print(LintProblem("AM250", "error", "there is no technique AML.T9999", "AM-RAG-02"))
    error: AM250 AM-RAG-02: there is no technique AML.T9999
    """

    code: str
    severity: Severity
    message: str
    rule: str | None = None
    span: Span | None = None
    hint: str | None = None

    @property
    def problem(self) -> Problem:
        """Return it without its severity, as every other error of the library is told."""
        owner = f"{self.rule}: " if self.rule else ""
        return Problem(self.code, f"{owner}{self.message}", self.span, self.hint)

    def __str__(self) -> str:
        return f"{self.severity}: {self.problem}"


@dataclass(frozen=True)
class Context:
    """Hold what the checks may look at besides the rule at hand."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    techniques: frozenset[str]
    case_studies: frozenset[str]
    unruled: Mapping[str, str]
    retired: Mapping[str, str | None] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @cached_property
    def _places(self) -> dict[int, Places]:
        return {id(rule): places_of(rule, self.vocabulary) for rule in self.rules}

    def places(self, rule: Rule) -> Places:
        """Return where a rule of the set can stand."""
        return self._places[id(rule)]

    @cached_property
    def reach(self) -> Reach:
        """Return which facts some adversary can hold at which kinds, and which rules need them."""
        return Reach(self.rules, [self.places(rule) for rule in self.rules], self.vocabulary)


class Check:
    """Look for one defect: in each rule, or at the end in all of them together."""

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    description: ClassVar[str]

    def check(self, rule: Rule, context: Context) -> Iterable[LintProblem]:
        """Yield what is wrong with one rule."""
        return ()

    def finalize(self, context: Context) -> Iterable[LintProblem]:
        """Yield what is wrong with the rules as a set."""
        return ()

    def found(self, rule: Rule | None, message: str, hint: str | None = None) -> LintProblem:
        """Return a problem of this check."""
        name, span = (rule.id, rule.span) if rule else (None, None)
        return LintProblem(self.code, self.severity, message, name, span, hint)
