"""The command line: every command, every exit code, and how errors are told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from atlasmodel.cli import assessing, cataloguing, display
from atlasmodel.errors import AtlasModelError, CatalogError, InputError, MissingTool, NothingToAssess

CLEAN, GATE_FAILED, USAGE, INVALID, NOTHING, OUR_BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130

app = typer.Typer(
    name="atlasmodel",
    help="Threat-model MLOps pipelines against MITRE ATLAS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: tuple[Callable[..., None], ...] = (
    assessing.init, assessing.check, assessing.assess, assessing.explain, assessing.paths, assessing.tree,
    assessing.diagram, cataloguing.kinds, cataloguing.schema,
)  # fmt: skip
for command in COMMANDS:
    app.command()(command)
app.add_typer(cataloguing.catalog, name="catalog")
app.add_typer(cataloguing.rules, name="rules")
app.add_typer(cataloguing.mitigations, name="mitigations")


def main() -> None:
    """Run the command line and leave with an exit code of `docs/cli.md`."""
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 clean, 1 gate failed, 2 usage, 3 invalid input or rule, 4 nothing to assess, 70 our bug."""
    try:
        code = app(args=arguments, standalone_mode=False)
        sys.stdout.flush()
        return int(code or CLEAN)
    except typer.Exit as leaving:
        return leaving.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left; give the interpreter somewhere to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except AtlasModelError as error:
        return _told(error)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        return _usage_or_bug(error)


def _told(error: AtlasModelError) -> int:
    for problem in error.problems:
        display.say(f"error: {problem}")
    if isinstance(error, NothingToAssess):
        return NOTHING
    return INVALID if isinstance(error, InputError | CatalogError | MissingTool) else OUR_BUG


def _usage_or_bug(error: Exception) -> int:
    if hasattr(error, "format_message"):  # click's own errors: a wrong option or argument
        display.say(f"error: {error.format_message()}")
        return USAGE
    display.say(
        f"error: this is a mistake of ours ({type(error).__name__}: {error}); please report it with the command"
    )
    if os.environ.get("ATLASMODEL_DEBUG"):
        raise error
    return OUR_BUG
