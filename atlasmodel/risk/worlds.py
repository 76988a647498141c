"""Worlds: what is possible is drawn once, by name, and shared by every question asked of the pipeline.

A step's stream is keyed by (seed, its id) and thresholded, so a control can never raise a figure, and a change of one
component does not redraw the rest. A truth in all worlds is one whole number, a bit a world: Python's own integers are
the fastest bit sets at hand for a few thousand worlds, and grow with their number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from atlasmodel._compiled import is_available
from atlasmodel.errors import InputError, Problem
from atlasmodel.match.formula import Formula, Leaf, Test, fold
from atlasmodel.model.kinds import Attribute, Value
from atlasmodel.risk.rows import Words

MOST = 1_048_576
Bits = int
Side = Literal["point", "low", "high"]  # what is unknown is drawn, or settled for the defender, or the attacker
Floats = NDArray[np.float32]
_MANY, _FEW = 2_000, 8  # draws for which a compiled kernel is worth loading, and worth calling once it is
_UNLISTED = ("number", "text", "date")
LEVELS = 2**24  # of a number in [0, 1): as many as it has values


class WorldSet:
    """Hold `count` worlds (a multiple of 64) of one seed; attributes give the beliefs about what is unknown.

    Raises InputError AM153 for a count or seed out of bounds.
    """

    def __init__(self, count: int, seed: int, attributes: Mapping[str, Attribute]) -> None:
        if not 64 <= count <= MOST or count % 64:
            raise InputError(Problem("AM153", f"{count} worlds cannot be drawn", hint=f"a multiple of 64 up to {MOST}"))
        if not 0 <= seed < 2**63:
            raise InputError(Problem("AM153", f"{seed} is no seed", hint="a whole number from 0 to 2^63 - 1"))
        self.count, self.seed, self.attributes = count, seed, attributes
        self._below: dict[tuple[float | str, ...], Bits] = {}
        self._is_compiled = False  # whether the kernel that draws is loaded
        self._values: dict[tuple[str, str], list[tuple[Value, Bits]]] = {}
        self._passing: dict[tuple[str, Test], list[int]] = {}  # positions of the values that pass a test

    @cached_property
    def all(self) -> Bits:
        """Return the truth in every world."""
        return (1 << self.count) - 1

    def uniform(self, *key: str) -> Floats:
        """Return one number in [0, 1) a world, the same for the same key and seed whatever else is drawn."""
        (words,) = self._keys([key])
        return np.random.Generator(np.random.Philox(key=words)).random(self.count, dtype=np.float32)

    def _keys(self, keys: Iterable[Sequence[str]]) -> NDArray[np.uint64]:
        """Return two words for each key: what its stream of numbers starts from."""
        names = ("\x1f".join((str(self.seed), *key)).encode() for key in keys)
        digests = b"".join([hashlib.blake2b(name, digest_size=16).digest() for name in names])
        return np.frombuffer(digests, dtype=np.uint64).reshape(-1, 2)

    def below(self, threshold: float | Floats, *key: str) -> Bits:
        """Return the worlds in which the number of `key` lies below a threshold."""
        if isinstance(threshold, float):
            if threshold >= 1:
                return self.all
            if threshold <= 0:
                return 0
            known: tuple[float | str, ...] = (threshold, *key)
            if known not in self._below:
                self._below[known] = self.pack(self.uniform(*key) < threshold)
            return self._below[known]
        return self.pack(self.uniform(*key) < threshold)

    def rows_below(self, levels: NDArray[np.int64], keys: Sequence[Sequence[str]]) -> Words:
        """Return rows of words: the worlds in which the number of each key lies below a level (see `levels_of`)."""
        if len(keys) >= (_FEW if self._is_compiled else _MANY) and is_available():
            self._is_compiled = True
            return self._drawn_below(levels, keys)
        found = np.empty((len(keys), self.count // 64), dtype=np.uint64)
        last: Sequence[str] | None = None
        for row, (level, key) in enumerate(zip((levels / LEVELS).astype(np.float32), keys, strict=True)):
            if key != last:  # several levels of one number follow one another
                last, numbers = key, self.uniform(*key)
            found[row] = np.packbits(numbers < level, bitorder="little").view(np.uint64)
        return found

    def _drawn_below(self, levels: NDArray[np.int64], keys: Sequence[Sequence[str]]) -> Words:
        from atlasmodel.risk.kernels.draw import draw_below

        found = np.empty((len(keys), self.count // 64), dtype=np.uint64)
        draw_below(self._keys(keys), levels.astype(np.uint64), found)
        return found

    def rows_of(self, parts: Iterable[Bits]) -> Words:
        """Return truths as rows of words."""
        size = self.count // 8
        raw = bytearray().join((bits & self.all).to_bytes(size, "little") for bits in parts)
        return np.frombuffer(raw, dtype=np.uint64).reshape(-1, self.count // 64)

    def pack(self, flags: NDArray[np.bool_]) -> Bits:
        """Return flags, one a world, as bits."""
        return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")

    def unpack(self, bits: Bits) -> NDArray[np.bool_]:
        """Return bits as flags, one a world."""
        raw = np.frombuffer(bits.to_bytes(self.count // 8, "little"), dtype=np.uint8)
        return np.unpackbits(raw, bitorder="little").astype(np.bool_)

    def share(self, bits: Bits) -> float:
        """Return the share of worlds in which something holds, 0 to 1."""
        return bits.bit_count() / self.count

    def shares(self, rows: Words) -> NDArray[np.float64]:
        """Return the share of worlds in which each of some truths holds, given as rows of words."""
        shares: NDArray[np.float64] = np.bitwise_count(rows).sum(axis=1, dtype=np.int64) / self.count
        return shares

    @property
    def drawn(self) -> Collection[tuple[str, str]]:
        """Return the unknowns drawn so far, by place and attribute: those with values that can be listed."""
        return self._values.keys()

    def values(self, place: str, attribute: str) -> list[tuple[Value, Bits]]:
        """Return every value an unknown may take with the worlds in which it does; for a set, value by value."""
        if (place, attribute) not in self._values:
            self._draw(attribute, [place])
        return self._values[place, attribute]

    def draw(self, unknowns: Iterable[tuple[str, str]]) -> None:
        """Draw the values of unknowns, given by place and attribute, together: faster than one by one."""
        fresh: dict[str, dict[str, None]] = {}
        for place, attribute in unknowns:
            if (place, attribute) not in self._values:
                fresh.setdefault(attribute, {})[place] = None
        for attribute, places in fresh.items():
            if not unlisted(attribute_of(self.attributes, attribute)):
                self._draw(attribute, list(places))

    def _draw(self, name: str, places: Sequence[str]) -> None:
        """Draw what an attribute is at some places: a set value by value, others by sums of their probabilities."""
        attribute = attribute_of(self.attributes, name)
        believed = beliefs(attribute)
        is_set = attribute.type == "set"
        chances = [chance for _, chance in believed]
        if not is_set:
            chances = [*accumulate(chances[:-1]), 1.0]
        levels = np.tile(levels_of(np.array(chances)), len(places))
        more = [(str(value),) if is_set else () for value, _ in believed]
        below = bits_of(self.rows_below(levels, [("unknown", at, name, *rest) for at in places for rest in more]))
        for number, place in enumerate(places):
            parts = below[number * len(believed) : (number + 1) * len(believed)]
            if not is_set:
                parts = [bits & ~under for bits, under in zip(parts, [0, *parts], strict=False)]
            drawn = zip(believed, parts, strict=True)
            self._values[place, name] = [((str(value),) if is_set else value, bits) for (value, _), bits in drawn]

    def where(self, formula: Formula) -> Bits:
        """Return the worlds in which a formula holds."""
        return fold(
            formula, lambda value: self.all if value else 0, self._leaf, self._at_least, lambda bits: self.all ^ bits
        )

    def _leaf(self, leaf: Leaf) -> Bits:
        if unlisted(attribute_of(self.attributes, leaf.attribute)):
            return self.below(0.5, "unknown", leaf.place, leaf.attribute, str(leaf.test))
        values = self.values(leaf.place, leaf.attribute)
        test = leaf.attribute, leaf.test
        if test not in self._passing:
            self._passing[test] = [position for position, (value, _) in enumerate(values) if leaf.test.holds(value)]
        bits = 0
        for position in self._passing[test]:
            bits |= values[position][1]
        return bits

    def _at_least(self, count: int, parts: list[Bits]) -> Bits:
        """Return the worlds in which at least `count` of the parts hold."""
        reached = [self.all] + [0] * count
        for part in parts:
            for level in range(count, 0, -1):
                reached[level] |= reached[level - 1] & part
        return reached[count]


def bits_of(rows: Words) -> list[Bits]:
    """Return rows of words as truths; one row is one truth."""
    raw, size = rows.tobytes(), 8 * rows.shape[-1]
    return [int.from_bytes(raw[at : at + size], "little") for at in range(0, len(raw), size)]


def levels_of(thresholds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many of the values that a number may take lie below each threshold, 0 to LEVELS."""
    return np.ceil(np.clip(thresholds.astype(np.float32), 0, 1).astype(np.float64) * LEVELS).astype(np.int64)


def attribute_of(attributes: Mapping[str, Attribute], name: str) -> Attribute:
    """Return an attribute of the vocabulary; a name outside it asks whether something is there."""
    return attributes.get(name) or Attribute(id=name, type="bool", meaning="whether it is there")


def unlisted(attribute: Attribute) -> bool:
    """Tell whether nobody can list the values: whether a test of them holds is then as open as it can be."""
    return attribute.type in _UNLISTED and not attribute.prior


def beliefs(attribute: Attribute) -> list[tuple[Value, float]]:
    """Return the values with their probabilities, which sum to 1; for a set, how likely each value is to be in it."""
    prior = attribute.prior or dict.fromkeys(attribute.values or ("true", "false"), 1.0)
    total = 1.0 if attribute.type == "set" else sum(prior.values())
    return [(_as_value(attribute, name), float(weight) / total) for name, weight in prior.items()]


def _as_value(attribute: Attribute, name: str) -> Value:
    if attribute.type == "bool":
        return name == "true"
    return float(name) if attribute.type == "number" else name
