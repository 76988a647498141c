"""The closed language of checks: what may be asked of a record, a component or the whole organisation.

The small sibling of the rules' language: three-valued, with evidence, nothing executed. What is not said is unknown;
a section that is said is complete. Components are asked in the rules' own language (`component: …`).
"""

# ruff: noqa: D102 -- `evaluate` says what it returns once, in `Condition`.

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from atlasmodel._located import Record
from atlasmodel.document import Because
from atlasmodel.govern.reading import Truth, at_least, every, opposite
from atlasmodel.govern.situation import Place, Situation, because, day
from atlasmodel.match import conditions as of_rules
from atlasmodel.match.formula import truth
from atlasmodel.model.organisation import Organisation
from atlasmodel.model.organisation_words import NEVER, TECHNICAL

DAYS_A_MONTH = 30.44  # the mean month; a review interval of 12 months allows 365 days


@dataclass(frozen=True)
class Subject:
    """Be what a condition is asked about: a record, or a component in its pipeline."""

    situation: Situation
    name: str
    record: Record
    place: Place | None = None

    def because(self, fact: str) -> Because:
        """Return a reason that points at this subject."""
        return because(fact, self.name, self.record.span)

    def value(self, path: str) -> tuple[bool, Any]:
        """Return whether the file says anything under a name, and the value; components are asked for attributes."""
        if self.place is not None:
            return path in self.place.component.attributes, self.situation.value(self.place, path)
        here: Any = self.record
        for part in path.split("."):
            here = getattr(here, part, None)
        return here is not None, here


@dataclass(frozen=True)
class Outcome:
    """Be the answer of a condition with what it rests on."""

    truth: Truth
    because: tuple[Because, ...] = ()
    close: int = 0  # how many tests hold, so that the record that nearly fits can be shown


class Condition:
    """Be one node of the language; as text it says what is asked."""

    def evaluate(self, subject: Subject) -> Outcome:
        """Return the answer of this node for a subject."""
        raise TypeError(f"{type(self).__name__} is abstract")

    def __str__(self) -> str:
        return "what is asked holds"


@dataclass(frozen=True)
class All(Condition):
    """Hold when every part does."""

    parts: tuple[Condition, ...]

    def evaluate(self, subject: Subject) -> Outcome:
        outcomes = [part.evaluate(subject) for part in self.parts]
        close = sum(outcome.close + (outcome.truth == "yes") for outcome in outcomes)
        return replace(_joined(every(outcome.truth for outcome in outcomes), outcomes), close=close)

    def __str__(self) -> str:
        return " and ".join(map(str, self.parts))


@dataclass(frozen=True)
class AtLeast(Condition):
    """Hold when at least `count` of the parts do; `any` is at least one."""

    count: int
    parts: tuple[Condition, ...]

    def evaluate(self, subject: Subject) -> Outcome:
        outcomes = [part.evaluate(subject) for part in self.parts]
        return _joined(at_least(self.count, (outcome.truth for outcome in outcomes)), outcomes)


@dataclass(frozen=True)
class Not(Condition):
    """Hold when the part does not."""

    part: Condition

    def evaluate(self, subject: Subject) -> Outcome:
        outcome = self.part.evaluate(subject)
        return Outcome(opposite(outcome.truth), outcome.because)

    def __str__(self) -> str:
        return f"not {self.part}"


@dataclass(frozen=True)
class Field(Condition):
    """Hold when a field passes a test.

    `recorded` asks whether somebody wrote it down: no where the file says aloud that nobody knows, unknown where the
    file is silent. `has_outside` counts functions outside the technical teams.
    """

    name: str
    op: Literal["is", "in", "at_least", "at_most", "has", "has_all", "has_outside", "recorded", "agreed"]
    wanted: Any

    def evaluate(self, subject: Subject) -> Outcome:
        said, value = subject.value(self.name)
        label = self.name.replace("_", " ").replace(".", ", ")
        if self.op == "recorded":
            fact = f"{label} is {_in_words(value)}" if value is not None else f"{label} is not known"
            return Outcome("yes" if value is not None else "no" if said else "unknown", (subject.because(fact),))
        if value is None:
            return Outcome("unknown", (subject.because(f"{label} is not said"),))
        holds, fact = self._test(value, label)
        return Outcome("yes" if holds else "no", (subject.because(fact),))

    def __str__(self) -> str:
        label = self.name.replace("_", " ").replace(".", ", ")
        if self.op in ("recorded", "agreed"):
            return f"{label} is {self.op}"
        word = {"in": "is one of", "has": "has one of", "has_all": "has", "has_outside": "has from outside at least"}
        return f"{label} {word.get(self.op, self.op.replace('_', ' '))} {_in_words(self.wanted)}"

    def _test(self, value: Any, label: str) -> tuple[bool, str]:
        fact = f"{label} is {_in_words(value)}"
        if self.op == "has_outside":
            outside = tuple(item for item in value if item not in TECHNICAL)
            return len(outside) >= self.wanted, f"{label}: outside the technical teams {_in_words(outside)}"
        if self.op == "has_all":
            missing = tuple(item for item in self.wanted if item not in value)
            return not missing, f"{label} lacks {_in_words(missing)}" if missing else fact
        wanted = self.wanted if isinstance(self.wanted, tuple) else (self.wanted,)
        tests: dict[str, Callable[[], bool]] = {
            "agreed": lambda: value is not False and value != "",  # a term: true, or the clause that agrees it
            "is": lambda: any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in wanted),
            "at_least": lambda: bool(value >= self.wanted),
            "at_most": lambda: bool(value <= self.wanted),
            "has": lambda: not set(value).isdisjoint(wanted),
        }
        return tests["is" if self.op == "in" else self.op](), fact


@dataclass(frozen=True)
class Date(Condition):
    """Hold when an event happened, within some days of today, or not after (or before) another date."""

    name: str
    op: Literal["happened", "within_days", "not_after", "not_before", "past"]
    wanted: Any  # days, or the name of the other field

    def evaluate(self, subject: Subject) -> Outcome:
        _, written = subject.value(self.name)
        label = self.name.replace("_", " ").replace(".", ", ")
        if written == NEVER:
            return Outcome("no", (subject.because(f"{label}: never"),))
        when = day(written)
        if when is None:
            return Outcome("unknown", (subject.because(f"{label} is not said"),))
        if self.op in ("not_after", "not_before"):
            return self._beside(subject, when, label)
        if self.op == "happened" and not subject.situation.today:
            return Outcome("yes", (subject.because(_dated(label, when)),))
        today = subject.situation.today
        if today is None:
            return Outcome("unknown", (subject.because(f"{_dated(label, when)}; no day is given to compare it with"),))
        holds = {
            "happened": when <= today,
            "past": when < today,
            "within_days": when <= today <= when + dt.timedelta(days=self.wanted if self.op == "within_days" else 0),
        }[self.op]
        return Outcome("yes" if holds else "no", (subject.because(f"{_dated(label, when)}; today is {today}"),))

    def __str__(self) -> str:
        label = self.name.replace("_", " ").replace(".", ", ")
        past = {"happened": "happened", "past": "has gone by", "within_days": f"lies within {self.wanted} days"}
        return f"{label} {past.get(self.op) or self.op.replace('_', ' ') + ' ' + str(self.wanted).replace('_', ' ')}"

    def _beside(self, subject: Subject, when: dt.date, label: str) -> Outcome:
        _, written = subject.value(self.wanted)
        other, name = day(written), self.wanted.replace("_", " ")
        if other is None:
            return Outcome("unknown", (subject.because(f"{_dated(label, when)}; {name} is not said"),))
        holds = when <= other if self.op == "not_after" else when >= other
        return Outcome("yes" if holds else "no", (subject.because(f"{_dated(label, when)}, {_dated(name, other)}"),))


@dataclass(frozen=True)
class Same(Condition):
    """Hold when two fields say the same, whatever their case."""

    left: str
    right: str

    def evaluate(self, subject: Subject) -> Outcome:
        (_, one), (_, other) = subject.value(self.left), subject.value(self.right)
        if one is None or other is None:
            missing = self.left if one is None else self.right
            return Outcome("unknown", (subject.because(f"{missing.replace('_', ' ')} is not said"),))
        same = str(one).casefold().strip() == str(other).casefold().strip()
        return Outcome("yes" if same else "no", (subject.because(f"{self.left}: {one}; {self.right}: {other}"),))


@dataclass(frozen=True)
class Function(Condition):
    """Hold when the function behind a name (a role, team, person or function) lies outside the technical teams."""

    name: str

    def evaluate(self, subject: Subject) -> Outcome:
        _, value = subject.value(self.name)
        if value is None:
            return Outcome("unknown", (subject.because(f"{self.name.replace('_', ' ')} is not said"),))
        names = value if isinstance(value, tuple) else (value,)
        functions = [subject.situation.organisation.function_of(name) for name in names]
        if any(function is not None and function not in TECHNICAL for function in functions):
            return Outcome("yes", (subject.because(f"answered for by {_in_words(names)}"),))
        known = all(function is not None for function in functions)
        return Outcome("no" if known else "unknown", (subject.because(f"answered for by {_in_words(names)} only"),))


@dataclass(frozen=True)
class Count(Condition):
    """Hold when enough, or few enough, records of a section or of a list inside the subject pass a condition.

    With `about`, a field of references, only records that speak of the subject count.
    """

    of: str  # a section, or `.field` of the subject
    where: Condition | None
    about: str | None
    op: Literal["at_least", "at_most"]
    limit: int

    def evaluate(self, subject: Subject) -> Outcome:
        inside = self.of.startswith(".")
        _, rows = subject.value(self.of[1:]) if inside else (True, getattr(subject.situation.organisation, self.of))
        if rows is None:
            return Outcome("unknown", (subject.because(f"{self.of.lstrip('.').replace('_', ' ')}: not said"),))
        records = [row for row in rows if self.about is None or self._speaks(row, subject)]
        outcomes = [self._asked(subject, number, row) for number, row in enumerate(records)]
        if self.op == "at_most":
            enough = opposite(at_least(self.limit + 1, (item.truth for item in outcomes)))
            return _joined(enough, outcomes, flipped=True)
        enough = at_least(self.limit, (item.truth for item in outcomes))
        if enough != "no":
            return _joined(enough, outcomes)
        label = self.of.lstrip(".").replace("_", " ")
        first = subject.because(f"no entry in {label} where {self.where}" if self.where else f"no entry in {label}")
        best = max((outcome.close for outcome in outcomes), default=0)
        near = [outcome for outcome in outcomes if outcome.close == best] if best else []
        return Outcome("no", (first, *_joined("no", near).because))

    def _asked(self, subject: Subject, number: int, row: Any) -> Outcome:
        name = getattr(row, "id", None) or getattr(row, "kind", None) or f"{self.of.lstrip('.')}[{number}]"
        inner = Subject(subject.situation, str(name), row)
        if self.where is None:
            return Outcome("yes", (inner.because(f"listed under {self.of.lstrip('.')}"),))
        return self.where.evaluate(inner)

    def _speaks(self, row: Any, subject: Subject) -> bool:
        names = getattr(row, self.about or "", None) or ()
        if subject.place is not None:
            return subject.situation.speaks_of(names, subject.place)
        mine = {"*", subject.name, *(getattr(subject.record, "pipelines", None) or ())}
        return not mine.isdisjoint(names)


@dataclass(frozen=True)
class OfComponent(Condition):
    """Hold when the component passes a condition of the rules' language, which may follow the graph."""

    condition: of_rules.Condition

    def evaluate(self, subject: Subject) -> Outcome:
        if subject.place is None:
            return Outcome("unknown", (subject.because("no component is meant"),))
        technical = subject.place.technical
        ids = technical.pipeline.by_id
        scope = of_rules.Scope(technical.pipeline, subject.situation.vocabulary, subject.place.component)
        outcome = self.condition.evaluate(scope)
        answer = truth(outcome.formula)
        telling = [item for item in outcome.evidence if truth(item.formula) == answer] or outcome.evidence
        said = dict.fromkeys(
            because(item.fact, f"{technical.id}/{item.at}" if item.at in ids else item.at, item.span)
            for item in telling
        )
        return Outcome(answer, tuple(said))


@dataclass(frozen=True)
class Owned(Condition):
    """Hold when somebody owns the component."""

    def evaluate(self, subject: Subject) -> Outcome:
        owner = subject.situation.owner(subject.place) if subject.place else None
        fact = f"owned by {owner}" if owner else "nobody owns it"
        return Outcome("yes" if owner else "no", (subject.because(fact),))


@dataclass(frozen=True)
class Always(Condition):
    """Hold."""

    def evaluate(self, subject: Subject) -> Outcome:
        return Outcome("yes")


def whole(situation: Situation) -> Subject:
    """Return the organisation itself as a subject."""
    organisation: Organisation = situation.organisation
    return Subject(situation, organisation.name, organisation)


def _joined(answer: Truth, outcomes: Iterable[Outcome], *, flipped: bool = False) -> Outcome:
    """Return an answer with the evidence that made it; where none tells, all of it."""
    known = list(outcomes)
    wanted = opposite(answer) if flipped else answer
    telling = [outcome for outcome in known if outcome.truth == wanted] or known
    return Outcome(answer, tuple(dict.fromkeys(item for outcome in telling for item in outcome.because)))


def _dated(label: str, when: dt.date) -> str:
    """Return an event with its day.

    >>> _dated("passed on", dt.date(2026, 6, 12)), _dated("last audit", dt.date(2026, 6, 12))
    ('passed on 2026-06-12', 'last audit: 2026-06-12')
    """
    return f"{label} {when}" if label.endswith(" on") else f"{label}: {when}"


def _in_words(value: Any) -> str:
    if isinstance(value, tuple | dict):
        return ", ".join(str(item).replace("_", " ") for item in value) or "nobody"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ")
