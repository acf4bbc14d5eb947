"""Which of some marked cells the water of each cell meets first, and after how long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..numerics.compiled import compiled

Cells = NDArray[np.int64]
Raster = NDArray[np.float64]
NOWHERE = 0


def first_met(
    receivers: Cells, order: Cells, marks: Cells, cell: float
) -> tuple[Cells, Raster]:
    """Mark that each cell's water meets first on its way down, and the way to it, m.

    receivers  (rows, columns) flat indices, -1 outside (``routing.d8_receivers``)
    order      receivers before their donors (``routing.flow_order``)
    marks      (rows, columns), 1.. on marked cells, 0 elsewhere
    cell       spacing, m
    →          marks met, 0 where none is, and lengths of way, both (rows, columns)
    """
    met = np.array(marks, dtype=np.int64).ravel()
    way = np.zeros(met.size)
    _down(receivers.ravel(), order, marks.shape[1], cell, (met, way))
    return met.reshape(marks.shape), way.reshape(marks.shape)


@compiled
def _down(
    receivers: Cells, order: Cells, columns: int, cell: float,
    made: tuple[Cells, Raster]
) -> None:  # fmt: skip
    """Take mark and way over from the receiver, from the outlets up."""
    met, way = made
    for k in range(order.size):
        i = order[k]
        to = receivers[i]
        if met[i] != NOWHERE or to == i or to < 0:
            continue
        straight = i // columns == to // columns or i % columns == to % columns
        met[i] = met[to]
        way[i] = way[to] + (cell if straight else cell * np.sqrt(2.0))
