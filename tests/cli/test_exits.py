"""Exit codes, and what is said with them; never a traceback."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from atlasmodel.cli import app, assessing, reading
from atlasmodel.errors import (
    AtlasModelError,
    CatalogError,
    InputError,
    MissingTool,
    NothingToAssess,
    Problem,
    RuleError,
)
from cli.conftest import EXAMPLE, Program, Run


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (InputError(Problem("AM110", "no")), 3, "error: AM110 no\n"),
        (CatalogError([Problem("AM201", "a"), Problem("AM202", "b")]), 3, "error: AM201 a\nerror: AM202 b\n"),
        (RuleError(Problem("AM210", "no")), 3, "error: AM210 no\n"),
        (MissingTool(Problem("AM301", "no", hint="install")), 3, "error: AM301 no (install)\n"),
        (NothingToAssess(Problem("AM401", "none")), 4, "error: AM401 none\n"),
        (AtlasModelError(Problem("AM999", "odd")), 70, "error: AM999 odd\n"),
        (RuntimeError("boom\x1b[31m"), 70, "error: this is a mistake of ours (RuntimeError: boom\\u001B[31m); "),
        (RecursionError("deep"), 70, "error: this is a mistake of ours (RecursionError: deep); "),
        (MemoryError(), 70, "error: this is a mistake of ours (MemoryError: ); "),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_what_is_raised_decides_the_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int, said: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise raised

    monkeypatch.setattr(reading, "assessed", fail)
    done = run("assess", EXAMPLE)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said)
    assert bool(done.err) == bool(said)


def test_our_mistakes_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "assessed", lambda *_, **__: 1 / 0)
    monkeypatch.setenv("ATLASMODEL_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        app.run(["assess", str(EXAMPLE)])


@pytest.mark.parametrize(
    "words", ["asses x", "--frob", "assess", "assess x --frob", "catalog list planets", "catalog lst"]
)
def test_wrong_usage(run: Run, words: str) -> None:
    done = run(*words.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "--help`)" in done.err


@pytest.mark.parametrize("words", ["", "rules", "catalog", "mitigations"])
def test_without_a_command_the_help_is_shown(run: Run, words: str) -> None:
    done = run(*words.split())
    assert (done.code, done.err) == (2, "")
    assert "Usage: atlasmodel" in done.out


def test_a_wrong_choice_names_the_right_ones_and_nothing_else(run: Run) -> None:
    said = run("tree", "x.yaml", "--format", "svg").err
    assert "'svg' is not one of 'table', 'json'" in said
    assert "Value error" not in said


def test_every_command_stands_under_a_heading_of_the_help(run: Run) -> None:
    said = run("--help").out
    assert "Describe a pipeline" in said
    assert " Commands " not in said


def test_coverage_says_states_in_words(run: Run) -> None:
    said = run("mitigations", "coverage", EXAMPLE).out
    assert "(in place)" in said
    assert "in_place" not in said


def test_near_commands_are_named(run: Run) -> None:
    assert "assess" in run("asses").err


@pytest.mark.parametrize("words", ["--help", "-h", "assess -h", "rules new --help"])
def test_help(run: Run, words: str) -> None:
    done = run(*words.split())
    assert (done.code, done.err) == (0, "")
    assert "Usage: atlasmodel" in done.out


def test_as_a_module(program: Program) -> None:
    done = program("--version")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"atlasmodel 0.")
    assert program("assess", "nowhere.yaml").returncode == 3


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "/dev/null/x", "x" * 5000])
def test_files_that_cannot_be_read(run: Run, name: str) -> None:
    for command in ("check", "assess", "tree", "diff x"):
        done = run(*command.split(), name)
        assert (done.code, done.out) == (3, "")
        assert "AM110" in done.err


def test_a_folder_without_catalogues_is_told(run: Run, tmp_path: Path) -> None:
    done = run("assess", EXAMPLE, "--catalog", tmp_path)
    assert done.code == 2
    assert "kinds/, rules/, scoring/, mitigations/" in done.err
    assert run("assess", EXAMPLE, "--catalog", tmp_path / "nowhere").code == 2


def test_python_warnings_are_told_like_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def warning(*_: Any, **__: Any) -> None:
        warnings.simplefilter("always")
        warnings.warn("the plugin is left out\x07", UserWarning, stacklevel=1)

    monkeypatch.setattr(assessing.writing, "check_format", warning)
    done = run("assess", EXAMPLE, "--worlds", 100)
    assert done.err.startswith("warning: the plugin is left out\\u0007\nerror: ")
