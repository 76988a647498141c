"""How many bits are set in words and rows of them."""

from __future__ import annotations

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Indices, Words


@compiled
def count_ones(rows: Words, numbers: Indices) -> Indices:
    """Return how many bits are set in each of some rows."""
    counts = np.zeros(len(numbers), dtype=np.int32)
    for at in range(len(numbers)):
        total = 0
        for word in range(rows.shape[1]):
            total += ones(rows[numbers[at], word])
        counts[at] = total
    return counts


@compiled
def ones(word: np.uint64) -> int:
    """Return how many bits of a word are set."""
    pairs = word - (word >> np.uint64(1) & np.uint64(0x5555555555555555))
    fours = (pairs & np.uint64(0x3333333333333333)) + (pairs >> np.uint64(2) & np.uint64(0x3333333333333333))
    eights = fours + (fours >> np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    eights += eights >> np.uint64(8)
    eights += eights >> np.uint64(16)
    return int(np.int64(eights + (eights >> np.uint64(32)) & np.uint64(0x7F)))
