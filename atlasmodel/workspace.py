"""Everything an assessment reads besides the pipeline: ATLAS, vocabulary, rules, assumptions and mitigations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from atlasmodel._files import data_root
from atlasmodel._ids import digest
from atlasmodel.catalog import Catalog, builtin_catalog, read_catalog
from atlasmodel.errors import CatalogError, Problem
from atlasmodel.match.read_rules import load_rules
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.controls import Library, library_folders, load_library
from atlasmodel.model.kinds import Vocabulary, builtin_vocabulary, load_vocabulary
from atlasmodel.risk.scoring import Scoring, load_scoring


@dataclass(frozen=True)
class Workspace:
    """Hold the catalogues of one assessment; `load` reads the packaged ones and what a user adds.

    >>> len(Workspace.builtin().catalog.techniques)
    208
    """

    catalog: Catalog
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    scoring: Scoring
    library: Library
    rules_digest: str
    problems: tuple[Problem, ...] = ()

    @classmethod
    def builtin(cls) -> Workspace:
        """Return the catalogues that come with the library; they are read once a process."""
        return _builtin()

    @classmethod
    def load(cls, folders: Iterable[Path] = (), atlas: Path | None = None) -> Workspace:
        """Read the packaged catalogues, then the user's folders (kinds/, rules/, scoring/, mitigations/ in each).

        `atlas` is an official ATLAS file to use instead of the packaged release. Raises CatalogError with all problems.
        """
        own = data_root() / "catalogs"
        extra = list(folders)
        vocabulary = (
            load_vocabulary([own / "kinds", *(folder / "kinds" for folder in extra)]) if extra else builtin_vocabulary()
        )
        catalog = read_catalog(atlas) if atlas else builtin_catalog()
        rule_folders = [own / "rules", *(folder / "rules" for folder in extra)]
        rules = load_rules(rule_folders, vocabulary)
        library = load_library(
            [*library_folders(), *(folder / "mitigations" for folder in extra)], vocabulary, _known_techniques(catalog)
        )
        return cls(
            catalog=catalog,
            vocabulary=vocabulary,
            rules=tuple(rule for rule in rules if rule.technique is None or rule.technique in catalog),
            scoring=load_scoring([own / "scoring", *(folder / "scoring" for folder in extra)], vocabulary),
            library=library,
            rules_digest=digest(_bytes(rule_folders)),
            problems=tuple(_unknown_techniques(rules, catalog)),
        )

    @cached_property
    def rule_by_id(self) -> dict[str, Rule]:
        """Return the rules by id."""
        return {rule.id: rule for rule in self.rules}


@cache
def _builtin() -> Workspace:
    return Workspace.load()


def _bytes(folders: Iterable[Path]) -> Iterator[bytes]:
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            yield path.relative_to(folder).as_posix().encode()
            yield path.read_bytes()


def _known_techniques(catalog: Catalog) -> set[str]:
    """Return the techniques a mitigation may name: those of the release in use, and of the packaged one."""
    return {
        *(technique.id for technique in catalog.techniques),
        *(technique.id for technique in builtin_catalog().techniques),
    }


def _unknown_techniques(rules: Iterable[Rule], catalog: Catalog) -> Iterator[Problem]:
    """Yield a warning for each rule whose technique the ATLAS release in use does not have; the rule is left out."""
    packaged = builtin_catalog()
    for rule in rules:
        if rule.technique is None or rule.technique in catalog:
            continue
        problem = Problem(
            "AM213", f"{rule.id}: technique {rule.technique} is not in ATLAS {catalog.release}", rule.span
        )
        if rule.technique not in packaged:
            raise CatalogError(problem)
        yield problem
