"""The words of an organisation file: functions, stages, kinds of policy, and the types of single values."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from atlasmodel._located import Record
from atlasmodel.model.values import is_date

NEVER = "never"

Function = Literal[
    "data_science", "ml_engineering", "data_management", "software", "it_operations", "security", "ciso", "legal",
    "finance", "hr", "end_users", "product", "procurement", "ethics", "risk", "audit", "executive",
]  # fmt: skip
Stage = Literal[
    "business_understanding", "data_preparation", "model_engineering", "model_evaluation", "deployment", "monitoring",
]  # fmt: skip
PolicyKind = Literal[
    "access", "controls", "audit", "patching", "incidents", "adversarial_ml", "model_update", "ethics", "data",
    "governance", "procurement", "funding", "hiring",
]  # fmt: skip
Category = Literal[
    "hardware", "software", "people", "running", "data", "security", "training", "digital_twin", "experiments",
]  # fmt: skip
Cause = Literal[
    "security", "data", "value", "skills", "integration", "funding", "legal", "ethics", "adoption", "operations",
    "technology",
]  # fmt: skip
ReviewKind = Literal["threat_model", "security", "ethics", "legal", "dataset", "result", "audit", "access", "policy"]


def _event(text: str) -> str:
    if text != NEVER and not is_date(text):
        raise ValueError("should be a date such as 2026-11-30, or `never`")
    return text


def _texts(value: Any) -> Any:
    """Let a single text stand for a list of one."""
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


def _range(value: Any) -> Any:
    """Let a single amount stand for a range without width."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return {"low": value, "likely": value, "high": value} if plain else value


class Amount(Record):
    """Say what something costs in the organisation's currency: low, likely, high."""

    low: float = Field(ge=0, le=1e15)
    likely: float = Field(ge=0, le=1e15)
    high: float = Field(ge=0, le=1e15)

    @model_validator(mode="after")
    def _rising(self) -> Amount:
        if not self.low <= self.likely <= self.high:
            raise ValueError("`low`, `likely` and `high` should not fall")
        return self


Event = Annotated[
    str, AfterValidator(_event), Field(json_schema_extra={"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|never)$"})
]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Money = Annotated[Amount, BeforeValidator(_range)]
Level = Annotated[int, Field(ge=0, le=4)]
Term = bool | str  # agreed or not, or the clause that agrees it

FUNCTIONS: tuple[str, ...] = get_args(Function)
STAGES: tuple[str, ...] = get_args(Stage)
# Those who build and run; a risk that only they accept has no owner outside.
TECHNICAL = ("data_science", "ml_engineering", "data_management", "software", "it_operations", "security")
