"""Standard output and error: closed, full, ASCII, a terminal, interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import ROOT, Program, Run

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and file descriptors of POSIX")
COMMAND = f"{sys.executable} -m atlasmodel"
UNDECODABLE = os.fsdecode(b"caf\xc3\xa9-\xff.yaml")


def shell(script: str) -> subprocess.CompletedProcess[bytes]:
    words = ["bash", "-o", "pipefail", "-c", script]
    return subprocess.run(words, capture_output=True, cwd=ROOT, timeout=60, check=False)


@posix
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_that_leaves_is_no_error(reader: str) -> None:
    done = shell(f"{COMMAND} catalog list --format json | {reader}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout in (b"[\n", b"")


@posix
def test_a_reader_of_errors_that_leaves_changes_no_exit_code() -> None:
    done = shell(f"{COMMAND} check tests/hostile/many-mistakes.yaml 2>&1 | true")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"")


@posix
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("catalog list >&-", 0),
        ("check nowhere.yaml 2>&-", 3),
        ("catalog show AML.T0019 >&- 2>&- <&-", 0),
        ("catalog list > /dev/full", 3),
        ("check nowhere.yaml 2> /dev/full", 3),
    ],
)
def test_closed_and_full_streams(command: str, code: int) -> None:
    if "/dev/full" in command and not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    done = shell(f"{COMMAND} {command}")
    assert done.returncode == code
    assert done.stdout == b""
    full = b"error: AM134 cannot write to standard output: No space left on device\n"
    assert done.stderr == (full if "> /dev/full" in command and "2>" not in command else b"")


@posix
def test_an_interrupt_ends_quietly() -> None:
    script = (
        "import signal, sys, time\n"
        # Where the tests themselves run in the background, an interrupt is ignored, and the child inherits that.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from atlasmodel.cli import app, reading\n"
        "def slow(*_, **__):\n"
        "    print('working', flush=True)\n"
        "    time.sleep(50)\n"
        "reading.assessed = slow\n"
        "sys.exit(app.run(['assess', 'examples/fraud-scoring.yaml']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert err.strip() == b""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A pipeline whose name no 8-bit code holds."""
    path = tmp_path / "small.yaml"
    text = "atlasmodel: 1\nname: Grüße 日本 🙂\ncomponents: {api: {kind: inference_api, exposure: public}}\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("encoding", "umlauts"), [("ascii", "Gr\\u00fc\\u00dfe"), ("cp1252", "Grüße")])
def test_a_table_without_the_letters(program: Program, foreign: Path, encoding: str, umlauts: str) -> None:
    done = program("assess", foreign, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"{umlauts} \\u65e5\\u672c \\ud83d\\ude42" in done.stdout.decode(encoding)


def test_json_without_the_letters_says_the_same(program: Program, foreign: Path) -> None:
    done = program("assess", foreign, "--format", "json", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(done.stdout.decode("ascii"))["pipeline"]["name"] == "Grüße 日本 🙂"


def test_a_page_without_the_letters_says_the_same(program: Program, foreign: Path) -> None:
    done = program("assess", foreign, "--format", "html", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert "Gr&#252;&#223;e &#26085;" in done.stdout.decode("ascii")


def test_help_without_the_letters(program: Program) -> None:
    done = program("assess", "--help", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")


@posix
def test_a_file_name_that_is_no_text(run: Run, program: Program, tmp_path: Path) -> None:
    path = tmp_path / UNDECODABLE
    try:
        path.write_text("atlasmodel: 1\nname: x\ncomponents: {api: {kind: inference_api}}\n", encoding="utf-8")
    except OSError:
        pytest.skip("file names are text here")
    assert "\\uDCFF.yaml: 1 component," in run("check", path).err
    done = program("assess", path, "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["pipeline"]["name"] == "x"


@posix
@pytest.mark.parametrize("colour", [True, False])
def test_colours_and_progress_show_on_a_terminal_only(small: Path, colour: bool) -> None:
    import pty

    main, terminal = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm-256color"}
    environment |= {} if colour else {"NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "atlasmodel", "assess", small, small], stdout=terminal, stderr=terminal, env=environment
    ) as process:
        os.close(terminal)
        shown = b""
        while chunk := _read(main):
            shown += chunk
    os.close(main)
    assert process.returncode == 0
    assert b"assessing" in shown
    assert (b"\x1b[1m" in shown or b"\x1b[1;" in shown or b"\x1b[31" in shown) or not colour
    assert (b"\x1b[33m" in shown) == colour  # the yellow of a medium risk


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux answers so when the other side has closed
        return b""
