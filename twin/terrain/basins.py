"""Basins: the cells that drain to the same lowest cell before anything is filled."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .cells import INTERIOR, OUTLET, Flags, Raster, at

Index = NDArray[np.int32]


@njit(cache=True, nogil=True)
def basins_of(z: Raster, flags: Flags, near: NDArray[np.int64]) -> tuple[Index, Index]:
    """Label cells by where the lowest neighbours lead: 0 outlets, 1.. pits.

    Equal heights are ordered by index, so that paths end. Returns the label of each
    cell (-1 outside), and the bottom cell of each basin (-1 for basin 0).
    """
    n = z.size
    down = np.empty(n, dtype=np.int32)
    basin = np.full(n, -1, dtype=np.int32)
    bottom = np.empty(n + 1, dtype=np.int32)
    bottom[0] = -1
    count = 1
    for i in range(n):
        if flags[i] == OUTLET:
            basin[i] = 0
        elif flags[i] == INTERIOR:
            low, to = z[i], i
            for k in range(8):
                j = i + near[k]
                height = z[at(j)]
                if height < low or (height == low and j < to):
                    low, to = height, j
            down[i] = to
            if to == i:
                basin[i] = count
                bottom[count] = i
                count += 1
    for i in range(n):
        if flags[i] != INTERIOR or basin[i] >= 0:
            continue
        end = i
        while basin[at(end)] < 0:
            end = down[at(end)]
        label = basin[at(end)]
        j = i
        while basin[at(j)] < 0:
            basin[at(j)] = label
            j = down[at(j)]
    return basin, bottom[:count].copy()


@njit(cache=True, nogil=True)
def raised(z: Raster, flags: Flags, basin: Index, level: Raster) -> Raster:
    """Fill each basin to its level."""
    filled = np.full(z.size, np.nan)
    for i in range(z.size):
        if flags[i]:
            filled[i] = max(z[i], level[basin[i]])
    return filled
