"""The parties that have to work together: what each has said, done and signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlasmodel.govern.reading import Reading, Truth
from atlasmodel.govern.situation import Situation, because, day

# The parties, each with the functions that can speak for it.
PARTIES: Mapping[str, tuple[str, ...]] = {
    "ciso": ("ciso",),
    "data science": ("data_science", "ml_engineering", "data_management"),
    "software": ("software",),
    "it operations": ("it_operations", "security"),
    "legal": ("legal",),
    "hr": ("hr",),
    "finance": ("finance",),
    "end users": ("end_users", "product"),
}
TRACES = ("role", "project", "review", "policy")


def matrix(situation: Situation, _: Mapping[str, Any]) -> Iterator[Reading]:
    """Show for every party where it takes part: in a role it acknowledged, a project, a review, a policy.

    A party takes part when it left at least two of the four traces.
    """
    for party, functions in PARTIES.items():
        cells = {trace: _trace(situation, trace, functions) for trace in TRACES}
        there = [trace for trace, truth in cells.items() if truth == "yes"]
        unsaid = [trace for trace, truth in cells.items() if truth == "unknown"]
        value = True if len(there) >= 2 else None if len(there) + len(unsaid) >= 2 else False
        text = f"takes part in: {', '.join(there) or 'nothing'}" + (
            f"; not said: {', '.join(unsaid)}" if unsaid else ""
        )
        yield Reading(party, value, (because(text, party),), {"party": party, **cells})


def _trace(situation: Situation, trace: str, functions: tuple[str, ...]) -> Truth:
    organisation = situation.organisation
    wanted = set(functions)
    sources: dict[str, tuple[Any, list[bool]]] = {
        "role": (organisation.roles, [
            one.function in wanted and bool(day(one.acknowledged_on)) for one in organisation.roles or ()]),
        "project": (organisation.projects, [
            not wanted.isdisjoint(one.roster or ()) for one in organisation.projects or ()]),
        "review": (organisation.reviews, [
            not wanted.isdisjoint(one.took_part or ()) for one in organisation.reviews or ()]),
        "policy": (organisation.policies, [
            not wanted.isdisjoint(one.contributors or ()) for one in organisation.policies or ()]),
    }  # fmt: skip
    rows, hits = sources[trace]
    return "unknown" if rows is None else "yes" if any(hits) else "no"
