"""Names that attack the terminal or the log of a build: inert in every command, on both streams."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.conftest import Done, Run

NAMES = [
    "::add-mask::secret",
    "\n::set-output name=x::y",
    "##[command]rm",
    "[/foo] [bold red]x[/] [link=http://evil.example]y[/link]",
    "\u202epayroll\u202c\u200bx",
]
ESCAPES = ["\x1b[2J\x1b]8;;http://evil.example\x07x", "\x9b31m", "\r::error::x", "\x00"]
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_ORDER = re.compile(r"^\s*::|##\[", re.MULTILINE)


def inert(done: Done) -> None:
    for text in (done.out, done.err):
        assert not _UNSEEN.search(text), _UNSEEN.findall(text)
        assert not _ORDER.search(text)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    titles = [{"kind": "dataset", "zone": "out", "title": name, "description": name} for name in NAMES]
    data = {
        "atlasmodel": 1,
        "name": NAMES[0],
        "owner": NAMES[3],
        "zones": {"out": {"trust": 0, "title": NAMES[1]}},
        "components": {f"d{number}": title for number, title in enumerate(titles)}
        | {
            "api": {"kind": "inference_api", "zone": "out", "exposure": "public", "title": NAMES[0]},
            "model": {"kind": "predictive_model", "zone": "out", "title": NAMES[1], "task": ["classification"]},
        },
        "flows": [{"from": "api", "to": "model", "kind": "serves", "title": NAMES[0]}],
    }
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    ["check", "assess", "paths", "tree", "explain AML.T0015 --in", "assess --format text",
     "assess --format markdown", "assess --format mermaid"],
)  # fmt: skip
def test_titles_are_text(run: Run, hostile: Path, command: str) -> None:
    done = run(*command.split(), hostile)
    assert done.code == 0, done.err
    inert(done)


def test_dot_holds_them_inside_its_quotes(run: Run, hostile: Path) -> None:
    done = run("diagram", hostile)
    assert (done.code, done.err) == (0, "")
    assert not _UNSEEN.search(done.out)
    assert not re.search(r"^\s*::", done.out, re.MULTILINE)


def test_markup_is_shown_as_it_was_written(run: Run, hostile: Path) -> None:
    assert "\\u003A:add-mask::secret" in run("assess", hostile).out


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("command", ["check", "assess", "tree", "diff {}"])
def test_controls_in_a_file_are_refused_and_shown_escaped(run: Run, tmp_path: Path, name: str, command: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"atlasmodel": 1, "name": name, "components": {"a": {"kind": "llm"}}}), encoding="utf-8")
    done = run(*command.format(path).split(), path)
    assert done.code == 3
    assert "AM113" in done.err
    inert(done)


@pytest.mark.parametrize("word", [*NAMES, *ESCAPES])
def test_words_of_the_command_line_are_shown_escaped(run: Run, word: str) -> None:
    for words in (
        ["explain", word], ["kinds", word], ["catalog", "show", word], ["mitigations", "show", word], ["schema", word],
        ["rules", "new", word], ["check", word], ["assess", word, "--format", word], ["assess", "x", "--as-of", word],
        ["export", "x", "--to", word], [word], [f"--{word}"],
    ):  # fmt: skip
        done = run(*words)
        assert done.code in (2, 3)
        inert(done)


def test_file_names_are_shown_escaped(run: Run, small: Path) -> None:
    for name in ("::error::x.yaml", "[red]x[] .yaml", "\x1b[31mx.yaml", "a\nb.yaml"):
        path = small.with_name(name)
        path.write_bytes(small.read_bytes())
        for words in (["check", path], ["explain", "AML.T0015", "--in", path], ["init", path], ["tree", path]):
            done = run(*words)
            assert done.code in (0, 3)
            inert(done)


def test_hostile_names_of_a_users_own_words(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    rule = run("rules", "new", "AML.T0015").out
    text = json.dumps("::add-mask:: [/foo] \u202etitle")
    rule = re.sub(r"title: .*", lambda _: f"title: {text}", rule)
    rule = re.sub(r"rationale: .*", lambda _: f"rationale: {text}", rule)
    (folder / "own.yaml").write_text(rule, encoding="utf-8")
    for words in (["rules", "list"], ["rules", "list", "--format", "json"], ["explain", "OUR-RULE-01"]):
        done = run(*words, "--catalog", tmp_path)
        assert done.code == 0, done.err
        inert(done)
