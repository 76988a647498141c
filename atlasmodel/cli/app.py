"""The command line: every command, every exit code, and how errors are told."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import typer

from atlasmodel.cli import (
    asking,
    assessing,
    attacking,
    comparing,
    complying,
    defining,
    display,
    drawing,
    governing,
    planning,
    simulating,
    telling,
)
from atlasmodel.cli.cataloguing import catalog
from atlasmodel.cli.exits import CLEAN, INTERRUPTED, INVALID, NOTHING, OUR_BUG, USAGE
from atlasmodel.cli.mitigating import mitigations
from atlasmodel.cli.ruling import rules
from atlasmodel.errors import AtlasModelError, CatalogError, InputError, MissingTool, NothingToAssess

app = typer.Typer(
    name="atlasmodel",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: dict[str, tuple[Callable[..., None], ...]] = {
    "Describe a pipeline": (assessing.init, assessing.check, defining.kinds, defining.schema),
    "Assess it": (assessing.assess, telling.explain, comparing.diff, drawing.export),
    "Follow an attack": (
        attacking.paths,
        attacking.cuts,
        drawing.tree,
        drawing.diagram,
        telling.similar,
        telling.replay,
    ),
    "Decide what to do": (asking.what_if, planning.plan, simulating.simulate, simulating.exercise),
    "Answer for it": (governing.govern, complying.crosswalk, complying.compliance),
}
for panel, commands in COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
for group in (catalog, rules, mitigations):
    app.add_typer(group, rich_help_panel="Look things up, and add your own")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        display.out(f"atlasmodel {version('atlasmodel')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Threat-model MLOps pipelines against MITRE ATLAS."""


@cache
def _built() -> Callable[..., Any]:
    """Return the commands as one that can be called; making it takes longer than many a command."""
    return typer.main.get_command(app)


def main() -> None:
    """Run the command line and leave with an exit code of `docs/cli.md`."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; nothing is raised."""
    display.prepare()
    stdout, stderr = sys.stdout, sys.stderr
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: display.say(f"warning: {message}")
        try:
            code = _built()(args=arguments, prog_name="atlasmodel", standalone_mode=False)
            display.flush()
            return int(code or CLEAN)
        except (typer.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except SystemExit as leaving:
            # The libraries below answer a reader who has left by leaving themselves, with streams of their own.
            sys.stdout, sys.stderr = stdout, stderr
            if isinstance(leaving.__context__, BrokenPipeError):
                return _left_alone()
            return leaving.code if isinstance(leaving.code, int) else USAGE
        except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
            return _code(error)


def _code(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        return _left_alone()
    return _told(error) if isinstance(error, AtlasModelError) else _usage_or_bug(error)


def _left_alone() -> int:
    """Leave quietly: the reader has what it wanted."""
    display.abandon(sys.stdout)
    return CLEAN


def _told(error: AtlasModelError) -> int:
    for problem in error.problems:
        display.say(f"error: {problem}")
    if isinstance(error, NothingToAssess):
        return NOTHING
    return INVALID if isinstance(error, InputError | CatalogError | MissingTool) else OUR_BUG


def _usage_or_bug(error: Exception) -> int:
    if hasattr(error, "format_message"):  # a wrong option or argument; without a message the help was shown
        if message := error.format_message().replace(": Value error, ", ": "):  # Typer's words, not ours
            context = getattr(error, "ctx", None)
            hint = f" (see `{context.command_path} --help`)" if context else ""
            display.say(f"error: {message}{hint}")
        return USAGE
    said = f"{type(error).__name__}: {error}"
    display.say(f"error: this is a mistake of ours ({said}); please report it with the command")
    if os.environ.get("ATLASMODEL_DEBUG"):
        raise error
    return OUR_BUG
