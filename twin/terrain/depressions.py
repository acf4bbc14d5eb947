"""Depressions filled to their lowest outlet: what priority-flood computes, faster.

The filled height of a cell is the lowest level at which water can leave it: the
minimum over all paths to an outlet of the greatest height on the path (Barnes,
Lehman & Mulla 2014). Two ways lead there. ``Spillways`` joins basins across their
lowest passes (Boruvka's spanning tree, in the spirit of Cordonnier et al. 2019) in
time linear in the cells. ``_flood`` is priority-flood itself with its heap; it serves
where a gradient is laid on the filled flats.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..errors import InputError
from .cells import INTERIOR, OUTLET, Flags, Mask, Raster, as_raster, cell_flags, offsets
from .spill import Spillways


def fill_depressions(
    z: NDArray[np.floating],
    mask: Mask | None = None,
    *,
    epsilon: float = 0.0,
    outlets: Mask | None = None,
) -> Raster:
    """Raise every depression to its lowest outlet, over eight neighbours.

    z        (rows, columns), m; NaN = no ground
    mask     True where there is ground; its rim and that of the raster are outlets
    epsilon  rise per cell away from the outlet laid on filled flats, m; 0 = level
    outlets  further cells (rows, columns) where water leaves
    →        filled heights (rows, columns), NaN outside

    Barnes, Lehman & Mulla 2014 (priority-flood). Heights are never lowered.
    """
    if not 0.0 <= epsilon < np.inf:
        raise InputError(
            f"fill_depressions: epsilon {epsilon} m is not a rise; give >= 0"
        )
    raster = as_raster(z)
    flags = cell_flags(raster, mask, outlets)
    near = offsets(raster.shape[1])
    flat = raster.ravel()
    if epsilon > 0.0:
        filled = _flood(flat, flags, near, raster.shape[1], epsilon)
    else:
        filled = Spillways.of(flat, flags, near).filled()
    return filled.reshape(raster.shape)


@njit(cache=True, nogil=True)
def _flood(
    z: Raster, flags: Flags, near: NDArray[np.int64], columns: int, epsilon: float
) -> Raster:
    """Priority-flood with a heap; each filled cell lies epsilon above the last."""
    n = z.size
    filled = np.full(n, np.nan)
    heap = [(z[0], np.int64(0)) for _ in range(0)]
    for i in range(n):
        if flags[i] == OUTLET:
            filled[i] = z[i]
            heappush(heap, (z[i], np.int64(i)))
    rows = n // columns
    while len(heap) > 0:
        height, low = heappop(heap)
        for k in range(8):
            j = low + near[k]
            wraps = abs(j % columns - low % columns) > 1
            if wraps or j < 0 or j >= rows * columns or flags[j] != INTERIOR:
                continue
            if np.isnan(filled[j]):
                filled[j] = max(z[j], height + epsilon)
                heappush(heap, (filled[j], np.int64(j)))
    return filled
