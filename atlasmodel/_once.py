"""Work out what follows from a thing once, however many share it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Once(Generic[T, U]):
    """Answer for things that are known by their identities, equal or not; they are kept, so that those stay theirs.

    >>> shout = Once(str.upper)
    >>> shout("hi")
    'HI'
    """

    def __init__(self, work_out: Callable[[T], U]) -> None:
        self._work_out, self._known = work_out, dict[int, tuple[T, U]]()

    def __call__(self, item: T) -> U:
        """Return what follows from a thing."""
        found = self._known.get(id(item))
        if found is None:
            found = self._known[id(item)] = item, self._work_out(item)
        return found[1]
