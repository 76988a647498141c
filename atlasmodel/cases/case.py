"""A published attack as it would fare in a pipeline, step by step: what the user is shown."""

from __future__ import annotations

from typing import Any, Literal, get_args

from atlasmodel.document import Certainty, Frozen

Status = Literal["holds", "applies", "absent", "off_system"]
STATUSES: tuple[Status, ...] = get_args(Status)


class SimilarStep(Frozen):
    """Say how one step of a published attack would fare here.

    `holds`: its needs are met when its turn comes; `applies`: its technique stands here, but its needs are not met by
    then; `absent`: its technique stands nowhere; `off_system`: it happens on the attacker's own ground.
    """

    technique: str
    technique_name: str
    status: Status
    certainty: Certainty | None
    at: str | None
    rule: str | None
    same_setting: bool
    probability: float | None


class SimilarCase(Frozen):
    """Be a published attack that the pipeline would permit, wholly or in part, for the adversary it suits best."""

    id: str
    name: str
    summary: str
    adversary: str
    score: float
    goal: Certainty | None
    probability: float
    steps: tuple[SimilarStep, ...]

    def count(self, status: Status) -> int:
        """Return how many steps have a status."""
        return sum(step.status == status for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return self.model_dump(mode="json")

    def __str__(self) -> str:
        goal = {"yes": "can be reached", "unknown": "may be reached", None: "is not reached"}[self.goal]
        lines = [f"{self.id} {self.name} ({self.adversary}): score {self.score:g}, a goal like its own {goal}"]
        for step in self.steps:
            certainty = " (may)" if step.certainty == "unknown" else ""
            lines.append(
                f"  {step.status + certainty:16} {step.technique:14} {step.technique_name}"
                + (f" at {step.at}" if step.at else "")
            )
        return "\n".join(lines)
