"""Cells of a graded ground that Horn's slope finds too steep, and what holds them back.

One pass over the cells, on heights as float32 holds them, instead of a dozen rasters of
the whole area: this is looked at some hundred times while a ground is graded.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.threads import halves, side_by_side
from ..terrain.cells import at

Raster = NDArray[np.float64]
Mask = NDArray[np.bool_]
Flags = NDArray[np.uint8]

MOST: Final = 0.2  # of the limit that is held back at once


def too_steep(
    g: Raster, within: Mask, cell: float, allowed: float
) -> tuple[NDArray[np.int64], Raster]:
    """Flat indices of the cells steeper than allowed, and their gradients, m/m.

    g        (rows, columns), m
    within   cells to look at; all eight neighbours of each are ground
    allowed  m/m

    Horn 1981 as in terrain.derivatives, where no neighbour is missing.
    """
    steep = np.zeros(g.shape, dtype=np.bool_)
    parts = [(p.start, p.stop) for p in halves(g.shape[0])]
    side_by_side(
        lambda first, last: _mark(g, within, cell, allowed, (first, last), steep),
        parts,
    )
    cells = np.flatnonzero(steep)
    return cells, _gradients(g, cells, cell)


def hold_back(rise: Raster, cells: NDArray[np.int64], shares: Raster) -> Flags:
    """Lessen ``rise`` in place at cells and around them; 1 where it was done.

    shares  of the rise, one for each cell; a neighbour of several takes the largest
    """
    held, touched = np.zeros(rise.shape), np.zeros(rise.shape, dtype=np.uint8)
    _hold(rise, cells, shares, held, touched)
    return touched


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _gradient2(g: Raster, r: int, c: int, per: float) -> float:
    """Square of Horn's gradient, of heights rounded as they are stored."""
    n, s = _stored(g, r - 1, c), _stored(g, r + 1, c)
    w, e = _stored(g, r, c - 1), _stored(g, r, c + 1)
    nw, ne = _stored(g, r - 1, c - 1), _stored(g, r - 1, c + 1)
    sw, se = _stored(g, r + 1, c - 1), _stored(g, r + 1, c + 1)
    east = ((ne + 2.0 * e + se) - (nw + 2.0 * w + sw)) * per
    north = ((nw + 2.0 * n + ne) - (sw + 2.0 * s + se)) * per
    return east * east + north * north


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _stored(g: Raster, r: int, c: int) -> float:
    return np.float64(np.float32(g[at(r), at(c)]))


@compiled
def _mark(
    g: Raster, within: Mask, cell: float, allowed: float, rows: Any, steep: Mask
) -> None:
    per, most = 1.0 / (8.0 * cell), allowed * allowed
    for r in range(rows[0], rows[1]):
        for c in range(g.shape[1]):
            if within[at(r), at(c)]:
                steep[at(r), at(c)] = _gradient2(g, r, c, per) > most


@compiled
def _gradients(g: Raster, cells: NDArray[np.int64], cell: float) -> Raster:
    columns, per = g.shape[1], 1.0 / (8.0 * cell)
    found = np.empty(cells.size)
    for k in range(cells.size):
        r, c = cells[k] // columns, cells[k] % columns
        found[k] = np.sqrt(_gradient2(g, r, c, per))
    return found


@compiled
def _hold(
    rise: Raster, cells: NDArray[np.int64], shares: Raster, held: Raster, touched: Flags
) -> None:
    columns = rise.shape[1]
    for k in range(cells.size):
        r, c = cells[k] // columns, cells[k] % columns
        for i in range(r - 1, r + 2):
            for j in range(c - 1, c + 2):
                held[i, j] = max(held[i, j], shares[k])
    for k in range(cells.size):
        r, c = cells[k] // columns, cells[k] % columns
        for i in range(r - 1, r + 2):
            for j in range(c - 1, c + 2):
                if not touched[i, j]:
                    touched[i, j] = 1
                    rise[i, j] *= 1.0 - min(held[i, j], MOST)
