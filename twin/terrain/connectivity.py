"""How well each cell is connected to where sediment is lost: index and ratio."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Cells = NDArray[np.int64]

LEAST_GRADIENT, GREATEST_GRADIENT = 0.005, 1.0  # m/m, InVEST's limits
SDR_MAX, IC_MIDDLE, IC_SCALE = 0.8, 0.5, 2.0  # InVEST's defaults (science.md section 4)


def sediment_delivery_ratio(
    connectivity: Array,
    *,
    greatest: float = SDR_MAX,
    middle: float = IC_MIDDLE,
    scale: float = IC_SCALE,
) -> Array:
    """SDR = SDRmax / (1 + exp((IC0 - IC) / k)), in [0, SDRmax]. Vigiak et al. 2012."""
    found: Array = greatest / (1.0 + np.exp((middle - connectivity) / scale))
    return found


@njit(cache=True, nogil=True)
def connectivity_index(
    receivers: Cells,
    order: Cells,
    gradient: Array,
    weight: Array,
    cell: float,
    channel: NDArray[np.bool_],
) -> Array:
    """Index of connectivity, IC = log10(Dup / Ddn).

    receivers, order  paths of flow over (n,) cells, receivers first
    gradient          slope S, m/m, held in [0.005, 1]
    weight            roughness or cover weight W, in (0, 1]
    cell              spacing, m (diagonal steps count as one cell)
    channel           cells of channels: the path down ends there
    →                 IC (n,)

    Dup = mean W · mean S · √A over the area above, own cell included; Ddn = Σ d / (W S)
    down to the channel, pit or rim. Borselli, Cassi & Torri 2008.
    """
    n = receivers.size
    s = np.minimum(np.maximum(gradient, LEAST_GRADIENT), GREATEST_GRADIENT)
    above = np.ones(n)
    slopes, weights = s.copy(), weight.copy()
    for k in range(n - 1, -1, -1):
        i = order[k]
        r = receivers[i]
        if r != i:
            above[r] += above[i]
            slopes[r] += slopes[i]
            weights[r] += weights[i]
    down = np.empty(n)
    for k in range(n):
        i = order[k]
        r = receivers[i]
        down[i] = cell / (weight[i] * s[i])
        if r != i and not channel[i]:
            down[i] += 0.0 if channel[r] else down[r]
    up = (weights / above) * (slopes / above) * np.sqrt(above * cell * cell)
    return np.log10(up / down)


@njit(cache=True, nogil=True)
def cells_above(receivers: Cells, order: Cells) -> Array:
    """Count the cells whose water passes each cell, its own included (n,)."""
    total = np.ones(receivers.size)
    for k in range(order.size - 1, -1, -1):
        i = order[k]
        if receivers[i] != i:
            total[receivers[i]] += total[i]
    return total
