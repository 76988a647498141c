"""A small vocabulary of pipelines and conditions for the tests of the matcher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from atlasmodel._yaml import parse
from atlasmodel.errors import Problem
from atlasmodel.match.conditions import Condition, Outcome, Scope
from atlasmodel.match.read_conditions import ConditionReader
from atlasmodel.match.read_rules import read_rules
from atlasmodel.match.rule import Rule
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary
from atlasmodel.model.reader import parse_pipeline

Ask = Callable[..., Outcome]
ReadRules = Callable[[str], tuple[list[Rule], list[str]]]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return builtin_vocabulary()


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """Two stores feed an assistant behind an interface; the vendor's model stands in another zone."""
    return parse_pipeline(
        """
atlasmodel: 1
name: matcher
zones:
  outside: {trust: 0}
  shop: {trust: 2}
  core: {trust: 3, parent: shop}
components:
  api: {kind: inference_api, zone: shop, authn: none, outputs: [label, scores]}
  bot: {kind: llm, zone: shop, shared_channel: true, memory: null}
  docs: {kind: vector_store, zone: core, data_class: personal, holds: [secrets]}
  wiki: {kind: vector_store, zone: shop, data_class: public}
  maker: {kind: vendor, zone: outside}
  far: {kind: data_source, zone: outside}
flows:
  - {from: docs, to: bot, kind: retrieves_from, encrypted: true}
  - {from: docs, to: bot, kind: retrieves_from, encrypted: false}
  - {from: wiki, to: bot, kind: retrieves_from}
  - {from: maker, to: bot, kind: supplies}
  - {from: far, to: docs, kind: data_flow}
  - {from: api, to: bot, kind: serves}
  - {from: bot, to: bot, kind: feeds_back}
assets:
  secrets: {confidentiality: high, integrity: low}
""",
        "matcher.yaml",
    )


@pytest.fixture(scope="session")
def ask(pipeline: Pipeline, vocabulary: Vocabulary) -> Ask:
    """Evaluate a condition, written as in a rule, at a component (and a flow)."""

    def evaluate(condition: dict[str, Any], component: str, flow: str | None = None) -> Outcome:
        read = read_condition(condition, vocabulary)
        arrow = pipeline.flow_by_id[flow] if flow else None
        return read.evaluate(Scope(pipeline, vocabulary, pipeline.by_id[component], arrow))

    return evaluate


def read_condition(condition: Any, vocabulary: Vocabulary) -> Condition:
    problems: list[Problem] = []
    document = parse(_as_yaml(condition).encode(), "condition.yaml")
    read = ConditionReader(document, vocabulary, problems).read(document.data, ())
    assert not problems, problems
    return read


@pytest.fixture(scope="session")
def read(vocabulary: Vocabulary) -> ReadRules:
    """Read rules from a text; return them and the problems as text."""

    def reading(text: str) -> tuple[list[Rule], list[str]]:
        problems: list[Problem] = []
        rules = read_rules(parse(text.encode(), "rules.yaml"), vocabulary, problems)
        return rules, [str(problem) for problem in problems]

    return reading


def _as_yaml(data: Any) -> str:
    import json

    return json.dumps(data)
