"""Where water goes from each cell, in which order, and how much comes together."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.vector_math import vexp, vlog
from .cells import (
    INTERIOR,
    OUTLET,
    Flags,
    Mask,
    Raster,
    as_raster,
    at,
    cell_flags,
    offsets,
)

Cells = NDArray[np.int64]
SQRT2 = np.sqrt(2.0)
ONWARD = (0, 3, 6, 7)  # E, S, SW, SE: each pair of neighbours once


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
    near, z_flat = offsets(raster.shape[1]), raster.ravel()
    powers = tuple(np.zeros(flat.size) for _ in ONWARD)
    for k, made in zip(ONWARD, powers, strict=True):
        step = int(near[k])
        away = cell if k < 4 else cell * SQRT2
        _powers(z_flat, step, away, exponent, made[:-step])
    _spread(z_flat, flat, near, powers, total)
    return total.reshape(raster.shape)


@njit(cache=True, nogil=True)
def _steepest(z: Raster, flags: Flags, near: Cells, per_metre: Raster) -> Cells:
    """Receivers; -2 where a cell has no lower neighbour yet."""
    receivers = np.full(z.size, -1, dtype=np.int64)
    for i in range(z.size):
        if flags[i] == OUTLET:
            receivers[i] = i
        elif flags[i] == INTERIOR:
            steepest, to = 0.0, -2
            for k in range(8):
                fall = (z[i] - z[at(i + near[k])]) * per_metre[k]
                if fall > steepest:
                    steepest, to = fall, i + near[k]
            receivers[i] = to
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


@compiled
def _donors(z: Raster, receivers: Cells, near: Cells) -> NDArray[np.int8]:
    """Count the neighbours that send water to each cell."""
    waiting = np.zeros(z.size, dtype=np.int8)
    for i in range(z.size):
        r = receivers[i]
        if r < 0 or r == i:
            continue
        if z[r] < z[i]:
            for k in range(8):
                j = at(i + near[k])
                waiting[j] += z[j] < z[i]
        else:
            waiting[r] += 1
    return waiting


@compiled
def _powers(z: Raster, step: int, away: float, exponent: float, made: Raster) -> None:
    """(|z - z_k| / away)^exponent between each cell and the one ``step`` on."""
    for i in range(made.size):
        made[i] = vexp(exponent * vlog(abs(z[i] - z[i + step]) / away))


@compiled
def _spread(
    z: Raster, receivers: Cells, near: Cells, powers: tuple[Raster, ...], total: Raster
) -> None:
    """Pass totals on from each cell once everything above it has arrived.

    powers  weight of the fall to the cells E, S, SW and SE of each
    """
    n = z.size
    waiting = _donors(z, receivers, near)
    stack = np.empty(n + 8, dtype=np.int64)
    size = 0
    for i in range(n - 1, -1, -1):
        if receivers[i] >= 0 and waiting[i] == 0:
            stack[at(size)] = i
            size += 1
    weight = np.empty(8)
    east, south, south_west, south_east = powers
    while size > 0:
        size -= 1
        i = stack[at(size)]
        here, r = z[at(i)], receivers[at(i)]
        if r == i:
            continue
        if z[at(r)] == here:
            total[at(r)] += total[at(i)]
            waiting[at(r)] -= 1
            stack[at(size)] = r
            size += waiting[at(r)] == 0
            continue
        weight[0], weight[2] = east[at(i)], east[at(i + near[2])]
        weight[3], weight[1] = south[at(i)], south[at(i + near[1])]
        weight[6], weight[4] = south_west[at(i)], south_west[at(i + near[4])]
        weight[7], weight[5] = south_east[at(i)], south_east[at(i + near[5])]
        whole = 0.0
        for k in range(8):
            weight[k] = weight[k] if z[at(i + near[k])] < here else 0.0
            whole += weight[k]
        part = total[at(i)] / whole
        for k in range(8):  # without branches: which neighbours are lower is chance
            j = i + near[k]
            lower = z[at(j)] < here
            left = waiting[at(j)] - np.int8(lower)
            total[at(j)] += part * weight[k]
            waiting[at(j)] = left
            stack[at(size)] = j
            size += lower & (left == 0)
