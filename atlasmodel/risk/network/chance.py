"""Draw chances for many worlds at once, 64 worlds a word: the binary digits of random numbers against those of p.

Each chance has a stream of its own, keyed by (seed, name, outcome) and counted on by block, so what is drawn depends
neither on the order of the draws nor on what else is drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from atlasmodel.match.pool import Numbers
from atlasmodel.risk.network.network import Draw

DIGITS = 32  # binary digits of a probability that count
Words = NDArray[np.uint64]
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
STEP, FIRST, SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))  # SplitMix64
_NOTHING = 1e-12  # what rounding leaves of a sum of chances
_FOR_ALL = 8  # digits after which most words are decided in all of their worlds
_FOR_SOME = 3  # digits drawn for those that are not, before asking again which they are
_TOGETHER = 4096  # chances whose words, some times over, fit into the cache


def key(seed: int, name: str, outcome: int = 0) -> int:
    """Return the key of a stream."""
    digest = hashlib.blake2b(f"{seed}\x1f{name}\x1f{outcome}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def offset(block: int, words: int) -> np.uint64:
    """Return how far from its key every stream is where the random words of a block begin."""
    return np.uint64((block * DIGITS * words + 1) * int(STEP) % 2**64)


class Chances:
    """Be chances with a stream each; `scaled` are they in units of 2^-32."""

    def __init__(self, chances: Sequence[float], keys: Sequence[int]) -> None:
        self.scaled = np.rint(np.array(chances, dtype=np.float64) * 2.0**DIGITS).astype(np.uint64)
        self.keys: Words = np.array(keys, dtype=np.uint64)

    def settled(self, words: int) -> Words:
        """Return a row of words a chance: all worlds where it is certain, none elsewhere."""
        rows = np.zeros((len(self.keys), words), dtype=np.uint64)
        rows[self.scaled >> np.uint64(DIGITS) != 0] = FULL
        return rows

    def draw(self, block: int, into: Words) -> None:
        """Say in which worlds of a block each chance comes true; rows of what is settled stay as they are."""
        words = into.shape[1]
        (drawn,) = np.nonzero((self.scaled != 0) & (self.scaled >> np.uint64(DIGITS) == 0))
        desk = np.empty((5, words * min(len(drawn), _TOGETHER)), dtype=np.uint64)
        steps = (np.arange(words, dtype=np.uint64) * STEP + offset(block, words))[:, None]
        for start in range(0, len(drawn), _TOGETHER):
            rows = drawn[start : start + _TOGETHER]
            part = desk[:, : words * len(rows)].reshape(5, words, -1)
            into[rows] = _below(steps, self.keys[rows], self.scaled[rows], part).T


def chances_on(places: Numbers, draws: Sequence[Draw], seed: int) -> Chances:
    """Return the chances of steps by their places among the draws; the place -1 stands for certainty.

    A draw without a name is told apart by its place.
    """
    streams = [
        (draw.probability, key(seed, draw.name or f"#{place}")) if draw.plain else (0.0, 0)
        for place, draw in enumerate(draws)
    ]
    streams.append((1.0, 0))
    chosen = [streams[place] for place in places.tolist()]
    return Chances([chance for chance, _ in chosen], [stream for _, stream in chosen])


class Choices:
    """Be draws of several outcomes, by chances given that no earlier one happened."""

    def __init__(self, draws: Iterable[Draw], node_of: Mapping[int, int], seed: int) -> None:
        self._gains: list[list[list[int]]] = []
        chances, keys = [], []
        for draw in draws:
            if draw.plain:
                continue
            self._gains.append([sorted(node_of[fact] for fact in gains) for _, gains in draw.outcomes])
            name = draw.name or repr(sorted(sorted(gains) for _, gains in draw.outcomes))
            keys += [key(seed, name, place) for place in range(len(draw.outcomes))]
            chances += _given_none_before(draw)
        self._chances = Chances(chances, keys)

    def draw(self, block: int, reached: Words) -> None:
        """Let the outcome of each world hold."""
        rows = self._chances.settled(reached.shape[1])
        self._chances.draw(block, rows)
        row = iter(rows)
        for outcomes in self._gains:
            left = np.full(reached.shape[1], FULL)
            for gains in outcomes:
                here = next(row)
                reached[gains] |= here & left
                left &= ~here


def _given_none_before(draw: Draw) -> list[float]:
    """Return the chance of every outcome where none before it happened."""
    left, chances = 1.0, []
    for chance, _ in draw.outcomes:
        chances.append(min(1.0, chance / left) if left > 0 else 0.0)
        left -= chance
    if left < _NOTHING:
        chances[-1] = 1.0  # the outcomes are all there is
    return chances


def _below(steps: Words, keys: Words, scaled: Words, desk: Words) -> Words:
    """Return, word by word for each chance, the worlds in which a random number is below it."""
    base, random, spare, still = desk[:4]
    found: Words = desk[4]
    words, count = base.shape
    leaps = np.arange(0, DIGITS * words, words, dtype=np.uint64) * STEP
    np.add(steps, keys, out=base)
    still.fill(FULL)
    found[:] = _digit(scaled, 0)
    for digit in range(_FOR_ALL):
        np.add(base, leaps[digit], out=random)
        _compare(random, scaled, digit, (spare, still, found))
    at = np.flatnonzero(still)
    base, still, scaled = base.ravel()[at], still.ravel()[at], scaled[at % count]
    some = found.ravel()[at]
    for digit in range(_FOR_ALL, DIGITS):
        if (digit - _FOR_ALL) % _FOR_SOME == 0:
            (open_,) = np.nonzero(still)
            if not len(open_):
                break
            if digit > _FOR_ALL:
                found.ravel()[at] = some
                at, base, still, scaled, some = at[open_], base[open_], still[open_], scaled[open_], some[open_]
            random, spare = np.empty((2, len(at)), dtype=np.uint64)
        np.add(base, leaps[digit], out=random)
        _compare(random, scaled, digit, (spare, still, some))
    found.ravel()[at] = some
    return found


def _compare(random: Words, scaled: Words, digit: int, desk: tuple[Words, Words, Words]) -> None:
    """Take one digit more: `still` are the worlds where all so far are those of the chance.

    `found` are those that are below it, and of the open ones those where its next digit is one: so it changes only
    where two digits in a row differ.
    """
    spare, still, found = desk
    _mix(random, spare)
    one, following = _digit(scaled, digit), _digit(scaled, digit + 1)
    random ^= ~one
    still &= random
    np.bitwise_and(still, one ^ following, out=spare)
    found ^= spare


def _digit(scaled: Words, digit: int) -> Words:
    """Return all ones for each chance of which a digit after the binary point is one, else zeros."""
    first: Words = scaled << np.uint64(DIGITS + digit)
    signed = first.view(np.int64)
    signed >>= 63
    return first


def _mix(random: Words, spare: Words) -> None:
    """Turn counters into random words (the finisher of SplitMix64)."""
    for shift, factor in ((30, FIRST), (27, SECOND)):
        np.right_shift(random, np.uint64(shift), out=spare)
        random ^= spare
        random *= factor
    np.right_shift(random, np.uint64(31), out=spare)
    random ^= spare
