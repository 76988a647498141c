"""Facts by number and by name, and what was reached as mappings from names: the border of the arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from atlasmodel.attack.wiring import NEVER, Levels
from atlasmodel.match.census import Census
from atlasmodel.match.pool import Numbers


class Names(Protocol):
    """Know facts by number and by name."""

    def __len__(self) -> int: ...

    def name(self, number: int) -> str:
        """Return the fact with a number."""

    def number(self, name: str) -> int | None:
        """Return the number of a fact, or None where no step names it."""

    def listed(self) -> Sequence[str]:
        """Return all facts in the order of their numbers."""


class ListedNames:
    """Number facts in the order in which they are first named."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def name(self, number: int) -> str:
        """Return the fact with a number."""
        return self._names[number]

    def number(self, name: str) -> int | None:
        """Return the number of a fact, or None where no step names it."""
        return self._numbers.get(name)

    def listed(self) -> Sequence[str]:
        """Return all facts in the order of their numbers."""
        return self._names

    def add(self, name: str) -> int:
        """Return the number of a fact, a new one where it has none."""
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
        return self._numbers[name]


class CodedNames:
    """Number the facts of a census, which are a token and a place each, without writing their names down.

    `codes`, sorted, are token x places + place.
    """

    def __init__(self, census: Census, codes: Numbers) -> None:
        self._census, self.codes = census, codes

    def __len__(self) -> int:
        return len(self.codes)

    def name(self, number: int) -> str:
        """Return the fact with a number."""
        return self._census.fact(*self.parts(number))

    def parts(self, number: int) -> tuple[int, int]:
        """Return the numbers of the token and the place of a fact."""
        return divmod(int(self.codes[number]), self._census.span)

    def number(self, name: str) -> int | None:
        """Return the number of a fact, or None where no step names it."""
        token, _, place = name.partition("@")
        number = self._census.place_of.get(place)
        if token not in self._census.tokens or number is None:
            return None
        code = self._census.tokens[token] * self._census.span + number
        found = int(np.searchsorted(self.codes, code))
        return found if found < len(self.codes) and self.codes[found] == code else None

    def listed(self) -> Sequence[str]:
        """Return all facts in the order of their numbers."""
        return self._census.facts(self.codes)


class FactLevels(Mapping[str, int]):
    """Be the facts that were reached, by name, each with its level; `aside` are starts that no step names."""

    def __init__(self, names: Names, levels: Levels, aside: Iterable[str] = ()) -> None:
        self.names, self.levels, self.aside = names, levels, dict.fromkeys(aside, 0)

    @property
    def numbers(self) -> Numbers:
        """Return the numbers of the facts that were reached."""
        return np.nonzero(self.levels != NEVER)[0]

    def __getitem__(self, name: str) -> int:
        number = self.names.number(name)
        if number is None:
            return self.aside[name]
        if self.levels[number] == NEVER:
            raise KeyError(name)
        return int(self.levels[number])

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        number = self.names.number(name)
        return name in self.aside if number is None else bool(self.levels[number] != NEVER)

    def __iter__(self) -> Iterator[str]:
        yield from map(self.names.name, self.numbers.tolist())
        yield from self.aside

    def __len__(self) -> int:
        return int(np.count_nonzero(self.levels != NEVER)) + len(self.aside)


class StepLevels(Mapping[int, int]):
    """Be the steps that were reached, by number, each with its level."""

    def __init__(self, levels: Levels) -> None:
        self.levels = levels

    @property
    def numbers(self) -> Numbers:
        """Return the numbers of the steps that were reached."""
        return np.nonzero(self.levels != NEVER)[0]

    def __getitem__(self, number: int) -> int:
        if not 0 <= number < len(self.levels) or self.levels[number] == NEVER:
            raise KeyError(number)
        return int(self.levels[number])

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers.tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self.levels != NEVER))
