"""The inner loops: sum what processes add, book it by zone, apply it, check it.

Sums run in lanes joined in a fixed order, 64 in a slice of 1024 cells and eight
in what is left: the same cells give the same bits on every machine. The loops over a
slice have constant bounds, so that the compiler keeps their sums in vector registers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..process import Array

Runs = NDArray[np.int64]

LANES = 8
WIDE, SLICE = 64, 1024  # lanes, and cells, of a slice
# where lanes begin in a flat scratch: with more arrays the compiler gives up
AMOUNT, SIZE, AFTER, LEAST, MOST = 0, 64, 128, 192, 256
SCRATCH = 320


@compiled
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


@compiled
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


@compiled
def _sum_slice(values: Array, part: Array) -> None:
    """Lanes of the sum of a slice and of its magnitudes, to ``part``."""
    for k in range(WIDE):
        total = size = 0.0
        for i in range(0, SLICE, WIDE):
            value = values[k + i]
            total += value
            size += abs(value)
        part[AMOUNT + k] = total
        part[SIZE + k] = size


@compiled
def _add_slice(row: Array, more: Array, part: Array) -> None:
    """Add a slice in place; lanes of sums, magnitudes, new sums and extremes."""
    for k in range(WIDE):
        total = size = after = 0.0
        least, most = np.inf, -np.inf
        for i in range(0, SLICE, WIDE):
            value = more[k + i]
            new = row[k + i] + value
            row[k + i] = new
            total += value
            size += abs(value)
            after += new
            least = min(least, new)
            most = max(most, new)
        part[AMOUNT + k] = total
        part[SIZE + k] = size
        part[AFTER + k] = after
        part[LEAST + k] = least
        part[MOST + k] = most


@compiled
def _add_rest(row: Array, more: Array, low: float, high: float) -> bool:
    """Add fewer cells than a slice in place; tell whether one left its range."""
    wrong = 0
    for j in range(row.size):
        new = row[j] + more[j]
        row[j] = new
        wrong += 0 if (new >= low) & (new <= high) else 1
    return wrong > 0


@compiled
def run_sum(values: Array, part: Array) -> tuple[float, float]:
    """Sum of the values, and of their magnitudes; ``part`` is scratch."""
    amount = size = 0.0
    whole = values.size // SLICE * SLICE
    for a in range(0, whole, SLICE):
        _sum_slice(values[a : a + SLICE], part)
        amount += lane_sum(part[AMOUNT : AMOUNT + WIDE])
        size += lane_sum(part[SIZE : SIZE + WIDE])
    left, left_size = sum_and_size(values[whole:])
    return amount + left, size + left_size


@compiled
def add_row(
    row: Array, more: Array, low: float, high: float, part: Array
) -> tuple[float, float, float, bool]:
    """Add in place; sum added, its magnitude, sum afterwards, whether to look closer.

    A NaN makes the sum NaN, whatever the extremes say.
    """
    amount = size = after = 0.0
    doubt = False
    whole = row.size // SLICE * SLICE
    for a in range(0, whole, SLICE):
        _add_slice(row[a : a + SLICE], more[a : a + SLICE], part)
        amount += lane_sum(part[AMOUNT : AMOUNT + WIDE])
        size += lane_sum(part[SIZE : SIZE + WIDE])
        new = lane_sum(part[AFTER : AFTER + WIDE])
        after += new
        least, most = part[LEAST : LEAST + WIDE].min(), part[MOST : MOST + WIDE].max()
        doubt |= not (least >= low and most <= high and new == new)
    doubt |= _add_rest(row[whole:], more[whole:], low, high)
    left, left_size = sum_and_size(more[whole:])
    return (
        amount + left, size + left_size, after + lane_sum(row[whole:]), doubt
    )  # fmt: skip


@compiled
def book(added: Array, runs: Runs, sums: Array) -> float:
    """Add the zone sums of ``added`` (k, b) to ``sums`` (z,); return its magnitude."""
    gross = 0.0
    part = np.zeros(SCRATCH)
    for i in range(added.shape[0]):
        row = added[i]
        for r in range(runs.shape[0]):
            amount, size = run_sum(row[runs[r, 0] : runs[r, 1]], part)
            sums[runs[r, 2]] += amount
            gross += size
    return gross


@compiled
def row_sums(stock: Array) -> Array:
    """Sums of the rows of a stock (k, b), before anything is added, (k,)."""
    made = np.zeros(stock.shape[0])
    part = np.zeros(SCRATCH)
    for i in range(stock.shape[0]):
        made[i] = run_sum(stock[i], part)[0]
    return made


@compiled
def _nothing(values: Array) -> bool:
    """Whether all are zero; looks no further than the slice that tells."""
    for a in range(0, values.size, SLICE):
        odd = False
        piece = values[a : a + SLICE]
        for i in range(piece.size):
            odd |= piece[i] != 0.0
        if odd:
            return False
    return True


@compiled
def settle(
    stock: Array,
    added: Array,
    runs: Runs,
    sums: Array,
    limits: tuple[float, float],
    held: Array,
) -> tuple[int, float, float]:
    """Add ``added`` (k, b) to ``stock`` and its zone sums to ``sums`` (z,).

    limits  lowest and highest value that the stock may have
    held    (k,) sums of the stock's rows; brought up to date
    →       first flat index that is NaN or beyond its limits, or -1; the sum of the
            magnitudes added; sum of the stock afterwards

    A row to which nothing is added costs one look at what is added.
    """
    gross = 0.0
    doubt = False
    low, high = limits
    part = np.zeros(SCRATCH)
    for i in range(stock.shape[0]):
        more = added[i]
        if _nothing(more):
            continue
        amount, size, held[i], odd = add_row(stock[i], more, low, high, part)
        gross += size
        doubt |= odd
        if runs.shape[0] == 1:
            sums[runs[0, 2]] += amount
            continue
        for r in range(runs.shape[0]):
            here, _ = run_sum(more[runs[r, 0] : runs[r, 1]], part)
            sums[runs[r, 2]] += here
    bad = _first_bad(stock, low, high) if doubt else -1
    return bad, gross, held.sum()


@compiled
def _first_bad(stock: Array, low: float, high: float) -> int:
    width = stock.shape[1]
    for i in range(stock.shape[0]):
        for j in range(width):
            if not (low <= stock[i, j] <= high):
                return int(i * width + j)
    return -1
