"""Sediment on its way down: what is laid down where, and what reaches the end."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cells = NDArray[np.int64]


@njit(cache=True, nogil=True)
def deliver(
    receivers: Cells, order: Cells, load: Array, ratio: Array, most: Array
) -> tuple[Array, Array]:
    """Pass eroded material down the flow paths; return what is laid down and arrives.

    receivers, order  (n,), receivers first
    load      (n, k) eroded, kg m-2; column 0 is sediment, the others travel in it
    ratio     (n,) sediment delivery ratio, 1 in channels
    most      (n,) greatest deposit of sediment, kg m-2
    →         laid down (n, k); arrived (n, k), at cells that are their own receiver

    Of the load E the share SDR goes on to the end. The rest, E' = E (1 - SDR), is
    trapped on the way: dt_i = (SDR_next - SDR_i) / (1 - SDR_i), held in [0, 1], of what
    comes from above is laid down at i, and f_i = (1 - dt_i) Σ f + E'_i goes on
    (InVEST SDR model, deposition). No more than ``most`` is laid down in a cell; what
    finds no place stays in the flow. At the rim flow leaves with all it has.
    """
    n, kinds = load.shape
    laid, arrived = np.zeros((n, kinds)), np.zeros((n, kinds))
    flux = np.zeros((n, kinds))
    end = np.empty(n, dtype=np.int64)
    for k in range(n):
        i = order[k]
        end[i] = i if receivers[i] == i else end[receivers[i]]
    for k in range(n - 1, -1, -1):
        i = order[k]
        r = receivers[i]
        share = 0.0
        if r != i and ratio[i] < 1.0 and flux[i, 0] > 0.0:
            share = min(max((ratio[r] - ratio[i]) / (1.0 - ratio[i]), 0.0), 1.0)
            share = min(share, most[i] / flux[i, 0])
        for j in range(kinds):
            drop = share * flux[i, j]
            laid[i, j] = drop
            straight = ratio[i] * load[i, j]
            on = (flux[i, j] - drop) + (load[i, j] - straight)
            arrived[end[i], j] += straight
            if r == i:
                arrived[i, j] += on
            else:
                flux[r, j] += on
    return laid, arrived


@njit(cache=True, nogil=True)
def basins(receivers: Cells, order: Cells) -> Cells:
    """Cell (n,) at which the flow of each cell ends."""
    end = np.empty(receivers.size, dtype=np.int64)
    for k in range(order.size):
        i = order[k]
        end[i] = i if receivers[i] == i else end[receivers[i]]
    return end


@njit(cache=True, nogil=True)
def settle(
    cells: Cells, end: Cells, z: Array, density: Array, arrived: Array, laid: Array
) -> None:
    """Lay what reached the bottom of each pit down in it, from the lowest cell up.

    cells    cells of the pits' basins, sorted by basin and then height
    end      (n,) bottom of each cell's basin
    arrived  (n, k), read at the bottoms
    laid     (n, k), added to

    The new floor is level: Σ density (h - z) over the cells below h equals the mass.
    """
    start = 0
    while start < cells.size:
        bottom = end[cells[start]]
        stop = start
        while stop < cells.size and end[cells[stop]] == bottom:
            stop += 1
        mass = arrived[bottom, 0]
        if mass > 0.0:
            weight, moment, level = 0.0, 0.0, np.inf
            last = start
            while last < stop and z[cells[last]] < level:
                i = cells[last]
                weight += density[i]
                moment += density[i] * z[i]
                level = (mass + moment) / weight
                last += 1
            _spread(cells[start:last], z, density, arrived[bottom], level, laid)
        start = stop


@njit(cache=True, nogil=True)
def _spread(
    cells: Cells, z: Array, density: Array, whole: Array, level: float, laid: Array
) -> None:
    total = 0.0
    for i in cells:
        total += density[i] * max(level - z[i], 0.0)
    for i in cells:
        # a layer thinner than the rounding of z: all of it at the bottom
        share = density[i] * max(level - z[i], 0.0) / total if total > 0.0 else 0.0
        if total == 0.0 and i == cells[0]:
            share = 1.0
        for j in range(whole.size):
            laid[i, j] += share * whole[j]
