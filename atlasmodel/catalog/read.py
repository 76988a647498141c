"""Read an ATLAS catalogue, packaged or brought by the user, in whichever format it was published."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from atlasmodel._files import data_root, read_bounded
from atlasmodel._ids import digest
from atlasmodel._yaml import Document, parse
from atlasmodel.catalog.assemble import Found, assemble
from atlasmodel.catalog.history import History
from atlasmodel.catalog.read_own import SOURCE, read_history, read_own
from atlasmodel.catalog.read_stix import read_stix
from atlasmodel.catalog.read_v5 import read_v5
from atlasmodel.catalog.read_v6 import read_v6
from atlasmodel.catalog.store import Catalog
from atlasmodel.errors import CatalogError, Problem, nearest

READABLE = "ATLAS YAML 4.x, 5.x and 6.x, a STIX 2.1 bundle of ATLAS, or a catalogue folder with SOURCE.yaml"
_POINTER = re.compile(r"(?:\S*/)?ATLAS-[A-Za-z0-9.]+\.yaml")


def read_catalog(path: Path | str) -> Catalog:
    """Return the catalogue in a file or folder; the format is found from the content.

    Raise InputError when the file cannot be read, CatalogError AM205 when it is no catalogue, AM206 with every value
    of a wrong type, AM201 when a packaged folder was changed.
    """
    path = Path(path)
    if path.is_dir():
        if not (path / SOURCE).is_file():
            raise CatalogError(Problem("AM205", f"{path} is no catalogue folder: {SOURCE} is not there", hint=READABLE))
        return assemble(*read_own(path))
    content = read_bounded(path)
    document = parse(content, str(path))
    return assemble(_found(document, digest(content)), _known_history())


def builtin_catalog(release: str | None = None) -> Catalog:
    """Return a packaged catalogue, the newest one by default; each is read once and never changes.

    Raise CatalogError AM205 when the release is not packaged.

    >>> builtin_catalog().technique("AML.T0051").name
    'LLM Prompt Injection'
    """
    return _builtin(release or packaged_releases()[-1])


def packaged_releases() -> tuple[str, ...]:
    """Return the packaged releases, oldest first; raise CatalogError AM205 when there is none."""
    releases = [source.parent.name for source in _root().glob(f"*/{SOURCE}")]
    if not releases:
        hint = "reinstall atlasmodel"
        raise CatalogError(Problem("AM205", f"no catalogue is packaged under {_root()}", hint=hint))
    return tuple(sorted(releases, key=lambda name: [int(part) for part in re.findall(r"[0-9]+", name)]))


@cache
def _builtin(release: str) -> Catalog:
    known = packaged_releases()
    if release not in known:
        hint = nearest(release, known) or f"packaged: {', '.join(known)}; --catalog reads a file of your own"
        raise CatalogError(Problem("AM205", f"ATLAS release `{release}` is not packaged", hint=hint))
    return read_catalog(_root() / release)


@cache
def _known_history() -> History:
    return read_history(_root() / packaged_releases()[-1])


def _root() -> Path:
    return data_root() / "catalogs" / "atlas"


def _found(document: Document, sha: str) -> Found:
    """Return what the document holds, in the format that its top-level keys tell."""
    data = document.data
    if isinstance(data, dict) and data.get("type") == "bundle":
        return read_stix(document, sha)
    if isinstance(data, dict) and str(data.get("format-version", "")).startswith("6."):
        return read_v6(document, sha)
    if isinstance(data, dict) and "matrices" in data:
        return read_v5(document, sha)
    raise CatalogError(_unknown_format(document))


def _unknown_format(document: Document) -> Problem:
    data, span = document.data, document.span()
    if isinstance(data, str) and _POINTER.fullmatch(data.strip()):
        hint = f"download {data.strip()} itself, from the folder this file was in"
        return Problem("AM205", f"the file only points to `{data.strip()}`", span, hint)
    if isinstance(data, dict) and "format-version" in data:
        return Problem("AM205", f"unknown ATLAS format {data['format-version']}", span, f"readable: {READABLE}")
    if isinstance(data, list) and data and isinstance(data[0], dict) and "release" in data[0]:
        return Problem("AM205", "the file is the list of releases", span, "download a file named under `path`")
    return Problem("AM205", "the file is no ATLAS catalogue", span, f"readable: {READABLE}")
