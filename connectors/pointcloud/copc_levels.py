"""Which octree level each point belongs to: one point per occupied cell and level."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

BITS = 21  # levels of the Morton code along each axis; 63 bits in all
GRID = 7  # a node's occupancy grid has 2**7 = 128 cells along each axis
DEEPEST = BITS - GRID  # level that takes all that is left, e.g. doubled points
LEAF = 30_000  # points; a node with no more is not divided


@njit(cache=True, nogil=True)
def _spread(v: int) -> int:
    """Put two zero bits between the 21 bits of ``v``."""
    v = (v | v << 32) & 0x1F00000000FFFF
    v = (v | v << 16) & 0x1F0000FF0000FF
    v = (v | v << 8) & 0x100F00F00F00F00F
    v = (v | v << 4) & 0x10C30C30C30C30C3
    return (v | v << 2) & 0x1249249249249249


@njit(cache=True, nogil=True)
def morton(x: Any, y: Any, z: Any, frame: Any, codes: Any) -> None:
    """Morton codes (n,) int64 of raw int32 coordinates; x is the lowest bit.

    frame  (3, 2) float64: cells of the finest level per raw step, and the shift
    """
    top = (1 << BITS) - 1
    for i in range(x.size):
        a = min(max(int(np.floor(x[i] * frame[0, 0] + frame[0, 1])), 0), top)
        b = min(max(int(np.floor(y[i] * frame[1, 0] + frame[1, 1])), 0), top)
        c = min(max(int(np.floor(z[i] * frame[2, 0] + frame[2, 1])), 0), top)
        codes[i] = _spread(a) | _spread(b) << 1 | _spread(c) << 2


@njit(cache=True, nogil=True)
def _chance(code: int, i: int) -> Any:
    """Mix bits (splitmix64), so that no corner of a cell is preferred."""
    v = np.uint64(code) + np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
    v = (v ^ (v >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    v = (v ^ (v >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64((v ^ (v >> np.uint64(31))) >> np.uint64(1))


@njit(cache=True, nogil=True)
def levels(codes: Any, cell_level: int, level: Any) -> None:
    """Level (n,) int8 of points sorted by Morton code, all in one top-level cell.

    Above ``cell_level`` a level takes one point of each cell of its grid; from there
    on a node with at most LEAF points left takes them all.
    """
    n = codes.size
    level[:] = -1
    for at in range(DEEPEST + 1):
        node_shift, grid_shift = 3 * (BITS - at), 3 * (BITS - at - GRID)
        start = 0
        while start < n:
            stop, left = start, 0
            node = codes[start] >> node_shift
            while stop < n and codes[stop] >> node_shift == node:
                left += level[stop] < 0
                stop += 1
            if at >= cell_level and (left <= LEAF or at == DEEPEST):
                for i in range(start, stop):
                    if level[i] < 0:
                        level[i] = at
            elif left > 0:
                _thin(codes, level, start, stop, grid_shift, at)
            start = stop


@njit(cache=True, nogil=True)
def _thin(codes: Any, level: Any, start: int, stop: int, shift: int, at: int) -> None:
    """Give one point left in each cell of the grid to level ``at``."""
    best, least, cell = -1, 0, codes[start] >> shift
    for i in range(start, stop):
        here = codes[i] >> shift
        if here != cell:
            if best >= 0:
                level[best] = at
            best, cell = -1, here
        if level[i] < 0:
            chance = _chance(codes[i], i)
            if best < 0 or chance < least:
                best, least = i, chance
    if best >= 0:
        level[best] = at


def unspread(codes: Any) -> Any:
    """Cells (n, 3) x, y, z of Morton codes (n,)."""
    found = np.zeros((codes.size, 3), dtype=np.int64)
    for bit in range(BITS):
        for axis in range(3):
            found[:, axis] |= (codes >> (3 * bit + axis) & 1) << bit
    return found
