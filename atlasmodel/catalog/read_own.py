"""Read a packaged catalogue: one folder a release, every file checked against the digests in SOURCE.yaml."""

from __future__ import annotations

from pathlib import Path

from atlasmodel._files import inside, read_bounded
from atlasmodel._ids import digest
from atlasmodel._yaml import Document, parse
from atlasmodel._yaml import read as read_document
from atlasmodel.catalog.assemble import Found
from atlasmodel.catalog.entry import Entry
from atlasmodel.catalog.history import History, history_of
from atlasmodel.catalog.records import CaseStudy, Link, Mitigation, Step, Tactic, Technique
from atlasmodel.errors import CatalogError, InputError, Problem

SOURCE = "SOURCE.yaml"
_FORMAT = "atlasmodel/catalog/1"
_FILES = ("tactics.yaml", "techniques.yaml", "mitigations.yaml", "case-studies.yaml", "history.yaml")


def read_own(folder: Path) -> tuple[Found, History]:
    """Return what the folder holds; raise CatalogError AM201 for every file that is not the one that was released."""
    source, contents = _verified(folder)
    roots = {name: Entry.root(_mapping(folder / name, contents[name])) for name in _FILES}
    found = Found(
        release=source.needed("release"),
        format=_FORMAT,
        digest=digest(contents[name] for name in _FILES),
        tactics=[_tactic(one) for one in _records(roots["tactics.yaml"])],
        techniques=[_technique(one) for one in _records(roots["techniques.yaml"])],
        mitigations=[_mitigation(one) for one in _records(roots["mitigations.yaml"])],
        case_studies=[_study(one) for one in _records(roots["case-studies.yaml"])],
    )
    history = history_of(roots["history.yaml"])
    problems = [problem for root in (source, *roots.values()) for problem in root.problems]
    if problems:
        raise CatalogError(dict.fromkeys(problems))
    return found, history


def read_history(folder: Path) -> History:
    """Return what the folder tells across releases; raise CatalogError as `read_own` does."""
    _, contents = _verified(folder)
    root = Entry.root(_mapping(folder / "history.yaml", contents["history.yaml"]))
    history = history_of(root)
    root.check()
    return history


def _verified(folder: Path) -> tuple[Entry, dict[str, bytes]]:
    """Return SOURCE.yaml and the bytes of every file, all with the digests that it gives."""
    document = read_document(folder / SOURCE)
    source = Entry.root(_mapping(folder / SOURCE, document=document))
    if source.text("format") != _FORMAT:
        hint = f"this version reads {_FORMAT}"
        raise CatalogError(Problem("AM205", f"unknown catalogue format `{source.text('format')}`", hint=hint))
    files = source.entry("files")
    contents, problems = {}, []
    for name in _FILES:
        try:
            contents[name] = read_bounded(inside(folder, name))
        except InputError as error:
            problems += [Problem("AM201", problem.message, hint=_restore(name)) for problem in error.problems]
            continue
        if digest(contents[name]) != f"sha256:{files.text(name)}":
            message = f"{folder / name} is not the file that {SOURCE} gives the digest of"
            problems.append(Problem("AM201", message, hint=_restore(name)))
    if problems:
        raise CatalogError(problems)
    return source, contents


def _restore(name: str) -> str:
    return f"reinstall atlasmodel to restore {name}; if you changed it on purpose, put its SHA-256 into {SOURCE}"


def _mapping(path: Path, content: bytes = b"", document: Document | None = None) -> Document:
    document = document or parse(content, str(path))
    if not isinstance(document.data, dict):
        raise CatalogError(Problem("AM206", "the file is not a mapping", document.span()))
    return document


def _records(root: Entry) -> list[Entry]:
    return [root.entry(identifier) for identifier in root.data]


def _id(entry: Entry) -> str:
    return str(entry.path[-1])


def _tactic(entry: Entry) -> Tactic:
    return Tactic(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.needed("summary"),
        position=entry.number("position") or 0,
        attack=entry.text("attack"),
        created=entry.date("created"),
        modified=entry.date("modified"),
    )


def _technique(entry: Entry) -> Technique:
    return Technique(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.needed("summary"),
        parent=entry.text("parent"),
        tactics=entry.texts("tactics"),
        maturity=entry.needed("maturity"),
        platforms=entry.texts("platforms"),
        attack=entry.text("attack"),
        created=entry.date("created"),
        modified=entry.date("modified"),
        added_in=entry.text("added_in"),
    )


def _mitigation(entry: Entry) -> Mitigation:
    return Mitigation(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.needed("summary"),
        category=entry.texts("category"),
        lifecycle=entry.texts("lifecycle"),
        links=tuple(Link(technique) for technique in entry.texts("techniques")),
        attack=entry.text("attack"),
        created=entry.date("created"),
        modified=entry.date("modified"),
        added_in=entry.text("added_in"),
    )


def _study(entry: Entry) -> CaseStudy:
    return CaseStudy(
        id=_id(entry),
        name=entry.needed("name"),
        summary=entry.needed("summary"),
        type=entry.needed("type"),
        date=entry.date("date"),
        date_granularity=entry.needed("date_granularity"),
        actor=entry.text("actor"),
        target=entry.text("target"),
        reporter=entry.text("reporter"),
        steps=tuple(Step(tactic, technique) for tactic, technique in entry.pairs("steps")),
        added_in=entry.text("added_in"),
    )
