"""GLB, OBJ, PLY and STL in, through trimesh, behind a gate."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import InputError, MissingExtra

from ..audit import Audit, note
from .design import Design, Stated, gate, tin_of
from .mesh import Mesh
from .mesh_gate import damaged, glb_gate, obj_gate, ply_gate, stl_gate

MOST_BYTES = 512 << 20
ENDINGS = (".glb", ".obj", ".ply", ".stl")
TOLD = re.compile(rb"minetwin (origin|crs|vertical) ([^\r\n\0]{1,4000})")


def read_mesh_design(path: Path, stated: Stated, audit: Audit) -> Design:
    """Read a mesh file as a ground: upright triangles dropped, the rest turned up."""
    mesh, told = read_mesh(path, stated, audit)
    tin = tin_of(path, mesh.vertices, mesh.triangles)
    down = _plan(mesh) < 0.0
    upright = len(mesh.triangles) - len(tin.triangles)
    if upright:
        audit.dropped.append(note("upright triangles", path, upright))
    if down.any():
        audit.repaired.append(
            note("triangles seen from below turned", path, int(down.sum()))
        )
    if not len(tin.triangles):
        raise damaged(path, "no triangle has an extent in plan")
    crs = stated.crs or told.get("crs")
    vertical = stated.vertical or told.get("vertical")
    return Design(path.stem, tin, crs=crs, vertical=vertical, source=path)


def read_mesh(
    path: Path, stated: Stated, audit: Audit
) -> tuple[Mesh, Mapping[str, str]]:
    """All triangles of a mesh file, Z up, in metres; and what the file tells.

    told  "origin", "crs", "vertical" where minetwin wrote them; an origin is added.
    """
    ending = path.suffix.lower()
    gate(path, MOST_BYTES)
    data = path.read_bytes()
    vertices, triangles, told = _decoded(path, ending, data)
    if not len(triangles):
        raise damaged(path, "no triangles in it")
    y_up = ending == ".glb" if stated.y_up is None else stated.y_up
    if y_up:
        vertices = vertices[:, [0, 2, 1]] * (1.0, -1.0, 1.0)
        audit.read.append(note("Y up turned to Z up: east x, north -z", path))
    else:
        audit.assumed.append(note("Z up: east x, north y", path))
    factor = stated.metres or 1.0
    if ending != ".glb" or stated.unit:
        audit.assumed.append(note(f"unit {stated.unit or 'm'}", path))
    origin = stated.origin or _origin(path, told)
    if any(origin):
        audit.read.append(note(f"local origin {origin} added", path))
    try:
        mesh = Mesh(vertices * factor + origin, triangles)
    except InputError as error:
        raise damaged(path, str(error)) from error
    audit.read.append(note("triangles", path, len(triangles)))
    return mesh, told


def _decoded(path: Path, ending: str, data: bytes) -> tuple[Any, Any, dict[str, str]]:
    """Vertices, triangles and what the file tells, by kind."""
    kind = ending[1:]
    more: dict[str, Any] = {}
    # the STL header has 80 bytes, the others begin with lines of comment
    head = data[: 80 if ending == ".stl" else 1 << 13].partition(b"end_header")[0]
    lines = TOLD.findall(head)
    told = {k.decode(): v.decode("utf-8", "replace").strip() for k, v in lines}
    if ending == ".glb":
        data, told = glb_gate(path, data), {}
    elif ending == ".stl":
        kind = stl_gate(path, data)
    elif ending == ".ply":
        ply_gate(path, data)
    elif ending == ".obj":
        data, more = obj_gate(path, data), {"skip_materials": True}
    else:
        raise InputError(
            f"{path}: '{ending}' is no mesh ending; use {', '.join(ENDINGS)}"
        )
    try:
        import trimesh
    except ImportError as error:
        raise MissingExtra("meshes need trimesh; pip install trimesh") from error
    try:
        scene = trimesh.load_scene(
            io.BytesIO(data), file_type=kind, process=False, **more
        )
        made = scene.to_mesh()
        vertices = np.array(made.vertices, dtype=np.float64).reshape(-1, 3)
        triangles = np.array(made.faces, dtype=np.int64).reshape(-1, 3)
    except Exception as error:
        raise damaged(path, f"not a sound {ending} ({error!r:.200})") from error
    if ending == ".glb":
        said = scene.metadata.get("minetwin", {})
        told = {str(k): str(v) for k, v in said.items()} if said else {}
    return vertices, triangles, told


def _origin(path: Path, told: Mapping[str, str]) -> tuple[float, float, float]:
    if "origin" not in told:
        return (0.0, 0.0, 0.0)
    try:
        east, north, up = (float(word) for word in told["origin"].split())
    except ValueError as error:
        raise damaged(path, f"its origin is '{told['origin'][:60]}'") from error
    return east, north, up


def _plan(mesh: Mesh) -> Any:
    a = mesh.vertices[mesh.triangles[:, 0], :2]
    b, c = (mesh.vertices[mesh.triangles[:, k], :2] - a for k in (1, 2))
    return b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0]
