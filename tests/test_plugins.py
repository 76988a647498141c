"""Exporters come by entry point; a broken one is named, and nothing else stops."""

from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from atlasmodel import plugins
from atlasmodel.errors import InputError, MissingTool


def point(name: str, value: str, distribution: str) -> EntryPoint:
    return EntryPoint(name, value, plugins.EXPORTERS)._for(SimpleNamespace(name=distribution))  # type: ignore[attr-defined]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(*points: EntryPoint) -> None:
        real = tuple(plugins.entry_points(group=plugins.EXPORTERS))
        monkeypatch.setattr(plugins, "entry_points", lambda group: (*real, *points))

    return put


def test_the_shipped_formats_are_there() -> None:
    assert {"json", "markdown", "html", "dot", "svg", "tree-svg", "text", "mermaid"} <= set(plugins.names())
    assert all(item.summary for item in plugins.exporters())


def test_an_unknown_format_is_told_with_near_matches() -> None:
    with pytest.raises(InputError, match=r"AM152.*markdown"):
        plugins.exporter("markdwon")


def test_a_plugin_that_cannot_be_loaded_names_its_distribution(register: Any) -> None:
    register(point("broken", "no_such_module_anywhere:x", "bad-plugin"))
    with pytest.raises(MissingTool, match=r"AM302.*bad-plugin"):
        plugins.exporter("broken")
    with pytest.warns(plugins.PluginWarning, match="bad-plugin"):
        assert "json" in [item.name for item in plugins.exporters()]


def test_a_plugin_with_a_taken_name_is_left_out(register: Any) -> None:
    register(point("json", "os:getcwd", "aardvark"))
    with pytest.warns(plugins.PluginWarning, match="aardvark"):
        assert plugins.exporter("json").distribution == "atlasmodel"


def test_a_plugin_that_answers_with_something_else_names_its_distribution(register: Any) -> None:
    register(point("odd", "builtins:len", "odd-plugin"), point("flat", "sys:maxsize", "flat-plugin"))
    with pytest.raises(MissingTool, match=r"odd-plugin.*returned int"):
        plugins.exporter("odd").render([])
    with pytest.raises(MissingTool, match=r"flat-plugin.*not a function"):
        plugins.exporter("flat")
