"""What one adversary can do: what is reached for certain, what may be, and the campaigns in every world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from atlasmodel.attack.graph import Reach
from atlasmodel.attack.starts import Start
from atlasmodel.errors import InputError, Problem
from atlasmodel.model.pipeline import Adversary
from atlasmodel.risk.estimate import Estimate, Solved
from atlasmodel.risk.network.exact import Exact, exact_probability
from atlasmodel.risk.network.sampling import Sampled, sample
from atlasmodel.risk.network.translation import Translation
from atlasmodel.risk.probability import Campaigns
from atlasmodel.risk.scores import Scores
from atlasmodel.risk.worlds import Side

MOST_SOLVED = 1_000  # draws that lead to a goal, up to which it is tried to be solved exactly
MOST_WORLDS = 2**26  # that may be sampled for one goal
MOST_BETWEEN = 250  # of them that are not held for certain, and lie between start and goal
MOST_STATES = 2.0**20  # work allowed for it
SIDES: tuple[Side, ...] = ("low", "point", "high")  # each reaches what the one before it reaches


@dataclass(frozen=True)
class Attack:
    """Hold what one adversary can do: what it reaches for certain, what it may, and its campaigns in every world."""

    adversary: Adversary
    skill: str
    start: Start
    certain: Reach
    possible: Reach
    scores: Scores
    hoped: Scores  # the same where every control is in place that an unset attribute would tell of
    point: Campaigns
    low: Campaigns
    high: Campaigns

    @cached_property
    def held(self) -> dict[str, float]:
        """Return what is held at the start, each fact with how likely, what is not known as drawn."""
        worlds = self.point.worlds
        return {fact: worlds.share(worlds.where(formula)) for fact, formula in self.start.facts.items()}

    def estimate(self, fact: str, *, solve: bool = False) -> Estimate:
        """Return the probability of a fact on the worlds; with `solve`, also the exact one where that is affordable."""
        low, point, high = (side.share(fact) for side in (self.low, self.point, self.high))
        return Estimate(low, point, high, self.point.worlds.count, self.solved(fact) if solve else None)

    def solved(self, fact: str) -> Solved | None:
        """Return the exact probability of a fact, or None where what leads to it is too large or too wide."""
        point = None if self._correlated else self._exact(fact, "point")
        if point is None:
            return None
        low, high = (self._exact(fact, side) for side in ("low", "high"))
        return Solved(point.value, low.value if low else None, high.value if high else None, point.rung)

    def refined(self, fact: str, *, relative: float = 0.05, most: int = 2**20) -> Exact | Sampled:
        """Return the probability of a fact exactly where that is affordable, else sampled afresh to a relative error.

        Sampling goes on beyond the stored worlds, to `most` at the highest: for goals too rare for those to tell.
        Raises InputError AM157 for figures out of bounds, or where steps of a technique have a common cause.
        """
        if not (0 < relative < 1 and 0 < most <= MOST_WORLDS):
            problem = f"a relative error of {relative:g} with at most {most} worlds cannot be had"
            raise InputError(Problem("AM157", problem, hint=f"an error between 0 and 1, 1 to {MOST_WORLDS} worlds"))
        if self._correlated:
            raise InputError(
                Problem("AM157", "steps with a common cause are not drawn one by one", hint="take more worlds instead")
            )
        exact = self._exact(fact, "point")
        if exact is not None:
            return exact
        network = self._translations["point"].network(fact)
        return sample(network, self.point.worlds.seed, relative=relative, most=most)

    def outdoes(self, other: Attack) -> bool:
        """Tell whether this adversary can do all that another can, as well, under whatever further controls."""
        alike = all(self.scores.get(step) is score for step, score in other.scores.items())
        return alike and self.point.contains(other.point)

    @cached_property
    def _correlated(self) -> bool:
        return any(score.shared > 0 for score in self.scores.distinct)

    def _exact(self, fact: str, side: Side) -> Exact | None:
        if not self.point.field.is_led_to_by(fact, MOST_SOLVED):
            return None
        network = self._translations[side].small_network(fact, MOST_SOLVED)
        return None if network is None else exact_probability(network, MOST_STATES, MOST_BETWEEN)

    @cached_property
    def _translations(self) -> Mapping[Side, Translation]:
        """Return what this adversary may do as networks of draws, by side of what is unknown."""
        return {
            side: Translation(
                self.point.graph,
                self.point.part,
                self.start.facts,
                self.hoped if side == "low" else self.scores,
                self.point.worlds.attributes,
                side=side,
            )
            for side in SIDES
        }
