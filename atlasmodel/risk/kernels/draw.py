"""The numbers of NumPy's Philox generator, 24 bits each, compared with a threshold and packed into words at once.

Philox4x64-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011), with the constants and the order of
output of `numpy.random.Philox(key=...)` and `Generator.random(dtype=float32)`.
"""

from __future__ import annotations

import numpy as np

from atlasmodel._compiled import compiled
from atlasmodel.risk.kernels.net import Words

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_FIRST, _SECOND = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_FIRST_KEY, _SECOND_KEY = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_ALL = np.uint64(2**24)  # the limit below which every number lies
_UNUSED = np.uint64(8)  # bits of each half that the number leaves out


@compiled
def high_product(one: np.uint64, other: np.uint64) -> np.uint64:
    """Return the upper 64 bits of a product of two words."""
    low_one, high_one = one & _LOW, one >> _HALF
    low_other, high_other = other & _LOW, other >> _HALF
    carried = low_one * high_other + ((low_one * low_other) >> _HALF)
    crossed = high_one * low_other + (carried & _LOW)
    return np.uint64(high_one * high_other + (carried >> _HALF) + (crossed >> _HALF))


@compiled
def draw_below(keys: Words, limits: Words, out: Words) -> None:
    """Write to each row the worlds whose number lies below the row's limit, which is a threshold x 2^24, rounded up."""
    for row in range(len(keys)):
        limit = limits[row]
        if limit == 0 or limit >= _ALL:
            out[row] = np.uint64(0) if limit == 0 else ~np.uint64(0)
            continue
        counter = np.uint64(0)
        for word in range(out.shape[1]):
            bits = np.uint64(0)
            for eighth in range(8):
                counter += np.uint64(1)
                a, b, c, d = counter, np.uint64(0), np.uint64(0), np.uint64(0)
                key, other_key = keys[row, 0], keys[row, 1]
                for _ in range(_ROUNDS):
                    high_a, low_a = high_product(_FIRST, a), _FIRST * a
                    high_c, low_c = high_product(_SECOND, c), _SECOND * c
                    a, b, c, d = high_c ^ b ^ key, low_c, high_a ^ d ^ other_key, low_a
                    key += _FIRST_KEY
                    other_key += _SECOND_KEY
                at = np.uint64(8 * eighth)
                for place, number in enumerate((a, b, c, d)):
                    shift = at + np.uint64(2 * place)
                    if (number & _LOW) >> _UNUSED < limit:
                        bits |= np.uint64(1) << shift
                    if (number >> _HALF) >> _UNUSED < limit:
                        bits |= np.uint64(1) << (shift + np.uint64(1))
            out[row, word] = bits
