"""What other distributions add: exporters, found by entry point and loaded when first asked for.

The shipped exporters come through the same door. A plugin that cannot be used is a warning that names its distribution.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, entry_points
from inspect import signature
from typing import Any

from atlasmodel._once import Once
from atlasmodel.errors import InputError, MissingTool, Problem, nearest

EXPORTERS = "atlasmodel.exporters"
OWN = "atlasmodel"


class PluginWarning(UserWarning):
    """Tell that a plugin is left out, and which distribution it comes from."""


@dataclass(frozen=True)
class Exporter:
    """Be a format an assessment can be written in; `render` takes the Assessment and returns text or bytes.

    The options of a format are the keyword-only parameters of its function.
    """

    name: str
    distribution: str
    render: Callable[..., str | bytes]
    summary: str
    options: tuple[str, ...] = ()


def names() -> tuple[str, ...]:
    """Return the formats that are registered, without loading anything.

    >>> "json" in names()
    True
    """
    return tuple(sorted(_registered()))


def exporter(name: str) -> Exporter:
    """Return the exporter of a format; raise InputError AM152 for none, MissingTool AM302 for a broken one."""
    known = _registered()
    if name not in known:
        hint = nearest(name, known) or f"formats: {', '.join(sorted(known))}"
        raise InputError(Problem("AM152", f"there is no format `{name}`", hint=hint))
    return _load(known[name])


def exporters() -> Iterator[Exporter]:
    """Yield every exporter by name; one that cannot be loaded is a warning."""
    for _, point in sorted(_registered().items()):
        try:
            yield _load(point)
        except MissingTool as error:
            warnings.warn(str(error), PluginWarning, stacklevel=2)


def part(module: str) -> Any:
    """Return a part of the library by name; what stands below it hands work on through it."""
    return import_module(f"{OWN}.{module}")


def shipped(module: str) -> Any:
    """Return one of the library's own exporter modules by name; objects below `export` draw themselves through it."""
    return import_module(f"{OWN}.export.{module}")


def _registered() -> dict[str, EntryPoint]:
    """Return the entry points by name; where two distributions claim one, ours stands, then the first by name."""
    found: dict[str, EntryPoint] = {}
    named = Once(_name)  # a distribution reads its metadata anew whenever it is asked
    homes = [(named(point.dist), point) for point in entry_points(group=EXPORTERS)]
    taken: dict[str, str] = {}
    for home, point in sorted(homes, key=lambda item: (item[0] != OWN, item[0], item[1].name)):
        first = taken.setdefault(point.name, home)
        found.setdefault(point.name, point)
        if first != home:
            message = f"AM302 the plugin `{point.name}` of {home} is left out: {first} has that name"
            warnings.warn(message, PluginWarning, stacklevel=3)
    return found


def _load(point: EntryPoint) -> Exporter:
    try:
        made = point.load()
    except Exception as error:  # a stranger's module may raise anything
        raise _broken(point, f"cannot be loaded: {type(error).__name__}: {error}") from error
    if not callable(made):
        raise _broken(point, "is not a function")

    try:
        parameters = signature(made).parameters.values()
    except (TypeError, ValueError) as error:
        raise _broken(point, f"does not say what it takes: {error}") from error
    known = tuple(item.name for item in parameters if item.kind is item.KEYWORD_ONLY)

    def render(assessment: Any, **options: Any) -> str | bytes:
        for name in options:
            if name not in known:
                hint = nearest(name, known) or f"its options: {', '.join(known) or 'none'}"
                raise InputError(Problem("AM156", f"the format `{point.name}` has no option `{name}`", hint=hint))
        content = made(assessment, **options)
        if not isinstance(content, str | bytes):
            raise _broken(point, f"returned {type(content).__name__}, not text or bytes")
        return content

    summary = (made.__doc__ or "").strip().partition("\n")[0]
    return Exporter(point.name, _home(point), render, summary, known)


def _broken(point: EntryPoint, why: str) -> MissingTool:
    hint = f"update or remove the distribution {_home(point)}"
    return MissingTool(Problem("AM302", f"the plugin `{point.name}` of {_home(point)} {why}", hint=hint))


def _home(point: EntryPoint) -> str:
    return _name(point.dist)


def _name(distribution: Distribution | None) -> str:
    return distribution.name if distribution else "unknown"
