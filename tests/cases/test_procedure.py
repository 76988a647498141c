"""Playing a sequence: what is told of is there from its step on, and what is read more strictly holds less often."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlasmodel.attack.graph import build_graph
from atlasmodel.cases.procedure import Stage, scope_of
from atlasmodel.match.engine import match
from atlasmodel.model.reader import parse_pipeline, read_pipeline
from atlasmodel.replay import STRICT, Reading, read_script, replay
from atlasmodel.workspace import Workspace

FOLDER = Path(__file__).parents[2] / "examples" / "case_studies"
SCRIPTS = sorted(FOLDER.glob("*.steps.yaml"))
CHAT = parse_pipeline("""
atlasmodel: 1
name: A chat
components:
  page: {kind: application, exposure: public, untrusted_input: true, task: [generation], outputs: [text]}
  bot: {kind: llm, untrusted_input: true, shared_channel: true, task: [generation], outputs: [text]}
flows: [{from: page, to: bot, kind: invokes, untrusted: true}]
adversaries: {attacker: {profile: external}}
""")
PROMPT, INJECTION = "AML.T0065", "AML.T0051.000"


def played(*techniques: str, workshop: bool = True) -> list[bool]:
    space = Workspace.builtin()
    groundings = match(CHAT, space.rules, space.vocabulary)
    graph = build_graph(groundings, space.vocabulary.tokens)
    stage = Stage(groundings, graph, space.catalog, workshop=workshop)
    opening = stage.opening(["acc.query@page", "acc.query@bot"])
    before = set(opening.held)
    able = stage.play([stage.candidates(name) for name in techniques], opening)
    assert opening.held == before, "playing leaves the opening as it is"
    return [bool(items) for items in able]


def test_a_means_that_is_told_of_is_there_from_its_step_on() -> None:
    assert played(PROMPT, INJECTION) == [True, True]
    assert played(INJECTION, PROMPT) == [False, True]


def test_a_means_that_is_not_told_of_comes_from_the_workshop() -> None:
    assert played(INJECTION) == [True]
    assert played(INJECTION, workshop=False) == [False]


def test_scopes_are_those_of_the_rules() -> None:
    space = Workspace.builtin()
    assert scope_of(PROMPT, space.catalog, space.rules) == "adversary"
    assert scope_of(INJECTION, space.catalog, space.rules) == "target"
    assert scope_of("AML.T9999", space.catalog, space.rules) == "none"


@pytest.mark.parametrize("path", SCRIPTS[::4], ids=lambda path: path.name)
def test_a_stricter_reading_never_holds_more(path: Path) -> None:
    space = Workspace.builtin()
    pipeline, script = read_pipeline(FOLDER / path.name.replace(".steps.yaml", ".yaml")), read_script(path)
    plain = replay(pipeline, script, space)
    for reading in (Reading(workshop=False), STRICT):
        strict = replay(pipeline, script, space, reading)
        for mine, other in zip(strict.steps, plain.steps, strict=True):
            assert other.holds or not mine.holds
            assert (mine.listed, mine.scope) == (other.listed, other.scope)
        assert strict.goal_reached == plain.goal_reached
