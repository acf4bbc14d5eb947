"""Solids that overhang: what two have in common, what one has more, what is above.

Ground without overhangs is measured by ``prisms``, in closed form and quicker. Here a
place may have rock, air and rock again above it: undercut highwalls, drifts, domes.
Booleans are those of manifold3d, in float64 about a local origin of whole metres, so
that eastings of 19 500 000 m cost no digits of a volume.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..errors import InputError, MissingExtra
from .mesh_crossings import crossing_faces

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

MEND = "look at it with: minetwin mesh FILE, and mend it with --repair --to OUT"


@dataclass(frozen=True)
class Solid:
    """A watertight solid, its triangles turned outwards; make it with ``solid_of``.

    vertices   (v, 3) east, north, elevation, m; equal places joined
    triangles  (t, 3) indices into ``vertices``; none is the empty solid
    """

    vertices: Points = field(repr=False)
    triangles: Ints = field(repr=False)

    @property
    def volume(self) -> float:
        """Volume, m3, by the divergence theorem about a local origin."""
        return float(_signed(self.vertices, self.triangles).sum())

    @property
    def area(self) -> float:
        """Area of the whole skin, m2."""
        a, b, c = (self.vertices[self.triangles[:, k]] for k in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0)

    @property
    def local_origin(self) -> Points:
        """Whole metres near its middle, (3,); zero when empty."""
        if not len(self.triangles):
            return np.zeros(3)
        used = self.vertices[self.triangles.ravel()]
        return np.asarray(np.round((used.min(axis=0) + used.max(axis=0)) / 2.0))


def solid_of(vertices: Points, triangles: Ints, name: str = "solid") -> Solid:
    """Check triangles for being a solid; a piece that is inside out is turned.

    A piece with its skin turned inwards is a cavity where its box lies within that of
    a piece turned outwards, else the file has it inside out.

    Raises InputError where the triangles do not close or pass through each other.
    """
    v, place = np.unique(vertices + 0.0, axis=0, return_inverse=True)
    t = place.reshape(-1)[triangles].astype(np.int64).reshape(-1, 3)
    distinct = (t != t[:, [1, 2, 0]]).all(axis=1)
    t = t[distinct]
    _check_closed(t, len(v), name)
    crossed = crossing_faces(v, t)
    if len(crossed):
        at = v[t[crossed[0]]].mean(axis=0)
        raise InputError(
            f"{name}: {len(crossed)} triangles pass through others, the first near "
            f"{at[0]:.2f} {at[1]:.2f} {at[2]:.2f}; such a skin has no one inside; "
            f"take them out in the modelling program; {MEND}"
        )
    return Solid(v, _outwards(v, t))


def common(a: Solid, b: Solid) -> Solid:
    """What both hold."""
    return _boolean(a, b, lambda x, y: x ^ y)


def less(a: Solid, b: Solid) -> Solid:
    """What the first holds and the second does not."""
    return _boolean(a, b, lambda x, y: x - y)


def both(a: Solid, b: Solid) -> Solid:
    """What either holds, counted once."""
    return _boolean(a, b, lambda x, y: x + y)


def above(a: Solid, level: float) -> Solid:
    """What lies above an elevation, m: a stockpile over its floor."""
    origin = a.local_origin
    cut = _manifold(a, origin).trim_by_plane((0.0, 0.0, 1.0), level - origin[2])
    return _back(cut, origin)


def between(
    a: tuple[Points, Ints], b: tuple[Points, Ints], name: str = "the two surfaces"
) -> Solid:
    """The solid between two open sheets on one and the same rim, overhanging or not.

    a, b  (vertices, triangles) of each

    Raises InputError where the rims differ or the sheets cross: then there is no one
    solid between them (``prisms.volume_between`` tells cut and fill of grounds).
    """
    vertices = np.concatenate([a[0], b[0]])
    v, place = np.unique(vertices + 0.0, axis=0, return_inverse=True)
    place = place.reshape(-1)
    one = place[a[1]].reshape(-1, 3)
    other = place[b[1] + len(a[0])].reshape(-1, 3)
    rim, far = _rim(one, len(v)), _rim(other, len(v))
    if not len(rim) or set(np.abs(rim).tolist()) != set(np.abs(far).tolist()):
        raise InputError(
            f"{name}: their rims differ ({len(rim)} and {len(far)} edges); the solid "
            "between them is defined on one common rim only; clip both to one polygon"
        )
    # Walked the same way, one of them has to be turned to close the skin.
    same = np.isin(rim, far).all()
    t = np.concatenate([one, other[:, ::-1] if same else other])
    return solid_of(v, t, name)


def _rim(t: Ints, n: int) -> Ints:
    """Open edges as signed keys: the sign tells which way they are walked."""
    start, end = t.ravel(), t[:, [1, 2, 0]].ravel()
    low, high = np.minimum(start, end), np.maximum(start, end)
    key = low.astype(np.int64) * n + high + 1
    found, index, uses = np.unique(key, return_index=True, return_counts=True)
    sign = np.where(start[index] < end[index], 1, -1)
    return np.asarray((found * sign)[uses == 1], dtype=np.int64)


def _check_closed(t: Ints, n: int, name: str) -> None:
    """Each side must have its counterpart, walked the other way, exactly once."""
    if not len(t):
        raise InputError(f"{name}: no triangles; a solid has at least four")
    start, end = t.ravel(), t[:, [1, 2, 0]].ravel()
    walked = np.unique(start * n + end, return_counts=True)
    back = np.unique(end * n + start)
    lonely = int((~np.isin(walked[0], back)).sum())
    twice = int((walked[1] > 1).sum())
    if lonely or twice:
        raise InputError(
            f"{name}: not watertight ({lonely} open or flipped edges, {twice} sides "
            f"walked twice the same way), so it has no volume; {MEND}"
        )


def _signed(v: Points, t: Ints) -> Points:
    """Signed volume below each triangle about a local origin, m3."""
    if not len(t):
        return np.zeros(0)
    local = v - v[t.ravel()].mean(axis=0)
    a, b, c = (local[t[:, k]] for k in range(3))
    return np.asarray(np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0)


def _outwards(v: Points, t: Ints) -> Ints:
    """Turn every piece that is inside out, cavities excepted."""
    n = len(v)
    links = coo_array(
        (np.ones(2 * len(t), np.int8), (t[:, :2].ravel(), t[:, 1:].ravel())), (n, n)
    )
    label = connected_components(links, directed=False)[1][t[:, 0]]
    piece = np.unique(label, return_inverse=True)[1].astype(np.int64)
    count = int(piece.max()) + 1
    volume = np.bincount(piece, _signed(v, t), count)
    if volume.sum() < 0.0:
        t, volume = np.ascontiguousarray(t[:, ::-1]), -volume
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, piece, v[t].min(axis=1))
    np.maximum.at(high, piece, v[t].max(axis=1))
    out = volume > 0.0
    inside_out = [
        k
        for k in np.flatnonzero(~out)
        if not ((low[out] < low[k]) & (high[out] > high[k])).all(axis=1).any()
    ]
    turned = np.isin(piece, inside_out)
    t = t.copy()
    t[turned] = t[turned][:, ::-1]
    return t


def _boolean(a: Solid, b: Solid, join: Any) -> Solid:
    origin = a.local_origin
    return _back(join(_manifold(a, origin), _manifold(b, origin)), origin)


def _manifold(solid: Solid, origin: Points) -> Any:
    """As manifold3d has it, about a local origin."""
    try:
        import manifold3d
    except ImportError as error:
        raise MissingExtra(
            "booleans of solids need manifold3d; pip install 'minetwin[solids]'"
        ) from error
    mesh = manifold3d.Mesh64(
        np.ascontiguousarray(solid.vertices - origin),
        np.ascontiguousarray(solid.triangles, dtype=np.uint64),
    )
    made = manifold3d.Manifold(mesh)
    if made.status() != manifold3d.Error.NoError:
        raise InputError(
            f"solid of {len(solid.triangles)} triangles: not usable as a solid "
            f"({made.status().name}); {MEND}"
        )
    return made


def _back(made: Any, origin: Points) -> Solid:
    mesh = made.to_mesh64()
    v = np.array(mesh.vert_properties, dtype=np.float64)[:, :3].reshape(-1, 3)
    return Solid(v + origin, np.array(mesh.tri_verts, dtype=np.int64).reshape(-1, 3))
