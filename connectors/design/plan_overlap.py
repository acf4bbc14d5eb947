"""Triangles of a Tin that lie over one another in plan, by a grid hash."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from twin.numerics.compiled import compiled
from twin.tin import Tin

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOUCH = 1e-6  # m; triangles that cross by less only touch
MOST_ENTRIES = 200_000_000
MOST_PAIRS = 3_000_000_000


def overlapping(tin: Tin) -> int:
    """How many triangles have their inside crossed by another's, in plan.

    Raises InputError where triangles are so long and tangled that it cannot be told
    in bounded time.
    """
    if not len(tin.triangles):
        return 0
    west, south, east, north = tin.bounds
    xy = tin.vertices[:, :2] - (west, south)
    n = len(tin.triangles)
    # about one triangle per hash cell
    cell = max(math.sqrt((east - west) * (north - south) / n), TOUCH)
    columns, rows = int((east - west) / cell) + 1, int((north - south) / cell) + 1
    starts = _count(xy, tin.triangles, cell, rows, columns)
    if starts[-1] > MOST_ENTRIES:
        raise InputError(f"{tin}: too many long triangles to look for overlaps")
    filled = _file(xy, tin.triangles, cell, columns, starts)
    found = _search(xy, tin.triangles, cell, columns, starts, filled)
    if found < 0:
        raise InputError(f"{tin}: too many long triangles to look for overlaps")
    return int(found)


@compiled
def _reach(xy: Floats, t: Ints, i: int, cell: float) -> tuple[int, int, int, int]:
    a, b, c = t[i, 0], t[i, 1], t[i, 2]
    left = int(min(xy[a, 0], xy[b, 0], xy[c, 0]) / cell)
    right = int(max(xy[a, 0], xy[b, 0], xy[c, 0]) / cell)
    low = int(min(xy[a, 1], xy[b, 1], xy[c, 1]) / cell)
    high = int(max(xy[a, 1], xy[b, 1], xy[c, 1]) / cell)
    return left, right, low, high


@compiled
def _count(xy: Floats, t: Ints, cell: float, rows: int, columns: int) -> Ints:
    """Where the entries of each hash cell start; stops counting when too many."""
    starts = np.zeros(rows * columns + 1, np.int64)
    entries = 0
    for i in range(t.shape[0]):
        left, right, low, high = _reach(xy, t, i, cell)
        entries += (right - left + 1) * (high - low + 1)
        if entries > MOST_ENTRIES:
            starts[-1] = entries
            return starts
        for r in range(low, high + 1):
            for c in range(left, right + 1):
                starts[r * columns + c + 1] += 1
    for k in range(rows * columns):
        starts[k + 1] += starts[k]
    return starts


@compiled
def _file(xy: Floats, t: Ints, cell: float, columns: int, starts: Ints) -> Ints:
    filled = np.zeros(starts[-1], np.int64)
    free = starts.copy()
    for i in range(t.shape[0]):
        left, right, low, high = _reach(xy, t, i, cell)
        for r in range(low, high + 1):
            for c in range(left, right + 1):
                filled[free[r * columns + c]] = i
                free[r * columns + c] += 1
    return filled


@compiled
def _apart(xy: Floats, t: Ints, i: int, j: int) -> bool:
    """Whether a side of triangle i has all of triangle j beyond it."""
    for k in range(3):
        a, b = t[i, k], t[i, (k + 1) % 3]
        dx, dy = xy[b, 0] - xy[a, 0], xy[b, 1] - xy[a, 1]
        slack = TOUCH * math.sqrt(dx * dx + dy * dy)
        beyond = True
        for m in range(3):
            p = t[j, m]
            side = dx * (xy[p, 1] - xy[a, 1]) - dy * (xy[p, 0] - xy[a, 0])
            beyond = beyond and side <= slack
        if beyond:
            return True
    return False


@compiled
def _search(
    xy: Floats, t: Ints, cell: float, columns: int, starts: Ints, filled: Ints
) -> int:
    """Count flagged triangles; -1 when there are too many pairs to try."""
    n = t.shape[0]
    flagged = np.zeros(n, np.bool_)
    found = pairs = 0
    for i in range(n):
        left, right, low, high = _reach(xy, t, i, cell)
        for r in range(low, high + 1):
            for c in range(left, right + 1):
                if flagged[i]:
                    break
                h = r * columns + c
                for e in range(starts[h], starts[h + 1]):
                    j = filled[e]
                    pairs += 1
                    if j != i and not (_apart(xy, t, i, j) or _apart(xy, t, j, i)):
                        flagged[i] = True
                        found += 1
                        break
        if pairs > MOST_PAIRS:
            return -1
    return found
