"""The probability of a goal by sampling its network: 64 worlds a word, block by block, until it is known well enough.

Each draw has a stream of its own, keyed by (seed, name, block), so a result depends neither on the order of the draws
nor on what else is in the network. Memory holds one block, however many are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from atlasmodel.risk.estimate import wilson
from atlasmodel.risk.network import Draw, Network, gainers
from atlasmodel.risk.reduction import reduce
from atlasmodel.risk.sweep import ranks_of

BLOCK = 1024  # worlds drawn together
LEAST = 4  # blocks before a share is believed
_DIGITS = 32  # binary digits of a probability that count
_ALL_ROWS = 10  # digits after which few draws are undecided in any world of a block
Words = NDArray[np.uint64]
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Sampled:
    """Be the probability of a goal from `worlds` draws: a known factor times the share that reached it."""

    factor: float
    share: float
    worlds: int

    @property
    def value(self) -> float:
        """Return the estimate."""
        return self.factor * self.share

    @property
    def standard_error(self) -> float:
        """Return its standard error."""
        return self.factor * sqrt(self.share * (1 - self.share) / self.worlds)

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval."""
        low, high = wilson(self.share, self.worlds)
        return self.factor * low, self.factor * high

    def __str__(self) -> str:
        if self.share == 0:
            return f"< {3 * self.factor / self.worlds:.2g}"
        return f"{self.value:.4g} ± {self.standard_error:.2g}"


def sample(network: Network, seed: int, *, relative: float = 0.05, most: int = 2**20) -> Sampled:
    """Return the probability of the goal with a standard error of at most `relative` times itself.

    A rare goal takes more worlds, up to `most`; where none of them reaches it, all that is known is that it is rarer
    than 3 in as many.

    >>> from atlasmodel.risk.network import step
    >>> cycle = (step(0.5, [[0]], [1], "a"), step(0.4, [[0]], [2], "b"), step(0.9, [[1]], [2], "c"),
    ...     step(0.8, [[2]], [1], "d"), step(0.7, [[1]], [3], "e"), step(0.6, [[2]], [3], "f"))
    >>> found = sample(Network(frozenset({0}), cycle, 3), seed=1, relative=0.01)
    >>> found.standard_error <= 0.01 * found.value
    True
    """
    factor, rest = reduce(network)
    if rest is None:
        return Sampled(factor, 1.0, most)
    kernel = _Kernel(rest, seed)
    hits = worlds = 0
    for block in range(max(1, most // BLOCK)):
        hits += kernel.hits(block)
        worlds += BLOCK
        share = hits / worlds
        if block + 1 >= LEAST and hits and sqrt(share * (1 - share) / worlds) <= relative * share:
            break
    return Sampled(factor, hits / worlds, worlds)


@dataclass(frozen=True)
class _Level:
    """Be draws worked on together: options by clause, clauses by draw, and what each gains, as flat arrays."""

    rows: slice
    options: NDArray[np.intp]
    clause_starts: NDArray[np.intp]
    draw_starts: NDArray[np.intp] | None  # None where each draw has one clause
    gaining: NDArray[np.intp]  # draws of the level, sorted by what they gain
    gain_starts: NDArray[np.intp]
    gained: NDArray[np.intp]


class _Kernel:
    """Draw and settle one block at a time. Facts are rows of words; the last row is held everywhere."""

    def __init__(self, network: Network, seed: int) -> None:
        facts = {fact: row for row, fact in enumerate(gainers(network.draws))}
        self._goal, self._held = facts[network.goal], len(facts)
        several = [draw for draw in network.draws if not draw.plain]
        plain = [draw for draw in network.draws if draw.plain]
        self._levels: list[_Level] = []
        order: list[Draw] = []
        groups, self._once = _by_level(plain)
        for group in groups:
            self._levels.append(self._level(group, facts, len(order)))
            order += group
        self._chances = _Chances([draw.probability for draw in order], _keys(order, seed))
        self._choices = [_Choice(draw, facts, seed) for draw in several]

    def _level(self, draws: Sequence[Draw], facts: dict[int, int], first: int) -> _Level:
        options: list[int] = []
        clauses: list[int] = []
        starts: list[int] = []
        gains: list[tuple[int, int]] = []
        for place, draw in enumerate(draws):
            starts.append(len(clauses))
            for clause in draw.needs or (frozenset[int](),):
                clauses.append(len(options))
                options += [facts[fact] for fact in sorted(clause)] or [self._held]
            gains += [(facts[fact], place) for fact in draw.gains]
        gains.sort()
        gained, gain_starts = np.unique([fact for fact, _ in gains], return_index=True)
        return _Level(
            slice(first, first + len(draws)),
            np.array(options, dtype=np.intp),
            np.array(clauses, dtype=np.intp),
            None if len(clauses) == len(draws) else np.array(starts, dtype=np.intp),
            np.array([place for _, place in gains], dtype=np.intp),
            gain_starts,
            gained,
        )

    def hits(self, block: int) -> int:
        """Return in how many worlds of a block the goal is reached."""
        words = BLOCK // 64
        reached = np.zeros((self._held + 1, words), dtype=np.uint64)
        reached[self._held] = _FULL
        for choice in self._choices:
            choice.add(reached, block)
        possible = [self._chances.draw(level.rows, block, words) for level in self._levels]
        before = -1
        while before != (now := int(np.bitwise_count(reached).sum(dtype=np.int64))):
            before = now
            for level, able in zip(self._levels, possible, strict=True):
                met = np.bitwise_or.reduceat(reached[level.options], level.clause_starts, axis=0)
                if level.draw_starts is not None:
                    met = np.bitwise_and.reduceat(met, level.draw_starts, axis=0)
                met &= able
                reached[level.gained] |= np.bitwise_or.reduceat(met[level.gaining], level.gain_starts, axis=0)
            if self._once:
                break
        return int(np.bitwise_count(reached[self._goal]).sum(dtype=np.int64))


class _Chances:
    """Draw which of many steps are possible: compare the binary digits of a random number with those of p."""

    def __init__(self, chances: Sequence[float], keys: Words) -> None:
        scaled = np.rint(np.array(chances) * 2.0**_DIGITS).astype(np.uint64)
        self._certain = scaled >> np.uint64(_DIGITS) != 0
        digits = np.arange(_DIGITS - 1, -1, -1, dtype=np.uint64)
        self._digits = np.where(scaled[:, None] >> digits & np.uint64(1), _FULL, np.uint64(0))
        self._keys = keys

    def draw(self, rows: slice, block: int, words: int) -> Words:
        """Return in which worlds each step is possible; about ten digits decide, the rest is for a few rows."""
        keys, digits = self._keys[rows], self._digits[rows]
        found = np.zeros((len(keys), words), dtype=np.uint64)
        found[self._certain[rows]] = _FULL
        open_ = np.where(self._certain[rows, None], np.uint64(0), np.full(words, _FULL))
        some: NDArray[np.intp] | None = None
        for digit in range(_DIGITS):
            if digit == _ALL_ROWS or (some is not None and digit % 4 == 0):
                inside = np.flatnonzero(open_.any(axis=1))
                if some is None:
                    result, some = found, inside
                else:
                    result[some] |= found
                    some = some[inside]
                if not len(inside):
                    return result
                open_, keys, digits = open_[inside], keys[inside], digits[inside]
                found = np.zeros_like(open_)
            random = _mixed(keys, (block * _DIGITS + digit) * words, words)
            one = digits[:, digit, None]
            random ^= one  # all ones where the digit differs from that of p
            below = random & one
            below &= open_
            found |= below
            open_ &= ~random
        if some is None:
            return found
        result[some] |= found
        return result


class _Choice:
    """Draw one of several outcomes, by chances given that no earlier one happened."""

    def __init__(self, draw: Draw, facts: dict[int, int], seed: int) -> None:
        self._gains = [np.array(sorted(facts[fact] for fact in gains), dtype=np.intp) for _, gains in draw.outcomes]
        left, chances = 1.0, []
        for chance, _ in draw.outcomes:
            chances.append(min(1.0, chance / left) if left > 0 else 0.0)
            left -= chance
        if left < 1e-12:
            chances[-1] = 1.0  # the outcomes are all there is
        name = draw.name or repr(sorted(sorted(gains) for _, gains in draw.outcomes))
        self._chances = _Chances(chances, np.array([_key(seed, name, place) for place in range(len(chances))]))

    def add(self, reached: Words, block: int) -> None:
        """Let the outcome of each world hold."""
        words = reached.shape[1]
        left = np.full(words, _FULL)
        for gains, row in zip(self._gains, self._chances.draw(slice(None), block, words), strict=True):
            reached[gains] |= row & left
            left &= ~row


def _by_level(draws: Sequence[Draw]) -> tuple[list[list[Draw]], bool]:
    """Return the draws in groups, and whether one sweep over them settles a world.

    Without cycles what a group needs is gained before it; else a group can follow at once from those before it, so
    that groups are few and large.
    """
    gained_by = gainers(draws)
    fed = [sorted({p for fact in frozenset().union(*draw.needs) for p in gained_by.get(fact, ())}) for draw in draws]
    feeds: dict[int, list[int]] = {place: [] for place in range(len(draws))}
    for place, givers in enumerate(fed):
        for giver in givers:
            feeds[giver].append(place)
    ranks = ranks_of(feeds)
    level: dict[int, int] = {}
    for place in sorted(ranks, key=ranks.__getitem__):
        level[place] = 1 + max((level[giver] for giver in fed[place] if giver in level), default=-1)
    once = all(level[giver] < level[place] for place, givers in enumerate(fed) for giver in givers)
    if not once:
        level = _rounds(draws, gained_by)
    groups: list[list[Draw]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for place, draw in enumerate(draws):
        groups[level[place]].append(draw)
    return groups, once


def _rounds(draws: Sequence[Draw], gained: Collection[int]) -> dict[int, int]:
    """Return in which round each draw is first made, were all possible and what none gains held; the rest come last."""
    waiting: dict[int, list[tuple[int, int]]] = {}  # fact -> the draws and clauses that wait for it
    left: dict[int, int] = {}
    for place, draw in enumerate(draws):
        clauses = [clause for clause in draw.needs if all(fact in gained for fact in clause)]
        left[place] = len(clauses)
        for number, clause in enumerate(clauses):
            for fact in clause:
                waiting.setdefault(fact, []).append((place, number))
    found: dict[int, int] = {}
    met: set[tuple[int, int]] = set()
    ready, depth = [place for place, needs in left.items() if not needs], 0
    while ready:
        found |= dict.fromkeys(ready, depth)
        depth += 1
        following = []
        for fact in dict.fromkeys(fact for place in ready for fact in draws[place].gains):
            for waiter in waiting.pop(fact, ()):
                if waiter not in met:
                    met.add(waiter)
                    left[waiter[0]] -= 1
                    if not left[waiter[0]]:
                        following.append(waiter[0])
        ready = following
    return dict.fromkeys(left, depth) | found


def _keys(draws: Sequence[Draw], seed: int) -> Words:
    """Return a key for each draw; one without a name is told apart by its place."""
    names = (draw.name or f"#{place}" for place, draw in enumerate(draws))
    return np.array([_key(seed, name, 0) for name in names], dtype=np.uint64)


def _key(seed: int, name: str, outcome: int) -> np.uint64:
    digest = hashlib.blake2b(f"{seed}\x1f{name}\x1f{outcome}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _mixed(keys: Words, counter: int, count: int) -> Words:
    """Return `count` random words for each key from a counter on (the finisher of SplitMix64)."""
    steps = (np.arange(counter + 1, counter + 1 + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))[None, :]
    words: Words = keys[:, None] + steps
    other = words >> np.uint64(30)
    words ^= other
    words *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(words, np.uint64(27), out=other)
    words ^= other
    words *= np.uint64(0x94D049BB133111EB)
    np.right_shift(words, np.uint64(31), out=other)
    words ^= other
    return words
