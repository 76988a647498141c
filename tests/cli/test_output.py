"""Where results go: refused before any work is done, then written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atlasmodel.cli import reading
from cli.conftest import EXAMPLE, Run

COMMANDS = {
    "assess": ("assess", EXAMPLE, "--output"),
    "html": ("assess", EXAMPLE, "--format", "html", "--output"),
    "tree": ("tree", EXAMPLE, "--output"),
    "diagram": ("diagram", EXAMPLE, "--output"),
    "export": ("export", EXAMPLE, "--to", "json", "--output"),
}
UNWRITABLE = ("existing", "folder", "symlink", "dangling", "missing", "read-only", "too-long")


@pytest.fixture
def lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any work fail: what is refused must be refused before."""

    def work(*_: object, **__: object) -> None:
        raise AssertionError("work was done")

    monkeypatch.setattr(reading, "assessed", work)


def target(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "result.dot"
    if name == "existing":
        path.write_text("mine", encoding="utf-8")
    elif name == "folder":
        path.mkdir()
    elif name == "symlink":
        (folder / "other.dot").write_text("mine", encoding="utf-8")
        path.symlink_to(folder / "other.dot")
    elif name == "dangling":
        path.symlink_to(folder / "nowhere.dot")
    elif name == "missing":
        path = folder / "nowhere" / "result.dot"
    elif name == "read-only":
        monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)  # a superuser may write anywhere
    elif name == "too-long":
        path = folder / f"{'x' * 300}.dot"
    return path


@pytest.mark.usefixtures("lazy")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", UNWRITABLE)
def test_what_cannot_be_written_is_refused_before_work(
    run: Run, tmp_path: Path, command: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = target(name, tmp_path, monkeypatch)
    before = sorted(tmp_path.rglob("*"))
    done = run(*COMMANDS[command], path)
    assert (done.code, done.out) == (3, "")
    assert "AM134 cannot write" in done.err
    assert ("--force" in done.err) == (name == "existing")
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path / "nowhere.dot").exists()
    assert all(file.read_text() == "mine" for file in tmp_path.rglob("*") if file.is_file())


@pytest.mark.usefixtures("lazy")
@pytest.mark.parametrize("name", ["folder", "symlink"])
def test_force_overwrites_regular_files_only(
    run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(*COMMANDS["assess"], target(name, tmp_path, monkeypatch), "--force").code == 3


@pytest.mark.usefixtures("lazy")
@pytest.mark.parametrize(
    "words",
    [
        ("assess", EXAMPLE, "--format", "htlm"),
        ("assess", EXAMPLE, EXAMPLE, "--format", "html"),
        ("assess", EXAMPLE, "--worlds", 100),
        ("assess", EXAMPLE, "--worlds", 2**21),
        ("assess", EXAMPLE, "--seed", -1),
        ("assess", EXAMPLE, "--as-of", "2026-02-30"),
        ("assess", EXAMPLE, "--fail-on", "dreadful"),
        ("assess", EXAMPLE, "--persona", "nobody"),
        ("tree", EXAMPLE, "--output", "tree.txt"),
        ("diagram", EXAMPLE, "--output", "noending"),
        ("export", EXAMPLE, "--to", "htlm"),
        ("export", EXAMPLE),
        ("export", "--to", "html"),
        ("paths", EXAMPLE, "--limit", 0),
    ],
)
def test_wrong_options_are_told_before_work(run: Run, words: tuple[object, ...]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert f"(see `atlasmodel {words[0]} --help`)" in done.err


def test_the_right_number_of_worlds_is_named(run: Run) -> None:
    assert "100 is not a multiple of 64; try 128" in run("assess", EXAMPLE, "--worlds", 100).err


def test_force_replaces_the_file_and_leaves_nothing_else(run: Run, assessed: Path, tmp_path: Path) -> None:
    path = tmp_path / "tree.dot"
    path.write_text("mine", encoding="utf-8")
    done = run("tree", assessed, "--output", path, "--force")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert path.read_text(encoding="utf-8").startswith("digraph")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", ["tree", "diagram"])
def test_pictures(run: Run, assessed: Path, tmp_path: Path, command: str) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.SVG"
    for path in (first, second):
        done = run(command, assessed, "--output", path)
        if done.code == 3 and "AM301" in done.err:
            pytest.skip("Graphviz is not installed")
        assert done.code == 0, done.err
    assert first.read_bytes() == second.read_bytes()
    assert b"<svg" in first.read_bytes()


def test_without_graphviz_the_way_to_get_it_is_told(
    run: Run, assessed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run("tree", assessed, "--output", tmp_path / "tree.svg")
    assert done.code == 3
    assert "AM301" in done.err
    assert "install" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_not_text_needs_a_file(
    run: Run, assessed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atlasmodel import plugins

    made = plugins.Exporter("binary", "test", lambda _: b"\x00\xff", "Bytes.")
    monkeypatch.setattr(plugins, "exporter", lambda _: made)
    assert run("export", assessed, "--to", "binary").code == 2
    assert run("export", assessed, "--to", "binary", "--output", tmp_path / "b").code == 0
    assert (tmp_path / "b").read_bytes() == b"\x00\xff"
