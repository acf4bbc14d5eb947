"""Flow in any direction: shared by the two neighbours on either side of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from .cells import Raster, as_raster, at, offsets

Cells = NDArray[np.int64]
# Facets: a straight neighbour and the diagonal one beside it, in the order of cells.py
STRAIGHT = (0, 1, 1, 2, 2, 3, 3, 0)
DIAGONAL = (4, 4, 5, 5, 6, 6, 7, 7)


def dinf_accumulate(
    z: NDArray[np.floating],
    receivers: Cells,
    cell: float,
    *,
    weights: NDArray[np.floating] | None = None,
) -> Raster:
    """Accumulation along the steepest of eight triangular facets.

    z          (rows, columns), m, filled
    receivers  of ``d8_receivers`` on the same z: outlets, and ways across flats
    →          (rows, columns) sum of weights (1 each), own included; 0 outside

    The flow of a cell is shared between the two neighbours that bound its direction by
    the angles to them. Of equal slopes the first facet from east counter-clockwise.
    Tarboton 1997, D infinity.
    """
    raster, flat = as_raster(z), np.ascontiguousarray(receivers).ravel()
    total = (flat >= 0).astype(np.float64)
    if weights is not None:
        total *= np.where(flat >= 0, weights.ravel(), 0.0)
    near = offsets(raster.shape[1])
    first, second = flat.copy(), flat.copy()
    share = np.ones(flat.size)
    facets = np.array([STRAIGHT, DIAGONAL])
    _directions(raster.ravel(), cell, (near, facets), (first, second), share)
    _pass_on((first, second), share, total)
    return total.reshape(raster.shape)


@compiled
def _directions(
    z: Raster, cell: float, facets: tuple[Cells, Cells], to: tuple[Cells, Cells],
    share: Raster,
) -> None:  # fmt: skip
    """Set both receivers and the share of the first; flats and outlets stay as D8."""
    near, around = facets
    first, second = to
    eighth, diagonal = 0.25 * np.pi, cell * np.sqrt(2.0)
    for i in range(z.size):
        if first[i] < 0 or first[i] == i:
            continue
        steepest = 0.0
        for k in range(8):
            one, two = i + near[around[0, k]], i + near[around[1, k]]
            down = (z[i] - z[at(one)]) / cell
            across = (z[at(one)] - z[at(two)]) / cell
            angle, slope = np.arctan2(across, down), np.hypot(down, across)
            if angle < 0.0:
                angle, slope = 0.0, down
            elif angle > eighth:
                angle, slope = eighth, (z[i] - z[at(two)]) / diagonal
            if slope > steepest:
                steepest = slope
                share[i] = 1.0 - angle / eighth
                first[i], second[i] = one, two


@compiled
def _pass_on(to: tuple[Cells, Cells], share: Raster, total: Raster) -> None:
    """Pass totals down once everything above has arrived."""
    first, second = to
    n = total.size
    waiting = np.zeros(n, dtype=np.int32)
    for i in range(n):
        if first[i] >= 0 and first[i] != i:
            waiting[at(first[i])] += share[i] > 0.0
            waiting[at(second[i])] += share[i] < 1.0
    stack = np.empty(n + 2, dtype=np.int64)
    size = 0
    for i in range(n):
        if first[i] >= 0 and waiting[i] == 0:
            stack[size] = i
            size += 1
    while size > 0:
        size -= 1
        i = stack[size]
        if first[i] == i:
            continue
        if share[i] > 0.0:
            j = first[i]
            total[at(j)] += share[i] * total[at(i)]
            waiting[at(j)] -= 1
            if waiting[at(j)] == 0:
                stack[size] = j
                size += 1
        if share[i] < 1.0:
            j = second[i]
            total[at(j)] += (1.0 - share[i]) * total[at(i)]
            waiting[at(j)] -= 1
            if waiting[at(j)] == 0:
                stack[size] = j
                size += 1
