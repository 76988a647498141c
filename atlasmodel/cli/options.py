"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from atlasmodel._files import MAX_BYTES


class Listing(StrEnum):
    """Name the ways a listing is printed."""

    table = "table"
    json = "json"


class Severity(StrEnum):
    """Name the severities of the gate."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


class Persona(StrEnum):
    """Name who reads: how much is listed."""

    regular = "regular"
    pedantic = "pedantic"
    auditor = "auditor"


File = Annotated[
    Path,
    typer.Argument(
        help="A pipeline file (YAML or JSON), or an assessment in JSON.", show_default=False, readable=False
    ),
]
Files = Annotated[list[Path], typer.Argument(help="Pipeline files (YAML or JSON).", show_default=False, readable=False)]
Output = Annotated[
    Path | None,
    typer.Option("--output", "--out", "-o", help="Write to this file instead of standard output.", readable=False),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print data only.")]
As = Annotated[Listing, typer.Option("--format", "-f", help="How to print.")]
Catalogs = Annotated[
    list[Path] | None,
    typer.Option(
        "--catalog", help="A folder with your own kinds/, rules/, scoring/, mitigations/.", file_okay=False, exists=True
    ),
]
Atlas = Annotated[
    Path | None,
    typer.Option("--atlas", help="An official ATLAS file to use instead of the packaged release.", readable=False),
]
Goal = Annotated[str | None, typer.Option(help="The end, such as out.evasion or out.evasion@model; else the worst.")]
At = Annotated[str | None, typer.Option(help="The component at which the end stands.")]
Who = Annotated[str | None, typer.Option("--adversary", help="The adversary; else the one to whom it offers most.")]
FailOn = Annotated[Severity | None, typer.Option(help="Exit 1 when a finding is at least this severe.")]
ForWhom = Annotated[Persona, typer.Option(help="How much is listed.")]
MaxBytes = Annotated[int, typer.Option("--max-bytes", help="Largest input file read, in bytes.", min=1)]
DEFAULT_MAX_BYTES = MAX_BYTES


def pairs(written: Iterable[str]) -> dict[str, bool | int | str]:
    """Return options written as name=value; true, false and whole numbers are read as such.

    >>> pairs(["goal=out.evasion@model", "limit=3", "all=true"])
    {'goal': 'out.evasion@model', 'limit': 3, 'all': True}
    """
    found: dict[str, bool | int | str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text} is not of the form name=value", param_hint="--option")
        plain = {"true": True, "false": False}.get(value, int(value) if value.isdecimal() else value)
        found[name.strip().replace("-", "_")] = plain
    return found
