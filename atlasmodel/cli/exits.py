"""The exit codes, as `docs/cli.md` lists them, and the gate that sets the first of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from atlasmodel.cli import display, options

if TYPE_CHECKING:
    from atlasmodel.document import Finding

CLEAN, GATE_FAILED, USAGE, INVALID, NOTHING, OUR_BUG, INTERRUPTED = 0, 1, 2, 3, 4, 70, 130
_ORDER = ("none", *(severity.value for severity in options.Severity))


def gate(findings: Iterable[Finding], fail_on: options.Severity | None, *, quiet: bool) -> None:
    """Leave with 1 when a finding that nobody accepted is at least as severe as the limit."""
    worst = max((_ORDER.index(item.severity) for item in findings if item.status != "accepted"), default=0)
    if fail_on is not None and worst >= _ORDER.index(fail_on.value):
        display.say(f"gate: a finding is {_ORDER[worst]}, the limit is {fail_on.value}", quiet=quiet)
        raise typer.Exit(GATE_FAILED)
