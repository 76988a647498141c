"""`docs/cli.md` names every command and every option of the gate, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from atlasmodel.cli import app, exits
from cli.conftest import ROOT, Run

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def documented() -> Iterator[str]:
    for cell in re.findall(r"^\| `([a-z][^`]*)` \|", PAGE, re.MULTILINE):
        group, _, rest = cell.partition(" ")
        plain = rest.replace("\\", "")
        yield from (f"{group} {name}" for name in plain.split("|")) if re.fullmatch(r"[a-z|]+", plain) else [group]


def registered() -> Iterator[str]:
    for command in app.app.registered_commands:
        yield command.callback.__name__.replace("_", "-") if command.callback else ""
    for group in app.app.registered_groups:
        assert isinstance(group.typer_instance, typer.Typer)
        for command in group.typer_instance.registered_commands:
            yield f"{group.typer_instance.info.name} {command.name}"


def test_the_page_names_every_command() -> None:
    assert sorted(documented()) == sorted(registered())


@pytest.mark.parametrize("command", sorted(registered()))
def test_the_options_on_the_page_are_there(run: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    group = command.partition(" ")[0]
    (cell,) = re.findall(rf"^\| `{group}(?: [^`]*)?` \|", PAGE, re.MULTILINE)
    shown = run(*command.split(), "--help").out
    assert set(re.findall(r"--?[a-z-]+", cell.replace("\\|", " "))) <= set(re.findall(r"--?[a-z][a-z-]*", shown))


def test_the_page_names_every_exit_code() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert codes == {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
