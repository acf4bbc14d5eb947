"""The inner loops: sum what processes add, book it by zone, apply it, check it.

Sums run in eight lanes that are joined in a fixed order: vector units do eight at once,
and the same cells give the same bits on every machine.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..process import Array

Runs = NDArray[np.int64]

LANES = 8
SLICE = 1024  # cells


@njit(cache=True, nogil=True)
def sum_and_size(values: Array) -> tuple[float, float]:
    """Sum of the values, and of their magnitudes."""
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
    b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = 0.0
    whole = values.size // LANES * LANES
    for j in range(0, whole, LANES):
        a0 += values[j]
        a1 += values[j + 1]
        a2 += values[j + 2]
        a3 += values[j + 3]
        a4 += values[j + 4]
        a5 += values[j + 5]
        a6 += values[j + 6]
        a7 += values[j + 7]
        b0 += abs(values[j])
        b1 += abs(values[j + 1])
        b2 += abs(values[j + 2])
        b3 += abs(values[j + 3])
        b4 += abs(values[j + 4])
        b5 += abs(values[j + 5])
        b6 += abs(values[j + 6])
        b7 += abs(values[j + 7])
    total = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
    size = ((b0 + b1) + (b2 + b3)) + ((b4 + b5) + (b6 + b7))
    for j in range(whole, values.size):
        total += values[j]
        size += abs(values[j])
    return total, size


@njit(cache=True, nogil=True)
def lane_sum(values: Array) -> float:
    """Sum of the values."""
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
    whole = values.size // LANES * LANES
    for j in range(0, whole, LANES):
        a0 += values[j]
        a1 += values[j + 1]
        a2 += values[j + 2]
        a3 += values[j + 3]
        a4 += values[j + 4]
        a5 += values[j + 5]
        a6 += values[j + 6]
        a7 += values[j + 7]
    total: float = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))
    for j in range(whole, values.size):
        total += values[j]
    return total


def zone_runs(zones: NDArray[np.int64]) -> Runs:
    """Runs of equal zone: rows of (first cell, cell after the last, zone)."""
    edges = np.flatnonzero(np.diff(zones)) + 1
    first = np.concatenate([[0], edges])
    after = np.concatenate([edges, [zones.size]])
    return np.ascontiguousarray(np.stack([first, after, zones[first]], axis=1))


@njit(cache=True, nogil=True)
def book(added: Array, runs: Runs, sums: Array) -> float:
    """Add the zone sums of ``added`` (k, b) to ``sums`` (z,); return its magnitude."""
    gross = 0.0
    for i in range(added.shape[0]):
        row = added[i]
        for r in range(runs.shape[0]):
            amount, size = sum_and_size(row[runs[r, 0] : runs[r, 1]])
            sums[runs[r, 2]] += amount
            gross += size
    return gross


@njit(cache=True, nogil=True)
def stock_sum(stock: Array) -> float:
    """Sum of a stock (k, b), before anything is added."""
    total = 0.0
    for i in range(stock.shape[0]):
        total += lane_sum(stock[i])
    return total


@njit(cache=True, nogil=True)
def settle(
    stock: Array, added: Array, runs: Runs, sums: Array, low: float, high: float
) -> tuple[int, float, float]:
    """Add ``added`` (k, b) to ``stock`` and its zone sums to ``sums`` (z,).

    Returns the first flat index that is NaN or outside [low, high], or -1; the sum of
    the magnitudes added; the sum of the stock afterwards. Everything is done while a
    slice of cells lies in the first-level cache.
    """
    gross = 0.0
    after = 0.0
    wrong = 0
    for i in range(stock.shape[0]):
        row, more = stock[i], added[i]
        for r in range(runs.shape[0]):
            first, last, zone = runs[r]
            for a in range(first, last, SLICE):
                b = min(a + SLICE, last)
                wrong += _add(row[a:b], more[a:b], low, high)
                amount, size = sum_and_size(more[a:b])
                sums[zone] += amount
                gross += size
                after += lane_sum(row[a:b])
    if wrong > 0:
        width = stock.shape[1]
        for i in range(stock.shape[0]):
            for j in range(width):
                if not (low <= stock[i, j] <= high):
                    return i * width + j, gross, after
    return -1, gross, after


@njit(cache=True, nogil=True)
def _add(row: Array, more: Array, low: float, high: float) -> int:
    """Add in place; return how many left their range."""
    wrong = 0
    for j in range(row.size):
        new = row[j] + more[j]
        row[j] = new
        wrong += 0 if (new >= low) & (new <= high) else 1
    return wrong
