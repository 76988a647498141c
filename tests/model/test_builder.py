"""Pipelines built in Python: equal to those in files, checked as they are, placed at the caller's lines."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.errors import InputError, Problem
from atlasmodel.model.builder import PipelineBuilder
from atlasmodel.model.pipeline import Loss
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.model.writer import write_pipeline

HERE = Path(__file__).name
EXAMPLES = Path(__file__).parents[2] / "examples"

TEXT = """\
atlasmodel: 1
name: Card fraud
version: "1.0"
owner: payments
description: Scores payments.
as_of: 2026-11-30
organisation: organisation.yaml
zones:
  internet: {trust: 0}
  core: {trust: 2, parent: internet, title: The core}
components:
  lake: {kind: data_store, zone: core, data_class: personal, holds: [cards], tags: [a, b], title: Lake, stage: data_preparation}
  index: {kind: vector_store, zone: core, indexes: [external, internal], verified: null}
  bot: {kind: llm, zone: core, exposure: public, shared_channel: true}
  desk: {kind: decision_process, zone: internet, decisions_per_day: 12}
flows:
  - {from: lake, to: index, kind: indexes, encrypted: true, title: nightly}
  - {from: index, to: bot, kind: retrieves_from}
  - {from: index, to: bot, kind: retrieves_from}
  - {from: bot, to: desk, kind: decides}
controls:
  - {control: backup, at: [lake, index], coverage: 0.5, evidence: review}
  - {control: monitoring, at: '*', state: unknown}
assets:
  cards: {confidentiality: high, loss: {low: 1, likely: 2, high: 3, currency: AUD}}
adversaries:
  ring: {profile: customer, skill: expert, tries_per_year: 3, aims: [out.evasion]}
  inside: {profile: insider, at: [lake], only: true, holds: [cap.prompt]}
accept:
  - {finding: AM-X@bot, reason: we live with it, by: ciso, until: 2027-03-31}
"""


def build() -> PipelineBuilder:
    b = PipelineBuilder(
        "Card fraud",
        version="1.0",
        owner="payments",
        description="Scores payments.",
        as_of="2026-11-30",
        organisation="organisation.yaml",
    )
    internet = b.zone("internet", trust=0)
    core = b.zone("core", trust=2, parent=internet, title="The core")
    cards = b.asset("cards", confidentiality="high", loss=Loss(low=1, likely=2, high=3, currency="AUD"))
    lake = b.add(
        "lake",
        kind="data_store",
        zone=core,
        data_class="personal",
        holds=[cards],
        tags=("a", "b"),
        title="Lake",
        stage="data_preparation",
    )
    index = b.add("index", kind="vector_store", zone=core, indexes={"internal", "external"}, verified=None)
    bot = b.add("bot", kind="llm", zone="core", exposure="public", shared_channel=True)
    desk = b.add("desk", kind="decision_process", zone=internet, decisions_per_day=12.0)
    b.flow(lake, index, kind="indexes", encryption=True, title="nightly")
    b.flow(index, bot, kind="retrieves_from")
    b.flow("index", "bot", kind="retrieves_from")
    b.flow(bot, desk, kind="decides")
    b.control("backup", at=[lake, "index"], coverage=0.5, evidence="review")
    b.control("monitoring", state="unknown")
    b.adversary("ring", profile="customer", skill="expert", tries_per_year=3, aims="out.evasion")
    b.adversary("inside", profile="insider", at=lake, only=True, holds=["cap.prompt"])
    b.accept("AM-X@bot", reason="we live with it", by="ciso", until="2027-03-31")
    return b


def test_a_built_pipeline_is_that_of_the_file() -> None:
    built, written = build().build(), parse_pipeline(TEXT)
    assert built == written
    assert built.digest == written.digest
    assert parse_pipeline(write_pipeline(built)) == built


def test_every_part_is_placed_at_the_line_that_made_it() -> None:
    b = PipelineBuilder("x")
    line = inspect.currentframe().f_lineno + 1  # type: ignore[union-attr]
    bot = b.add("bot", kind="llm", exposure="public")
    flow = b.flow(bot, bot, kind="invokes", authn="key")
    zone = b.zone("default", trust=2)
    assert str(bot.span) == f"{HERE}:{line}:1"
    assert str(bot.attribute_span["exposure"]) == f"{HERE}:{line}:1"
    assert str(flow.span) == str(flow.attribute_span["authn"]) == f"{HERE}:{line + 1}:1"
    assert str(zone.span) == f"{HERE}:{line + 2}:1"


def refusal(call: Callable[[PipelineBuilder], Any]) -> Problem:
    """Return the one problem of a call on a new builder."""
    b = PipelineBuilder("x")
    with pytest.raises(InputError) as caught:
        call(b)
        b.build()
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("call", "code", "words", "hint"),
    [
        (lambda b: b.add("a", kind="lmm"), "AM124", "unknown kind `lmm`", "did you mean llm?"),
        (lambda b: b.add("a", kind=None), "AM124", "unknown kind `null`", None),
        (lambda b: b.add("a", kind="model"), "AM124", "unknown kind `model`", None),
        (lambda b: b.add("a b", kind="llm"), "AM122", "`a b` cannot be an id", "ASCII"),
        (lambda b: b.add("x" * 129, kind="llm"), "AM122", "too long for an id", "128"),
        (lambda b: b.add("adversary", kind="llm"), "AM122", "reserved word", None),
        (lambda b: b.add("a", kind="llm", exposre="public"), "AM118", "`exposre` does not stand on `llm`", "exposure"),
        (lambda b: b.add("a", kind="llm", exposure="pubic"), "AM125", "`exposure` is pubic", "public"),
        (lambda b: b.add("a", kind="llm", verified="yes"), "AM125", "`verified` is yes", "true, false"),
        (lambda b: b.add("a", kind="decision_process", decisions_per_day=float("nan")), "AM125", "is nan", "a number"),
        (lambda b: b.add("a", kind="llm", title=7), "AM121", "`a.title`: should be a valid string", None),
        (lambda b: b.add("a", kind="llm", title="half \ud800"), "AM113", "surrogate", None),
        (lambda b: b.add("a", kind="llm", title="nul \0"), "AM113", "`title` of `a` holds U+0000", None),
        (lambda b: b.add("a", kind="llm", holds=[5]), "AM121", "`a.holds[0]`", None),
        (lambda b: b.add("a", kind="llm", stage="deploiment"), "AM127", "unknown stage", "deployment"),
        (lambda b: b.add("a", kind="llm", holds="gold"), "AM127", "no asset `gold`", None),
        (lambda b: b.add("a", kind="llm", zone="core"), "AM127", "unknown zone `core`", "zones: default"),
        (lambda b: (b.add("a", kind="llm"), b.add("A", kind="llm")), "AM123", "`A` is there already", None),
        (lambda b: b.zone("a", trust="2"), "AM121", "`a.trust`: should be a valid integer", None),
        (lambda b: b.zone("a", trust=-1), "AM121", "`a.trust`", None),
        (lambda b: b.zone("a", trust=1, parent="b"), "AM127", "no zone `b`", None),
        (lambda b: b.zone("a", trust=1, parent="a"), "AM126", "zones contain each other: a > a", None),
        (lambda b: b.flow("a", "a", kind="invoke"), "AM124", "unknown flow kind `invoke`", "invokes"),
        (lambda b: b.asset("a", confidentialty="high"), "AM118", "unknown key `confidentialty`", "confidentiality"),
        (lambda b: b.asset("a", safety="enormous"), "AM121", "`a.safety` is enormous", "low, medium, high, critical"),
        (lambda b: b.asset("a", loss={"low": 3, "likely": 2, "high": 1}), "AM121", "should not fall", None),
        (lambda b: b.adversary("a", profile="insider"), "AM128", "needs `at`", None),
        (lambda b: b.adversary("a", profile="outsider"), "AM127", "no profile `outsider`", "insider"),
        (
            lambda b: b.adversary("a", profile="xyz"),
            "AM127",
            "no profile `xyz`",
            "known: agent_attacker, correspondent",
        ),
        (lambda b: b.adversary("a", aims="out.evasin"), "AM127", "no fact `out.evasin`", "out.evasion"),
        (lambda b: b.control("backup", coverage=2), "AM121", "less than or equal to 1", None),
        (lambda b: b.control("backup", at=[]), "AM121", "at least 1 item", None),
        (lambda b: b.control("backup", at="a"), "AM127", "no component `a`", None),
        (lambda b: b.accept("AM-X@a", reason=""), "AM121", "at least 3 characters", None),
    ],
)
def test_a_mistake_names_the_line_of_the_caller(
    call: Callable[[PipelineBuilder], Any], code: str, words: str, hint: str | None
) -> None:
    problem = refusal(call)
    assert problem.code == code
    assert words in problem.message
    assert hint is None or hint in str(problem.hint)
    assert problem.span is not None
    assert problem.span.file == HERE
    assert problem.span.line == call.__code__.co_firstlineno


def test_all_mistakes_of_a_component_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        PipelineBuilder("x").add("a", kind="llm", exposre="public", exposure="pubic", verified="yes")
    assert [problem.code for problem in caught.value.problems] == ["AM118", "AM125", "AM125"]


def test_dangling_references_are_told_on_build() -> None:
    b = PipelineBuilder("x")
    b.flow("a", "b", kind="invokes")
    with pytest.raises(InputError) as caught:
        b.build()
    assert len(caught.value.problems) == 2
    assert all(problem.span and problem.span.file == HERE for problem in caught.value.problems)


def test_a_part_that_failed_may_be_added_again() -> None:
    b = PipelineBuilder("x")
    with pytest.raises(InputError):
        b.add("a", kind="llm", title=5)
    with pytest.raises(InputError):
        b.flow("a", "a", kind="invokes", title=5)
    a = b.add("a", kind="llm")
    assert b.flow(a, a, kind="invokes").id == "a>a:invokes#1"


@pytest.mark.parametrize(
    "head", [{"name": None}, {"name": 5}, {"name": "x", "version": 1.1}, {"name": "x", "as_of": "today"}]
)
def test_the_head_is_checked_too(head: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"{HERE}:"):
        PipelineBuilder(**head)


def test_a_builder_may_go_on() -> None:
    b = build()
    first = b.build()
    b.add("more", kind="llm", zone="core")
    assert len(b.build().components) == len(first.components) + 1


def test_the_example_in_python_is_a_pipeline() -> None:
    assert (EXAMPLES / "build_in_python.py").is_file()
    assert read_pipeline(EXAMPLES / "fraud-scoring.yaml").components


def test_ten_thousand_parts_are_added_quickly() -> None:
    b = PipelineBuilder("big")
    for number in range(3000):
        b.add(f"c{number}", kind="llm")
    assert len(b.build().components) == 3000
