"""What is asked of a plan, checked: limits, roles, measures that must or must not be in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.mitigate.controls import Control
from atlasmodel.mitigate.placement import Named, apart
from atlasmodel.plan import Objective
from atlasmodel.planning.candidate import Candidate
from atlasmodel.planning.limits import Limit, Limits, without_spare

OBJECTIVES: tuple[Objective, ...] = ("risk", "best-attack")
WORKDAYS = 5  # of a week


@dataclass(frozen=True)
class Request:
    """Say what a plan may take and what it is for; `None` is no limit.

    `budget` is money, `days` person-days, both over the first year; `by` a number of working days from now or a date;
    `roles` who is available, or how many people of each role.
    """

    budget: float | None = None
    days: float | None = None
    measures: int | None = None
    by: float | str | None = None
    roles: Iterable[str] | Mapping[str, float] | None = None
    fixed: Sequence[str | tuple[str, str]] = ()
    forbidden: Sequence[str | tuple[str, str]] = ()
    objective: Objective = "risk"
    target: float | None = None
    cut: str | None = None
    below: float = 0.01
    people: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        problems = []
        for name in ("budget", "days", "measures", "target", "below"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not math.isfinite(value) or value < 0):
                problems.append(Problem("AM162", f"`{name}` is {value}", hint="a number from 0"))
        if self.measures is not None and self.measures != int(self.measures):
            problems.append(Problem("AM162", f"`measures` is {self.measures}", hint="a whole number from 0"))
        if self.objective not in OBJECTIVES:
            hint = nearest(self.objective, OBJECTIVES) or ", ".join(OBJECTIVES)
            problems.append(Problem("AM166", f"there is no objective `{self.objective}`", hint=hint))
        if self.target is not None and self.cut is not None:
            problems.append(Problem("AM162", "`target` and `cut` ask for two different plans", hint="give one of them"))
        roles = self.roles or ()
        people = dict(roles) if isinstance(roles, Mapping) else dict.fromkeys(roles, 1.0)
        for role, count in people.items():
            if isinstance(count, bool) or not math.isfinite(count) or count < 0:
                problems.append(Problem("AM162", f"{count} people of role `{role}`", hint="a number from 0"))
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "people", people)

    @property
    def limited(self) -> bool:
        """Tell whether anything limits the plan or says what it must reach."""
        limits = (self.budget, self.days, self.measures, self.by, self.target, self.cut)
        return any(limit is not None for limit in limits)

    def workdays(self, as_of: str | None) -> float | None:
        """Return the working days until the plan has to be done; a date needs to know what day it is."""
        if self.by is None or not isinstance(self.by, str):
            if self.by is not None and (not math.isfinite(self.by) or self.by < 0):
                raise InputError(Problem("AM162", f"`by` is {self.by}", hint="working days from 0, or a date"))
            return self.by
        try:
            end = date.fromisoformat(self.by)
        except ValueError:
            raise InputError(
                Problem("AM162", f"`{self.by}` is no date such as 2026-11-30", hint="or give a number of working days")
            ) from None
        if as_of is None:
            message = f"a plan by {self.by} needs to know what day it is today"
            raise InputError(Problem("AM168", message, hint="give --as-of, `as_of:` in the file, or working days"))
        start = date.fromisoformat(as_of)
        return float(sum((start + timedelta(ahead)).weekday() < WORKDAYS for ahead in range(1, (end - start).days + 1)))


def limits_of(
    request: Request, candidates: Sequence[Candidate], controls: Mapping[str, Control], workdays: float | None
) -> Limits:
    """Return the limits as rows over the candidates; raise InputError for what cannot be kept."""
    problems: list[Problem] = []
    fixed = _named(request.fixed, candidates, controls, problems, one=True)
    forbidden = _named(request.forbidden, candidates, controls, problems, one=False)
    for lever in sorted(fixed & forbidden):
        problems.append(Problem("AM163", f"`{candidates[lever].id}` is both fixed and forbidden"))
    known = sorted({role for control in controls.values() for role in _roles(control)})
    for role in request.people:
        if role not in known:
            hint = nearest(role, known) or f"roles: {', '.join(known)}"
            problems.append(Problem("AM164", f"no measure is delivered by `{role}`", hint=hint))
    closed = set(forbidden)
    if request.people:
        closed |= {lever for lever, item in enumerate(candidates) if item.role not in request.people} - fixed
    rows = []
    if request.budget is not None:
        rows.append(Limit("budget", tuple(item.cost.likely for item in candidates), request.budget))
    if request.days is not None:
        rows.append(Limit("days", tuple(item.days.likely for item in candidates), request.days))
    if request.measures is not None:
        rows.append(Limit("measures", (1.0,) * len(candidates), float(request.measures)))
    if workdays is not None:
        for role in sorted({item.role for item in candidates}):
            weights = tuple(_once(item) if item.role == role else 0.0 for item in candidates)
            rows.append(Limit(f"days of {role}", weights, workdays * request.people.get(role, 1.0)))
    limits = Limits(len(candidates), tuple(rows), frozenset(fixed), frozenset(closed))
    for row in rows:
        if row.of(fixed) > row.most + 1e-9:
            message = f"what is fixed takes {row.of(fixed):g} of {row.name}, and {row.most:g} is the limit"
            problems.append(Problem("AM163", message, hint="raise the limit or fix less"))
    if problems:
        raise InputError(problems)
    acted = [tuple(item.acted) for item in candidates]
    return without_spare(limits, acted, [item.control.id for item in candidates])


def _once(candidate: Candidate) -> float:
    return candidate.control.effort_days.once.likely


def _roles(control: Control) -> tuple[str, ...]:
    return (control.delivered_by or "anyone",)


def _named(
    names: Iterable[Named],
    candidates: Sequence[Candidate],
    controls: Mapping[str, Control],
    problems: list[Problem],
    *,
    one: bool,
) -> set[int]:
    """Return the candidates that are meant by `control`, `control@place` or (control, place)."""
    found: set[int] = set()
    for name in names:
        control, place = apart(name)
        word = f"{control}@{place}" if place else control
        if control not in controls:
            hint = nearest(control, controls) or "`atlasmodel mitigations list` names them"
            problems.append(Problem("AM161", f"there is no control `{control}`", hint=hint))
            continue
        meant = [
            lever for lever, item in enumerate(candidates) if item.control.id == control and place in ("", item.at)
        ]
        places = [item.at for item in candidates if item.control.id == control]
        if not meant and one:
            hint = f"it would at {', '.join(places)}" if places else "it is in place already, or acts on nothing here"
            problems.append(Problem("AM161", f"`{word}` would lower nothing here", hint=hint))
        elif len(meant) > 1 and one:
            problems.append(
                Problem("AM161", f"`{control}` could stand at several places", hint=f"say which: {', '.join(places)}")
            )
        found.update(meant)
    return found
