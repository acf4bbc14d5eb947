"""Which hollows are dips of the raster and which are real pits that hold water."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .basins import Index
from .cells import Mask, Raster, as_raster, cell_flags, offsets
from .spill import Spillways

MOST_NESTED = 16  # pits within pits; a mine has two or three levels


def fill_shallow(
    z: NDArray[np.floating],
    mask: Mask | None = None,
    *,
    least_depth: float,
    least_cells: float,
) -> tuple[Raster, Mask]:
    """Fill dips of the ground, but keep pits as deep and as wide as stated.

    z            (rows, columns), m, NaN = no ground
    least_depth  m; a hollow is kept when it is at least so deep
    least_cells  and holds at least so many cells
    →            filled heights, and the bottom cell of each pit that was kept

    An open pit or a subsidence pond keeps the water and soil that run into it. Its
    bottom becomes an outlet and the hollows within it are judged anew.
    """
    raster = as_raster(z)
    flags = cell_flags(raster, mask)
    ways = Spillways.of(raster.ravel(), flags, offsets(raster.shape[1]))
    drains = np.zeros(ways.bottom.size, dtype=np.bool_)
    for _ in range(MOST_NESTED):
        level = ways.levels(drains)
        size = _wet_cells(ways.z, flags, ways.basin, level)
        hollow = _hollows(ways.parent, ways.height, ways.order, level, size)
        found = _deep(
            ways.z, ways.bottom, level, size, hollow, least_depth, least_cells
        )
        if found.size == 0:
            break
        drains[found] = True
    bottoms = np.zeros(raster.shape, dtype=np.bool_)
    bottoms.ravel()[ways.bottom[drains]] = True
    return ways.filled(drains).reshape(raster.shape), bottoms


@njit(cache=True, nogil=True)
def _wet_cells(
    z: Raster, flags: NDArray[np.uint8], basin: Index, level: Raster
) -> NDArray[np.int64]:
    """Count the cells of each basin that lie below its level."""
    size = np.zeros(level.size, dtype=np.int64)
    for i in range(z.size):
        if flags[i]:
            size[basin[i]] += z[i] < level[basin[i]]
    return size


@njit(cache=True, nogil=True)
def _hollows(
    parent: Index, height: Raster, order: Index, level: Raster, size: NDArray[np.int64]
) -> Index:
    """Name the hollow of each basin by the first of its basins; -1 where it is dry.

    Basins whose water meets across a pass are one hollow. The wet cells of one basin
    are always joined: each leads down to the bottom through wet cells.
    """
    hollow = np.full(parent.size, -1, dtype=np.int32)
    for k in range(1, order.size):
        b = order[k]
        p = parent[b]
        if size[b] > 0:
            joined = height[b] < level[b] and height[b] < level[p]
            hollow[b] = hollow[p] if joined else b
    return hollow


@njit(cache=True, nogil=True)
def _deep(
    z: Raster, bottom: Index, level: Raster, size: NDArray[np.int64], hollow: Index,
    least_depth: float, least_cells: float,
) -> Index:  # fmt: skip
    """Return the basin of the lowest cell of each hollow that is deep and wide."""
    cells = np.zeros(hollow.size, dtype=np.int64)
    lowest = np.full(hollow.size, -1, dtype=np.int32)
    for b in range(1, hollow.size):
        h = hollow[b]
        if h < 0:
            continue
        cells[h] += size[b]
        low = lowest[h]
        if low < 0 or (z[bottom[b]], bottom[b]) < (z[bottom[low]], bottom[low]):
            lowest[h] = b
    found = np.empty(hollow.size, dtype=np.int32)
    count = 0
    for h in range(1, hollow.size):
        low = lowest[h]
        if low < 0 or cells[h] < least_cells:
            continue
        if level[low] - z[bottom[low]] >= least_depth:
            found[count] = low
            count += 1
    return found[:count].copy()
