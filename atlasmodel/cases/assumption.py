"""What a step of a published attack counts: data, each with its reason."""

from __future__ import annotations

from functools import cache
from math import log2

from pydantic import Field

from atlasmodel._located import Record, packaged


class Share(Record):
    """Give a share, 0 to 1, and why."""

    share: float = Field(ge=0, le=1)
    reason: str


class Bits(Record):
    """Give a number of bits and why."""

    bits: float = Field(gt=0)
    reason: str


class Assumptions(Record):
    """Hold what a step counts; `docs/case-studies.md` says how the score is made of it."""

    certain: Share
    possible: Share
    applies: Share
    other_setting: Share
    ballast: Bits
    named_from: Share
    unmeasured: Share
    common: dict[str, float]

    def weight(self, technique: str) -> float:
        """Return how telling a technique is, in bits: the rarer it holds in any system, the more."""
        return -log2(self.common.get(technique, self.unmeasured.share))


@cache
def assumptions() -> Assumptions:
    """Return what a step counts, as it comes with the library."""
    return packaged(Assumptions, "similarity.yaml")
