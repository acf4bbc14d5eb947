"""Terrain by robust inverse distance weighting, with a standard error in each cell."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.errors import InputError
from twin.grid import Grid

from .tin_terrain import holes_filled

Floats = NDArray[np.float64]
MAD_TO_SD = 1.4826  # of a normal distribution; Rousseeuw & Croux 1993
BIWEIGHT = 4.685  # sd beyond which a point has no say; 95 % efficiency, Holland 1977
LEAST_SCATTER = 0.02  # m; points that agree better tell of rounding, not of ground
AT_ONCE = 200_000  # cells whose neighbours are held in memory


@dataclass(frozen=True, slots=True)
class InverseDistance:
    """Settings.

    neighbours  nearest ground points that a cell may take
    reach       m, beyond which a point has no say
    power       of the distance
    nearest     m, distances below it count as it: the footprint of a pulse
    fill        m; holes so near to known cells are filled and marked; 0 fills none
    """

    neighbours: int = 12
    reach: float = 5.0
    power: float = 2.0
    nearest: float = 0.25
    fill: float = 0.0


@dataclass(frozen=True)
class Weighted:
    """Terrain (rows, columns) and what it rests on.

    elevation  m; NaN = no point within reach, and not filled
    error      standard error of elevation, m; NaN below two points
    count      points that had a say
    filled     cells that were filled on request
    """

    elevation: Floats = field(repr=False)
    error: Floats = field(repr=False)
    count: NDArray[np.int32] = field(repr=False)
    filled: NDArray[np.bool_] = field(repr=False)


def inverse_distance(
    points: tuple[Floats, Floats, Floats], grid: Grid, settings: InverseDistance
) -> Weighted:
    """Weigh the ground points x, y, z (n,), m, around the middle of each cell.

    A shrub among them is held back by its distance from the median. The error is that
    of a weighted mean whose points scatter as these do about it; on a slope the scatter
    holds the slope too, so that it is rather too large than too small.
    """
    x, y, z = points
    if x.size == 0:
        raise InputError("terrain: there is no ground point; classify the ground first")
    tree = cKDTree(np.column_stack([x, y]))
    rows, columns = np.divmod(np.arange(grid.shape[0] * grid.shape[1]), grid.shape[1])
    east = grid.west + (columns + 0.5) * grid.cell
    north = grid.north - (rows + 0.5) * grid.cell
    parts = [
        _weighted(tree, z, np.column_stack([east[a], north[a]]), settings)
        for a in _parts(rows.size)
    ]
    elevation, error, count = (
        np.concatenate([part[k] for part in parts]).reshape(grid.shape)
        for k in range(3)
    )
    filled = np.zeros(grid.shape, dtype=np.bool_)
    if settings.fill > 0.0:
        reach = settings.fill / grid.cell
        elevation, filled = holes_filled(elevation, reach=reach)
    return Weighted(elevation, error, count.astype(np.int32), filled)


def _parts(n: int) -> list[slice]:
    return [slice(a, min(a + AT_ONCE, n)) for a in range(0, n, AT_ONCE)]


def _weighted(
    tree: cKDTree, z: Floats, middles: Floats, s: InverseDistance
) -> tuple[Floats, Floats, Floats]:
    """Elevation, standard error and count at some places (m, 2)."""
    k = min(s.neighbours, z.size)
    found = tree.query(
        middles, k=np.arange(1, k + 1), distance_upper_bound=s.reach, workers=-1
    )
    distance, index = np.asarray(found[0]), np.asarray(found[1])
    near = index < z.size
    heights = np.where(near, z[np.minimum(index, z.size - 1)], np.nan)
    return weighted_mean(heights, np.maximum(distance, s.nearest) ** -s.power)


def weighted_mean(heights: Floats, closeness: Floats) -> tuple[Floats, Floats, Floats]:
    """Robust mean, its standard error and the count of heights (m, k), NaN = none.

    Weights are closeness times Tukey's biweight of the distance from the row's median:

    z  = sum(w h) / sum(w)
    se = sqrt( sum(w (h - z)2) / sum(w)  ·  n / (n - 1)  ·  sum(w2) / sum(w)2 )
    """
    ordered = np.sort(heights, axis=1)  # NaN last
    middle = _median(ordered)
    apart = np.abs(heights - middle[:, None])
    scatter = np.maximum(MAD_TO_SD * _median(np.sort(apart, axis=1)), LEAST_SCATTER)
    ratio = apart / (BIWEIGHT * scatter[:, None])
    has_say = ratio < 1.0  # NaN has none
    weight = np.where(
        has_say, closeness * (1.0 - np.where(has_say, ratio, 1) ** 2) ** 2, 0
    )
    count, total = has_say.sum(axis=1), weight.sum(axis=1)
    known = total > 0.0
    share = weight / np.where(known, total, 1.0)[:, None]
    z = np.where(known, (share * np.nan_to_num(heights)).sum(axis=1), np.nan)
    variance = (share * np.nan_to_num(heights - z[:, None]) ** 2).sum(axis=1)
    variance = np.maximum(variance, LEAST_SCATTER**2)
    more = count / np.maximum(count - 1, 1)
    error = np.sqrt(variance * more * (share**2).sum(axis=1))
    return z, np.where(count > 1, error, np.nan), count.astype(np.float64)


def _median(ordered: Floats) -> Floats:
    """Median of each row of sorted numbers with NaN last; NaN without any."""
    n = np.isfinite(ordered).sum(axis=1)
    rows = np.arange(len(ordered))
    low, high = np.maximum((n - 1) // 2, 0), n // 2
    high = np.minimum(high, ordered.shape[1] - 1)
    found: Floats = 0.5 * (ordered[rows, low] + ordered[rows, high])
    return found
