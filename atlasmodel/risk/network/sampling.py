"""The probability of a goal by sampling its network: 64 worlds a word, block by block, until it is known well enough.

Each draw has a stream of its own, keyed by (seed, name, block), so a result depends neither on the order of the draws
nor on what else is in the network. Memory holds one block, however many are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from atlasmodel._compiled import is_available
from atlasmodel.risk.estimate import wilson
from atlasmodel.risk.network.chance import FULL, Choices
from atlasmodel.risk.network.circuit import circuit_of
from atlasmodel.risk.network.gate import Settling
from atlasmodel.risk.network.network import Network
from atlasmodel.risk.network.reduction import reduce

if TYPE_CHECKING:
    from atlasmodel.risk.network.kernel import Compiled

BLOCK = 1024  # worlds drawn together
LEAST = 4  # blocks before a share is believed
_WORTH = 2**20  # wires times blocks that take as long as it does to load the compiled kernel


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

    >>> from atlasmodel.risk.network.network import step
    >>> cycle = (step(0.5, [[0]], [1], "a"), step(0.4, [[0]], [2], "b"), step(0.9, [[1]], [2], "c"),
    ...     step(0.8, [[2]], [1], "d"), step(0.7, [[1]], [3], "e"), step(0.6, [[2]], [3], "f"))
    >>> found = sample(Network(frozenset({0}), cycle, 3), seed=1, relative=0.01)
    >>> found.standard_error <= 0.01 * found.value
    True
    """
    factor, rest = reduce(network)
    if rest is None:
        return Sampled(factor, 1.0, most)
    sampler = Sampler(rest, seed)
    hits = worlds = 0
    for block in range(max(1, most // BLOCK)):
        if (block + 1) * len(sampler) > _WORTH >= block * len(sampler) and is_available():
            sampler.compile()
        hits += sampler.hits(block)
        worlds += BLOCK
        share = hits / worlds
        if block + 1 >= LEAST and hits and sqrt(share * (1 - share) / worlds) <= relative * share:
            break
    return Sampled(factor, hits / worlds, worlds)


class Sampler:
    """Draw and settle the worlds of a network, a block at a time; compiled or not, they are the same."""

    def __init__(self, network: Network, seed: int) -> None:
        self._draws, self._seed, self._circuit = network.draws, seed, circuit_of(network.draws)
        self._choices = Choices(network.draws, self._circuit.node_of, seed)
        self._settling: Settling | Compiled = Settling(self._circuit, network.draws, seed)
        self._goal = self._circuit.node_of[network.goal]

    def __len__(self) -> int:
        return len(self._circuit.source)

    def compile(self) -> None:
        """Go on with the compiled kernel."""
        from atlasmodel.risk.network.kernel import Compiled

        self._settling = Compiled(self._circuit, self._draws, self._seed)

    def hits(self, block: int) -> int:
        """Return in how many worlds of a block the goal is reached."""
        reached = np.zeros((len(self._circuit.ranks), BLOCK // 64), dtype=np.uint64)
        reached[self._circuit.held] = FULL
        self._choices.draw(block, reached)
        self._settling.settle(reached, block)
        return int(np.bitwise_count(reached[self._goal]).sum(dtype=np.int64))
