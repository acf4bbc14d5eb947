"""How well each cell is connected to where sediment is lost: index and ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled
from ..numerics.threads import side_by_side
from .catchments import Catchments
from .cells import at

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


def connectivity_index(
    paths: Catchments, gradient: Array, weight: Array, cell: float, channel_area: float
) -> tuple[Array, NDArray[np.bool_]]:
    """Index of connectivity, IC = log10(Dup / Ddn), and which cells are channels.

    paths         of flow over (n,) cells
    gradient      slope S, m/m, held in [0.005, 1]
    weight        roughness or cover weight W, in (0, 1]
    cell          spacing, m (diagonal steps count as one cell)
    channel_area  area above from which water runs in a channel, m2; the path down
                  ends there
    →             IC (n,), 1; channels (n,)

    Dup = mean W · mean S · √A over the area above, own cell included; Ddn = Σ d / (W S)
    down to the channel, pit or rim. Borselli, Cassi & Torri 2008.
    """
    steep = np.clip(gradient, LEAST_GRADIENT, GREATEST_GRADIENT)
    sums = np.empty((steep.size, 3))
    ratio = np.empty(steep.size)
    side_by_side(
        _connect,
        [
            (paths.receivers, part, steep, weight, cell, channel_area, sums, ratio)
            for part in paths.parts
        ],
    )
    return np.log10(ratio), sums[:, 0] * cell * cell >= channel_area


@compiled
def _connect(
    receivers: Cells, order: Cells, steep: Array, weight: Array, cell: float,
    channel_area: float, sums: Array, ratio: Array,
) -> None:  # fmt: skip
    """Set ratio to Dup / Ddn on the cells of ``order``.

    sums  (n, 3) cells above, their slopes and their weights; own included
    """
    for k in range(order.size):
        i = at(order[k])
        sums[i, 0], sums[i, 1], sums[i, 2] = 1.0, steep[i], weight[i]
    for k in range(order.size - 1, -1, -1):
        i = at(order[k])
        r = at(receivers[i])
        if r != i:
            sums[r, 0] += sums[i, 0]
            sums[r, 1] += sums[i, 1]
            sums[r, 2] += sums[i, 2]
    area = cell * cell
    for k in range(order.size):  # ratio holds the way down until its donors are done
        i = at(order[k])
        r = at(receivers[i])
        down = cell / (weight[i] * steep[i])
        if r != i and sums[i, 0] * area < channel_area:
            down += 0.0 if sums[r, 0] * area >= channel_area else ratio[r]
        ratio[i] = down
    for k in range(order.size):
        i = at(order[k])
        above = sums[i, 0]
        up = (sums[i, 2] / above) * (sums[i, 1] / above) * np.sqrt(above * area)
        ratio[i] = up / ratio[i]
