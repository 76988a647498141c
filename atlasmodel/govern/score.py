"""Scores: three pillars by four phases, six recommended actions; what is unknown makes a score a range."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from atlasmodel.document import rounded
from atlasmodel.govern.check import PHASES, PILLARS, Check
from atlasmodel.govern.reading import Verdict
from atlasmodel.govern.result import Figure, Raise, Result, Score
from atlasmodel.govern.situation import because

MAX_RAISES = 10


def count(identity: str, title: str, verdicts: Iterable[Verdict]) -> Score:
    """Return a score over some results; those that do not apply do not count.

    >>> score = count("R1", "Governance", ["pass", "fail", "unknown", "not_applicable", "pass"])
    >>> score.low, score.high
    (0.5, 0.75)
    """
    known = [verdict for verdict in verdicts if verdict != "not_applicable"]
    passed, failed, unknown = (known.count(word) for word in ("pass", "fail", "unknown"))
    every = max(1, len(known))
    low, high = (passed / every, (passed + unknown) / every) if known else (0.0, 1.0)
    return Score(
        id=identity, title=title, low=rounded(low), high=rounded(high), passed=passed, failed=failed, unknown=unknown
    )


def scorecard(results: Sequence[Result]) -> tuple[Score, ...]:
    """Return a score for each pillar and phase, `policy/design` to `personnel/use`."""
    return tuple(
        count(
            f"{pillar}/{phase}",
            f"{pillar.capitalize()} in {phase}",
            (item.result for item in results if item.pillar == pillar and phase in item.phases),
        )
        for pillar in PILLARS
        for phase in PHASES
    )


def actions(checks: Iterable[Check], results: Sequence[Result]) -> tuple[tuple[Score, Result], ...]:
    """Return the scores of the recommended actions, each also as a result against its target."""
    by_id = {result.check: result for result in results}
    scored = []
    for check in checks:
        if check.type == "score" and check.target:
            parts = [by_id[name] for name in check.over if name in by_id]
            score = count(str(check.statements[0]), check.title, (part.result for part in parts))
            answer = check.target.judge((score.low, score.high))
            verdict: Verdict = {"yes": "pass", "no": "fail"}.get(answer, "unknown")  # type: ignore[assignment]
            reasons = (
                because(f"{part.title}: {part.result}", part.check)
                for part in parts
                if part.result == ("fail" if verdict == "fail" else "unknown" if verdict == "unknown" else "pass")
            )
            result = Result(
                check=check.id,
                title=check.title,
                type=check.type,
                statements=check.statements,
                result=verdict,
                says=check.says[verdict],
                because=tuple(reasons),
                value=Figure(low=score.low, high=score.high),
                advice=check.advice if verdict != "pass" else None,
            )
            scored.append((score, result))
    return tuple(scored)


def raises(checks: Iterable[Check], results: Sequence[Result]) -> tuple[Raise, ...]:
    """Return the checks whose passing would add most to the six scores, the most first."""
    by_id = {result.check: result for result in results}
    adds: dict[str, float] = {}
    to: dict[str, list[str]] = {}
    for check in checks:
        counted = [name for name in check.over if name in by_id and by_id[name].result != "not_applicable"]
        for name in counted:
            if by_id[name].result != "pass":
                adds[name] = adds.get(name, 0.0) + 1 / len(counted)
                to.setdefault(name, []).append(str(check.statements[0]))
    ranked = sorted(adds, key=lambda name: (-round(adds[name], 9), name))
    return tuple(
        Raise(
            check=name, title=by_id[name].title, result=by_id[name].result, adds=rounded(adds[name]),
            to=tuple(to[name]), advice=by_id[name].advice or "",
        )
        for name in ranked[:MAX_RAISES]
    )  # fmt: skip
