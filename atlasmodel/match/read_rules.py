"""YAML -> Rule: every rule of some folders, all mistakes reported together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._located import Record, validate
from atlasmodel._yaml import Document, PathKey
from atlasmodel.errors import Problem, RuleError, Span, nearest
from atlasmodel.match.conditions import Always, Condition, Neighbour, walk
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.match.rule import ADVERSARY, Fact, GainsIf, Rule, RuleTest
from atlasmodel.model.kinds import Vocabulary

_FACT = re.compile(r"(?P<token>[a-z]+\.[a-z0-9_.]+)@(?P<place>[a-z][a-z0-9_]*)")
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\d{2,3}")
Stage = Literal[
    "business_understanding", "data_preparation", "model_engineering", "model_evaluation", "deployment", "monitoring",
    "off_system",
]  # fmt: skip


class _Clause(Record):
    any: tuple[str, ...] = Field(min_length=1)


class _Gains(Record):
    when: dict[str, Any]
    gains: tuple[str, ...] = Field(min_length=1)


class _Days(Record):
    low: float = Field(ge=0)
    likely: float = Field(ge=0)
    high: float = Field(ge=0, le=100_000)


class _Case(Record):
    components: dict[str, dict[str, Any]]
    flows: tuple[dict[str, Any], ...] = ()
    zones: dict[str, Any] | None = None
    assets: dict[str, Any] | None = None
    expect: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    yields: tuple[str, ...] = ()


class _Test(Record):
    fires: _Case | None = None
    asks: _Case | None = None
    silent: _Case | None = None


class _RuleFile(Record):
    """The keys of a rule as they are written; what they name is checked afterwards."""

    id: str
    title: str = Field(min_length=5)
    scope: Literal["exposure", "adversary", "target", "impact", "propagation"]
    technique: str | None = None
    at: list[str] | None = None
    on: list[str] | None = None
    source: list[str] | None = Field(default=None, alias="from")
    target: list[str] | None = Field(default=None, alias="to")
    when: dict[str, Any] | None = None
    requires: tuple[_Clause, ...] = ()
    gains: tuple[str, ...] = ()
    gains_if: tuple[_Gains, ...] = ()
    stage: tuple[Stage, ...] = ()
    effect: tuple[Literal["confidentiality", "integrity", "availability", "abuse", "enabling"], ...] = ()
    skill: Literal["novice", "intermediate", "advanced", "expert"] = "intermediate"
    effort_days: _Days = _Days(low=0, likely=0, high=0)
    base: Literal["certain", "likely", "even", "unlikely"] | None = None
    rationale: str = Field(min_length=10)
    false_positives: tuple[str, ...] = ()
    question: str | None = None
    references: tuple[str, ...] = ()
    tests: tuple[_Test, ...] = ()


def load_rules(folders: Iterable[Path], vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Read every rule file below the folders, in the order of rule ids; raise RuleError with all problems."""
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/{path.relative_to(folder).as_posix()}")
            for rule in read_rules(document, vocabulary, problems):
                if rule.id in rules:
                    problems.append(
                        Problem(
                            "AM211", f"rule {rule.id} is defined twice", rule.span, f"first at {rules[rule.id].span}"
                        )
                    )
                rules[rule.id] = rule
    if problems:
        raise RuleError(problems)
    return tuple(rules[name] for name in sorted(rules))


def read_rules(document: Document, vocabulary: Vocabulary, problems: list[Problem]) -> list[Rule]:
    """Return the rules of one document that can be read; add what is wrong to `problems`."""
    if not isinstance(document.data, list):
        problems.append(Problem("AM210", "a rule file is a list of rules", document.span()))
        return []
    rules = []
    for index, data in enumerate(document.data):
        written, found = validate(_RuleFile, data, document, (index,), "AM210")
        problems.extend(found)
        if written is not None:
            rules.append(_Reader(document, vocabulary, problems, (index,)).rule(written))
    return rules


class _Reader:
    """Turn one written rule into a `Rule`."""

    def __init__(self, document: Document, vocabulary: Vocabulary, problems: list[Problem], path: PathKey) -> None:
        self.document, self.vocabulary, self.problems, self.path = document, vocabulary, problems, path
        self.conditions = ConditionReader(document, vocabulary, problems)

    def rule(self, written: _RuleFile) -> Rule:
        if not _ID.fullmatch(written.id):
            self._wrong("id", f"rule id `{written.id}` should look like AM-RAG-02")
        self._shape(written)
        when = self._condition(written.when, "when")
        extra = [self._condition(part.when, "gains_if", index, "when") for index, part in enumerate(written.gains_if)]
        places = self._places(written, when)
        return Rule(
            id=written.id,
            title=written.title,
            scope=written.scope,
            technique=written.technique,
            at=self.conditions.kinds(written.at or [], (*self.path, "at")),
            on=self.conditions.flow_kinds(written.on or [], (*self.path, "on")),
            source=self.conditions.kinds(written.source or (["*"] if written.on else []), (*self.path, "from")),
            target=self.conditions.kinds(written.target or (["*"] if written.on else []), (*self.path, "to")),
            when=when,
            requires=tuple(
                self._facts(clause.any, places, "requires", index, "any")
                for index, clause in enumerate(written.requires)
            ),
            gains=self._facts(written.gains, places, "gains"),
            gains_if=tuple(
                GainsIf(
                    extra[index], self._facts(part.gains, places | _bound(extra[index]), "gains_if", index, "gains")
                )
                for index, part in enumerate(written.gains_if)
            ),
            stage=written.stage,
            effect=written.effect,
            skill=written.skill,
            effort_days=(written.effort_days.low, written.effort_days.likely, written.effort_days.high),
            base=written.base,
            rationale=written.rationale,
            false_positives=written.false_positives,
            question=written.question,
            references=written.references,
            tests=tuple(_tests(written)),
            file=self.document.file,
            span=self.document.key_span(*self.path, "id"),
        )

    def _shape(self, written: _RuleFile) -> None:
        if written.at and written.on:
            self._wrong("on", "a rule stands at kinds (`at`) or on flows (`on`), not both")
        if (written.source or written.target) and not written.on:
            self._wrong("from", "`from` and `to` belong to a rule on flows (`on`)")
        if written.scope != "adversary" and not (written.at or written.on):
            self._wrong("scope", f"a rule of scope {written.scope} needs `at` or `on`")
        if not (written.at or written.on) and (written.when or written.gains_if):
            self._wrong("when" if written.when else "gains_if", "a rule off the system has no component to ask about")
        if written.scope != "propagation" and written.technique is None:
            self._wrong("scope", f"a rule of scope {written.scope} needs a technique")

    def _condition(self, data: dict[str, Any] | None, *path: str | int) -> Condition:
        return Always() if data is None else self.conditions.read(data, (*self.path, *path))

    def _places(self, written: _RuleFile, when: Condition) -> set[str]:
        own = {"from", "to", "self"} if written.on else {"self"} if written.at else set()
        return {ADVERSARY, *own} | _bound(when)

    def _facts(self, texts: Iterable[str], places: set[str], *path: str | int) -> tuple[Fact, ...]:
        facts = []
        for index, text in enumerate(texts):
            match = _FACT.fullmatch(text)
            if match is None:
                self._wrong((*path, index), f"`{text}` is no fact", "write token@place, such as acc.query@self")
                continue
            fact = Fact(match["token"], match["place"])
            token = self.vocabulary.tokens.get(fact.token)
            if token is None:
                self._wrong(
                    (*path, index), f"unknown token `{fact.token}`", nearest(fact.token, self.vocabulary.tokens)
                )
            elif (token.place == ADVERSARY) != (fact.place == ADVERSARY):
                home = "the adversary" if token.place == ADVERSARY else "a component"
                self._wrong((*path, index), f"`{fact.token}` lives at {home}, not @{fact.place}")
            elif fact.place not in places:
                self._wrong((*path, index), f"no place `{fact.place}` here", f"known: {', '.join(sorted(places))}")
            facts.append(fact)
        return tuple(facts)

    def _wrong(self, path: str | tuple[str | int, ...], message: str, hint: str | None = None) -> None:
        inner = (path,) if isinstance(path, str) else path
        span: Span = self.document.span(*self.path, *inner)
        self.problems.append(Problem("AM210", message, span, hint))


def _bound(when: Condition) -> set[str]:
    return {node.name for node in walk(when) if isinstance(node, Neighbour) and node.name}


def _tests(written: _RuleFile) -> Iterable[RuleTest]:
    for test in written.tests:
        for verdict in ("fires", "asks", "silent"):
            case: _Case | None = getattr(test, verdict)
            if case is not None:
                yield RuleTest(
                    verdict, case.components, case.flows, case.expect, case.given, case.yields, case.zones, case.assets
                )
