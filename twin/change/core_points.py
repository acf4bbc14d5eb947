"""Core points of M3C2: points of a cloud, thinned to an even spacing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def core_points(points: Array, origin: Array, spacing: float) -> Array:
    """Thin (n, 3) points to (k, 3): of each voxel the point nearest to its centre.

    origin   (3,) of the voxels, m; blocks whose edges are edges of voxels then give
             the same points as the whole cloud
    spacing  side of a voxel, m

    Real points are kept, not means: these lie off a curved ground. Where ground runs
    along an edge between two voxels of a column, the upper of two points that are
    nearer than half a spacing falls out.
    """
    if not len(points):
        return points.reshape(0, 3)
    place = (points - origin) / spacing
    voxel = np.floor(place).astype(np.int64)
    off = np.square(place - voxel - 0.5).sum(axis=1)
    order = np.lexsort((off, voxel[:, 2], voxel[:, 1], voxel[:, 0]))
    voxel = voxel[order]
    first = np.diff(voxel, axis=0, prepend=voxel[:1] - 1).any(axis=1)
    found, voxel = points[order[first]], voxel[first]
    stacked = (np.diff(voxel, axis=0, prepend=voxel[:1] - 2) == [0, 0, 1]).all(axis=1)
    apart = np.linalg.norm(np.diff(found, axis=0, prepend=found[:1]), axis=1)
    kept: Array = found[~(stacked & (apart < spacing / 2.0))]
    return kept
