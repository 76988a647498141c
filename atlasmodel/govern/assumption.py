"""The figures that checks of the organisation rest on: each an assumption with its reason, read from data."""

from __future__ import annotations

from functools import cache

from atlasmodel._located import Record, packaged


class Assumed(Record):
    """Be one figure, or a range of it, and why it was taken."""

    low: float
    likely: float
    high: float
    reason: str


class Product(Record):
    """Name products of one sort that a policy should not depend on."""

    sort: str
    names: tuple[str, ...]


class Assumptions(Record):
    """Hold every assumption by name, and the product names that a policy linter knows."""

    figures: dict[str, Assumed]
    products: tuple[Product, ...]

    def __getitem__(self, name: str) -> Assumed:
        return self.figures[name]


@cache
def builtin_assumptions() -> Assumptions:
    """Return the assumptions that come with the library; they are read once a process."""
    return packaged(Assumptions, "organisation/assumptions.yaml", "AM290")
