"""Progressive morphological filter for ground (SMRF; Pingel, Clarke & McBride 2013).

On a raster of lowest heights, openings with growing windows shave off what rises more
than the slope allows; what is left is ground. Windows are octagons made of alternating
cross and square steps, so that the cost grows with the radius and not with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from rasterio.fill import fillnodata
from scipy.ndimage import distance_transform_edt

Cells = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Smrf:
    """Settings; the defaults serve all sites, they are not tuned sample by sample.

    cell       m, of the raster that the filter works on
    slope      rise over run above which a step is an object
    window     m, radius of the largest opening: half the widest building
    threshold  m, a point this close to the ground surface is ground
    scalar     m of further tolerance per unit of slope
    """

    cell: float = 1.0
    slope: float = 0.15
    window: float = 18.0
    threshold: float = 0.5
    scalar: float = 1.25


@njit(cache=True, nogil=True)
def _step(z: Any, out: Any, square: bool, sign: float) -> None:
    """One 3 x 3 erosion (sign 1) or dilation (sign -1), cross or square."""
    rows, columns = z.shape
    for i in range(rows):
        for j in range(columns):
            best = sign * z[i, j]
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    if not square and di != 0 and dj != 0:
                        continue
                    a, b = i + di, j + dj
                    if 0 <= a < rows and 0 <= b < columns:
                        best = min(best, sign * z[a, b])
            out[i, j] = sign * best


def opening(z: Cells, radius: int) -> Cells:
    """Grey opening with an octagon of ``radius`` cells."""
    now, other = z.copy(), np.zeros_like(z)
    for sign in (1.0, -1.0):
        for k in range(radius):
            _step(now, other, k % 2 == 1, sign)
            now, other = other, now
    return now


def filled_nearest(z: Cells) -> Cells:
    """Holes take the height of the nearest cell that has one."""
    hole = ~np.isfinite(z)
    if not hole.any():
        return z.copy()
    nearest = distance_transform_edt(hole, return_distances=False, return_indices=True)
    found: Cells = z[tuple(nearest)]
    return found


def objects(z: Cells, settings: Smrf) -> NDArray[np.bool_]:
    """Mark the cells that rise from the ground, and low outliers.

    z  lowest heights (rows, columns), m, without holes
    """
    low = -z
    outliers = low - opening(low, 1) > 5.0 * settings.cell
    last = np.where(outliers, opening(z, 1), z)
    last = np.where(outliers, -opening(-z, 1), last)
    found = np.zeros(z.shape, dtype=bool)
    for radius in range(1, max(round(settings.window / settings.cell), 1) + 1):
        opened = opening(last, radius)
        found |= last - opened > settings.slope * radius * settings.cell
        last = opened
    return found | outliers


def ground_surface(low: Cells, settings: Smrf) -> Cells:
    """Ground heights everywhere, from lowest heights with holes (NaN)."""
    known = np.isfinite(low)
    bare = known & ~objects(filled_nearest(low), settings)
    raster = np.where(bare, low, 0.0).astype(np.float32)
    reach = float(max(low.shape))
    smooth = fillnodata(raster, mask=bare, max_search_distance=reach)
    return np.where(bare, low, smooth.astype(np.float64))


@njit(cache=True, nogil=True)
def near_ground(
    ground: Any, steep: Any, x: Any, y: Any, z: Any, frame: Any, use: Any, out: Any
) -> None:
    """Mark the points that lie near the ground surface, bilinear between cell centres.

    frame  west, north, cell size, threshold, scalar
    """
    west, north, cell, threshold, scalar = frame
    rows, columns = ground.shape
    for i in range(x.size):
        out[i] = False
        if not use[i]:
            continue
        u = min(max((x[i] - west) / cell - 0.5, 0.0), columns - 1.001)
        v = min(max((north - y[i]) / cell - 0.5, 0.0), rows - 1.001)
        a, b = int(v), int(u)
        p, q = v - a, u - b
        c, d = min(a + 1, rows - 1), min(b + 1, columns - 1)
        height = (1 - p) * ((1 - q) * ground[a, b] + q * ground[a, d]) + p * (
            (1 - q) * ground[c, b] + q * ground[c, d]
        )
        out[i] = abs(z[i] - height) <= threshold + scalar * steep[a, b]


def steepness(ground: Cells, cell: float) -> Cells:
    """Rise over run of the ground surface."""
    if min(ground.shape) < 2:
        return np.zeros_like(ground)
    down, across = np.gradient(ground, cell)
    return np.asarray(np.hypot(down, across))
