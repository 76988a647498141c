"""What may happen, what would help most and who can do it, and which risks somebody lives with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atlasmodel.delivery import Deliverer, deliverers
from atlasmodel.document import GoalResult
from atlasmodel.govern.situation import Technical
from atlasmodel.model.organisation_words import TECHNICAL
from atlasmodel.view.desk import Desk
from atlasmodel.view.filling import listed, percent

PERSONAL = ("ethical", "safety", "legal")  # the sorts of impact that a person feels


def ends(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield what may happen, the worst first, each end once with the adversary who is likeliest to bring it about."""
    found: list[tuple[Technical, GoalResult]] = []
    for technical, assessment in desk.assessed:
        seen: set[str] = set()
        for goal in assessment.goals:
            if goal.fact not in seen:
                seen.add(goal.fact)
                found.append((technical, goal))
    found.sort(key=lambda pair: (-pair[1].risk, pair[0].id, pair[1].fact))
    for technical, goal in found:
        yield {
            "what": goal.meaning,
            "where": desk.names.name(f"{technical.id}/{goal.at}"),
            "pipeline": technical.pipeline.name,
            "who": desk.names.name(f"{technical.id}!{goal.adversary}"),
            "severity": goal.severity,
            "chance": percent(goal.probability.point, goal.probability.point),
            "risk": goal.risk,
            "personal": any(name in goal.impact for name in PERSONAL),
        }


def harms(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield those ends that a person feels."""
    return (row for row in ends(desk) if row["personal"])


def measures(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the measures that remove most risk, with days, money, the team, and whether it knows enough."""
    organisation, library = desk.situation.organisation, desk.situation.library
    whole = {technical.id: assessment.totals.risk for technical, assessment in desk.assessed}
    known = deliverers((row for _, row in desk.measures), organisation, library)
    for (technical, row), who in zip(desk.measures, known, strict=True):
        currency = desk.assessment(technical.pipeline).inputs.workspace.scoring.rates.currency
        share = row.removes / whole[technical.id] if whole[technical.id] else 0.0
        yield {
            "measure": row.name,
            "control": row.control,
            "pipeline": technical.pipeline.name,
            "where": desk.names.name(f"{technical.id}/{row.at}") if row.at != "*" else technical.pipeline.name,
            "takes_off": percent(share, share),
            "days": row.effort_days,
            "money": row.money,
            "currency": currency,
            "besides": f"{row.money:,.0f} {currency}" if row.money else "none",
            "team": desk.names.name(who.team) if who.team else None,
            "exists": who.exists,
            "mine": who.team is not None and organisation.function_of(who.team) in desk.functions,
            "can": _can(who, desk),
        }


def own_measures(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield those measures that a team of the reader's would deliver."""
    return (row for row in measures(desk) if row["mine"])


def _can(who: Deliverer, desk: Desk) -> str:
    """Return in words who can deliver a measure."""
    if who.team is None:
        functions = listed([desk.names.word(name) for name in who.functions])
        return f"No team of {functions} is on record"
    team = desk.names.name(who.team)
    if who.alone:
        return f"{team} has the skills"
    if who.exists == "no":
        gaps = [name for name in who.lacks if not who.helped_by[name]]
        return f"{team}: nobody here knows {listed([desk.names.word(name) for name in gaps])} well enough"
    if who.exists == "unknown":
        return f"{team}: too little is on record about skills"
    helpers = [f"{desk.names.name(teams[0])} ({desk.names.word(name)})" for name, teams in who.helped_by.items()]
    return f"{team}, with help from {listed(helpers)}"


def accepted(desk: Desk) -> Iterator[dict[str, Any]]:
    """Yield the risks somebody decided to live with: who, until when, whether outside the technical teams."""
    organisation, names = desk.situation.organisation, desk.names
    cases: list[tuple[str, tuple[str, ...], str | None]] = []
    for technical in desk.situation.production:
        cases += [(one.finding, (one.by,) if one.by else (), one.until) for one in technical.pipeline.accept]
    cases += [(one.of, (one.accepted_by,) if one.accepted_by else (), one.due)
              for one in organisation.risks or () if one.treatment == "accept"]  # fmt: skip
    cases += [(one.what, tuple(one.by or ()), None)
              for one in organisation.decisions or () if one.kind == "risk_acceptance"]  # fmt: skip
    for what, by, until in cases:
        functions = [organisation.function_of(name) for name in by]
        yield {
            "what": names.name(what),
            "by": [names.name(name) for name in by] or None,
            "until": until or "no end is set",
            "outside": None if not by else any(one is not None and one not in TECHNICAL for one in functions),
        }
