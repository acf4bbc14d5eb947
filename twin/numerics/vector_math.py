"""Exponential and logarithm that a compiler can vectorise.

Numba calls the C library once per number for ``exp`` and ``log`` unless Intel's SVML is
installed. These are plain arithmetic without branches, so that loops over them become
SIMD code. Without reassociation and fused operations they give the same bits in the
vector part and in the rest of a loop: results do not depend on how cells are cut into
blocks.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled

LOG2E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # upper 32 bits of ln 2, so n * LN2_HIGH is exact
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 x 2^52: adding it rounds to the nearest integer
ROUND_BITS = np.int64(0x4338000000000000)
EXP_LOW, EXP_HIGH = -708.0, 709.0  # beyond: clamped, 3e-308 and 8e307
SQRT_HALF_BITS = np.int64(0x3FE6A09E667F3BCD)
ONE_BITS = np.int64(0x3FF0000000000000)
MANTISSA = np.int64(0x000FFFFFFFFFFFFF)
TWO_52_BITS = np.int64(0x4330000000000000)
SMALLEST = 2.2250738585072014e-308


@compiled
def vexp(x: float) -> float:
    """Return exp(x); relative error below 1e-15; clamped outside -708 to 709."""
    x = min(max(x, EXP_LOW), EXP_HIGH)
    shifted = x * LOG2E + ROUND
    n = shifted - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r * r + r + 1.0
    power = ((np.float64(shifted).view(np.int64) - ROUND_BITS) << 52) + ONE_BITS
    return p * np.int64(power).view(np.float64)


@compiled
def vlog(x: float) -> float:
    """Return ln(x) for x > 0; absolute error below 1e-15 near 1, relative elsewhere.

    Zero and negative numbers count as the smallest normal number.
    """
    bits = np.float64(max(x, SMALLEST)).view(np.int64)
    shifted = bits - SQRT_HALF_BITS + ONE_BITS
    biased = (shifted >> 52) | TWO_52_BITS
    exponent = np.int64(biased).view(np.float64) - 4503599627371519.0  # 2^52 + 1023
    mantissa = np.int64((shifted & MANTISSA) + SQRT_HALF_BITS).view(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    return exponent * LN2_HIGH + (2.0 * s * (p * z + 1.0) + exponent * LN2_LOW)
