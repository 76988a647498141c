"""Policies: how old they are beside the threats they answer, what they depend on, how they change."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from atlasmodel.document import rounded
from atlasmodel.govern.conditions import DAYS_A_MONTH
from atlasmodel.govern.reading import Reading
from atlasmodel.govern.situation import Situation, because, day, no_pipeline
from atlasmodel.model.organisation import Policy
from atlasmodel.model.organisation_words import NEVER

THREATENED = ("adversarial_ml", "controls", "incidents", "access", "patching", "governance")
CLASS_OF_PILLAR = {"policy": "policy", "process": "process", "people": "personnel"}


def _policies(situation: Situation) -> tuple[tuple[Policy, ...], Reading | None]:
    if situation.organisation.policies is None:
        name = situation.organisation.name
        return (), Reading("policies", None, (because("`policies` is not in the file", name),))
    return situation.organisation.policies, None


def age(situation: Situation, options: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every policy whether it was looked at within its own interval, and since the threat data changed.

    `grace_days` are left to read a new release of the threat data.
    """
    policies, missing = _policies(situation)
    if missing:
        yield missing
    grace = dt.timedelta(days=int(options.get("grace_days", 90)))
    for policy in policies:
        last = day(policy.last_review)
        if policy.last_review == NEVER:
            yield Reading(policy.id, False, (because("never reviewed", policy.id, policy.span),))
            continue
        if last is None or situation.today is None:
            text = "its last review is not said" if last is None else "no day is given to compare with"
            yield Reading(policy.id, None, (because(text, policy.id, policy.span),))
            continue
        months, released = policy.review_every_months, situation.released
        due = last + dt.timedelta(days=DAYS_A_MONTH * months) if months else None
        stale = policy.kind in THREATENED and released and last < released and situation.today > released + grace
        text = f"last review {last}" + (f", due {due}" if due else ", no interval is set")
        if stale:
            text += f"; ATLAS {situation.catalog.release} came since"
        overdue = due is not None and due < situation.today
        value = False if overdue or stale else None if due is None else True
        yield Reading(policy.id, value, (because(text, policy.id, policy.span),))


def agnostic(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read for every policy whether its rules name products; kinds of component are what a rule should speak of."""
    policies, missing = _policies(situation)
    if missing:
        yield missing
    for policy in policies:
        if policy.rules is None:
            yield Reading(policy.id, None, (because("its rules are not in the file", policy.id, policy.span),))
            continue
        named = [
            (product.sort, name, rule)
            for rule in policy.rules
            for product in situation.assumptions.products
            for name in product.names
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", rule, re.IGNORECASE)
        ]
        facts = tuple(because(f"names {name} ({sort}): {rule}", policy.id, policy.span) for sort, name, rule in named)
        kept = because(f"{len(policy.rules)} rules name no product", policy.id, policy.span)
        yield Reading(policy.id, not named, facts or (kept,))


def backlog(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Show for every policy its open wishes and its changes; whether it is run in iterations at all."""
    policies, missing = _policies(situation)
    if missing:
        yield missing
    for policy in policies:
        wishes, changes = policy.backlog, policy.changes
        row = {
            "policy": policy.id,
            "version": policy.version,
            "open": [item.item for item in wishes or () if item.status in ("open", "doing")],
            "changes": [
                f"{change.version} on {change.on}: {change.because or 'no reason given'}" for change in changes or ()
            ],
        }
        if wishes is None and changes is None:
            yield Reading(
                policy.id, None, (because("neither backlog nor changes are said", policy.id, policy.span),), row
            )
            continue
        text = f"{len(row['open'] or ())} open wishes, {len(changes or ())} changes"
        yield Reading(policy.id, bool(wishes or changes), (because(text, policy.id, policy.span),), row)


def cycle_time(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read the median number of days from a reason being raised to the change of the policy."""
    policies, missing = _policies(situation)
    if missing:
        yield missing
        return
    name = situation.organisation.name
    changes = [(policy, change) for policy in policies for change in policy.changes or ()]
    timed = [(policy, change, day(change.on), day(change.raised_on)) for policy, change in changes]
    spans = [(policy, change, (on - raised).days) for policy, change, on, raised in timed if on and raised]
    if not spans:
        text = "no change says when its reason was raised"
        yield Reading(name, None, (because(text, name),))
        return
    middle = float(median(days for _, _, days in spans))
    facts = (because(f"{change.version}: {days} days", policy.id, change.span) for policy, change, days in spans)
    yield Reading(name, (middle, middle), (because(f"median of {len(spans)} changes: {middle:g} days", name), *facts))


def balance(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Read how evenly measures spread over technology, policy, process and people: 1 is even, 0 is all in one."""
    if not situation.pipelines:
        yield no_pipeline(situation)
        return
    counts: Counter[str] = Counter({"technology": 0, "policy": 0, "process": 0, "personnel": 0})
    for technical in situation.production:
        for placed in technical.pipeline.controls:
            control = situation.library.find(placed.control)
            if control and placed.state not in ("absent", None):
                counts[CLASS_OF_PILLAR.get(control.category, "technology")] += 1
    organisation = situation.organisation
    counts["policy"] += sum(policy.last_review != NEVER for policy in organisation.policies or ())
    counts["process"] += len(organisation.reviews or ())
    counts["personnel"] += sum(one.on != NEVER for one in organisation.training or ())
    total = sum(counts.values())
    name = organisation.name
    text = ", ".join(f"{what} {number}" for what, number in sorted(counts.items()))
    unsaid = [key for key in ("policies", "reviews", "training") if getattr(organisation, key) is None]
    if not total or unsaid:
        missing = f"; not in the file: {', '.join(unsaid)}" if unsaid else ""
        yield Reading(name, None if unsaid else (0.0, 0.0), (because(text + missing, name),))
        return
    # The distance from an even spread, scaled so that everything in one class gives 0.
    classes = len(counts)
    distance = sum(abs(number / total - 1 / classes) for number in counts.values()) / (2 - 2 / classes)
    value = rounded(1 - distance)
    yield Reading(name, (value, value), (because(text, name),), {"counts": dict(sorted(counts.items()))})
