"""Points that belong to nothing: isolated ones, and ones far above or below others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.spatial import cKDTree

from twin.errors import InputError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
MAD_TO_SD = 1.4826  # of a normal distribution; Rousseeuw & Croux 1993
BORDER = 2  # empty voxels around, so that every point has all its neighbours


@dataclass(frozen=True, slots=True)
class Noise:
    """Settings; a rule with 0 is left out.

    edge        m, of the voxels that isolation is judged in
    fewest      points in a voxel and its 26 neighbours, below which one is isolated;
                4 m and 6 points are those of lasnoise, for a point per m2 and more
    window      m, edge of the squares whose median heights tell low and high
    low, high   m below and above the median of the squares around
    neighbours  k of the statistical rule
    deviations  standard deviations (robust) of the mean distance to k neighbours
    """

    edge: float = 4.0
    fewest: int = 6
    window: float = 20.0
    low: float = 20.0
    high: float = 80.0
    neighbours: int = 0
    deviations: float = 6.0


@dataclass(frozen=True)
class Found:
    """What is noise, and how much each rule marked (a point may break several)."""

    mask: Mask = field(repr=False)
    counts: Mapping[str, int]


def noise(x: Floats, y: Floats, z: Floats, settings: Noise) -> Found:
    """Mark the noise among points (n,), m; nothing is removed.

    The rules look at all points at once; an isolated one may be a bird, a low one
    multipath, a high one a cloud or a beam of dust.
    """
    bad = ~(np.isfinite(x) & np.isfinite(y) & np.isfinite(z))
    if bad.any():
        raise InputError(
            f"noise: {int(bad.sum())} of {x.size} points have no finite position; "
            "leave them out before asking for noise"
        )
    none = np.zeros(x.size, dtype=np.bool_)
    if x.size == 0:
        return Found(none, {"isolated": 0, "low": 0, "high": 0, "sparse": 0})
    above = z - local_median(x, y, z, settings.window)
    rules = {
        "isolated": isolated(x, y, z, settings) if settings.fewest else none,
        "low": above < -settings.low if settings.low else none,
        "high": above > settings.high if settings.high else none,
        "sparse": sparse(x, y, z, settings) if settings.neighbours else none,
    }
    mask = np.logical_or.reduce(list(rules.values()))
    return Found(mask, {name: int(marks.sum()) for name, marks in rules.items()})


def isolated(x: Floats, y: Floats, z: Floats, settings: Noise) -> Mask:
    """Mark points with too few others in their voxel and the 26 around it.

    A radius search on voxels: linear in the points, and no tree.
    """
    edge = settings.edge
    index = [
        np.floor((a - a.min()) / edge).astype(np.int64) + BORDER for a in (x, y, z)
    ]
    across, along = int(index[0].max()) + BORDER, int(index[1].max()) + BORDER
    key = (index[2] * along + index[1]) * across + index[0]
    voxels, which, count = np.unique(key, return_inverse=True, return_counts=True)
    steps = np.array([(k * along + j) * across for k in (-1, 0, 1) for j in (-1, 0, 1)])
    around = np.zeros(voxels.size, dtype=np.int64)
    _around(voxels, count, steps, around)
    found: Mask = around[which] < settings.fewest
    return found


@njit(cache=True, nogil=True)
def _around(
    voxels: NDArray[np.int64],
    count: NDArray[np.int64],
    steps: NDArray[np.int64],
    around: NDArray[np.int64],
) -> None:
    """Sum the points of each voxel's neighbourhood, by nine fingers down the list."""
    n = voxels.size
    for s in range(steps.size):
        first = 0
        for i in range(n):
            wanted = voxels[i] + steps[s]
            while first < n and voxels[first] < wanted - 1:
                first += 1
            k = first
            while k < n and voxels[k] <= wanted + 1:
                around[i] += count[k]
                k += 1


def local_median(x: Floats, y: Floats, z: Floats, window: float) -> Floats:
    """Median height around each point, m: of its square, then of 3 x 3 squares.

    The second median keeps a square whose points are mostly noise from judging itself.
    """
    row = np.floor((y - y.min()) / window).astype(np.int64)
    column = np.floor((x - x.min()) / window).astype(np.int64)
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    cell = row * shape[1] + column
    order = np.lexsort((z, cell))
    present, start, count = np.unique(
        cell[order], return_index=True, return_counts=True
    )
    medians = np.full(shape[0] * shape[1], np.nan)
    medians[present] = z[order][start + count // 2]
    holes = np.isnan(medians)
    medians[holes] = np.median(medians[~holes])
    smooth = median_filter(medians.reshape(shape), size=3, mode="nearest")
    found: Floats = smooth.ravel()[cell]
    return found


def sparse(x: Floats, y: Floats, z: Floats, settings: Noise) -> Mask:
    """Mark points whose k nearest are further on average than those of most points.

    Statistical outlier removal (Rusu et al. 2008) with median and MAD in place of mean
    and standard deviation, which the outliers themselves would widen.
    """
    k = min(settings.neighbours, x.size - 1)
    if k < 1:
        return np.zeros(x.size, dtype=np.bool_)
    points = np.column_stack([x, y, z])
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    distance = np.asarray(tree.query(points, k=k + 1, workers=-1)[0])
    mean = distance[:, 1:].mean(axis=1)
    middle = np.median(mean)
    scatter = MAD_TO_SD * np.median(np.abs(mean - middle))
    found: Mask = mean > middle + settings.deviations * max(scatter, 1e-9)
    return found
