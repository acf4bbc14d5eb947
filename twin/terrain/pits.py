"""Which hollows are dips of the raster and which are real pits that hold water."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from .cells import Mask, Raster, as_raster
from .depressions import fill_depressions

EIGHT = np.ones((3, 3), dtype=np.int8)
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
    bottoms = np.zeros(raster.shape, dtype=np.bool_)
    filled = fill_depressions(raster, mask)
    for _ in range(MOST_NESTED):
        found = _deep_bottoms(raster, filled, least_depth, least_cells)
        if found.size == 0:
            break
        bottoms.ravel()[found] = True
        filled = fill_depressions(raster, mask, outlets=bottoms)
    return filled, bottoms


def _deep_bottoms(
    z: Raster, filled: Raster, least_depth: float, least_cells: float
) -> NDArray[np.int64]:
    """Flat index of the lowest cell of each hollow that is deep and wide enough."""
    depth = filled - z
    wet = depth > 0.0
    if not wet.any() or float(np.max(depth, where=wet, initial=0.0)) < least_depth:
        return np.zeros(0, dtype=np.int64)
    names, count = label(wet, structure=EIGHT)
    cells = np.flatnonzero(wet)
    name = names.ravel()[cells]
    size = np.bincount(name, minlength=count + 1)
    deepest = np.zeros(count + 1)
    np.maximum.at(deepest, name, depth.ravel()[cells])
    deep = (deepest >= least_depth) & (size >= least_cells)
    cells, name = cells[deep[name]], name[deep[name]]
    order = np.lexsort((cells, z.ravel()[cells], name))
    _, first = np.unique(name[order], return_index=True)
    found: NDArray[np.int64] = cells[order][first]
    return found
