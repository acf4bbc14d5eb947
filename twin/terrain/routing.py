"""Where water goes from each cell, in which order, and how much comes together."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .cells import INTERIOR, OUTLET, Flags, Mask, Raster, as_raster, cell_flags, offsets

Cells = NDArray[np.int64]
SQRT2 = np.sqrt(2.0)


def d8_receivers(
    z: NDArray[np.floating],
    cell: float,
    mask: Mask | None = None,
    *,
    outlets: Mask | None = None,
) -> Cells:
    """Neighbour that receives each cell's water, by steepest descent.

    z     (rows, columns), m, NaN = no ground; fill depressions first
    cell  spacing, m
    →     (rows, columns) flat index of the receiver; the cell itself for outlets and
          for the bottom of a depression; -1 outside

    Steepest of (z - z_k)/d with d = cell, or cell √2 on the diagonals. Of equal slopes
    the first in the order E, N, W, S, NE, NW, SW, SE. Cells of a flat go the shortest
    way to a cell of it that has a lower neighbour. O'Callaghan & Mark 1984.
    """
    raster = as_raster(z)
    flags = cell_flags(raster, mask, outlets)
    near = offsets(raster.shape[1])
    away = np.repeat([cell, cell * SQRT2], 4)
    receivers = _steepest(raster.ravel(), flags, near, 1.0 / away)
    _cross_flats(raster.ravel(), flags, near, receivers)
    return receivers.reshape(raster.shape)


def flow_order(receivers: Cells) -> Cells:
    """Flat indices of the ground cells, outlets first: receivers before their donors.

    receivers  any shape, flat indices, -1 outside
    """
    return _order(np.ascontiguousarray(receivers).ravel())


def accumulate(
    receivers: Cells, order: Cells, weights: NDArray[np.floating] | None = None
) -> Raster:
    """Sum of weights (1 each) of the cells whose water passes a cell, its own included.

    receivers  (rows, columns), order (ground cells,) from ``flow_order``
    →          (rows, columns), 0 outside
    """
    total = np.zeros(receivers.shape)
    total.ravel()[order] = 1.0 if weights is None else weights.ravel()[order]
    _pass_down(receivers.ravel(), order, total.ravel())
    return total


def mfd_accumulate(
    z: NDArray[np.floating],
    receivers: Cells,
    cell: float,
    *,
    exponent: float = 1.1,
    weights: NDArray[np.floating] | None = None,
) -> Raster:
    """Accumulation over all lower neighbours, in shares of slope^exponent.

    z          (rows, columns), m, filled
    receivers  of ``d8_receivers`` on the same z: outlets, and ways across flats
    →          (rows, columns) sum of weights (1 each), own included; 0 outside

    Freeman 1991 (p = 1.1); p = 1 weighs by slope alone.
    """
    raster, flat = as_raster(z), np.ascontiguousarray(receivers).ravel()
    total = (flat >= 0).astype(np.float64)
    if weights is not None:
        total *= np.where(flat >= 0, weights.ravel(), 0.0)
    near = offsets(raster.shape[1])
    _spread(raster.ravel(), flat, near, cell, exponent, total)
    return total.reshape(raster.shape)


@njit(cache=True, nogil=True)
def _steepest(z: Raster, flags: Flags, near: Cells, per_metre: Raster) -> Cells:
    """Receivers; -2 where a cell has no lower neighbour yet."""
    receivers = np.full(z.size, -1, dtype=np.int64)
    for i in range(z.size):
        if flags[i] == OUTLET:
            receivers[i] = i
        elif flags[i] == INTERIOR:
            steepest, at = 0.0, -2
            for k in range(8):
                fall = (z[i] - z[i + near[k]]) * per_metre[k]
                if fall > steepest:
                    steepest, at = fall, i + near[k]
            receivers[i] = at
    return receivers


@njit(cache=True, nogil=True)
def _cross_flats(z: Raster, flags: Flags, near: Cells, receivers: Cells) -> None:
    """Lead flats, breadth first, to their cells that have somewhere to go."""
    n = z.size
    flat = 0
    for i in range(n):
        flat += receivers[i] == -2
    queue = np.empty(9 * flat, dtype=np.int64)
    tail = 0
    for i in range(n):
        if receivers[i] == -2:
            for k in range(8):
                j = i + near[k]
                if z[j] == z[i] and receivers[j] >= 0:
                    queue[tail] = j
                    tail += 1
    head = 0
    while head < tail:
        i = queue[head]
        head += 1
        if flags[i] == INTERIOR:
            for k in range(8):
                j = i + near[k]
                if receivers[j] == -2 and z[j] == z[i]:
                    receivers[j] = i
                    queue[tail] = j
                    tail += 1
        else:
            tail = _from_rim(z, near, receivers, queue, tail, i)
    for i in range(n):
        if receivers[i] == -2:
            receivers[i] = i


@njit(cache=True, nogil=True)
def _from_rim(
    z: Raster, near: Cells, receivers: Cells, queue: Cells, tail: int, i: int
) -> int:
    """Lead the flat neighbours of an outlet to it; return the queue's new end."""
    n = z.size
    for k in range(8):
        j = i + near[k]
        if 0 <= j < n and receivers[j] == -2 and z[j] == z[i] and _touch(near, i, j):
            receivers[j] = i
            queue[tail] = j
            tail += 1
    return tail


@njit(cache=True, nogil=True, inline="always")
def _touch(near: Cells, i: int, j: int) -> bool:
    """Cells of the rim have no neighbours beyond the row's end."""
    columns = near[3]
    apart: int = abs(i % columns - j % columns)
    return apart <= 1


@njit(cache=True, nogil=True)
def _order(receivers: Cells) -> Cells:
    """Walk down from every spring as far as all donors are done; then reverse."""
    n = receivers.size
    donors = np.zeros(n, dtype=np.int32)
    ground = 0
    for i in range(n):
        if receivers[i] >= 0:
            ground += 1
            if receivers[i] != i:
                donors[receivers[i]] += 1
    order = np.empty(ground, dtype=np.int64)
    last = ground
    for spring in range(n):
        if receivers[spring] < 0 or donors[spring] != 0:
            continue
        i = spring
        while donors[i] == 0:
            donors[i] = -1
            last -= 1
            order[last] = i
            if receivers[i] != i:
                i = receivers[i]
                donors[i] -= 1
    return order


@njit(cache=True, nogil=True)
def _pass_down(receivers: Cells, order: Cells, total: Raster) -> None:
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        if receivers[i] != i:
            total[receivers[i]] += total[i]


@njit(cache=True, nogil=True)
def _donors(z: Raster, receivers: Cells, near: Cells) -> NDArray[np.int8]:
    """Count the neighbours that send water to each cell."""
    waiting = np.zeros(z.size, dtype=np.int8)
    for i in range(z.size):
        r = receivers[i]
        if r < 0 or r == i:
            continue
        if z[r] < z[i]:
            for k in range(8):
                if z[i + near[k]] < z[i]:
                    waiting[i + near[k]] += 1
        else:
            waiting[r] += 1
    return waiting


@njit(cache=True, nogil=True)
def _spread(
    z: Raster,
    receivers: Cells,
    near: Cells,
    cell: float,
    exponent: float,
    total: Raster,
) -> None:
    """Pass totals on from each cell once everything above it has arrived."""
    n = z.size
    waiting = _donors(z, receivers, near)
    stack = np.empty(n, dtype=np.int64)
    share = np.empty(8)
    for spring in range(n):
        if receivers[spring] < 0 or waiting[spring] != 0:
            continue
        stack[0], size = spring, 1
        waiting[spring] = -1
        while size > 0:
            size -= 1
            i = stack[size]
            r = receivers[i]
            if r == i:
                continue
            if z[r] == z[i]:
                total[r] += total[i]
                waiting[r] -= 1
                if waiting[r] == 0:
                    waiting[r] = -1
                    stack[size] = r
                    size += 1
                continue
            whole = 0.0
            for k in range(8):
                fall = (z[i] - z[i + near[k]]) / (cell if k < 4 else cell * SQRT2)
                share[k] = fall**exponent if fall > 0.0 else 0.0
                whole += share[k]
            for k in range(8):
                if share[k] > 0.0 or z[i + near[k]] < z[i]:
                    j = i + near[k]
                    total[j] += total[i] * (share[k] / whole)
                    waiting[j] -= 1
                    if waiting[j] == 0:
                        waiting[j] = -1
                        stack[size] = j
                        size += 1
    return
