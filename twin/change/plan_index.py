"""Which facets lie near which: a grid of squares in plan, each with its facets."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .facets import Bounds, Facets

Index = NDArray[np.int64]
Row = NDArray[np.float64]

MOST_SQUARES: Final = 4_000_000
SLACK: Final = 1e-9  # of a square: a facet on a line belongs to both sides


class PlanIndex(NamedTuple):
    """Squares over a rectangle, and the facets that may touch each.

    west, south  corner from the facets' origin, m
    side     of a square, m
    columns, rows
    starts   (squares + 1), where each square's facets begin in ``listed``
    listed   rows of the facets
    """

    west: float
    south: float
    side: float
    columns: int
    rows: int
    starts: Index
    listed: Index


def bounds_of(facets: Facets) -> Bounds:
    """West, south, east, north from the origin, m."""
    x, y = facets[:, 0:6:2], facets[:, 1:6:2]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def index_of(facets: Facets, bounds: Bounds) -> PlanIndex:
    """List the facets by square, about one square to each facet."""
    west, south, east, north = bounds
    width, height = max(east - west, 1e-9), max(north - south, 1e-9)
    squares = min(max(len(facets), 1), MOST_SQUARES)
    side = max(math.sqrt(width * height / squares), max(width, height) / squares)
    columns, rows = int(width / side) + 1, int(height / side) + 1
    empty = np.zeros(0, dtype=np.int64)
    counts = np.zeros(columns * rows + 1, dtype=np.int64)
    plain = PlanIndex(west, south, side, columns, rows, counts, empty)
    _list(facets, plain, counts, empty)
    starts = np.concatenate([[0], np.cumsum(counts[:-1])])
    listed = np.empty(int(starts[-1]), dtype=np.int64)
    _list(facets, plain, starts[:-1].copy(), listed)
    return plain._replace(starts=starts, listed=listed)


@njit(cache=True, nogil=True, error_model="numpy")
def _list(facets: Facets, index: PlanIndex, places: Index, listed: Index) -> None:
    """Count facets per square or, with room in ``listed``, write them at places."""
    for f in range(len(facets)):
        low, high = rows_of(facets[f], index)
        for r in range(low, high + 1):
            first, last = columns_of(facets[f], index, r)
            for c in range(first, last + 1):
                square = r * index.columns + c
                if len(listed):
                    listed[places[square]] = f
                places[square] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def rows_of(f: Row, index: PlanIndex) -> tuple[int, int]:
    """First and last row of squares that a facet touches; last < first if none."""
    low = (min(f[1], f[3], f[5]) - index.south) / index.side - SLACK
    high = (max(f[1], f[3], f[5]) - index.south) / index.side + SLACK
    if high < 0.0 or low > index.rows:
        return 0, -1
    return max(math.floor(low), 0), min(math.floor(high), index.rows - 1)


@njit(cache=True, nogil=True, error_model="numpy")
def columns_of(f: Row, index: PlanIndex, row: int) -> tuple[int, int]:
    """First and last column that a facet touches in a row; last < first if none."""
    bottom = index.south + (row - SLACK) * index.side
    top = index.south + (row + 1 + SLACK) * index.side
    low, high = np.inf, -np.inf
    for i in range(3):
        x0, y0 = f[2 * i], f[2 * i + 1]
        x1, y1 = f[(2 * i + 2) % 6], f[(2 * i + 3) % 6]
        if max(y0, y1) < bottom or min(y0, y1) > top:
            continue
        for at in (bottom, top):
            if (y0 < at) != (y1 < at):
                x = x0 + (x1 - x0) * ((at - y0) / (y1 - y0))
                low, high = min(low, x), max(high, x)
        if bottom <= y0 <= top:
            low, high = min(low, x0), max(high, x0)
        if bottom <= y1 <= top:
            low, high = min(low, x1), max(high, x1)
    first = (low - index.west) / index.side - SLACK
    last = (high - index.west) / index.side + SLACK
    if not (last >= 0.0 and first <= index.columns):
        return 0, -1
    return max(math.floor(first), 0), min(math.floor(last), index.columns - 1)


@njit(cache=True, nogil=True, error_model="numpy")
def near(f: Row, number: int, others: Facets, index: PlanIndex, room: Index) -> int:
    """Write the listed facets whose box meets that of ``f``, each once; their count.

    number  of ``f``, by which the first row of ``room`` remembers what it has seen
    room    (2, others), -1 at first; the second row takes the facets found
    """
    west, east = min(f[0], f[2], f[4]), max(f[0], f[2], f[4])
    south, north = min(f[1], f[3], f[5]), max(f[1], f[3], f[5])
    n = 0
    low, high = rows_of(f, index)
    for r in range(low, high + 1):
        first, last = columns_of(f, index, r)
        for c in range(first, last + 1):
            square = r * index.columns + c
            for k in range(index.starts[square], index.starts[square + 1]):
                o = index.listed[k]
                if room[0, o] == number:
                    continue
                room[0, o] = number
                g = others[o]
                if (
                    max(g[0], g[2], g[4]) > west
                    and min(g[0], g[2], g[4]) < east
                    and max(g[1], g[3], g[5]) > south
                    and min(g[1], g[3], g[5]) < north
                ):
                    room[1, n] = o
                    n += 1
    return n
