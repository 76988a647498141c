"""Run checks on a situation: every check gives pass, fail, unknown or not applicable, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atlasmodel._located import Record
from atlasmodel.document import Because, rounded
from atlasmodel.govern.check import Check
from atlasmodel.govern.conditions import Outcome, Subject, whole
from atlasmodel.govern.measures import MEASURES
from atlasmodel.govern.reading import Bounds, Reading, Truth, Verdict, every, share
from atlasmodel.govern.result import Figure, Result
from atlasmodel.govern.situation import Situation, because, no_pipeline

MAX_REASONS = 12
_VERDICT: dict[Truth, Verdict] = {"yes": "pass", "no": "fail", "unknown": "unknown"}


def run(checks: Iterable[Check], situation: Situation) -> tuple[Result, ...]:
    """Return the result of every check but the scores, in the order given."""
    return tuple(evaluate(check, situation) for check in checks if check.type != "score")


def evaluate(check: Check, situation: Situation) -> Result:
    """Return the result of one check."""
    readings = readings_of(check, situation)
    truths = [judge(check, reading) for reading in readings]
    figure = share(truths) if check.share else _figure(check, readings)
    answer: Truth = check.share.judge(figure) if check.share else every(truths)
    verdict: Verdict = _VERDICT[answer] if readings else "not_applicable"
    wanted: Truth = {"pass": "yes", "fail": "no"}.get(verdict, "unknown")  # type: ignore[assignment]
    telling = [
        item for reading, truth in zip(readings, truths, strict=True) if truth == wanted for item in reading.because
    ]
    reasons = tuple(dict.fromkeys(telling))
    return Result(
        check=check.id,
        title=check.title,
        type=check.type,
        statements=check.statements,
        result=verdict,
        says=_filled(check.says[verdict], truths),
        because=reasons[:MAX_REASONS],
        more=max(0, len(reasons) - MAX_REASONS),
        value=Figure(low=rounded(figure[0]), high=rounded(figure[1]), unit=check.unit) if figure else None,
        advice=check.advice if verdict in ("fail", "unknown") else None,
        pillar=check.pillar,
        phases=check.phases,
        rows=tuple(dict(reading.row) for reading in readings if reading.row),
    )


def readings_of(check: Check, situation: Situation) -> tuple[Reading, ...]:
    """Return what a check reads: one reading a subject, none where it does not apply."""
    if check.measure is not None:
        return tuple(MEASURES[check.measure](situation, check.options))
    if check.about == "organisation":
        return tuple(_asked(check, [whole(situation)]))
    if check.about == "components":
        if not situation.pipelines:
            return (no_pipeline(situation),)
        places = situation.places(check.kinds)
        return tuple(_asked(check, [Subject(situation, place.id, place.component, place) for place in places]))
    rows: Sequence[Record] | None = getattr(situation.organisation, check.about)
    if rows is None:
        text = f"`{check.about}` is not in the file"
        return (Reading(check.about, None, (because(text, situation.organisation.name),)),)
    named = ((str(getattr(row, "id", None) or f"{check.about}[{number}]"), row) for number, row in enumerate(rows))
    return tuple(_asked(check, [Subject(situation, name, row) for name, row in named]))


def judge(check: Check, reading: Reading) -> Truth:
    """Tell whether a reading passes."""
    if check.target is not None:
        return check.target.judge(reading.value)
    return "unknown" if reading.value is None else "yes" if reading.value else "no"


def _asked(check: Check, subjects: Iterable[Subject]) -> Iterable[Reading]:
    for subject in subjects:
        concerned = check.where.evaluate(subject) if check.where else Outcome("yes")
        if concerned.truth == "no":
            continue
        outcome = check.passes.evaluate(subject) if check.passes else Outcome("unknown")
        if concerned.truth == "unknown" and outcome.truth != "yes":
            yield Reading(subject.name, None, concerned.because)
            continue
        value = None if outcome.truth == "unknown" else outcome.truth == "yes"
        yield Reading(subject.name, value, _named(outcome.because, subject))


def _named(reasons: Sequence[Because], subject: Subject) -> tuple[Because, ...]:
    return tuple(reasons) or (subject.because("as it should be"),)


def _figure(check: Check, readings: Sequence[Reading]) -> Bounds | None:
    """Return the range over all readings of a measure that gives figures."""
    if check.measure is None:
        return None
    bounds = [reading.value for reading in readings if isinstance(reading.value, tuple)]
    return (min(low for low, _ in bounds), max(high for _, high in bounds)) if bounds else None


def _filled(text: str, truths: Sequence[Truth]) -> str:
    """Return a sentence with the numbers of subjects: {failed}, {passed}, {unknown}, {all}.

    >>> _filled("All {all} twins are up to date.", ["yes"])
    'All twins are up to date.'
    """
    if len(truths) == 1:
        text = text.replace("ll {all} ", "ll ")
    numbers = {"{failed}": truths.count("no"), "{passed}": truths.count("yes"), "{unknown}": truths.count("unknown")}
    for mark, number in {**numbers, "{all}": len(truths)}.items():
        text = text.replace(mark, str(number))
    return text
