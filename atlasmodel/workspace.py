"""Everything an assessment reads besides the pipeline: ATLAS, vocabulary, rules, assumptions and mitigations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from atlasmodel._files import MAX_BYTES, data_root
from atlasmodel._ids import digest
from atlasmodel.catalog import Catalog, builtin_catalog, read_catalog
from atlasmodel.errors import CatalogError, Problem
from atlasmodel.match.read_rules import load_rules
from atlasmodel.match.rule import Rule
from atlasmodel.mitigate.controls import Library
from atlasmodel.mitigate.read_controls import library_folders, load_library
from atlasmodel.model.kinds import Vocabulary
from atlasmodel.model.pipeline import Pipeline
from atlasmodel.model.read_kinds import builtin_vocabulary, load_vocabulary
from atlasmodel.model.reader import read_pipeline
from atlasmodel.risk.read_scoring import load_scoring
from atlasmodel.risk.score import Term
from atlasmodel.risk.scoring import Scoring


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
    governance: Term | None = None  # what weak governance adds to the chances of steps, where that is asked for

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
        rules, old_rules = _renewed_rules(load_rules(rule_folders, vocabulary), catalog)
        library_of = [*library_folders(), *(folder / "mitigations" for folder in extra)]
        library, old_links = _renewed_library(load_library(library_of, vocabulary, _known_techniques(catalog)), catalog)
        kept = tuple(rule for rule in rules if rule.technique is None or rule.technique in catalog)
        return cls(
            catalog=catalog,
            vocabulary=vocabulary,
            rules=kept,
            scoring=load_scoring([own / "scoring", *(folder / "scoring" for folder in extra)], vocabulary),
            library=library,
            rules_digest=digest(_bytes(rule_folders)),
            problems=(*old_rules, *old_links, *_left_out(rules, catalog)),
        )

    def read(self, path: str | Path, max_bytes: int = MAX_BYTES) -> Pipeline:
        """Read a pipeline file in the words of this workspace; raise InputError with every mistake found."""
        return read_pipeline(path, self.vocabulary, max_bytes, self.library.controls)

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
    """Return the techniques a mitigation may name: of the release in use, of the packaged one, and retired ones."""
    packaged = builtin_catalog()
    present = (technique.id for source in (catalog, packaged) for technique in source.techniques)
    return {*present, *(old.id for old in packaged.retired)}


def _renewed_rules(rules: Iterable[Rule], catalog: Catalog) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Return the rules with successors in place of retired techniques, and a warning for each."""
    renewed, warnings = [], []
    for rule in rules:
        current, warning = _current(rule.technique, catalog)
        renewed.append(rule if current == rule.technique else replace(rule, technique=current))
        if warning:
            warnings.append(replace(warning, message=f"{rule.id}: {warning.message}").at(rule.span))
    return tuple(renewed), warnings


def _renewed_library(library: Library, catalog: Catalog) -> tuple[Library, list[Problem]]:
    """Return the library with successors in place of retired techniques, and a warning for each."""
    controls, warnings = {}, []
    for control in library.controls.values():
        weakens = []
        for part in control.weakens:
            found = [_current(technique, catalog) for technique in part.techniques]
            names = tuple(dict.fromkeys(str(current) for current, _ in found))
            weakens.append(part if names == part.techniques else part.changed(techniques=names))
            told = (warning for _, warning in found if warning)
            warnings += [replace(one, message=f"{control.id}: {one.message}").at(control.span) for one in told]
        same = tuple(weakens) == control.weakens
        controls[control.id] = control if same else control.changed(weakens=tuple(weakens))
    return Library.model_construct(None, controls=controls), warnings


def _current(technique: str | None, catalog: Catalog) -> tuple[str | None, Problem | None]:
    """Return the id under which a technique stands today, and a warning where it was retired."""
    if technique is None or technique in catalog or technique in builtin_catalog():
        return technique, None
    return builtin_catalog().resolve(technique)


def _left_out(rules: Iterable[Rule], catalog: Catalog) -> Iterator[Problem]:
    """Yield a note on rules whose techniques the ATLAS in use does not have; an id of no release is an error."""
    absent = [rule for rule in rules if rule.technique is not None and rule.technique not in catalog]
    wrong = [rule for rule in absent if rule.technique not in builtin_catalog()]
    if wrong:
        raise CatalogError(
            Problem("AM213", f"{rule.id}: there is no technique {rule.technique}", rule.span) for rule in wrong
        )
    if absent:
        names = ", ".join(sorted({str(rule.technique) for rule in absent}))
        message = f"{len(absent)} rules are left out: ATLAS {catalog.release} does not have their techniques ({names})"
        yield Problem("AM213", message)
