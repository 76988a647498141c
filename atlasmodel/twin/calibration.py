"""From observations to figures: what was seen is weighed against what the catalogue assumes (Beta posterior)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from atlasmodel.analysis import Analysis
from atlasmodel.document import Frozen, rounded
from atlasmodel.risk.score import StepScore
from atlasmodel.risk.scores import Scores
from atlasmodel.risk.tempo import Tempo
from atlasmodel.twin.observation import Observation, observed_steps
from atlasmodel.twin.survey import campaigns_in


class Calibrated(Frozen):
    """Show one figure of a step before and after the observations, for one adversary."""

    step: str
    adversary: str
    figure: str  # works, noticed
    before: float
    after: float
    low: float  # of the 95 % interval of the posterior
    high: float
    tried: int
    seen: int
    sources: tuple[str, ...]


@dataclass(frozen=True)
class _Seen:
    tried: int = 0
    worked: int = 0
    watched: int = 0  # trials of which it was recorded whether they were noticed
    noticed: int = 0
    sources: tuple[str, ...] = ()

    def with_(self, item: Observation) -> _Seen:
        watched = item.tried if item.noticed is not None else 0
        return _Seen(
            self.tried + item.tried,
            self.worked + item.worked,
            self.watched + watched,
            self.noticed + (item.noticed or 0),
            tuple(dict.fromkeys((*self.sources, item.source))),
        )


def posterior(prior: float, weight: float, tried: int, seen: int) -> tuple[float, float]:
    """Return the two parameters of the Beta law after `seen` of `tried`, from a prior mean that weighs as many trials.

    The mean of the law, (weight x prior + seen) / (weight + tried), is the new figure.

    >>> posterior(0.5, 4, 6, 0)
    (2.0, 8.0)
    """
    return prior * weight + seen, (1 - prior) * weight + tried - seen


def calibrated(
    analysis: Analysis, observations: Sequence[Observation], tempo: Tempo
) -> tuple[Analysis, tuple[Calibrated, ...]]:
    """Return the analysis with the figures of observed steps updated, and each figure before and after.

    What was tried is taken to have met the controls of today, so that a further control lowers the new figure as it
    would the old. Only the point figures change: bounds on what is unknown stay those of the assessment. Raises
    InputError where an observation names no step.
    """
    seen: dict[int, _Seen] = {}
    for item, numbers in observed_steps(analysis, observations):
        for number in numbers:
            seen[number] = seen.get(number, _Seen()).with_(item)
    shown: list[Calibrated] = []
    attacks = []
    for attack in analysis.attacks:
        scores = dict(attack.scores)
        for number, found in sorted(seen.items()):
            if number in scores:
                name = analysis.graph.steps[number].id
                scores[number], rows = _updated(scores[number], found, tempo, name, attack.adversary.id)
                shown += rows
        point = campaigns_in(attack.point.worlds, attack, scores)
        attacks.append(replace(attack, scores=Scores.of(scores), point=point))
    return replace(analysis, attacks=tuple(attacks)), tuple(shown)


def _updated(
    score: StepScore, found: _Seen, tempo: Tempo, step: str, adversary: str
) -> tuple[StepScore, list[Calibrated]]:
    weight = tempo.prior_trials.value
    before = score.probability(favour_attacker=True)
    left = before / score.base if score.base > 0 else 1.0
    works = posterior(before, weight, found.tried, found.worked)
    after = works[0] / sum(works)
    # Controls that leave nothing leave nothing to be learnt about the step without them.
    base = min(1.0, after / left) if left > 0 else score.base
    tried = (found.tried, found.worked)
    rows = [_row(step, adversary, "works", before=before, law=works, seen=tried, by=found)]
    detection = score.detection
    if found.watched:
        noticed = posterior(score.detection, weight, found.watched, found.noticed)
        detection = noticed[0] / sum(noticed)
        seen = (found.watched, found.noticed)
        rows.append(_row(step, adversary, "noticed", before=score.detection, law=noticed, seen=seen, by=found))
    return replace(score, base=base, detection=detection), rows


def _row(
    step: str, adversary: str, figure: str, *, before: float, law: tuple[float, float], seen: tuple[int, int], by: _Seen
) -> Calibrated:
    low, high = beta_interval(*law)
    return Calibrated(
        step=step,
        adversary=adversary,
        figure=figure,
        before=rounded(before),
        after=rounded(law[0] / sum(law)),
        low=rounded(low),
        high=rounded(high),
        tried=seen[0],
        seen=seen[1],
        sources=by.sources,
    )


def beta_interval(a: float, b: float, cells: int = 20_000) -> tuple[float, float]:
    """Return the middle 95 % of a Beta law, to 1 / 20,000, by summing its density over equal cells.

    >>> [round(bound, 3) for bound in beta_interval(2, 2)]
    [0.094, 0.906]
    """
    import numpy as np

    if a <= 0 or b <= 0:
        return (0.0, 0.0) if a <= 0 else (1.0, 1.0)
    x = (np.arange(cells) + 0.5) / cells
    density = (a - 1) * np.log(x) + (b - 1) * np.log1p(-x)
    summed = np.cumsum(np.exp(density - density.max()))
    low, high = np.searchsorted(summed / summed[-1], (0.025, 0.975))
    return float(x[low]), float(x[high])
