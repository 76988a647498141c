"""Read crosswalks, and check every id they name against the catalogue, the library and the checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from atlasmodel import _yaml
from atlasmodel._files import data_root
from atlasmodel._located import Record, validate
from atlasmodel.catalog import Catalog, builtin_catalog
from atlasmodel.errors import CatalogError, InputError, Problem, nearest
from atlasmodel.govern.read_checks import builtin_checks
from atlasmodel.workspace import Workspace

FAMILY = ".*"
Relation = Literal["same", "broader", "narrower", "related"]


class Review(Record):
    """Say how far the links of a framework have been looked at, by whom, and when."""

    state: Literal["draft", "reviewed"]
    by: str | None = None
    on: str


class Framework(Record):
    """Name a framework, its edition, and where our links to it come from."""

    id: str
    name: str
    edition: str
    kind: Literal["risks", "standard", "framework", "law"]
    url: str
    licence: str
    provenance: str
    review: Review


class Entry(Record):
    """Be one article, control or risk of a framework, and what of ours speaks about it."""

    id: str
    title: str
    relation: Relation
    techniques: tuple[str, ...] = ()
    mitigations: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    note: str | None = None


class Crosswalk(Record):
    """Hold the entries of one framework, in its own order; techniques are spelled out, retired ones followed."""

    framework: Framework
    entries: tuple[Entry, ...] = Field(min_length=1)
    release: str = ""
    warnings: tuple[str, ...] = ()

    @cached_property
    def by_technique(self) -> Mapping[str, tuple[Entry, ...]]:
        """Return the entries that speak of each technique."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for technique in entry.techniques:
                found.setdefault(technique, []).append(entry)
        return {technique: tuple(entries) for technique, entries in found.items()}


def builtin_crosswalks(workspace: Workspace | None = None) -> dict[str, Crosswalk]:
    """Return the crosswalks that come with the library, by id of the framework.

    >>> builtin_crosswalks()["owasp-llm-2025"].entries[0].title
    'Prompt Injection'
    """
    return load_crosswalks([data_root() / "catalogs" / "crosswalk"], workspace or Workspace.builtin())


def crosswalk(name: str, workspace: Workspace | None = None) -> Crosswalk:
    """Return a crosswalk by id; raise InputError AM249 where there is none."""
    known = builtin_crosswalks(workspace)
    if name not in known:
        hint = nearest(name, known) or f"frameworks: {', '.join(known)}"
        raise InputError(Problem("AM249", f"there is no crosswalk `{name}`", hint=hint))
    return known[name]


def load_crosswalks(folders: Iterable[Path], workspace: Workspace) -> dict[str, Crosswalk]:
    """Read every crosswalk below some folders, by id; raise CatalogError with all problems."""
    found: dict[str, Crosswalk] = {}
    problems: list[Problem] = []
    checks = {check.id for check in builtin_checks()}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            document = _yaml.read(path, name=f"{folder.name}/{path.name}")
            read, wrong = validate(Crosswalk, document.data, document, (), "AM243")
            problems += wrong
            if read is None:
                continue
            if read.framework.id in found:
                span = document.span("framework", "id")
                problems.append(Problem("AM244", f"crosswalk {read.framework.id} is defined twice", span))
            whole, wrong = _checked(read, document, workspace, checks)
            problems += wrong
            found[read.framework.id] = whole
    if problems:
        raise CatalogError(problems)
    return dict(sorted(found.items()))


def _checked(
    read: Crosswalk, document: _yaml.Document, workspace: Workspace, checks: set[str]
) -> tuple[Crosswalk, list[Problem]]:
    """Return the crosswalk with its techniques spelled out, and every id that does not exist."""
    problems: list[Problem] = []
    warnings: list[str] = []
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(read.entries):
        first = seen.setdefault(entry.id, index)
        if first != index:
            span = document.span("entries", index, "id")
            problems.append(Problem("AM244", f"entry {entry.id} stands twice in {read.framework.id}", span))
        techniques: list[str] = []
        for position, name in enumerate(entry.techniques):
            span = document.span("entries", index, "techniques", position)
            known, told, wrong = _spelled(name, workspace.catalog)
            techniques += known
            warnings += [f"{span}: {text}" for text in told]
            problems += [problem.at(span) for problem in wrong]
        for field, ids in (("mitigations", workspace.library.controls.keys()), ("checks", checks)):
            for position, name in enumerate(getattr(entry, field)):
                if name not in ids:
                    span = document.span("entries", index, field, position)
                    problems.append(Problem("AM246", f"there is no {field[:-1]} `{name}`", span, nearest(name, ids)))
        entries.append(entry.changed(techniques=tuple(dict.fromkeys(techniques))))
    done = read.changed(entries=tuple(entries), release=workspace.catalog.release, warnings=tuple(warnings))
    return done, problems


def _spelled(name: str, catalog: Catalog) -> tuple[list[str], list[str], list[Problem]]:
    """Return the techniques that a name stands for, warnings on retired ones, and what is wrong."""
    stem = name.removesuffix(FAMILY)
    if stem not in catalog:
        if stem in builtin_catalog():
            return [], [f"{stem} is not in ATLAS {catalog.release} and is left out"], []
        try:
            successor, warning = builtin_catalog().resolve(stem)
        except CatalogError:
            hint = nearest(stem, [technique.id for technique in catalog.techniques])
            return [], [], [Problem("AM245", f"there is no technique `{stem}`", hint=hint)]
        return ([successor] if successor in catalog else []), [warning.message] if warning else [], []
    members = [technique.id for technique in catalog.techniques if technique.parent == stem]
    return [stem, *(sorted(members) if name.endswith(FAMILY) else ())], [], []
