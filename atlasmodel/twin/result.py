"""The document of a simulation: frozen records, each with its interval, shown to the user as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from atlasmodel._ids import canonical_json
from atlasmodel.document import Frozen

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "atlasmodel/simulation/1"


class Chance(Frozen):
    """Be a share of campaigns with its 95 % interval."""

    value: float
    low: float
    high: float


class Spread(Frozen):
    """Give days by which it had happened in 10, 50 and 90 of 100 campaigns in which it did; None where in none."""

    p10: float | None
    p50: float | None
    p90: float | None


class GoalRun(Frozen):
    """Say how often and how soon a goal was reached; `unseen` is the share of those before anything was noticed."""

    goal: str
    meaning: str
    impact: int
    reached: Chance
    days: Spread
    unseen: Chance


class PlaceRun(Frozen):
    """Say how many campaigns came to a place, and how many of those were noticed there."""

    at: str
    been: Chance
    noticed: Chance


class StepRun(Frozen):
    """Say how many campaigns began a step, and how many of the successful had done it before their first goal."""

    step: str
    technique: str | None
    at: str
    begun: Chance
    carried: Chance


class AdversaryRun(Frozen):
    """Hold the campaigns of one adversary: `survival` gives (day, share of campaigns without any goal until then)."""

    adversary: str
    campaigns: int
    tries_per_year: float
    any_goal: Chance
    any_goal_days: Spread
    noticed: Chance
    noticed_days: Spread
    survival: tuple[tuple[float, float], ...]
    goals: tuple[GoalRun, ...]
    places: tuple[PlaceRun, ...]
    steps: tuple[StepRun, ...]


class AnnualLoss(Frozen):
    """Give what a year costs in one currency; `exceedance` gives (amount, share of years that lose more)."""

    currency: str
    mean: float
    standard_error: float
    p50: float
    p90: float
    p95: float
    exceedance: tuple[tuple[float, float], ...]


class ScenarioRun(Frozen):
    """Hold all campaigns under one set of changes."""

    name: str
    changes: tuple[dict[str, Any], ...]
    adversaries: tuple[AdversaryRun, ...]
    losses: tuple[AnnualLoss, ...]

    def adversary(self, name: str) -> AdversaryRun:
        """Return the run of an adversary."""
        return next(run for run in self.adversaries if run.adversary == name)


class Difference(Frozen):
    """Say how a figure changes from the first scenario, campaign by campaign on the same chance.

    `figure` is `reached` (share of campaigns, by adversary and goal; goal `*` is any) or `loss` (money a year).
    """

    scenario: str
    figure: str
    adversary: str | None
    goal: str | None
    currency: str | None
    change: float
    standard_error: float


class Simulation(Frozen):
    """Hold the answer of `simulate`; `docs/twin.md` says what each figure means and rests on."""

    schema_: str = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    pipeline: str
    digest: str
    seed: int
    campaigns: int
    horizon_days: float
    strategy: str
    assumptions: dict[str, Any]
    scenarios: tuple[ScenarioRun, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    def scenario(self, name: str) -> ScenarioRun:
        """Return a scenario by name."""
        return next(run for run in self.scenarios if run.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json(self) -> str:
        """Return the document as canonical JSON: same input, same bytes."""
        return canonical_json(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Simulation:
        """Read a document that `to_json` wrote."""
        return cls.model_validate_json(text)

    def goals_frame(self) -> pd.DataFrame:
        """Return one row for each scenario, adversary and goal."""
        import pandas as pd

        rows = [
            {
                "scenario": scenario.name,
                "adversary": run.adversary,
                "goal": goal.goal,
                "impact": goal.impact,
                "reached": goal.reached.value,
                "reached_low": goal.reached.low,
                "reached_high": goal.reached.high,
                "days_p10": goal.days.p10,
                "days_p50": goal.days.p50,
                "days_p90": goal.days.p90,
                "unseen": goal.unseen.value,
            }
            for scenario in self.scenarios
            for run in scenario.adversaries
            for goal in run.goals
        ]
        return pd.DataFrame(rows)

    def losses_frame(self) -> pd.DataFrame:
        """Return one row for each scenario and currency."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"scenario": scenario.name} | loss.model_dump(exclude={"exceedance"})
                for scenario in self.scenarios
                for loss in scenario.losses
            ]
        )

    def compare_frame(self) -> pd.DataFrame:
        """Return how each scenario differs from the first."""
        import pandas as pd

        return pd.DataFrame([difference.model_dump() for difference in self.differences])

    def __repr__(self) -> str:
        names = ", ".join(scenario.name for scenario in self.scenarios)
        return f"Simulation({self.pipeline!r}, {self.campaigns} campaigns, {names})"
