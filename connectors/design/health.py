"""What is wrong with a mesh, counted; and mended only on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.tin import Tin

from ..audit import Audit, note
from .mesh import Mesh
from .mesh_edges import Edges, Ints, edges_of
from .mesh_turns import turns
from .plan_overlap import overlapping


@dataclass(frozen=True, slots=True)
class Health:
    """Counts of what is wrong; all zero is a sound sheet, ``watertight`` a solid.

    open_edges          edges of one triangle only
    holes               rings of open edges beyond the outer one of each sheet
    flipped_faces       triangles turned against most of their piece
    non_manifold_edges  edges of more than two triangles
    duplicate_faces     triangles on the corners of an earlier one
    duplicate_vertices  vertices at the place of an earlier one
    degenerate_faces    triangles without area
    overlapping_faces   triangles whose insides cross another's in plan (Tin only;
                        None for a mesh, whose upper side lies above its lower)
    """

    open_edges: int
    holes: int
    flipped_faces: int
    non_manifold_edges: int
    duplicate_faces: int
    duplicate_vertices: int
    degenerate_faces: int
    overlapping_faces: int | None

    @property
    def watertight(self) -> bool:
        """Whether the triangles close a solid."""
        return not (self.open_edges or self.non_manifold_edges or self.flipped_faces)


def examine(mesh: Mesh | Tin) -> Health:
    """Count what is wrong; nothing is changed.

    Corners at the very same place count as joined, as in STL, which lists each
    triangle's own.
    """
    v, place = _places(mesh.vertices)
    t = place[mesh.triangles]
    flat = _flat(v, t)
    sound = t[~flat]
    edges = edges_of(sound, len(v))
    uses = edges.uses
    overlaps = overlapping(mesh) if isinstance(mesh, Tin) else None
    return Health(
        open_edges=int((uses == 1).sum()),
        holes=_holes(edges, uses, len(sound)),
        flipped_faces=int(turns(edges).sum()),
        non_manifold_edges=int((uses > 2).sum()),
        duplicate_faces=int((~_first(sound)).sum()),
        duplicate_vertices=len(mesh.vertices) - len(v),
        degenerate_faces=int(flat.sum()),
        overlapping_faces=overlaps,
    )


def repair(mesh: Mesh, audit: Audit, where: str) -> Mesh:
    """Join equal vertices, drop flat and double triangles, turn flipped ones.

    Every change is counted in the audit. Holes are not filled: that would invent
    ground.
    """
    v, place = _places(mesh.vertices)
    t = place[mesh.triangles]
    flat = _flat(v, t)
    t = t[~flat]
    first = _first(t)
    t = t[first]
    turned = turns(edges_of(t, len(v)))
    t[turned] = t[turned][:, ::-1]
    changes = {
        "equal vertices joined": len(mesh.vertices) - len(v),
        "triangles without area dropped": int(flat.sum()),
        "double triangles dropped": int((~first).sum()),
        "flipped triangles turned": int(turned.sum()),
    }
    audit.repaired += [note(what, where, n) for what, n in changes.items() if n]
    return Mesh(v, np.ascontiguousarray(t))


def _places(vertices: NDArray[np.float64]) -> tuple[NDArray[np.float64], Ints]:
    """Distinct vertices in the order in which they came, and which each one is."""
    v = np.ascontiguousarray(vertices) + 0.0  # one zero only
    if not len(v):
        return v, np.zeros(0, np.int64)
    order = np.lexsort(v.T)
    new = np.ones(len(v), dtype=bool)
    new[1:] = (v[order[1:]] != v[order[:-1]]).any(axis=1)
    group = np.cumsum(new) - 1
    first = np.minimum.reduceat(order, np.flatnonzero(new))
    rank = np.argsort(np.argsort(first))
    place = np.zeros(len(v), np.int64)
    place[order] = rank[group]
    return v[np.sort(first)], place


def _flat(v: NDArray[np.float64], t: Ints) -> NDArray[np.bool_]:
    """Whether a triangle has no area."""
    a = v[t[:, 0]]
    area = np.cross(v[t[:, 1]] - a, v[t[:, 2]] - a)
    return np.asarray((area == 0.0).all(axis=1))


def _first(t: Ints) -> NDArray[np.bool_]:
    """Whether no earlier triangle has the same three corners."""
    found = np.zeros(len(t), dtype=bool)
    _, index = np.unique(np.sort(t, axis=1), axis=0, return_index=True)
    found[index] = True
    return found


def _holes(edges: Edges, uses: Ints, faces: int) -> int:
    """Rings of open edges less the outer one of each open sheet."""
    rim = edges.ends[uses == 1]
    if not len(rim):
        return 0
    vertices, ends = np.unique(rim, return_inverse=True)
    ends = ends.reshape(rim.shape)
    rings = _components(ends[:, 0], ends[:, 1], len(vertices))[0]
    face = np.repeat(np.arange(faces), 3)
    order = np.argsort(edges.of.ravel(), kind="stable")
    edge, face = edges.of.ravel()[order], face[order]
    same = edge[1:] == edge[:-1]
    sheet = _components(face[:-1][same], face[1:][same], faces)[1]
    is_open = (uses == 1)[edges.of].any(axis=1)
    return max(rings - len(np.unique(sheet[is_open])), 0)


def _components(a: Ints, b: Ints, n: int) -> tuple[int, Any]:
    links = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))
    count, label = connected_components(links, directed=False)
    return int(count), label
