"""What things are called: an id of a component, record, team or finding -> the name by which people know it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from atlasmodel._located import Record
from atlasmodel.govern.conditions import DAYS_A_MONTH
from atlasmodel.govern.situation import Place, Situation, day
from atlasmodel.model.organisation import BY_ID, LISTS, Policy, Project, Risk
from atlasmodel.model.organisation_words import Amount
from atlasmodel.view.filling import listed

ALL = "*"


_FLOW = re.compile(r"(?<![\w.-])([\w.-]+) -\w+-> ([\w.-]+)")
_ID = re.compile(r"(?<![\w.])[\w.]+(?:[/-][\w.]+)+")
_TRUTH = re.compile(r"\b(?:True|False)\b")
QUOTED = ("projects", "policies", "decisions")  # their names are phrases, which would run into the sentence


class Names:
    """Look up names and values by id, over all pipelines and sections of one situation."""

    def __init__(self, situation: Situation, words: Mapping[str, str]) -> None:
        self.situation, self.words = situation, words
        self._things: dict[str, list[tuple[str, Record | Place]]] = {}
        for found in (self._parts, self._records):  # records are named after the parts that they are of
            for name, title, thing in found():
                self._things.setdefault(name, []).append((title, thing))

    def _records(self) -> Iterator[tuple[str, str, Record]]:
        for section in (*BY_ID, *LISTS):
            for number, row in enumerate(getattr(self.situation.organisation, section) or ()):
                title = self._title(row, section)
                title = f'"{title}"' if section in QUOTED else title
                keys = (getattr(row, "id", None), getattr(row, "what", None), f"{section}[{number}]")
                yield from ((key, title, row) for key in keys if key)
                if isinstance(row, Risk):
                    yield row.of, title, row

    def _title(self, row: Record, section: str) -> str:
        for field in ("title", "vendor", "what"):
            if getattr(row, field, None):
                return str(getattr(row, field))
        of = getattr(row, "of", ())
        about = listed([self.name(one) for one in ((of,) if isinstance(of, str) else of) if one != ALL])
        kind, on = getattr(row, "kind", None), getattr(row, "on", None)
        named = (self.word(kind or section), f"of {about}" if of and about != "none" else "", f"on {on}" if on else "")
        return " ".join(part for part in named if part)

    def _parts(self) -> Iterator[tuple[str, str, Record | Place]]:
        for technical in self.situation.pipelines:
            pipeline = technical.pipeline
            yield technical.id, pipeline.name, pipeline
            for component in pipeline.components:
                title = f"{component.title or component.id} ({pipeline.name})"
                for name in (f"{technical.id}/{component.id}", component.id):
                    yield name, title, Place(technical, component)
            for flow in pipeline.flows:
                ends = [pipeline.by_id[end].title or end for end in (flow.source, flow.target)]
                yield f"{technical.id}/{flow.id}", f"{ends[0]} to {ends[1]} ({pipeline.name})", flow
            for accepted in pipeline.accept:
                rule, _, where = accepted.finding.partition("@")
                found = (one.title for one in technical.parts.findings if one.id == accepted.finding)
                at = pipeline.by_id[where].title if where in pipeline.by_id else where
                yield accepted.finding, f'"{next(found, rule)}" ({at})', accepted
            for asset in pipeline.assets:
                yield f"{technical.id}#{asset.id}", asset.title or asset.id, asset
            for adversary in pipeline.adversaries:
                yield f"{technical.id}!{adversary.id}", adversary.title or self.word(adversary.profile), adversary

    def name(self, at: str) -> str:
        """Return what people call something; an id nobody gave a name to is made readable."""
        if at in self._things:
            return self._things[at][0][0]
        one, joined, other = at.partition(" and ")
        if joined and {one, other} <= self._things.keys():
            return f"{self.name(one)} with {self.name(other)}"
        control = self.situation.library.find(at)
        return control.name if control else self.word(at)

    def word(self, word: str) -> str:
        """Return a word of the files as people say it."""
        return self.words.get(word, word.replace("_", " "))

    def told(self, fact: str) -> str:
        """Return a fact of a check with names in place of ids, and flows as people speak of them."""
        told = _FLOW.sub(lambda found: f"{self._short(found[1])} to {self._short(found[2])}", fact)
        told = _ID.sub(lambda found: self._short(found[0]), told)
        for phrase, words in self.words.items():
            if " " in phrase and phrase in told:
                told = told.replace(phrase, words)
        return _TRUTH.sub(lambda found: "yes" if found[0] == "True" else "no", told)

    def _short(self, at: str) -> str:
        """Return a name without the pipeline that it is in."""
        return self.name(at).partition(" (")[0] if at in self._things else at

    def value(self, at: str, field: str) -> Any:
        """Return a field of what goes by an id, or None where it is not said; `DAYS` are worked out."""
        for _, thing in self._things.get(at, ()):
            found: Any = None
            if isinstance(thing, Place):
                found = self.situation.value(thing, field)
            else:
                found = DAYS[field](thing) if field in DAYS else getattr(thing, field, None)
            if isinstance(found, Amount):
                return f"{found.low:,.0f} to {found.high:,.0f} {self.situation.organisation.currency}"
            if found is not None:
                return found
        return None

    def owner(self, at: str) -> str | None:
        """Return who owns something, by name."""
        owner = self._owner(at) or self.value(at, "owner")
        return self.name(owner) if owner else None

    def functions(self, at: str) -> set[str]:
        """Return the functions that something belongs to: those of its owner, or of the teams it names."""
        owner = self._owner(at)
        names = [owner] if owner else at.split(" and ")
        return {found for name in names if (found := self.situation.organisation.function_of(name))}

    def _owner(self, at: str) -> str | None:
        places = (thing for _, thing in self._things.get(at, ()) if isinstance(thing, Place))
        return next((self.situation.owner(place) for place in places), None)


def _next_review(record: Record) -> str | None:
    last = day(record.last_review) if isinstance(record, Policy) else None
    if last is None or not isinstance(record, Policy) or not record.review_every_months:
        return None
    return str(last + dt.timedelta(days=DAYS_A_MONTH * record.review_every_months))


def _gate_due(record: Record) -> str | None:
    """Return the day of the first gate that a project has not passed."""
    gates = record.gates or () if isinstance(record, Project) else ()
    return min((gate.due for gate in gates if gate.due and day(gate.passed_on) is None), default=None)


# The days that no field holds as it stands.
DAYS: Mapping[str, Callable[[Record], str | None]] = {"next_review": _next_review, "gate_due": _gate_due}
