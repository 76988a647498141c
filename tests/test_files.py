"""Files: read within bounds, stay in a folder, write whole or not at all."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from atlasmodel._files import check_target, data_root, inside, read_bounded, write_whole
from atlasmodel.errors import InputError, Problem


def refused(call: Any, *arguments: Any, **options: Any) -> Problem:
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    (problem,) = caught.value.problems
    return problem


def test_data_is_found() -> None:
    assert (data_root() / "catalogs" / "kinds").is_dir()


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    assert refused(read_bounded, path, 4).code == "AM110"


def test_a_file_that_grows_is_not_read_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    size = os.stat_result((*[stat.S_IFREG], *[0] * 5, 1, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda self, **_: size)
    assert refused(read_bounded, path, 4).code == "AM110"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.touch()

    def forbidden(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert refused(read_bounded, path).message == f"cannot read {path}: Permission denied"


@pytest.mark.parametrize("name", ["a.yaml", "sub/a.yaml", "./a.yaml", "sub/../a.yaml", "new.yaml"])
def test_inside(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    assert inside(tmp_path, name).is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    "name",
    ["..", "../a", "/etc/passwd", "sub/../../a", "https://x.org/a", "file:///etc/passwd", "a\0b", "out/a", "out"],
)
def test_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "out").symlink_to(tmp_path)
    assert refused(inside, tmp_path / "here", name).code == "AM132"


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refused(inside, tmp_path, "loop/a").code == "AM132"


def test_an_absolute_name_is_refused_even_inside(tmp_path: Path) -> None:
    assert refused(inside, tmp_path, str(tmp_path / "a")).code == "AM132"


def test_write_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert write_whole(path, "é\n") == path
    assert path.read_bytes() == "é\n".encode()
    write_whole(path, b"b")
    assert path.read_bytes() == b"b"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_a_new_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_overwriting_must_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    problem = refused(write_whole, path, "new", overwrite=False)
    assert (problem.code, problem.hint) == ("AM134", "use --force to overwrite")
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("folder", "it is a folder"),
        ("link", "it is a symbolic link"),
        ("dangling", "it is a symbolic link"),
        ("pipe", "it is not a regular file"),
        ("missing/a", "does not exist"),
        ("file/a", "does not exist"),
        ("x" * 300, "File name too long"),
        ("a\0b", "null"),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    problem = refused(write_whole, tmp_path / name, "x")
    assert problem.code == "AM134"
    assert reason in problem.message
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "file").read_text() == "kept"


def test_devices_are_left_alone() -> None:
    assert refused(check_target, Path("/dev/null"), overwrite=True).code == "AM134"


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "is not writable" in refused(check_target, tmp_path / "a", overwrite=True).message


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert refused(write_whole, path, "new").message == f"cannot write {path}: No space left on device"
    assert [item.name for item in tmp_path.iterdir()] == ["a"]
    assert path.read_text() == "old"


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", "new")
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(write_whole, tmp_path / "a", "half \ud800").code == "AM134"
    assert list(tmp_path.iterdir()) == []
