"""The catalogue: one ATLAS release, looked up by id and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from atlasmodel.catalog.records import CaseStudy, Mitigation, Record, Tactic, Technique, kind_of
from atlasmodel.errors import CatalogError, Problem, nearest

Found = TypeVar("Found", Tactic, Technique, Mitigation, CaseStudy)


@dataclass(frozen=True, slots=True)
class Retired:
    """Say that an id left ATLAS with a release, and which id took its place, if any."""

    id: str
    name: str
    successor: str | None
    release: str | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """Say that an id kept its place and got another name; `release` is None where no release tells of it."""

    id: str
    before: str
    after: str
    release: str | None


@dataclass(frozen=True, slots=True)
class Countermeasure:
    """Say that a mitigation works against a technique: linked by ATLAS itself, or linked to the parent only."""

    mitigation: Mitigation
    origin: Literal["atlas", "parent"]
    use: str = ""


@dataclass(frozen=True, repr=False)
class Catalog:
    """Hold one ATLAS release: tactics in the order of the matrix, everything else by id.

    `format` says how it was published, `digest` is the SHA-256 of what was read, `issues` tells every defect of the
    source that was repaired on reading (AM207).
    """

    release: str
    format: str
    digest: str
    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    mitigations: tuple[Mitigation, ...]
    case_studies: tuple[CaseStudy, ...]
    retired: tuple[Retired, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    issues: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, path: Path | str) -> Catalog:
        """Read an ATLAS file that a user brought, in any published format; raise CatalogError for anything else."""
        from atlasmodel.catalog.read import read_catalog

        return read_catalog(path)

    def __repr__(self) -> str:
        counted = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        return f"<Catalog ATLAS {self.release}: {counted}>"

    def __iter__(self) -> Iterator[Record]:
        yield from self.tactics
        yield from self.techniques
        yield from self.mitigations
        yield from self.case_studies

    def __hash__(self) -> int:
        return hash((self.release, self.digest))  # so that a catalogue can key a cache

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._records

    @property
    def counts(self) -> dict[str, int]:
        """Return how many records of each kind there are."""
        return {
            "tactics": len(self.tactics),
            "techniques": len(self.techniques),
            "mitigations": len(self.mitigations),
            "case studies": len(self.case_studies),
        }

    def find(self, identifier: str) -> Record:
        """Return the record with this id; raise CatalogError AM219 with near matches when there is none."""
        record = self._records.get(identifier)
        if record is None:
            raise CatalogError(self._unknown(identifier, "id"))
        return record

    def tactic(self, identifier: str) -> Tactic:
        """Return the tactic with this id; raise CatalogError AM219 when there is none."""
        return self._find_as(Tactic, identifier, "tactic")

    def technique(self, identifier: str) -> Technique:
        """Return the technique with this id; raise CatalogError AM219 when there is none."""
        return self._find_as(Technique, identifier, "technique")

    @cached_property
    def technique_by_id(self) -> Mapping[str, Technique]:
        """Return the techniques by id."""
        return {technique.id: technique for technique in self.techniques}

    @cached_property
    def parents(self) -> Mapping[str, str | None]:
        """Return the parent of each technique, or None for one that is none's child."""
        return {technique.id: technique.parent for technique in self.techniques}

    def mitigation(self, identifier: str) -> Mitigation:
        """Return the mitigation with this id; raise CatalogError AM219 when there is none."""
        return self._find_as(Mitigation, identifier, "mitigation")

    def case_study(self, identifier: str) -> CaseStudy:
        """Return the case study with this id; raise CatalogError AM219 when there is none."""
        return self._find_as(CaseStudy, identifier, "case study")

    def display_name(self, identifier: str) -> str:
        """Return the name to show: "Parent: Child" for a sub-technique, since "Datasets" alone says nothing."""
        record = self.find(identifier)
        parent = record.parent if isinstance(record, Technique) else None
        return f"{self.find(parent).name}: {record.name}" if parent else record.name

    def children(self, identifier: str) -> tuple[Technique, ...]:
        """Return the sub-techniques of a technique."""
        return self._children.get(self.technique(identifier).id, ())

    def tactics_of(self, identifier: str) -> tuple[Tactic, ...]:
        """Return the tactics a technique or sub-technique serves, in the order of the matrix."""
        return tuple(self.tactic(tactic) for tactic in self.technique(identifier).tactics)

    def mitigations_of(self, identifier: str, *, inherit: bool = True) -> tuple[Countermeasure, ...]:
        """Return what ATLAS sets against a technique, then, with `inherit`, what it sets against the parent only."""
        technique = self.technique(identifier)
        direct = self._countermeasures.get(technique.id, ())
        if not (inherit and technique.parent):
            return direct
        known = {measure.mitigation.id for measure in direct}
        inherited = (
            Countermeasure(measure.mitigation, "parent", measure.use)
            for measure in self._countermeasures.get(technique.parent, ())
            if measure.mitigation.id not in known
        )
        return (*direct, *inherited)

    def case_studies_using(self, identifier: str, *, children: bool = False) -> tuple[CaseStudy, ...]:
        """Return the case studies with a step of this technique, or with `children` of one of its sub-techniques."""
        wanted = {self.technique(identifier).id}
        if children:
            wanted.update(child.id for child in self.children(identifier))
        return tuple(study for study, used in self._used if not wanted.isdisjoint(used))

    def resolve(self, word: str) -> tuple[str, Problem | None]:
        """Return the id that an id or a name stands for today, and a warning AM208 when it is retired or renamed.

        Raise CatalogError AM219 when nothing has this id or name, or when several have this name.
        """
        if word in self._records:
            return word, None
        named = self._names.get(word, ())
        if len(named) > 1:
            hint = f"write one of {', '.join(named)}"
            raise CatalogError(Problem("AM219", f"{len(named)} records are named `{word}`", hint=hint))
        if named:
            return named[0], None
        for old in self.retired:
            if word in (old.id, old.name) and old.successor in self._records:
                return old.successor, self._retired(old)
        for new in self.renamed:
            if word == new.before:
                since = f" since {new.release}" if new.release else ""
                message = f"`{word}` is named `{new.after}`{since} ({new.id})"
                return new.id, Problem("AM208", message, hint=f"write {new.id}")
        raise CatalogError(self._unknown(word, "id or name"))

    def _find_as(self, wanted: type[Found], identifier: str, noun: str) -> Found:
        record = self._records.get(identifier)
        if isinstance(record, wanted):
            return record
        raise CatalogError(self._unknown(identifier, noun, wanted))

    def _unknown(self, word: str, noun: str, wanted: type[Record] | None = None) -> Problem:
        """Tell that nothing has this id, and what was probably meant: a successor, or ids and names that look alike."""
        message = f"unknown {noun} `{word}` in ATLAS {self.release}"
        old = next((old for old in self.retired if old.id == word), None)
        if old:
            since = f" in {old.release}" if old.release else ""
            return Problem("AM219", message, hint=f"retired{since}; its successor is {old.successor or 'not known'}")
        if word in self._records:
            return Problem("AM219", message, hint=f"{word} is the {kind_of(word)} `{self._records[word].name}`")
        records = [record for record in self if wanted is None or isinstance(record, wanted)]
        hint = nearest(word, [record.id for record in records]) if word.upper().startswith("AML") else None
        return Problem(
            "AM219", message, hint=hint or nearest(word, [self.display_name(record.id) for record in records])
        )

    def _retired(self, old: Retired) -> Problem:
        since = f" in {old.release}" if old.release else ""
        successor = old.successor or ""
        message = (
            f"{old.id} `{old.name}` was retired{since}; its successor is {successor} `{self.display_name(successor)}`"
        )
        return Problem("AM208", message, hint=f"write {successor}")

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {record.id: record for record in self}

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, tuple[str, ...]] = {}
        for record in self:
            for name in {record.name, self.display_name(record.id)}:
                names[name] = (*names.get(name, ()), record.id)
        return names

    @cached_property
    def _children(self) -> dict[str, tuple[Technique, ...]]:
        children: dict[str, tuple[Technique, ...]] = {}
        for technique in self.techniques:
            if technique.parent:
                children[technique.parent] = (*children.get(technique.parent, ()), technique)
        return children

    @cached_property
    def _used(self) -> tuple[tuple[CaseStudy, frozenset[str]], ...]:
        return tuple((study, frozenset(study.techniques)) for study in self.case_studies)

    @cached_property
    def _countermeasures(self) -> dict[str, tuple[Countermeasure, ...]]:
        measures: dict[str, tuple[Countermeasure, ...]] = {}
        for mitigation in self.mitigations:
            for link in mitigation.links:
                one = Countermeasure(mitigation, "atlas", link.use)
                measures[link.technique] = (*measures.get(link.technique, ()), one)
        return measures
