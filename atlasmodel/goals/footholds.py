"""What a foothold anywhere would be worth to an adversary of some profile."""

from __future__ import annotations

from collections.abc import Iterable

from atlasmodel.analysis import RISK_SCALE, Analysis, analyse
from atlasmodel.document import Frozen, rounded
from atlasmodel.errors import InputError, Problem, nearest
from atlasmodel.model.pipeline import Adversary, Pipeline
from atlasmodel.risk.attacks import Attack
from atlasmodel.risk.worlds import WorldSet
from atlasmodel.workspace import Workspace


class Foothold(Frozen):
    """Say what an adversary who starts at one component could do: total risk, and the goal that carries most of it."""

    at: str
    risk: float
    goals: int
    worst: str | None
    probability: float


def footholds(
    pipeline: Pipeline, workspace: Workspace, worlds: WorldSet, profile: str, at: Iterable[str] = (), *, limit: int = 50
) -> tuple[Foothold, ...]:
    """Return what an adversary of a profile could do from each of some components, the most dangerous first.

    Without components named, from every one where the profile may start, up to `limit`. Everybody shares the worlds of
    the assessment. An unknown profile or component is an InputError.
    """
    profiles = workspace.vocabulary.profiles
    if profile not in profiles:
        hint = nearest(profile, profiles) or f"one of {', '.join(profiles)}"
        raise InputError(Problem("AM159", f"there is no profile `{profile}`", hint=hint))
    eligible = [
        item.id for item in pipeline.components if workspace.vocabulary.is_a(item.kind, profiles[profile].eligible)
    ]
    chosen = list(dict.fromkeys(at)) or eligible[:limit]
    for place in chosen:
        if place not in eligible:
            hint = nearest(place, eligible) or f"`{profile}` may start at {', '.join(eligible) or 'none of these'}"
            raise InputError(Problem("AM159", f"`{profile}` cannot start at `{place}`", hint=hint))
    starters = tuple(Adversary(id=place, profile=profile, at=(place,), only=True) for place in chosen)
    if not starters:
        return ()
    analysis = analyse(pipeline.changed(adversaries=starters), workspace, worlds)
    found = [_foothold(attack, analysis) for attack in analysis.attacks]
    return tuple(sorted(found, key=lambda item: (-item.risk, item.at)))


def _foothold(attack: Attack, analysis: Analysis) -> Foothold:
    shares = {fact: attack.point.share(fact) for fact in analysis.worst}
    risks = {fact: RISK_SCALE * impact * shares[fact] for fact, impact in analysis.worst.items()}
    worst = max(risks, key=lambda fact: (risks[fact], fact), default=None)
    if worst is not None and risks[worst] == 0:
        worst = None
    return Foothold(
        at=attack.adversary.id,
        risk=rounded(sum(risks.values())),
        goals=sum(share > 0 for share in shares.values()),
        worst=worst,
        probability=rounded(shares[worst]) if worst else 0.0,
    )
