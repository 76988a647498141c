"""How much work one assessment does, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Persona = Literal["regular", "pedantic", "auditor"]


@dataclass(frozen=True)
class Options:
    """Bound the work of one assessment; every bound that cuts something is named in `truncated`."""

    worlds: int | None = None  # multiple of 64; None: as the scoring data say
    seed: int | None = None
    paths: int = 3
    path_goals: int = 20
    swept_goals: int = 64
    removes: int = 50
    measures: int = 50
    questions: int = 50
    persona: Persona = "regular"
    as_of: str | None = None
    governance_factor: bool = False  # let weak governance raise the chances of steps; see `docs/organisation.md`
