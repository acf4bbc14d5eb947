"""Water that pits and subsidence basins hold before they spill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from ..terrain.cells import Mask, Raster
from ..terrain.depressions import fill_depressions

Array = NDArray[np.float64]
EIGHT = np.ones((3, 3), dtype=np.int64)  # neighbours that touch


@dataclass(frozen=True, slots=True)
class Ponds:
    """Hollows of a ground, filled to where they spill; ponds (k,) by first cell.

    depth   (rows, columns), m of water when full, 0 where none stands, NaN outside
    number  (rows, columns), of the pond from 1, 0 where none is
    level   height at which each spills, m, (k,)
    area    of its water when full, m2, (k,)
    volume  that it holds then, m3, (k,)
    """

    depth: Raster
    number: NDArray[np.int64]
    level: Array
    area: Array
    volume: Array


def ponds(
    z: NDArray[np.floating],
    cell: float,
    mask: Mask | None = None,
    *,
    shallowest: float = 0.0,
) -> Ponds:
    """Find the ponds of a ground, full to the brim.

    z           (rows, columns), m, NaN = no ground; the rim drains freely
    cell        spacing, m
    shallowest  ponds whose deepest cell is no deeper are left out, m: a raster of
                a survey is full of dips of centimetres

    Surface only: seepage, groundwater and evaporation decide how full a pond is.
    """
    full = fill_depressions(z, mask)
    depth = np.where(np.isfinite(full), np.maximum(full - z, 0.0), np.nan)
    # wet neighbours share a level: water of a higher one would run into the lower
    found, count = label(np.nan_to_num(depth) > 0.0, structure=EIGHT)
    cells, flat = found.ravel(), np.nan_to_num(depth).ravel()
    deepest = np.zeros(count + 1)
    np.maximum.at(deepest, cells, flat)
    kept = deepest > shallowest
    kept[0] = False
    number = (np.cumsum(kept) * kept)[cells]
    many = int(kept.sum()) + 1
    wet = np.bincount(number, minlength=many)[1:].astype(np.float64)
    held: Array = np.bincount(number, weights=flat, minlength=many)[1:].astype(
        np.float64
    )
    level = np.full(many, -np.inf)
    np.maximum.at(level, number, np.where(number > 0, np.nan_to_num(full).ravel(), 0.0))
    shape = depth.shape
    shown = np.where(np.isfinite(depth) & (number.reshape(shape) == 0), 0.0, depth)
    return Ponds(
        shown,
        number.reshape(shape).astype(np.int64),
        level[1:],
        wet * cell * cell,
        held * cell * cell,
    )


def water_level(heights: Array, cell: float, volume: float) -> float:
    """Level at which water of a volume stands in one pond.

    heights  of the pond's cells, m, (n,)
    cell     spacing, m
    volume   m3; from the lowest cell up, as one sheet of water
    →        m; above the spill level where the pond cannot hold it all
    """
    low = np.sort(np.asarray(heights, dtype=np.float64).ravel())
    count = np.arange(1, low.size + 1)
    needed = (count * low - np.cumsum(low)) * cell * cell  # to reach the next cell
    wet = int(np.searchsorted(needed, volume, side="right"))
    wet = max(wet, 1)
    return float((volume / cell**2 + low[:wet].sum()) / wet)
