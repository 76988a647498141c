"""What changed between two ATLAS releases, from the data and never from a changelog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from atlasmodel.catalog.records import CaseStudy, Record, Technique
from atlasmodel.catalog.store import Catalog


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """Say what changed in one record: from `before` to `after`, one of them empty where something came or went."""

    id: str
    name: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        if not self.before and not self.after:
            return f"{self.id} {self.name}"
        return f"{self.id} {self.name}: {self.before or 'none'} -> {self.after or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogDiff:
    """Hold the changes from one release to another, by id.

    `removed` names the successor in `after` where one is known; `moved` is about tactics, `regrouped` about parents,
    `linked` and `unlinked` about mitigations (one change a technique), `retold` about the steps of a case study.
    """

    before: str
    after: str
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    renamed: tuple[Change, ...]
    moved: tuple[Change, ...]
    regrouped: tuple[Change, ...]
    matured: tuple[Change, ...]
    linked: tuple[Change, ...]
    unlinked: tuple[Change, ...]
    retold: tuple[Change, ...]

    def __bool__(self) -> bool:
        return any(True for _ in self._groups())

    def __str__(self) -> str:
        lines = [f"ATLAS {self.before} -> {self.after}"]
        for group, changes in self._groups():
            lines += [f"{group} ({len(changes)})", *(f"  {change}" for change in changes)]
        return "\n".join(lines if len(lines) > 1 else [*lines, "no change"])

    @property
    def touched(self) -> frozenset[str]:
        """Return the id of every record with a change, to find what refers to it."""
        return frozenset(change.id for _, changes in self._groups() for change in changes)

    def rows(self) -> list[dict[str, str]]:
        """Return every change as plain data: change, id, name, before, after."""
        return [
            {"change": group, "id": one.id, "name": one.name, "before": one.before, "after": one.after}
            for group, changes in self._groups()
            for one in changes
        ]

    def _groups(self) -> Iterator[tuple[str, tuple[Change, ...]]]:
        for one in fields(self)[2:]:
            if changes := getattr(self, one.name):
                yield one.name, changes


def diff_catalogs(before: Catalog, after: Catalog) -> CatalogDiff:
    """Return what changed from one catalogue to the other; what one of the two formats lacks does not count."""
    told = before.case_studies and after.case_studies  # STIX has neither case studies nor maturity
    old, new = ({one.id: one for one in each if told or not isinstance(one, CaseStudy)} for each in (before, after))
    successors = {one.id: one.successor or "" for one in after.retired}
    both = [(old[identifier], new[identifier]) for identifier in sorted(old.keys() & new.keys())]
    names = [(one, one.name, other.name) for one, other in both]
    techniques = [(one, other) for one, other in both if isinstance(one, Technique) and isinstance(other, Technique)]
    linked, unlinked = _links(before, after)
    return CatalogDiff(
        before=before.release,
        after=after.release,
        added=tuple(Change(one, after.display_name(one)) for one in sorted(new.keys() - old.keys())),
        removed=tuple(
            Change(one, before.display_name(one), one if one in successors else "", successors.get(one, ""))
            for one in sorted(old.keys() - new.keys())
        ),
        renamed=_changes(after, names),
        moved=_changes(after, [(one, _set(one.tactics), _set(other.tactics)) for one, other in techniques]),
        regrouped=_changes(after, [(one, one.parent or "", other.parent or "") for one, other in techniques]),
        matured=_changes(
            after,
            [(one, one.maturity, other.maturity) for one, other in techniques if one.maturity and other.maturity],
        ),
        linked=linked,
        unlinked=unlinked,
        retold=_changes(after, [found for one, other in both for found in _steps(one, other)]),
    )


def _changes(after: Catalog, values: Iterable[tuple[Record, Any, Any]]) -> tuple[Change, ...]:
    return tuple(Change(one.id, after.display_name(one.id), old, new) for one, old, new in values if old != new)


def _set(words: Iterable[str]) -> str:
    """Return words in one order, since the columns of the matrix change places too."""
    return ", ".join(sorted(words))


def _links(before: Catalog, after: Catalog) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return the links between mitigations and techniques that came and that went, one change a pair."""
    old = {(one.id, technique) for one in before.mitigations for technique in one.techniques}
    new = {(one.id, technique) for one in after.mitigations for technique in one.techniques}
    came = tuple(Change(one, after.display_name(one), "", technique) for one, technique in sorted(new - old))
    went = tuple(Change(one, before.display_name(one), technique, "") for one, technique in sorted(old - new))
    return came, went


def _steps(one: Record, other: Record) -> Iterator[tuple[Record, str, str]]:
    if isinstance(one, CaseStudy) and isinstance(other, CaseStudy):
        old, new = ([f"{step.tactic} {step.technique}" for step in study.steps] for study in (one, other))
        yield one, ", ".join(old), ", ".join(new)
