"""Risk: who accepts it, what is planned against it, whom it touches beyond security, which attacks were tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.document import AttackPath, rounded
from atlasmodel.govern.measures.people import lifecycle
from atlasmodel.govern.measures.projects import SECURITY
from atlasmodel.govern.reading import Reading, Truth, share
from atlasmodel.govern.situation import SEVERE, Place, Situation, Technical, because, day, no_pipeline, techniques_at
from atlasmodel.match.rule import ADVERSARY
from atlasmodel.model.organisation_words import TECHNICAL

# Who outside the technical teams can answer for a sort of harm.
ANSWERS = {
    "legal": ("legal", "risk"),
    "ethical": ("ethics", "legal", "risk", "product"),
    "reputational": ("executive", "product", "legal"),
    "financial": ("finance", "executive", "risk"),
    "safety": ("risk", "product", "executive", "end_users"),
}
SPEAKERS = ("executive", "legal", "product")
ACTIVE = ("planned", "partial", "in_place", "verified")


def acceptance(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every accepted risk whether somebody outside the technical teams answers for it."""
    organisation = situation.organisation
    cases: list[tuple[str, tuple[str, ...], Any]] = []
    for technical in situation.production:
        cases += [(one.finding, (one.by,) if one.by else (), one.span) for one in technical.pipeline.accept]
    cases += [(one.of, (one.accepted_by,) if one.accepted_by else (), one.span)
              for one in organisation.risks or () if one.treatment == "accept"]  # fmt: skip
    cases += [
        (one.what, one.by or (), one.span) for one in organisation.decisions or () if one.kind == "risk_acceptance"
    ]
    for at, names, span in cases:
        functions = [organisation.function_of(name) for name in names]
        text = f"accepted by {', '.join(names)}" if names else "who accepted it is not said"
        if any(function is not None and function not in TECHNICAL for function in functions):
            yield Reading(at, True, (because(text, at, span),))
        else:
            known = bool(names) and None not in functions
            yield Reading(at, False if known else None, (because(text, at, span),))
    if not cases and (organisation.risks is None or organisation.decisions is None):
        missing = "risks" if organisation.risks is None else "decisions"
        yield Reading(missing, None, (because(f"`{missing}` is not in the file", organisation.name),))


def severe_paths(technical: Technical) -> Iterator[tuple[str, AttackPath]]:
    """Yield the likeliest attack paths to every end of high or critical risk, with the end."""
    for goal in technical.parts.goals:
        if goal.severity in SEVERE:
            yield from ((goal.fact, path) for path in goal.paths)


def treated(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the share of the severe attack paths on which a control is planned or there, or that the register holds."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for technical in situation.production:
        paths = list(severe_paths(technical))
        if not paths:
            continue
        bare = [(fact, path) for fact, path in paths if not _is_treated(situation, technical, fact, path)]
        part = rounded(1 - len(bare) / len(paths))
        first = because(
            f"{len(paths) - len(bare)} of {len(paths)} severe paths have a measure or an entry", technical.id
        )
        facts = (because(f"nothing against {fact} by way of {_way(path)}", technical.id)
                 for fact, path in bare[:5])  # fmt: skip
        yield Reading(technical.id, (part, part), (first, *facts))


def _way(path: AttackPath) -> str:
    """Return the components of a path in order, each once."""
    return " > ".join(dict.fromkeys(step.at for step in path.steps if step.at != ADVERSARY))


def _is_treated(situation: Situation, technical: Technical, fact: str, path: AttackPath) -> bool:
    entries = {risk.of for risk in situation.organisation.risks or ()}
    if fact in entries or any(f"{step.rule}@{step.at}" in entries or step.at in entries for step in path.steps):
        return True
    for step in path.steps:
        for placed in technical.pipeline.controls:
            here = step.at in placed.at or "*" in placed.at
            control = situation.library.find(placed.control) if here and placed.state in ACTIVE else None
            if control and step.technique and _acts_on(control.effects, step.technique):
                return True
    return False


def _acts_on(effects: Any, technique: str) -> bool:
    return technique in effects or technique.rpartition(".")[0] in effects


def dimensions(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every sort of harm beyond confidentiality, integrity and availability who answers for it."""
    if not situation.pipelines:
        yield no_pipeline(situation)
        return
    touched: dict[str, tuple[int, str]] = {}
    for technical in situation.production:
        for goal in technical.parts.goals:
            for name, impact in goal.impact.items():
                if name in ANSWERS and impact >= max(2, touched.get(name, (0, ""))[0] + 1):
                    touched[name] = (impact, f"{technical.id}: {goal.fact}")
    roles = situation.organisation.roles
    for name, functions in ANSWERS.items():
        if name not in touched:
            continue
        impact, where = touched[name]
        able = [role.id for role in roles or () if role.function in functions and role.accountable]
        text = f"up to {impact} of 5 at {where}; answered for by {', '.join(able) or 'nobody'}"
        row = {"dimension": name, "impact": impact, "answers": able}
        yield Reading(name, None if roles is None else bool(able), (because(text, name),), row)


def reputation(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every pipeline whose failures reach the organisation's good name whether somebody may speak for it."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    policies = situation.organisation.policies
    plans = [policy for policy in policies or () if policy.kind == "incidents"]
    ready = any(not set(policy.contributors or ()).isdisjoint(SPEAKERS) for policy in plans)
    open_ = policies is None or any(policy.contributors is None for policy in plans)
    for technical in situation.production:
        ends = [goal.fact for goal in technical.parts.goals
                if goal.impact.get("reputational", 0) >= 2 or goal.fact.startswith("out.harm.reputation")]  # fmt: skip
        if not ends:
            continue
        text = f"{len(set(ends))} ends touch reputation, first {ends[0]}; "
        text += (
            "the incident policy names who speaks" if ready else "no incident policy was written with those who speak"
        )
        yield Reading(technical.id, True if ready else None if open_ else False, (because(text, technical.id),))


def family(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every model on which techniques of a family lead to an end whether it was tested against that family.

    `family` is a value of `tested_against`, `techniques` the ATLAS ids; with `within_days`, the test has to be recent.
    """
    if not situation.pipelines:
        yield no_pipeline(situation)
    for place in situation.places(["model", "agent_system"]):
        techniques = techniques_at(place)
        names = ", ".join(sorted(name for name in techniques if _acts_on(options["techniques"], name)))
        if not names:
            continue
        tested = situation.value(place, "tested_against")
        known = tested if isinstance(tested, tuple) else None
        told = "tests are not said" if known is None else f"tested against {', '.join(known) or 'nothing'}"
        value = None if known is None else options["family"] in known
        if value and "within_days" in options:
            value, when = _recent(situation, place, int(options["within_days"]))
            told += f" on {when}" if when else ", on a day that is not said"
        yield Reading(place.id, value, (because(f"{names} lead to an end; {told}", place.id, place.component.span),))


def _recent(situation: Situation, place: Place, days: int) -> tuple[bool | None, dt.date | None]:
    written = situation.value(place, "tested_on")
    when = day(written if isinstance(written, str) else None)
    if when is None or situation.today is None:
        return None, when
    return situation.today - dt.timedelta(days=days) <= when <= situation.today, when


def factor(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read by how much missing governance may raise likelihoods: a bounded factor that is shown and never applied here.

    It grows with the share of ad hoc decisions, of unowned cells of the life cycle and of risks accepted inside.
    """
    decisions = situation.organisation.decisions
    ad_hoc: list[Truth] = [
        "unknown" if one.basis is None else "yes" if one.basis == "ad_hoc" else "no" for one in decisions or ()
    ]
    inside: list[Truth] = [
        "unknown" if one.value is None else "no" if one.value else "yes" for one in acceptance(situation, options)
    ]
    (matrix,) = lifecycle(situation, options)
    owned = matrix.value if isinstance(matrix.value, tuple) else (0.0, 1.0)
    nothing = (0.0, 1.0) if decisions is None else (0.0, 0.0)
    parts = [share(ad_hoc) or nothing, (1 - owned[1], 1 - owned[0]), share(inside) or (0.0, 0.0)]
    width = situation.assumptions["governance_factor_width"]
    low = 1 + width.likely * sum(part[0] for part in parts) / len(parts)
    high = 1 + width.high * sum(part[1] for part in parts) / len(parts)
    names = ("decisions taken ad hoc", "cells of the life cycle without owner", "risks accepted inside")
    name = situation.organisation.name
    facts = tuple(because(f"{what}: {one:.0%} to {other:.0%}", name)
                  for what, (one, other) in zip(names, parts, strict=True))  # fmt: skip
    yield Reading(name, (rounded(low), rounded(max(low, high))), facts)


def similar_cases(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every pipeline which published cases are nearest by techniques, and whether a review is younger."""
    if not situation.pipelines:
        yield no_pipeline(situation)
    for technical in situation.production:
        applying = {str(finding.technique) for finding in technical.parts.findings}
        applying |= {step.technique for step in technical.parts.steps if step.technique}
        scored = []
        for case in situation.catalog.case_studies:
            used = {step.technique for step in case.steps}
            scored.append((len(used & applying) / max(1, len(used)), case))
        scored.sort(key=lambda item: (-item[0], item[1].id))
        nearest = [(part, case) for part, case in scored[: int(options.get("count", 5))] if part >= 0.5]
        if not nearest:
            continue
        newest = max((case.date for _, case in nearest if case.date), default=None)
        names = {"*", technical.id, *situation.projects_of(technical.id)}
        days = [day(review.on) for review in situation.organisation.reviews or ()
                if review.kind in SECURITY and not names.isdisjoint(review.of)]  # fmt: skip
        last = max((one for one in days if one), default=None)
        text = f"nearest published cases up to {newest}; last threat model or security review: {last or 'none'}"
        facts = (because(f"{part:.0%} of the techniques of {case.id} {case.name} apply", technical.id)
                 for part, case in nearest)  # fmt: skip
        value = (
            None if situation.organisation.reviews is None or newest is None else last is not None and last >= newest
        )
        row = {"pipeline": technical.id, "cases": [case.id for _, case in nearest]}
        yield Reading(technical.id, value, (because(text, technical.id), *facts), row)
