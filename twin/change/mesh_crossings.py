"""Which triangles of one mesh pass through each other."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from ..numerics.compiled import compiled

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

AT_ONCE = 50_000  # triangles whose neighbours are looked for in one go
# Nearer than this share of the pair's extent is touching, not passing through:
# some 1000 roundings of float64 about a local origin.
TOUCH = 1e-12


def crossing_faces(vertices: Points, triangles: Ints) -> Ints:
    """Numbers of the triangles that another one passes through, ascending.

    vertices   (v, 3) m, equal places joined
    triangles  (t, 3)

    Touching does not count, nor do triangles that lie on each other in one plane
    (doubles are counted by themselves). Two triangles cross where a side of one passes
    through the inside of the other.
    """
    if not len(triangles):
        return np.zeros(0, np.int64)
    v = vertices - vertices[triangles.ravel()].mean(axis=0)
    corners = v[triangles]
    low, high = corners.min(axis=1), corners.max(axis=1)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    tree = shapely.STRtree(boxes)
    hit = np.zeros(len(triangles), dtype=bool)
    for start in range(0, len(triangles), AT_ONCE):
        i, j = tree.query(boxes[start : start + AT_ONCE])
        i = i + start
        keep = (i < j) & (low[i, 2] <= high[j, 2]) & (low[j, 2] <= high[i, 2])
        pairs = np.column_stack([i[keep], j[keep]]).astype(np.int64)
        crossed = _crossed(v, np.ascontiguousarray(triangles), pairs)
        hit[pairs[crossed].ravel()] = True
    return np.flatnonzero(hit).astype(np.int64)


@compiled
def _crossed(v: Points, t: Ints, pairs: Ints) -> NDArray[np.bool_]:
    found = np.zeros(pairs.shape[0], np.bool_)
    for p in range(pairs.shape[0]):
        i, j = pairs[p, 0], pairs[p, 1]
        scale = 0.0
        for axis in range(3):
            for k in range(3):
                scale = max(scale, abs(v[t[i, k], axis] - v[t[j, 0], axis]))
                scale = max(scale, abs(v[t[j, k], axis] - v[t[j, 0], axis]))
        least = TOUCH * scale * scale * scale
        for k in range(3):
            if _pierces(v, t[i], t[j, k], t[j, (k + 1) % 3], least) or _pierces(
                v, t[j], t[i, k], t[i, (k + 1) % 3], least
            ):
                found[p] = True
                break
    return found


@compiled
def _pierces(v: Points, t: Ints, p: int, q: int, least: float) -> bool:
    """Whether the side p-q passes through the inside of triangle t."""
    a, b, c = t[0], t[1], t[2]
    if p in (a, b, c) or q in (a, b, c):
        return False
    above, below = _six_volume(v, a, b, c, p), _six_volume(v, a, b, c, q)
    if not ((above > least and below < -least) or (above < -least and below > least)):
        return False
    one = _six_volume(v, p, q, a, b)
    two = _six_volume(v, p, q, b, c)
    three = _six_volume(v, p, q, c, a)
    return (one > least and two > least and three > least) or (
        one < -least and two < -least and three < -least
    )


@compiled
def _six_volume(v: Points, a: int, b: int, c: int, d: int) -> float:
    """Six times the signed volume of the tetrahedron a b c d."""
    bx, by, bz = v[b, 0] - v[a, 0], v[b, 1] - v[a, 1], v[b, 2] - v[a, 2]
    cx, cy, cz = v[c, 0] - v[a, 0], v[c, 1] - v[a, 1], v[c, 2] - v[a, 2]
    dx, dy, dz = v[d, 0] - v[a, 0], v[d, 1] - v[a, 1], v[d, 2] - v[a, 2]
    return float(
        bx * (cy * dz - cz * dy) - by * (cx * dz - cz * dx) + bz * (cx * dy - cy * dx)
    )
