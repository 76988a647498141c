"""What other distributions add: exporters, found by entry point and loaded when first asked for.

The shipped exporters come through the same door. A plugin that cannot be used is a warning that names its distribution.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from atlasmodel.errors import InputError, MissingTool, Problem, nearest

EXPORTERS = "atlasmodel.exporters"
OWN = "atlasmodel"


class PluginWarning(UserWarning):
    """Tell that a plugin is left out, and which distribution it comes from."""


def names(group: str = EXPORTERS) -> tuple[str, ...]:
    """Return the names that are registered, without loading anything.

    >>> "json" in names()
    True
    """
    return tuple(sorted(_registered(group)))


def exporter(name: str) -> Callable[[Any], str | bytes]:
    """Return an exporter by name: it takes an Assessment and returns text or bytes."""
    known = _registered(EXPORTERS)
    if name not in known:
        hint = nearest(name, known) or f"formats: {', '.join(sorted(known))}"
        raise InputError(Problem("AM152", f"there is no format `{name}`", hint=hint))
    point = known[name]
    try:
        made = point.load()
    except Exception as error:  # noqa: BLE001 - a stranger's module may raise anything
        raise _broken(point, f"cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(made):
        raise _broken(point, "is not a function")

    def checked(assessment: Any) -> str | bytes:
        content = made(assessment)
        if not isinstance(content, str | bytes):
            raise _broken(point, f"returned {type(content).__name__}, not text or bytes")
        return content

    return checked


def shipped(module: str) -> Any:
    """Return one of the library's own exporter modules by name; objects below `export` draw themselves through it."""
    return import_module(f"{OWN}.export.{module}")


def _registered(group: str) -> dict[str, EntryPoint]:
    """Return the entry points by name; where two distributions claim one, ours stands, then the first by name."""
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=group), key=lambda item: (_home(item) != OWN, _home(item), item.name)):
        taken = found.setdefault(point.name, point)
        if _home(taken) != _home(point):
            warnings.warn(
                f"AM302 {_home(point)}: `{point.name}` is left out, {_home(taken)} has that name already",
                PluginWarning,
                stacklevel=3,
            )
    return found


def _broken(point: EntryPoint, why: str) -> MissingTool:
    warnings.warn(f"AM302 {_home(point)}: the plugin `{point.name}` {why}", PluginWarning, stacklevel=3)
    hint = f"update or remove the distribution {_home(point)}"
    return MissingTool(Problem("AM302", f"the plugin `{point.name}` of {_home(point)} {why}", hint=hint))


def _home(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"
