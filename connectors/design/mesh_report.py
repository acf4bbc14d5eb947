"""Everything that can be said of the soundness of one mesh file, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin.change.mesh_crossings import crossing_faces
from twin.errors import InputError

from ..audit import Audit
from .design import Stated
from .guarded import read_design, read_mesh
from .health import Health, examine, repair
from .mesh import Mesh
from .mesh_holes import rings_of
from .mesh_read import ENDINGS


@dataclass(frozen=True, slots=True)
class Opened:
    """A mesh with what its file tells of itself.

    crs, vertical  as the file names them or as stated; None when neither does
    """

    mesh: Mesh
    crs: str | None
    vertical: str | None


@dataclass(frozen=True, slots=True)
class MeshReport:
    """Health, size and place of a mesh.

    crossing_faces  triangles that another passes through
    rings           {edges, length in m, closed} of each ring of open edges, longest
                    first; the rim of a sheet is one of them
    watertight      closed, turned alike and without crossings
    volume          m3, where watertight, else None
    bounds          west, south, low, east, north, high, m
    area            of all triangles, m2
    """

    triangles: int
    vertices: int
    health: Health
    rings: list[dict[str, Any]]
    crossing_faces: int
    watertight: bool
    volume: float | None
    area: float
    bounds: tuple[float, ...]
    unit: str
    crs: str | None
    vertical: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def open_mesh(path: Path, stated: Stated, audit: Audit) -> Opened:
    """Read a mesh whole: GLB, OBJ, PLY, STL; triangles of LandXML and DXF."""
    if path.suffix.lower() in ENDINGS:
        mesh, told = read_mesh(path, stated, audit)
        crs = stated.crs or told.get("crs")
        return Opened(mesh, crs, stated.vertical or told.get("vertical"))
    design = read_design(path, stated, audit)
    if design.tin is None:
        raise InputError(f"{path}: has lines only, no triangles; nothing to examine")
    mesh = Mesh(design.tin.vertices, design.tin.triangles)
    return Opened(mesh, design.crs, design.vertical)


def report_on(opened: Opened) -> MeshReport:
    """Examine a mesh; nothing is changed."""
    mesh = opened.mesh
    health = examine(mesh)
    sound = repair(mesh, Audit(), "")
    crossing = len(crossing_faces(sound.vertices, sound.triangles))
    watertight = health.watertight and not (crossing or health.duplicate_faces)
    v = mesh.vertices[np.unique(mesh.triangles)]
    a, b, c = (mesh.vertices[mesh.triangles[:, k]] - v.mean(axis=0) for k in range(3))
    volume = abs(float(np.einsum("ij,ij->", a, np.cross(b, c)))) / 6.0
    rings = rings_of(sound.vertices, sound.triangles)
    return MeshReport(
        triangles=len(mesh.triangles),
        vertices=len(mesh.vertices),
        health=health,
        rings=[
            {"edges": r.edges, "length": r.length, "closed": r.closed} for r in rings
        ],
        crossing_faces=crossing,
        watertight=watertight,
        volume=volume if watertight else None,
        area=float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0),
        bounds=tuple(float(x) for x in (*v.min(axis=0), *v.max(axis=0))),
        unit="m",
        crs=opened.crs,
        vertical=opened.vertical,
    )


def troubles(health: Health) -> str:
    """What of it hinders its use as a ground, in words; empty when nothing does."""
    counts = {
        "flipped triangles": health.flipped_faces,
        "edges of more than two triangles": health.non_manifold_edges,
        "double triangles": health.duplicate_faces,
        "triangles without area": health.degenerate_faces,
    }
    return ", ".join(f"{n} {what}" for what, n in counts.items() if n)
