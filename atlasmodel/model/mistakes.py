"""What is wrong with the files of a pipeline, collected: all of it is told at once, within bounds."""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel._yaml import Document
from atlasmodel.errors import MAX_PROBLEMS, InputError, Problem, Span


class Mistakes:
    """Collect problems; where the parser found a mistake no second one is told."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        self.told: set[Span | None] = set()  # by the parser

    def of(self, document: Document) -> None:
        """Add what the parser found in a document."""
        self.problems += document.problems
        self.told.update(problem.span for problem in document.problems)

    def add(self, code: str, message: str, span: Span | None, hint: str | None = None) -> None:
        """Add a problem; raise InputError once there are as many as are told."""
        if span not in self.told:
            self.problems.append(Problem(code, message, span, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise self.error()

    def error(self) -> InputError:
        """Return all of it as an error, in the order of the files."""

        def order(problem: Problem) -> tuple[bool, Span, str]:
            return problem.span is None, problem.span or Span("", 0, 0), problem.code

        problems = sorted(self.problems, key=order)[:MAX_PROBLEMS]
        if len(self.problems) >= MAX_PROBLEMS:
            problems.append(Problem("AM131", f"more than {MAX_PROBLEMS - 1} mistakes; the rest is not listed"))
        return InputError(problems)
