"""Projects: when security came in, what the step to production exposes, what drifts between environments."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.document import Because, rounded
from atlasmodel.govern.reading import Reading
from atlasmodel.govern.situation import SEVERE, Situation, Technical, arrow, because, day, no_pipeline
from atlasmodel.model.organisation import Project, Review

SECURITY = ("security", "threat_model")
EARLY = ("business_understanding", "data_preparation", "model_engineering")
LATE = ("model_evaluation", "deployment", "monitoring")
OPEN = ("exposure", ("partner", "public"))


def development_start(situation: Situation, pipeline: str) -> dt.date | None:
    """Return the first day of development of the projects that a pipeline belongs to."""
    found = [
        day(project.development_started_on)
        for project in situation.organisation.projects or ()
        if pipeline in (project.pipelines or ())
    ]
    return min((one for one in found if one is not None), default=None)


def reviews_of(situation: Situation, project: Project, kinds: tuple[str, ...]) -> tuple[Review, ...]:
    """Return the reviews of some kinds that speak of a project or of its pipelines, the first first."""
    names = {project.id, "*", *(project.pipelines or ())}
    components = {f"{one.id}/{item}" for one in situation.pipelines_of(project) for item in one.pipeline.by_id}
    found = (
        review
        for review in situation.organisation.reviews or ()
        if review.kind in kinds and not (names | components).isdisjoint(review.of)
    )
    return tuple(sorted(found, key=lambda review: review.on))


def late_security(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every project whether its first security review came before model engineering was over."""
    organisation = situation.organisation
    if organisation.projects is None or organisation.reviews is None:
        missing = "projects" if organisation.projects is None else "reviews"
        yield Reading(missing, None, (because(f"`{missing}` is not in the file", organisation.name),))
        return
    for project in organisation.projects:
        reviews = reviews_of(situation, project, SECURITY)
        gate = next((gate for gate in project.gates or () if gate.stage == "model_engineering"), None)
        passed = day(gate.passed_on) if gate else None
        if not reviews:
            began = project.status in ("pilot", "production") or passed is not None
            text = f"no security review; the project is in {project.status or 'an unknown state'}"
            yield Reading(project.id, False if began else None, (because(text, project.id, project.span),))
            continue
        first = reviews[0]
        text = f"first security review on {first.on}" + (f", in {first.stage.replace('_', ' ')}" if first.stage else "")
        if passed is not None:
            text += f"; model engineering was over on {passed}"
            value: bool | None = dt.date.fromisoformat(first.on) <= passed
        else:
            value = None if first.stage is None else first.stage in EARLY
        yield Reading(project.id, value, (because(text, project.id, first.span),))


def early_roster(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every project whether some functions joined within `within_days` of its start."""
    organisation = situation.organisation
    if organisation.projects is None:
        yield Reading("projects", None, (because("`projects` is not in the file", organisation.name),))
    limit = dt.timedelta(days=int(options["within_days"]))
    for project in organisation.projects or ():
        started = day(project.started_on)
        if project.roster is None or started is None:
            missing = "its start" if started is None else "who takes part"
            yield Reading(project.id, None, (because(f"{missing} is not said", project.id, project.span),))
            continue
        joined = {name: day(project.roster[name]) for name in options["functions"] if name in project.roster}
        absent = [name for name in options["functions"] if name not in joined]
        late = [name for name, when in joined.items() if when and when > started + limit]
        unsaid = [name for name, when in joined.items() if when is None]
        words = {"never joined": absent, "joined late": late, "when is not said": unsaid}
        told = [f"{word}: {', '.join(names)}" for word, names in words.items() if names]
        text = f"started on {started}; " + ("; ".join(told) or "all joined in time")
        value = False if absent or late else None if unsaid else True
        yield Reading(project.id, value, (because(text, project.id, project.span),))


def production_diff(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every project with both pipelines what production adds to research, and whether it was reviewed."""
    for project, research, production in _pairs(situation):
        rows = list(_added(research, production))
        facts = tuple(because(f"new {row['what']}: {row['name']}", production.id) for row in rows)
        if not rows:
            same = because("production adds nothing that research did not show", production.id)
            yield Reading(project.id, True, (same,))
            continue
        reviews = [one for one in reviews_of(situation, project, ("threat_model",)) if one.stage in LATE]
        reviewed: bool | None = bool(reviews)
        if situation.organisation.reviews is None:
            reviewed = None
        counts = Counter(row["what"] for row in rows)
        total = ", ".join(f"{what}s {counts[what]}" for what in sorted(counts))
        told = f"threat model of the production pipeline on {reviews[-1].on}" if reviews else "no threat model of them"
        first = because(f"production adds: {total}; {told}", project.id, project.span)
        yield Reading(project.id, reviewed, (first, *facts), {"project": project.id, "added": rows})
    yield from _unpaired(situation)


def _unpaired(situation: Situation) -> Iterator[Reading]:
    projects = situation.organisation.projects
    if projects is None:
        yield Reading("projects", None, (because("`projects` is not in the file", situation.organisation.name),))
    elif not situation.pipelines and any(project.research_pipeline for project in projects):
        yield no_pipeline(situation)


def _pairs(situation: Situation) -> Iterator[tuple[Project, Technical, Technical]]:
    for project in situation.organisation.projects or ():
        research = situation.pipeline_by_id.get(project.research_pipeline or "")
        for production in situation.pipelines_of(project) if research else ():
            if research is not None:
                yield project, research, production


def _added(research: Technical, production: Technical) -> Iterator[dict[str, str]]:
    """Yield what is in production and was not in research: entry points, crossings, techniques, ends."""
    before, after = research.pipeline, production.pipeline
    name, values = OPEN
    for component in after.components:
        known = before.by_id.get(component.id)
        was_open = known is not None and known.attributes.get(name) in values
        if component.attributes.get(name) in values and not was_open:
            yield {"what": "entry point", "name": component.id}
    crossed = {(flow.source, flow.target, flow.kind) for flow in before.flows if before.crossings(flow)}
    for flow in after.flows:
        if after.crossings(flow) and (flow.source, flow.target, flow.kind) not in crossed:
            yield {"what": "boundary crossing", "name": arrow(flow)}
    techniques = {finding.technique for finding in research.parts.findings}
    for technique in sorted({finding.technique for finding in production.parts.findings} - techniques):
        yield {"what": "technique", "name": str(technique)}
    ends = {goal.fact for goal in research.parts.goals}
    for fact in dict.fromkeys(goal.fact for goal in production.parts.goals if goal.severity in SEVERE):
        if fact not in ends:
            yield {"what": "severe end", "name": fact}


def environment_drift(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every project with both pipelines the share of protections that production keeps from development."""
    for project, research, production in _pairs(situation):
        kept, asked, facts = 0, 0, []
        for component in production.pipeline.components:
            twin = research.pipeline.by_id.get(component.id)
            for attribute, value in (twin.attributes if twin else {}).items():
                implied = situation.vocabulary.attributes[attribute].implies
                if implied is None or value is None or attribute not in component.attributes:
                    continue
                asked += 1
                now = component.attributes[attribute]
                same = now == value
                kept += same
                if not same:
                    text = f"{attribute.replace('_', ' ')} was {value} in {research.id} and is {now} in {production.id}"
                    facts.append(because(text, f"{production.id}/{component.id}", component.span))
        if asked:
            part = rounded(kept / asked)
            every = because(f"{kept} of {asked} protections are the same", project.id, project.span)
            yield Reading(project.id, (part, part), (every, *facts))
        else:
            nothing = because("no protection is told in both environments", project.id, project.span)
            yield Reading(project.id, None, (nothing,))
    yield from _unpaired(situation)


def failure_causes(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every project that stopped, and every incident, whether its causes are named; the rows count them."""
    organisation = situation.organisation
    if organisation.projects is None and organisation.incidents is None:
        missing = because("neither `projects` nor `incidents` is in the file", organisation.name)
        yield Reading("projects", None, (missing,))
        return
    ended = [one for one in organisation.projects or () if one.status in ("stalled", "stopped")]
    cases: list[tuple[str, tuple[str, ...] | None, Because]] = [
        (one.id, one.failure_causes, because(_causes(one.failure_causes), one.id, one.span)) for one in ended
    ]
    for one in organisation.incidents or ():
        cases.append((one.what, one.causes, because(_causes(one.causes), one.what, one.span)))
    for at, causes, reason in cases:
        yield Reading(at, bool(causes), (reason,), {"case": at, "causes": list(causes or ())})


def _causes(causes: tuple[str, ...] | None) -> str:
    return f"causes: {', '.join(causes)}" if causes else "no cause is named"


def case_by_case(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read how many complex projects hang on decisions taken case by case: number x complexity x share of ad hoc."""
    if not situation.pipelines:
        yield no_pipeline(situation)
        return
    decisions = situation.organisation.decisions
    ad_hoc = [one for one in decisions or () if one.basis == "ad_hoc"]
    known = [one for one in decisions or () if one.basis is not None]
    complex_at = situation.assumptions["complex_pipeline"]
    sizes = [len(one.pipeline.components) + len(one.pipeline.flows) for one in situation.production]
    load = [sum(size / limit for size in sizes) for limit in (complex_at.high, complex_at.low)]
    text = f"{len(sizes)} pipelines of {sum(sizes)} components and flows"
    name = situation.organisation.name
    if decisions is None or not known:
        yield Reading(name, (0.0, rounded(load[1])), (because(f"{text}; how decisions are taken is not said", name),))
        return
    part = len(ad_hoc) / len(known)
    facts = tuple(because(f"ad hoc: {one.what}", name, one.span) for one in ad_hoc)
    first = because(f"{text}; {len(ad_hoc)} of {len(known)} decisions were taken ad hoc", name)
    yield Reading(name, (rounded(load[0] * part), rounded(load[1] * part)), (first, *facts))
