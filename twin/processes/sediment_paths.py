"""Sediment on its way down: what is laid down where, and what reaches the end."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.threads import side_by_side
from ..terrain.catchments import Catchments, Cells, Places
from ..terrain.cells import at

Array = NDArray[np.float64]
SLICE = 512  # cells that are turned from columns to rows at once


@compiled
def eroded(loss: Array, layer: Array, pools: tuple[Array, ...], load: Array) -> None:
    """Set load to the eroded soil and what is in it, kg m-2, (n, 1 + pools).

    loss   soil eroded (n,); layer  mass of the layer that the pools are in (n,)
    """
    for i in range(loss.size):
        load[i, 0] = loss[i]
        share = min(loss[i] / layer[i], 1.0) if layer[i] > 0.0 else 0.0
        for j in range(len(pools)):
            load[i, 1 + j] = pools[j][i] * share


def deliver(
    paths: Catchments, load: Array, ratio: Array, most: Array
) -> tuple[Array, Array]:
    """Pass eroded material down the flow paths; return what is laid down and arrives.

    load   (n, k) eroded, kg m-2; column 0 is sediment, the others travel in it
    ratio  (n,) sediment delivery ratio, 1 in channels
    most   (n,) greatest deposit of sediment, kg m-2
    →      laid down (n, k); arrived at each end (t, k)

    Of the load E the share SDR goes on to the end. The rest, E' = E (1 - SDR), is
    trapped on the way: dt_i = (SDR_next - SDR_i) / (1 - SDR_i), held in [0, 1], of what
    comes from above is laid down at i, and f_i = (1 - dt_i) Σ f + E'_i goes on
    (InVEST SDR model, deposition). No more than ``most`` is laid down in a cell; what
    finds no place stays in the flow. At the rim flow leaves with all it has.
    """
    laid = np.zeros(load.shape)
    arrived = np.zeros((paths.last.size, load.shape[1]))
    side_by_side(
        _deliver,
        [
            (paths.receivers, paths.end, part, load, ratio, most, laid, arrived)
            for part in paths.parts
        ],
    )
    return laid, arrived


@compiled
def _deliver(
    receivers: Cells, ends: Places, order: Cells, load: Array, ratio: Array,
    most: Array, laid: Array, arrived: Array,
) -> None:  # fmt: skip
    """Deliver along ``order``; laid holds what comes from above until a cell's turn."""
    kinds = load.shape[1]
    for k in range(order.size - 1, -1, -1):
        i = at(order[k])
        r = at(receivers[i])
        here, own, end = laid[i], load[i], arrived[at(ends[i])]
        to = end if r == i else laid[r]
        sdr, above = ratio[i], here[0]
        share = 0.0
        if r != i and sdr < 1.0 and above > 0.0:
            share = min(max((ratio[r] - sdr) / (1.0 - sdr), 0.0), 1.0)
            share = min(share, most[i] / above)
        for j in range(kinds):
            drop = share * here[j]
            straight = sdr * own[j]
            on = (here[j] - drop) + (own[j] - straight)
            here[j] = drop
            end[j] += straight
            to[j] += on


@njit(cache=True, nogil=True)
def settle(
    place: Places,
    held: NDArray[np.bool_],
    z: Array,
    density: Array,
    arrived: Array,
    laid: Array,
) -> None:
    """Lay what reached the bottom of each pit down in it, from the lowest cell up.

    place    (n,) number of the end of each cell's flow
    held     (t,) ends that are pits
    arrived  (t, k); laid (n, k) is added to

    The new floor is level: Σ density (h - z) over the cells below h equals the mass.
    """
    start = np.zeros(held.size + 1, dtype=np.int64)
    for i in range(place.size):
        if held[place[i]]:
            start[place[i] + 1] += 1
    for e in range(held.size):
        start[e + 1] += start[e]
    cells = np.empty(start[-1], dtype=np.int64)
    put = start[:-1].copy()
    for i in range(place.size):
        if held[place[i]]:
            cells[put[place[i]]] = i
            put[place[i]] += 1
    for e in range(held.size):
        if held[e] and arrived[e, 0] > 0.0:
            below = cells[start[e] : start[e + 1]]
            level, count = _floor(below, z, density, arrived[e, 0])
            _spread(below[:count], z, density, arrived[e], level, laid)


@njit(cache=True, nogil=True)
def _floor(cells: Cells, z: Array, density: Array, mass: float) -> tuple[float, int]:
    """Level h of the new floor; the cells below it are moved to the front.

    Newton's steps from above; each leaves fewer cells, none twice.
    """
    count = cells.size
    while True:
        weight, moment = 0.0, 0.0
        base = z[cells[0]]
        for k in range(count):
            weight += density[cells[k]]
            moment += density[cells[k]] * (z[cells[k]] - base)
        level = base + (mass + moment) / weight
        kept = 0
        for k in range(count):
            i = cells[k]
            if z[i] < level:
                cells[kept] = i
                kept += 1
        if kept == count or kept == 0:
            return level, count
        count = kept


@njit(cache=True, nogil=True)
def _spread(
    cells: Cells, z: Array, density: Array, whole: Array, level: float, laid: Array
) -> None:
    total, lowest = 0.0, cells[0]
    for i in cells:
        total += density[i] * max(level - z[i], 0.0)
        if z[i] < z[lowest]:
            lowest = i
    for i in cells:
        # a layer thinner than the rounding of z: all of it in the lowest cell
        share = 1.0 if i == lowest else 0.0
        if total > 0.0:
            share = density[i] * max(level - z[i], 0.0) / total
        for j in range(whole.size):
            laid[i, j] += share * whole[j]


@compiled
def turned(columns: Array, rows: Array) -> None:
    """Set rows (k, n) to columns (n, k), a few cells at a time for the cache's sake."""
    n, kinds = columns.shape
    for a in range(0, n, SLICE):
        for j in range(kinds):
            for i in range(a, min(a + SLICE, n)):
                rows[j, i] = columns[i, j]
