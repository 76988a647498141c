"""What the commands read: the catalogues, pipelines, and assessments made of them or written earlier."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from atlasmodel import _files
from atlasmodel.cli import options
from atlasmodel.errors import InputError, Problem

if TYPE_CHECKING:
    from atlasmodel.analysis import Analysis
    from atlasmodel.assessment import Assessment
    from atlasmodel.workspace import Workspace

_PARTS = ("kinds", "rules", "scoring", "mitigations", "organisation")
_SCHEMA = "atlasmodel/assessment/"


def workspace(catalogs: Iterable[Path] | None, atlas: Path | None = None) -> Workspace:
    """Return the packaged catalogues with the user's own; a folder that adds nothing is a mistake."""
    from atlasmodel.workspace import Workspace

    folders = list(catalogs or ())
    for folder in folders:
        if not any((folder / part).is_dir() for part in _PARTS):
            raise typer.BadParameter(
                f"{folder} holds none of {', '.join(f'{part}/' for part in _PARTS)}", param_hint="--catalog"
            )
    return Workspace.load(folders, atlas) if folders or atlas else Workspace.builtin()


def assessed(file: Path, space: Workspace, max_bytes: int, **bounds: Any) -> Assessment:
    """Return the assessment of a pipeline file."""
    from atlasmodel.assessment import assess
    from atlasmodel.options import Options

    return assess(space.read(file, max_bytes), space, Options(**bounds))


def analysed(file: Path, space: Workspace, max_bytes: int, **bounds: Any) -> Analysis:
    """Return the analysis of a pipeline file, for questions that need no whole assessment."""
    from atlasmodel.assembly import analysis_of
    from atlasmodel.options import Options

    return analysis_of(space.read(file, max_bytes), space, Options(**bounds))


def document(
    file: Path,
    catalogs: Iterable[Path] | None,
    atlas: Path | None,
    max_bytes: int = options.DEFAULT_MAX_BYTES,
    **bounds: Any,
) -> Assessment:
    """Return the assessment that a file holds, or that of the pipeline it holds."""
    written = _written(_files.read_bounded(file, max_bytes), file)
    if written is None:
        return assessed(file, workspace(catalogs, atlas), max_bytes, **bounds)
    if catalogs or atlas:
        raise typer.BadParameter(f"{file} is an assessment already; --catalog and --atlas act on pipelines")
    return written


def _written(content: bytes, file: Path) -> Assessment | None:
    """Return the assessment document in some bytes; None for anything else, which is a pipeline's reader's to judge."""
    if _SCHEMA.encode() not in content or not content.lstrip().startswith(b"{"):
        return None
    from pydantic import ValidationError

    from atlasmodel.assessment import Assessment
    from atlasmodel.document import SCHEMA

    try:
        found = json.loads(content).get("schema")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, str) or not found.startswith(_SCHEMA):
        return None
    if found != SCHEMA:
        wrong = f"its schema is `{found}`, and this version reads `{SCHEMA}`"
        raise InputError(Problem("AM154", f"{file} is no assessment that can be read: {wrong}"))
    try:
        return Assessment.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        wrong = f"{'.'.join(map(str, first['loc'])) or 'document'}: {first['msg']}"
        raise InputError(Problem("AM154", f"{file} is no assessment that can be read: {wrong}")) from None
