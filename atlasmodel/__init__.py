"""Threat-model MLOps pipelines against MITRE ATLAS.

>>> import atlasmodel as am
>>> b = am.PipelineBuilder("demo")
>>> bot = b.add("bot", kind="llm", exposure="public")
>>> am.assess(b.build()).pipeline.name
'demo'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlasmodel.assessment import Assessment, assess
    from atlasmodel.attack.tree import AttackTree
    from atlasmodel.catalog import Catalog, builtin_catalog, read_catalog
    from atlasmodel.document import AttackPath, Finding, GoalResult, Question, RankedMeasure
    from atlasmodel.errors import (
        AtlasModelError,
        CatalogError,
        InputError,
        MissingTool,
        NothingToAssess,
        Problem,
        RuleError,
        Span,
    )  # fmt: skip
    from atlasmodel.model.builder import PipelineBuilder
    from atlasmodel.model.pipeline import Adversary, Asset, Component, Flow, Pipeline, PlacedControl, Zone
    from atlasmodel.model.reader import read_pipeline as read
    from atlasmodel.options import Options
    from atlasmodel.twin.simulation import simulate
    from atlasmodel.workspace import Workspace

_HOMES = {
    "Adversary": "model.pipeline",
    "Assessment": "assessment",
    "Asset": "model.pipeline",
    "AtlasModelError": "errors",
    "AttackPath": "document",
    "AttackTree": "attack.tree",
    "Catalog": "catalog",
    "CatalogError": "errors",
    "Component": "model.pipeline",
    "Finding": "document",
    "Flow": "model.pipeline",
    "GoalResult": "document",
    "InputError": "errors",
    "MissingTool": "errors",
    "NothingToAssess": "errors",
    "Options": "options",
    "Pipeline": "model.pipeline",
    "PipelineBuilder": "model.builder",
    "PlacedControl": "model.pipeline",
    "Problem": "errors",
    "Question": "document",
    "RankedMeasure": "document",
    "RuleError": "errors",
    "Span": "errors",
    "Workspace": "workspace",
    "Zone": "model.pipeline",
    "assess": "assessment",
    "builtin_catalog": "catalog",
    "read": "model.reader",
    "read_catalog": "catalog",
    "simulate": "twin.simulation",
}

__all__ = [
    "Adversary", "Assessment", "Asset", "AtlasModelError", "AttackPath", "AttackTree", "Catalog", "CatalogError",
    "Component", "Finding", "Flow", "GoalResult", "InputError", "MissingTool", "NothingToAssess", "Options", "Pipeline",
    "PipelineBuilder", "PlacedControl", "Problem", "Question", "RankedMeasure", "RuleError", "Span", "Workspace",
    "Zone", "assess", "builtin_catalog", "read", "read_catalog", "simulate",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package stays cheap (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'atlasmodel' has no attribute {name!r}")
    module = import_module(f"atlasmodel.{_HOMES[name]}")
    value = getattr(module, "read_pipeline" if name == "read" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
