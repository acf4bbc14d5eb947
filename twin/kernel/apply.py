"""The inner loops: sum what processes add, book it by zone, apply it, check it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..process import Array


@njit(cache=True, nogil=True)
def book(added: Array, zones: NDArray[np.int64], total: Array, sums: Array) -> float:
    """Add ``added`` (k, b) to ``total`` and its zone sums to ``sums`` (z,).

    Returns the sum of the magnitudes. Summed cell by cell in order, so the same cells
    always give the same bits.
    """
    gross = 0.0
    for i in range(added.shape[0]):
        for j in range(added.shape[1]):
            amount = added[i, j]
            total[i, j] += amount
            sums[zones[j]] += amount
            gross += abs(amount)
    return gross


@njit(cache=True, nogil=True)
def settle(
    stock: Array, total: Array, low: float, high: float
) -> tuple[int, float, float]:
    """Add ``total`` (k, b) to ``stock``; set ``total`` back to zero.

    Returns the first flat index that is NaN or outside [low, high], or -1, and the sums
    of the stock before and after.
    """
    wrong = -1
    before = 0.0
    after = 0.0
    width = stock.shape[1]
    for i in range(stock.shape[0]):
        for j in range(width):
            old = stock[i, j]
            new = old + total[i, j]
            total[i, j] = 0.0
            before += old
            after += new
            if wrong < 0 and not (low <= new <= high):
                wrong = i * width + j
            stock[i, j] = new
    return wrong, before, after
