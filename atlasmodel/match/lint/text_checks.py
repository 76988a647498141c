"""Checks on the texts of a rule: short, plain, and about a kind of system, not about somebody's product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from atlasmodel.match.lint.check import Check, Context, LintProblem
from atlasmodel.match.rule import Rule

_LONGEST_TITLE = 90


def _texts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "title", rule.title
    yield "rationale", rule.rationale
    yield "question", rule.question or ""
    for number, text in enumerate(rule.false_positives, 1):
        yield f"false_positives {number}", text


class ProductName(Check):
    """A rule that names a product ages with it, and reads as a verdict on somebody."""

    code = "AM280"
    description = "a text names a product or a company"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield names of the word list, written as there, on word boundaries."""
        if not context.names:
            return
        for where, text in _texts(rule):
            for name in dict.fromkeys(_pattern(context.names).findall(text)):
                yield self.found(rule, f"`{where}` names {name}", "say what kind of thing it is")


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


class EmptyText(Check):
    """Title and rationale are what a reader is shown."""

    code = "AM281"
    description = "title or rationale is empty"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield texts that must not be empty."""
        for where, text in (("title", rule.title), ("rationale", rule.rationale)):
            if not text.strip():
                yield self.found(rule, f"`{where}` is empty")


class SplitSentence(Check):
    """Between brackets YAML takes every comma for the end of a text: a sentence with one must stand in quotes."""

    code = "AM282"
    description = "a sentence of `false_positives` is split at a comma"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield texts that go on in the next one."""
        for parts in _sentences(rule.false_positives):
            if len(parts) > 1:
                message = f"a sentence of `false_positives` is split in {len(parts)} at its commas"
                yield self.found(rule, message, f'write "{", ".join(parts)}" in quotes')


def _sentences(texts: tuple[str, ...]) -> list[list[str]]:
    """Return the texts with those together that go on in a small letter after no stop."""
    found: list[list[str]] = []
    for text in texts:
        if found and not found[-1][-1].endswith((".", "?", "!")) and text[:1].islower():
            found[-1].append(text)
        else:
            found.append([text])
    return found


class TextForm(Check):
    """Titles are headings, the other texts are sentences, and all are plain ASCII on one line."""

    code = "AM283"
    severity = "warning"
    description = "a text is not written as the others are"

    def check(self, rule: Rule, context: Context) -> Iterator[LintProblem]:
        """Yield what differs: stops, capitals, spaces, characters, length."""
        split = {text for parts in _sentences(rule.false_positives) if len(parts) > 1 for text in parts}
        for where, text in _texts(rule):
            for message in _amiss(where, text) if text not in split else ():
                yield self.found(rule, f"`{where}` {message}")


def _amiss(where: str, text: str) -> Iterator[str]:
    if not text:
        return
    odd = sorted({letter for letter in text if not " " <= letter <= "~"})
    if odd:
        yield f"holds {', '.join(f'U+{ord(letter):04X}' for letter in odd)}; plain ASCII on one line is enough"
    if text != " ".join(text.split(" ")).strip() or "  " in text:
        yield "has spaces too many"
    if text[0].islower():
        yield "starts with a small letter"
    if where == "title":
        if text.endswith("."):
            yield "ends with a dot"
        if len(text) > _LONGEST_TITLE:
            yield f"is longer than {_LONGEST_TITLE} characters"
    elif where == "question":
        if not text.endswith("?"):
            yield "does not end with a question mark"
    elif not text.endswith((".", "?")):
        yield "does not end with a dot"
