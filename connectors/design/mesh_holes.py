"""The rings of open edges of a mesh, and triangles that close the small ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.numerics.compiled import compiled

from ..audit import Audit, note
from .mesh import Mesh
from .mesh_edges import Ints

MOST_EDGES = 300  # of a ring that is filled; the work grows with the third power
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ring:
    """One ring of open edges: a hole, or the outer rim of a sheet.

    corners  vertices in the order in which the filling has to walk them
    length   m
    closed   False where open edges branch, so that they make no plain ring
    """

    corners: Ints = field(repr=False)
    length: float
    closed: bool

    @property
    def edges(self) -> int:
        """How many open edges it has."""
        return len(self.corners)


def rings_of(v: Points, t: Ints) -> list[Ring]:
    """Rings of open edges, longest first. Expects neighbours turned alike."""
    start, end = t.ravel(), t[:, [1, 2, 0]].ravel()
    n = max(len(v), 1)
    key = np.minimum(start, end) * n + np.maximum(start, end)
    _, index, uses = np.unique(key, return_index=True, return_counts=True)
    rim = index[uses == 1]
    # The filling walks each open edge the other way than its triangle does.
    a, b = end[rim].astype(np.int64), start[rim].astype(np.int64)
    order = np.argsort(a, kind="stable")
    a, b = a[order], b[order]
    ring, closed = _walk(a, b)
    found = []
    for number, is_closed in enumerate(closed):
        path = a[_of(ring, number)]
        ends = b[_of(ring, number)]
        length = float(np.linalg.norm(v[path] - v[ends], axis=1).sum())
        found.append(Ring(path, length, bool(is_closed)))
    return sorted(found, key=lambda r: -r.length)


@dataclass(frozen=True, slots=True)
class Filled:
    """A ring that was closed with invented triangles.

    at         its middle: east, north, elevation, m
    triangles  numbers of the first and the last new triangle in the mesh
    """

    edges: int
    length: float
    area: float
    at: tuple[float, float, float]
    triangles: tuple[int, int]


def fill_holes(
    mesh: Mesh, longest: float, audit: Audit, where: str
) -> tuple[Mesh, list[Filled]]:
    """Close each ring of at most ``longest`` m of boundary and 300 edges.

    Expects a mesh that ``health.repair`` has mended. The new triangles come last; each
    ring filled, and each within the length but left, is a line of the audit. The rim
    of a sheet is a ring too: keep ``longest`` below it.
    """
    v, t = mesh.vertices, mesh.triangles
    made: list[Filled] = []
    taken, added = _keys(t, len(v)), np.zeros(0, np.int64)
    parts, count = [t], len(t)
    touched = np.zeros(len(v), dtype=bool)
    for ring in rings_of(v, t):
        if ring.length > longest:
            continue
        new = np.zeros((0, 3), np.int64)
        if ring.closed and 3 <= ring.edges <= MOST_EDGES:
            # Only a ring with two corners of earlier ones can want an edge of theirs.
            near = added if touched[ring.corners].sum() > 1 else added[:0]
            new = fill(v, ring, taken, near)
        east, north, up = (float(x) for x in v[ring.corners].mean(axis=0))
        told = f"{ring.edges} edges, {ring.length:.3f} m, near {east:.2f} {north:.2f}"
        if not len(new):
            audit.refused.append(note(f"hole left open: {told} {up:.2f}", where))
            continue
        side = v[new[:, 1:]] - v[new[:, :1]]
        cross = np.cross(side[:, 0], side[:, 1])
        area = float(np.linalg.norm(cross, axis=1).sum() / 2)
        numbers = (count, count + len(new) - 1)
        made.append(Filled(ring.edges, ring.length, area, (east, north, up), numbers))
        what = f"hole filled: {told} {up:.2f}, {area:.3f} m2 invented, triangles added"
        audit.repaired.append(note(what, where, len(new)))
        parts.append(new)
        count += len(new)
        added = np.concatenate([added, _keys(new, len(v))])
        touched[ring.corners] = True
    return Mesh(v, np.concatenate(parts)), made


def _keys(t: Ints, n: int) -> Ints:
    """Every edge of triangles as one number, sorted."""
    end = t[:, [1, 2, 0]]
    return np.unique(np.minimum(t, end) * n + np.maximum(t, end))


def fill(v: Points, ring: Ring, taken: Ints, added: Ints) -> Ints:
    """Triangles of least area over a closed ring, (edges - 2, 3).

    The rule of Barequet and Sharir (1995, CAGD 12: 207-229; read from memory, not
    checked): the least sum of areas over all triangulations of the ring. An edge that
    the mesh has already is not used again, so no edge gets a third triangle. None
    is returned, as zero rows, where that leaves no way.

    taken, added  edges of the mesh and of earlier fillings, by ``_keys``
    """
    c = ring.corners
    n = len(v)
    key = np.minimum.outer(c, c) * n + np.maximum.outer(c, c)
    at = np.minimum(np.searchsorted(taken, key), len(taken) - 1)
    barred = taken[at] == key
    if len(added):
        barred |= np.isin(key, added)
    return np.asarray(c[_least_area(v[c] - v[c[0]], barred)], dtype=np.int64)


def _of(ring: tuple[Ints, Ints], number: int) -> Ints:
    order, starts = ring
    return order[starts[number] : starts[number + 1]]


def _walk(a: Ints, b: Ints) -> tuple[tuple[Ints, Ints], NDArray[np.bool_]]:
    order, starts, closed, rings = _walked(a, b)
    return (order, starts[: rings + 1]), closed[:rings]


@compiled
def _walked(a: Ints, b: Ints) -> tuple[Ints, Ints, NDArray[np.bool_], int]:
    """Follow edges a to b, sorted by a; where two leave a vertex no ring is plain."""
    n = len(a)
    used = np.zeros(n, np.bool_)
    order = np.zeros(n, np.int64)
    starts = np.zeros(n + 1, np.int64)
    closed = np.zeros(n, np.bool_)
    filled, rings = 0, 0
    for seed in range(n):
        if used[seed]:
            continue
        edge, plain = seed, True
        while True:
            used[edge] = True
            order[filled] = edge
            filled += 1
            follow = np.searchsorted(a, b[edge])
            if follow >= n or a[follow] != b[edge]:
                plain = False
                break
            if follow + 1 < n and a[follow + 1] == b[edge]:
                plain = False
                if used[follow]:
                    follow += 1
            if used[follow]:
                plain = plain and follow == seed
                break
            edge = follow
        closed[rings] = plain
        rings += 1
        starts[rings] = filled
    return order, starts, closed, rings


@compiled
def _least_area(p: Points, barred: NDArray[np.bool_]) -> Ints:
    """Triangles (n - 2, 3) over corners p; zero rows where every way is barred."""
    n = len(p)
    cost = np.zeros((n, n))
    best = np.zeros((n, n), np.int64)
    for wide in range(2, n):
        for i in range(n - wide):
            k = i + wide
            cost[i, k] = np.inf
            if barred[i, k] and wide < n - 1:
                continue
            for m in range(i + 1, k):
                u, w = p[m] - p[i], p[k] - p[i]
                x = u[1] * w[2] - u[2] * w[1]
                y = u[2] * w[0] - u[0] * w[2]
                z = u[0] * w[1] - u[1] * w[0]
                total = cost[i, m] + cost[m, k] + np.sqrt(x * x + y * y + z * z) / 2.0
                if total < cost[i, k]:
                    cost[i, k], best[i, k] = total, m
    if n < 3 or not np.isfinite(cost[0, n - 1]):
        return np.zeros((0, 3), np.int64)
    out = np.zeros((n - 2, 3), np.int64)
    todo = np.zeros((n, 2), np.int64)
    todo[0, 1] = n - 1
    waiting, made = 1, 0
    while waiting:
        waiting -= 1
        i, k = todo[waiting, 0], todo[waiting, 1]
        m = best[i, k]
        out[made, 0], out[made, 1], out[made, 2] = i, m, k
        made += 1
        if m - i > 1:
            todo[waiting, 0], todo[waiting, 1] = i, m
            waiting += 1
        if k - m > 1:
            todo[waiting, 0], todo[waiting, 1] = m, k
            waiting += 1
    return out
