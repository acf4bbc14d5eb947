"""Put points in the order of their nodes: radix sorts, and one gather of records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

DIGIT = 11  # bits sorted in one pass; 2048 counters stay in the cache
MANY = 1 << DIGIT


@njit(cache=True, nogil=True)
def radix_order(codes: Any, order: Any) -> None:
    """Stable order (n,) int32 of codes (n,) int64 >= 0, which become sorted.

    Digits that all codes share, those of the cell they lie in, cost one look.
    """
    n = codes.size
    for i in range(n):
        order[i] = i
    other, places = np.zeros_like(codes), np.zeros_like(order)
    counts = np.zeros(MANY, dtype=np.int64)
    for shift in range(0, 63, DIGIT):
        counts[:] = 0
        for i in range(n):
            counts[codes[i] >> shift & (MANY - 1)] += 1
        if counts.max() == n:
            continue
        before = 0
        for digit in range(MANY):
            before, counts[digit] = before + counts[digit], before
        for i in range(n):
            digit = codes[i] >> shift & (MANY - 1)
            other[counts[digit]] = codes[i]
            places[counts[digit]] = order[i]
            counts[digit] += 1
        codes[:] = other
        order[:] = places


def in_order(which: Any, many: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Stable order (n,) of small numbers in [0, many), and where each begins.

    The second has many + 1 entries, the last is n.
    """
    order = np.zeros(which.size, dtype=np.int32)
    starts = np.zeros(many + 1, dtype=np.int64)
    _count(which, order, starts)
    return order, starts


@njit(cache=True, nogil=True)
def _count(which: Any, order: Any, starts: Any) -> None:
    for i in range(which.size):
        starts[which[i] + 1] += 1
    for k in range(starts.size - 1):
        starts[k + 1] += starts[k]
    at = starts[:-1].copy()
    for i in range(which.size):
        order[at[which[i]]] = i
        at[which[i]] += 1


def gathered(records: NDArray[Any], order: NDArray[np.int32]) -> NDArray[Any]:
    """Records in another order; as plain bytes numpy takes them ten times faster."""
    plain = records.view(f"V{records.dtype.itemsize}")
    return np.take(plain, order).view(records.dtype)
