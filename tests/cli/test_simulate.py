"""simulate and exercise at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.conftest import ROOT, SMALL, Done

Atlasmodel = Callable[..., Done]
SCENARIOS = "scenarios:\n  today:\n  limited:\n    - {control: rate_limit, at: api}\n"
OBSERVED = 'observations: [{technique: AML.T0040, at: api, tried: 9, worked: 0, noticed: 9, source: "a try"}]\n'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    (tmp_path / "scenarios.yaml").write_text(SCENARIOS)
    (tmp_path / "observations.yaml").write_text(OBSERVED)
    return file


def test_json_holds_every_scenario_and_is_the_same_twice(run: Atlasmodel, small: Path) -> None:
    words = (
        "simulate",
        str(small),
        "--campaigns",
        "256",
        "--scenarios",
        str(small.parent / "scenarios.yaml"),
        "--format",
        "json",
    )
    first, second = run(*words), run(*words)
    assert first.code == 0 and first.out == second.out
    data = json.loads(first.out)
    assert [scenario["name"] for scenario in data["scenarios"]] == ["today", "limited"]
    assert {item["scenario"] for item in data["differences"]} == {"limited"}


@pytest.mark.parametrize("strategy", ["best-path", "explorer", "opportunist", "random", "everything"])
def test_every_strategy_plays(run: Atlasmodel, small: Path, strategy: str) -> None:
    done = run("simulate", str(small), "--campaigns", "128", "--strategy", strategy)
    assert done.code == 0 and strategy in done.out and "anyone" in done.out


def test_observations_show_figures_before_and_after(run: Atlasmodel, small: Path) -> None:
    done = run("simulate", str(small), "--campaigns", "128", "--observations", str(small.parent / "observations.yaml"))
    assert done.code == 0 and "observed: " in done.out and "0 of 9" in done.out


@pytest.mark.parametrize("format", ["survival", "exceedance"])
def test_pictures_are_written_whole(run: Atlasmodel, small: Path, format: str) -> None:
    target = small.parent / "picture.svg"
    words = ("simulate", str(small), "--campaigns", "128", "--format", format, "--output", str(target))
    assert run(*words).code == 0
    assert ET.parse(target).getroot().tag.endswith("svg")
    again = run(*words)
    assert again.code == 3 and "--force" in again.err


def test_markdown_is_for_people(run: Atlasmodel, small: Path) -> None:
    done = run("simulate", str(small), "--campaigns", "128", "--format", "markdown")
    assert (
        done.code == 0 and done.out.startswith("# Simulated campaigns against Small\n") and "| adversary |" in done.out
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--campaigns", "6"), 2), (("--horizon", "0"), 2), (("--strategy", "clever"), 2), (("--scenarios", "nowhere.yaml"), 3),
    ],
)  # fmt: skip
def test_wrong_options_are_told(run: Atlasmodel, small: Path, words: tuple[str, ...], code: int) -> None:
    done = run("simulate", str(small), *words)
    assert done.code == code and done.err and "Traceback" not in done.err


def test_an_exercise_is_planned_and_drift_is_told(run: Atlasmodel, small: Path) -> None:
    twin = small.parent / "twin.yaml"
    twin.write_text(SMALL.replace("exposure: public", "exposure: internal"))
    done = run("exercise", str(ROOT / "examples" / "fraud-scoring.yaml"), "--limit", "1")
    assert done.code == 0 and "Exercise 1" in done.out and "no digital twin" in done.out
    told = run("exercise", str(small), "--replica", str(twin))
    assert told.code == 0 and "drift: api, exposure: public in the system, internal in the twin" in told.out
    data = json.loads(run("exercise", str(small), "--replica", str(twin), "--format", "json").out)
    assert set(data) == {"coverage", "exercises", "drift"} and data["drift"][0]["component"] == "api"
